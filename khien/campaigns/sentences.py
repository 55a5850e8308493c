"""One sentence of explanation for each answer of the rules, in Vietnamese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from khien.campaigns.book_types import Interval, Vaccine
from khien.campaigns.course import Course, Judgement
from khien.campaigns.rulebook import RuleBook
from khien.campaigns.types import DoseType
from khien.kernel.wording import dmy

Pair = tuple[str, str]


def cap(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def dose_name(dose_type: DoseType, ordinal: int) -> Pair:
    """How people name a dose: mũi 2, mũi bổ sung, mũi nhắc lại 1, mũi ngoài lịch."""
    if dose_type is DoseType.PRIMARY:
        return f"mũi {ordinal}", f"dose {ordinal}"
    if dose_type is DoseType.ADDITIONAL:
        return ("mũi bổ sung", "additional dose") if ordinal == 1 else (f"mũi bổ sung {ordinal}", f"additional dose {ordinal}")
    if dose_type is DoseType.BOOSTER:
        return f"mũi nhắc lại {ordinal}", f"booster {ordinal}"
    return "mũi ngoài lịch", "extra dose"


def vaccine_name(book: RuleBook, code: str) -> Pair:
    """How people name a vaccine; the code itself when the book does not know it."""
    known = book.vaccines.get(code)
    return (known.short_vi, known.short_en) if known else (code, code)


@dataclass(frozen=True, slots=True)
class Said:
    """All that a sentence may speak of; `past` when the dose was given on that day."""

    book: RuleBook
    course: Course
    judged: Judgement
    vaccine: str
    on: date
    earliest: date | None = None
    past: bool = False

    @property
    def known(self) -> Vaccine | None:
        """The vaccine as the book describes it."""
        return self.book.vaccines.get(self.vaccine)

    @property
    def named(self) -> Pair:
        """The vaccine's spoken name."""
        return vaccine_name(self.book, self.vaccine)

    @property
    def dose(self) -> Pair:
        """The dose's spoken name."""
        return dose_name(self.judged.dose_type, self.judged.ordinal)

    @property
    def since(self) -> Pair:
        """The dose from which the interval runs."""
        if self.course.last_was_invalid or self.course.last_counted is None:
            return "lần tiêm gần nhất", "the last injection"
        return dose_name(*self.course.last_counted)

    @property
    def nth_day(self) -> Pair:
        """Today's number of days since the last injection."""
        days = (self.on - self.course.last_on).days if self.course.last_on else 0
        return (f"đã tiêm ngày thứ {days}", f"it was given on day {days}") if self.past else (
            f"hôm nay là ngày thứ {days}", f"today is day {days}")

    @property
    def end(self) -> Pair:
        """The first possible day, or only a full stop."""
        if self.earliest is None:
            return ".", "."
        return f"; sớm nhất {dmy(self.earliest)}.", f"; earliest {dmy(self.earliest)}."


def explain(said: Said) -> Pair:
    """Word a judgement in one sentence."""
    return _WORDING.get(said.judged.code, _allowed)(said)


def span(interval: Interval) -> Pair:
    """21 ngày; 21 days."""
    vi, en = ("tháng", "month") if interval.unit == "month" else ("ngày", "day")
    return f"{interval.least} {vi}", f"{interval.least} {en}{'s' * (interval.least != 1)}"


def recommended(interval: Interval) -> Pair:
    """từ 56 đến 84 ngày; 56 to 84 days."""
    vi, en = ("tháng", "months") if interval.unit == "month" else ("ngày", "days")
    if interval.end is None:
        return f"từ {interval.start} {vi}", f"{interval.start} {en} or more"
    if interval.end == interval.start:
        return f"{interval.start} {vi}", f"{interval.start} {en}"
    return f"từ {interval.start} đến {interval.end} {vi}", f"{interval.start} to {interval.end} {en}"


def _allowed(said: Said) -> Pair:
    """Why it may be given: the interval and today's day, or the first dose."""
    vi, en = f"Được tiêm {said.dose[0]} {said.named[0]}", f"{cap(said.dose[1])} of {said.named[1]} may be given"
    if said.judged.interval is None or said.course.last_on is None:
        return f"{vi}.", f"{en}."
    tail = {
        "campaigns.before_recommended": (" nhưng sớm hơn khuyến cáo", ", but earlier than recommended"),
        "campaigns.after_recommended": (", tuy muộn hơn khuyến cáo", ", though later than recommended"),
    }.get(said.judged.code, ("", ""))
    days = recommended(said.judged.interval)
    return (f"{vi}{tail[0]}: cách {said.since[0]} {days[0]}; {said.nth_day[0]}.",
            f"{en}{tail[1]}: {days[1]} after {said.since[1]}; {said.nth_day[1]}.")


def _too_early(said: Said) -> Pair:
    least = span(said.judged.interval or Interval(0, 0, None))
    end = (f", sớm nhất {dmy(said.earliest)}.", f", earliest {dmy(said.earliest)}.") if said.earliest else (".", ".")
    return (f"{cap(said.dose[0])} {said.named[0]} phải cách {said.since[0]} ít nhất {least[0]}; {said.nth_day[0]}{end[0]}",
            f"{cap(said.dose[1])} of {said.named[1]} must be at least {least[1]} after {said.since[1]}; {said.nth_day[1]}{end[1]}")


def _age(said: Said) -> Pair:
    low, high = said.judged.facts.get("age_from"), said.judged.facts.get("age_to")
    vi, en = (f"từ {low} tuổi", f"aged {low} and over") if high is None else (f"từ {low} đến {high} tuổi", f"aged {low} to {high}")
    return f"{said.named[0]} chỉ dùng cho người {vi}{said.end[0]}", f"{said.named[1]} is only for people {en}{said.end[1]}"


def _birth(said: Said) -> Pair:
    return (f"Cần ngày sinh đầy đủ hoặc bác sĩ xác định tuổi để xét {said.dose[0]} {said.named[0]}.",
            f"The full birth date, or a doctor's judgement of the age, is needed to judge {said.dose[1]} of {said.named[1]}.")


def _mixing(said: Said) -> Pair:
    before = said.judged.facts.get("before", "")
    prior = (vaccine_name(said.book, before) if before in said.book.vaccines
             else ("một vắc xin ngoài danh mục", "a vaccine outside the list"))
    return (f"Đã tiêm {prior[0]} thì không tiêm tiếp {said.named[0]} theo quy định phối hợp vắc xin{said.end[0]}",
            f"After {prior[1]}, {said.named[1]} is not allowed by the rules on mixing{said.end[1]}")


def _other(said: Said) -> Pair:
    return (f"{cap(said.dose[0])} dùng cùng loại với các mũi cơ bản hoặc loại được phép, không dùng {said.named[0]}{said.end[0]}",
            f"{cap(said.dose[1])} takes the vaccine of the primary series or a permitted one, not {said.named[1]}{said.end[1]}")


def _complete(said: Said) -> Pair:
    return (f"Đã tiêm đủ các mũi theo quy định hiện hành{said.end[0]}",
            f"All doses of the rules in force have been given{said.end[1]}")


def _unapproved(said: Said) -> Pair:
    if said.known is None:
        return f"Vắc xin {said.named[0]} không có trong danh mục.", f"The vaccine {said.named[1]} is not in the list."
    return (f"{said.named[0]} chưa được phép dùng hoặc không còn dùng vào ngày {dmy(said.on)}{said.end[0]}",
            f"{said.named[1]} was not yet, or no longer, in use on {dmy(said.on)}{said.end[1]}")


def _same_day(said: Said) -> Pair:
    return f"Ngày này đã có một mũi tiêm{said.end[0]}", f"A dose was already given on this day{said.end[1]}"


def _pregnant(said: Said) -> Pair:
    return (f"{said.named[0]} không dùng cho phụ nữ mang thai hoặc cho con bú.",
            f"{said.named[1]} is not for pregnant or breastfeeding women.")


def _infected(said: Said) -> Pair:
    months, infected = said.judged.facts["months"], said.judged.facts["infected_on"]
    return (f"{cap(said.dose[0])} {said.named[0]} phải sau ngày mắc COVID-19 ({dmy(infected)}) ít nhất {months} tháng{said.end[0]}",
            f"{cap(said.dose[1])} of {said.named[1]} must be at least {months} months after COVID-19 "
            f"({dmy(infected)}){said.end[1]}")


_WORDING = {
    "campaigns.too_early": _too_early,
    "campaigns.too_young": _age,
    "campaigns.too_old": _age,
    "campaigns.needs_birth_date": _birth,
    "campaigns.mixing_not_allowed": _mixing,
    "campaigns.vaccine_not_for_this_dose": _other,
    "campaigns.series_complete": _complete,
    "campaigns.not_approved_yet": _unapproved,
    "campaigns.same_day": _same_day,
    "campaigns.not_for_pregnant": _pregnant,
    "campaigns.after_infection": _infected,
}
