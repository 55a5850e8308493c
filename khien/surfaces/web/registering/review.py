"""All answers as lines to look over: what was asked, what was said, where to change it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from khien.campaigns import queries as campaigns
from khien.interchange.sheets.vocabulary import ETHNIC_GROUPS
from khien.kernel import countries, names, phones
from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.surfaces.web import say
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.surfaces.web.registering import words
from khien.surfaces.web.registering.answers import Answers
from khien.surfaces.web.registering.wishes import group_choices


@dataclass(frozen=True)
class Line:
    """One answer; `notes` are (tone, words) beside it."""

    name: str
    value: Any
    slug: str
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Part:
    """Lines under one heading."""

    title: str
    lines: tuple[Line, ...]


def parts(answers: Answers) -> list[Part]:
    """The whole form."""
    found = [Part(_("Người được tiêm"), tuple(_person(answers)))]
    if answers.minor:
        found.append(Part(_("Người giám hộ"), tuple(_guardian(answers))))
    found.append(Part(_("Liên hệ"), tuple(_contact(answers))))
    return [*found, Part(_("Tiêm chủng và sức khỏe"), tuple(_wish(answers)))]


def _person(answers: Answers) -> list[Line]:
    born = answers.birth
    shown = Markup("{} <span class='kh-soft'>({})</span>").format(born.display() if born else "", _age(answers))
    unmarked = (("wait", str(words.UNMARKED)),) if names.lacks_marks(answers.name) else ()
    lines = [
        Line(_("Họ và tên"), Markup("<b>{}</b>").format(answers.name), "ho-ten", unmarked),
        Line(_("Ngày sinh"), shown, "ngay-sinh"),
        Line(_("Giới tính"), words.SEXES.get(answers.get("sex"), ""), "gioi-tinh"),
        _paper(answers),
        Line(_("Nơi ở"), _home(answers), "noi-o"),
        Line(_("Số nhà, thôn"), _joined(answers.get("address"), answers.get("neighbourhood")), "so-nha"),
        Line(_("Công việc"), _joined(answers.get("occupation"), answers.get("work_unit")), "cong-viec"),
        Line(_("Dân tộc, quốc tịch"), _joined(ETHNIC_GROUPS.get(answers.get("ethnic"), ""), _country(answers.get("nationality"))), "cong-viec"),
        Line(_("Bảo hiểm y tế"), answers.get("insurance") or _("Không ghi"), "bao-hiem"),
    ]  # fmt: skip
    return lines


def _age(answers: Answers) -> str:
    """The age; both ages where only the year of birth is known."""
    least, most = answers.age, answers.birth.age_max(answers.on) if answers.birth else 0
    if least == most:
        return _("%(age)s tuổi") % {"age": least}
    return _("%(least)s hoặc %(most)s tuổi") % {"least": least, "most": most}


def _paper(answers: Answers) -> Line:
    if answers.get("paper") == "none":
        return Line(_("Giấy tờ"), _("Chưa có: %(why)s") % {"why": words.NO_PAPERS.get(answers.get("no_paper"), "")}, "giay-to")
    try:
        read = answers.identifier()
    except Refused as refusal:
        return Line(_("Số giấy tờ"), answers.get("number"), "so-giay-to", (("stop", word(refusal, lang())),))
    if read is None:
        return Line(_("Giấy tờ"), "", "giay-to")
    doubts = [("wait", word(Refused(f"identifiers.{code}"), lang())) for code in read.warnings if code != "country_assumed"]
    fine = [("ready", _("Đủ 12 số, khớp năm sinh và giới tính"))] if read.type == "cccd" and not doubts else []
    number = Markup('<span class="kh-num kh-nowrap">{}</span>').format(say.identity_number(read.value))
    if read.type == "passport":
        number = Markup("{} ({})").format(number, _country(read.country))
    return Line(words.number_label(str(read.type)), number, "so-giay-to", tuple(doubts or fine))


def _country(code: str) -> str:
    found = countries.COUNTRIES.get(code)
    return "" if found is None else found.en if lang() == "en" else found.vi


def _home(answers: Answers) -> Any:
    unit = places.unit(answers.get("place"))
    if unit is None:
        return ""
    new = places.unit(f"2025-{answers.get('commune_2025')}") if answers.get("commune_2025") else None
    if new is None:
        return unit.path
    return Markup('{}<br><span class="kh-soft">{}</span>').format(unit.path, _("nay là %(name)s") % {"name": new.path})


def _joined(*values: str) -> Any:
    given = [escape(value) for value in values if value]
    return Markup(", ").join(given) if given else _("Không ghi")


def _guardian(answers: Answers) -> list[Line]:
    relation = words.GUARDIANS.get(answers.get("guardian_relation"), "")
    return [
        Line(_("Họ và tên người giám hộ"), f"{answers.get('guardian_name')} ({relation})", "giam-ho"),
        Line(_("Điện thoại người giám hộ"), phones.display(answers.get("guardian_phone")), "giam-ho"),
    ]


def _contact(answers: Answers) -> list[Line]:
    lines = []
    if answers.relative:
        relation = words.RELATIONS.get(answers.get("relation"), "")
        lines.append(Line(_("Người đăng ký giúp"), _("%(name)s (người được tiêm là: %(relation)s)") % {
            "name": answers.get("helper_name"), "relation": str(relation).lower(),
        }, "nguoi-giup"))  # fmt: skip
    phone = phones.display(answers.get("phone")) if answers.get("phone") else _("Không có, nhận giấy mời tại nhà")
    landline = answers.get("phone") and not phones.takes_sms(answers.get("phone"))
    notes = (("wait", _("Máy bàn: không nhận được tin nhắn và mã")),) if landline else ()
    return [*lines, Line(_("Điện thoại nhận tin"), Markup('<span class="kh-num">{}</span>').format(phone), "dien-thoai", notes)]


def _wish(answers: Answers) -> list[Line]:
    named = dict(group_choices(answers))
    groups = [named.get(code, code) for code in answers.get("groups", [])]
    wished = answers.get("wished_from")
    when = say.long_day(date.fromisoformat(wished), lang()) if wished else _("Càng sớm càng tốt")
    return [
        Line(_("Nhóm ưu tiên"), "; ".join(groups) or _("Không thuộc nhóm nào"), "nhom-uu-tien"),
        Line(_("Mũi cần tiêm"), _dose(answers), "mui-truoc" if answers.get("dose") == "next" else "mui-tiem"),
        Line(_("Sức khỏe"), _health(answers), "suc-khoe"),
        Line(_("Ngày đi được"), f"{when}; {str(words.SHIFTS.get(answers.get('shift'), '')).lower()}", "ngay-tiem"),
        Line(_("Đồng ý tiêm"), _("Đã đọc và đồng ý"), "dong-y"),
    ]


def _dose(answers: Answers) -> str:
    if answers.get("dose") != "next":
        return _("Mũi đầu")
    count = {"1": _("Đã tiêm 1 mũi"), "2": _("Đã tiêm 2 mũi"), "3": _("Đã tiêm 3 mũi trở lên")}.get(
        answers.get("previous_count"), ""
    )
    vaccine = campaigns.rulebook(answers.on).on(answers.on).vaccines.get(answers.get("previous_vaccine"))
    on = answers.get("previous_on")
    told = [
        vaccine.short(lang()) if vaccine else "",
        say.dmy(date.fromisoformat(on)) if on else "",
        answers.get("previous_place"),
    ]
    last = ", ".join(part for part in told if part)
    return f"{count}. {_('Mũi gần nhất: %(dose)s') % {'dose': last}}" if last else count


def _health(answers: Answers) -> Any:
    history = answers.get("history", {})
    loud = [(said, question) for said in ("yes", "unsure") for question, told in history.items() if told == said]
    lines = [Markup("<b>{}</b>: {}").format(words.ANSWERS[said], words.HISTORY[question]) for said, question in loud]
    rest = len(history) - len(loud)
    if rest:
        lines.append(escape(_("%(count)s câu còn lại: không") % {"count": rest} if loud else _("Không có điều nào")))
    return Markup("<br>").join(lines)
