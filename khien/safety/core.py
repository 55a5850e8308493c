"""What an AEFI case says: WHO's 25 core variables, the classes of cause, the clocks of Decree 104/2016. Standard library only.

Sources: WHO, core variables for AEFI (GACVS, December 2015: 25 variables, 13 of them critical; which ones are critical is our
reading of the starred fields of the WHO form of 12/2020); WHO, Causality assessment of an AEFI, user manual, second edition 2019;
Decree 104/2016/ND-CP articles 5-6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from khien.kernel import clock, workdays
from khien.kernel.errors import Refused

REPORT_WITHIN = timedelta(hours=24)
INVESTIGATE_WITHIN = timedelta(hours=24)
COUNCIL_WORKING_DAYS = 5
CLOSE_OF_DAY = 17  # o'clock: the end of the last working day
SAME_EVENT = timedelta(days=28)  # a report that begins this close to another of the same dose meets it: the days of watching


@dataclass(frozen=True, slots=True)
class Variable:
    """One of the 25; `asked` says that a person types it (the others come from the record)."""

    code: str
    vi: str
    en: str
    critical: bool = False
    asked: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable("received_on", "Ngày nhận báo cáo lần đầu", "Date the report was first received", critical=True),
    Variable("country", "Nước báo cáo", "Country where the AEFI was reported", critical=True),
    Variable("location", "Nơi ở", "Location (address)", critical=True),
    Variable("unique_number", "Mã duy nhất toàn cầu", "Worldwide unique number", critical=True),
    Variable("patient", "Người bệnh", "Patient identifier", critical=True),
    Variable("birth", "Ngày sinh hoặc tuổi", "Date of birth or age at onset", critical=True),
    Variable("sex", "Giới tính", "Sex", critical=True),
    Variable("history", "Tiền sử bệnh", "Medical history", asked=True),
    Variable("vaccine", "Vắc xin nghi ngờ", "Primary suspect vaccine (generic)", critical=True),
    Variable("other_vaccines", "Vắc xin khác tiêm ngay trước", "Other vaccines given just prior to the AEFI", asked=True),
    Variable("batch", "Số lô", "Vaccine batch number", critical=True),
    Variable("dose_number", "Mũi thứ", "Vaccine dose number for this vaccinee"),
    Variable("vaccinated_at", "Ngày giờ tiêm", "Date and time of vaccination", critical=True),
    Variable("onset_at", "Ngày giờ bắt đầu", "Date and time of AEFI onset", critical=True),
    Variable("event", "Phản ứng", "Adverse event", critical=True),
    Variable("outcome", "Tình trạng", "Outcome of the AEFI", critical=True),
    Variable("serious", "Nghiêm trọng", "Was the event serious"),
    Variable("severity", "Tiêu chí nghiêm trọng", "Severity (criteria)"),
    Variable("reporter", "Người báo đầu tiên", "Name of the first reporter", asked=True),
    Variable("institution", "Cơ sở của người báo", "Institution, location", asked=True),
    Variable("position", "Chức vụ của người báo", "Position, department", asked=True),
    Variable("email", "Thư điện tử của người báo", "E-mail address", asked=True),
    Variable("phone", "Điện thoại của người báo", "Telephone number", asked=True),
    Variable("first_level_on", "Ngày báo ở tuyến đầu", "Reporting date at the first level"),
    Variable("comments", "Ý kiến của cán bộ quốc gia", "Comments by the national officer", asked=True),
)
# Further facts that the WHO form of 12/2020 asks for, and who it is that reports (E2B(R3) C.2.r.4).
MORE = (
    Variable("qualification", "Trình độ chuyên môn của người báo", "Qualification of the reporter", asked=True),
    Variable("diagnosis", "Chẩn đoán", "Diagnosis", asked=True),
    Variable("description", "Diễn biến", "Description of the event", asked=True),
    Variable("treatment", "Xử trí", "Treatment given", asked=True),
    Variable("hospital", "Bệnh viện", "Hospital", asked=True),
    Variable("pregnant", "Mang thai, cho con bú", "Pregnant, lactating", asked=True),
    Variable("diluent", "Dung môi: lô, hạn dùng", "Diluent: batch, expiry", asked=True),
    Variable("findings", "Kết quả điều tra", "Findings of the investigation", asked=True),
    Variable("autopsy", "Khám nghiệm tử thi", "Autopsy", asked=True),
)
CRITICAL = frozenset(one.code for one in VARIABLES if one.critical)
TYPED = {one.code: one for one in (*VARIABLES, *MORE) if one.asked}
LONGEST = 4000


class Qualification(StrEnum):
    """What a reporter is by profession: the code list of ICH E2B(R3) C.2.r.4."""

    PHYSICIAN = "physician"
    PHARMACIST = "pharmacist"
    OTHER_HEALTH = "other_health"
    LAWYER = "lawyer"
    CONSUMER = "consumer"


QUALIFICATIONS: dict[Qualification, tuple[str, str]] = {
    Qualification.PHYSICIAN: ("Bác sĩ", "Physician"),
    Qualification.PHARMACIST: ("Dược sĩ", "Pharmacist"),
    Qualification.OTHER_HEALTH: ("Nhân viên y tế khác", "Other health professional"),
    Qualification.LAWYER: ("Luật sư", "Lawyer"),
    Qualification.CONSUMER: ("Người dân", "Consumer or other non-health professional"),
}


class Cause(StrEnum):
    """The classes of cause (WHO 2019): A consistent, B indeterminate, C inconsistent with causal association, D unclassifiable."""

    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"
    B1 = "B1"
    B2 = "B2"
    C = "C"
    D = "D"


CAUSES: dict[Cause, tuple[str, str]] = {
    Cause.A1: ("Liên quan đến sản phẩm vắc xin", "Vaccine product-related reaction"),
    Cause.A2: ("Liên quan đến chất lượng vắc xin", "Vaccine quality defect-related reaction"),
    Cause.A3: ("Sai sót trong tiêm chủng", "Immunization error-related reaction"),
    Cause.A4: ("Phản ứng do lo sợ, căng thẳng khi tiêm", "Immunization stress-related response"),
    Cause.B1: ("Chưa xác định: gần về thời gian, chưa đủ bằng chứng", "Indeterminate: consistent in time, insufficient evidence"),
    Cause.B2: ("Chưa xác định: bằng chứng trái ngược", "Indeterminate: conflicting trends"),
    Cause.C: ("Trùng hợp ngẫu nhiên, bệnh sẵn có hoặc mới mắc", "Coincidental: underlying or emerging condition"),
    Cause.D: ("Không phân loại được: thiếu thông tin", "Unclassifiable: more information needed"),
}
# The steps of the 2019 algorithm, asked in this order; the first that is answered yes proposes its class.
STEPS: tuple[tuple[str, str, str, Cause | None], ...] = (
    ("other_cause", "Có bằng chứng mạnh về nguyên nhân khác?", "Is there strong evidence for other causes?", Cause.C),
    ("product", "Y văn: vắc xin này, tiêm đúng cách, có thể gây ra?", "Is there evidence that this vaccine, given correctly, may cause it?", Cause.A1),
    ("quality", "Có lỗi chất lượng vắc xin?", "Was there a vaccine quality defect?", Cause.A2),
    ("error", "Có sai sót khi bảo quản, pha hoặc tiêm?", "Was there an error in handling or administration?", Cause.A3),
    ("stress", "Có phải phản ứng do lo sợ, căng thẳng?", "Was it an immunization stress-related response?", Cause.A4),
    ("in_time", "Xảy ra trong khoảng thời gian hợp lý?", "Was the event within a plausible time window?", None),
    ("against", "Có bằng chứng mạnh chống lại mối liên hệ?", "Is there strong evidence against a causal association?", Cause.C),
    ("conflicting", "Bằng chứng trái ngược nhau?", "Are the trends conflicting?", Cause.B2),
)


def profession(facts: Mapping[str, str], source: str) -> str:
    """What the reporter is by profession, as told; who tells in an own book or on the portal is no health professional there. "" is not known."""
    own = source in ("health_book", "portal") and not facts.get("reporter")
    return facts.get("qualification") or (Qualification.CONSUMER.value if own else "")


def propose(answers: Mapping[str, bool | None]) -> Cause:
    """The class that the 2019 algorithm proposes for these answers (None: not known); the council decides.

    Too few answers make it unclassifiable; a link in the literature counts only within the time window.
    """
    if all(answers.get(code) is None for code, *_rest in STEPS):
        return Cause.D
    if answers.get("other_cause"):
        return Cause.C
    in_time = answers.get("in_time")
    if in_time is not False:
        for code, cause in (("product", Cause.A1), ("quality", Cause.A2), ("error", Cause.A3), ("stress", Cause.A4)):
            if answers.get(code) and (in_time or code == "stress"):
                return cause
    if in_time is None:
        return Cause.D
    if not in_time or answers.get("against"):
        return Cause.C
    return Cause.B2 if answers.get("conflicting") else Cause.B1


@dataclass(frozen=True, slots=True)
class Clocks:
    """By when the facility reports, the Department investigates, the council decides; None while a clock does not run."""

    report: datetime | None = None
    investigate: datetime | None = None
    council: datetime | None = None


def clocks(noticed_at: datetime | None, reported_at: datetime | None, *, holidays: Collection[date] = ()) -> Clocks:
    """The clocks of an event that must be reported, noticed and reported at these moments.

    Source: Decree 104/2016 articles 5-6; working days know Viet Nam's public holidays.
    """
    report = noticed_at + REPORT_WITHIN if noticed_at else None
    if reported_at is None:
        return Clocks(report)
    last = workdays.working_days_after(clock.on_date(reported_at), COUNCIL_WORKING_DAYS, holidays)
    return Clocks(report, reported_at + INVESTIGATE_WITHIN, clock.at_local(last, CLOSE_OF_DAY))


def read_facts(told: Mapping[str, str]) -> dict[str, str]:
    """The typed variables, trimmed; empty ones are kept so that a blank can be written.

    Raises Refused: safety.variable_unknown, safety.qualification_unknown.
    """
    for code in told:
        if code not in TYPED:
            raise Refused("safety.variable_unknown", variable=str(code)[:40])
    found = {code: str(value).strip()[:LONGEST] for code, value in told.items()}
    if found.get("qualification") and found["qualification"] not in set(Qualification):
        raise Refused("safety.qualification_unknown")
    return found


def missing(values: Mapping[str, object], *, critical: bool = True) -> tuple[str, ...]:
    """Codes of the variables that nobody has told yet, in the list's order."""
    return tuple(one.code for one in VARIABLES if (one.critical or not critical) and values.get(one.code) in (None, "", ()))


def same_event(onset: datetime, others: Iterable[datetime]) -> bool:
    """Say whether an onset lies close enough to one of these to be told of the same event."""
    return any(abs(onset - other) <= SAME_EVENT for other in others)
