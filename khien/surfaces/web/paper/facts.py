"""What each paper says, already in words where a room words it; no paper asks the database anything."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PaperDose:
    """One line of the confirmation's table; `new` is the dose of today."""

    number: str
    on: str
    vaccine: str
    lot: str
    place: str
    at: str = ""
    volume: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmationFacts:
    """The paper a person takes home. Source: Appendix 4 of Decision 3588/QD-BYT; lines of Decision 43/QD-BYT."""

    facility: str
    facility_address: str
    facility_code: str
    serial: str
    qr: str
    name: str
    born: str
    id_label: str
    id_number: str
    phone: str
    address: str
    doses: tuple[PaperDose, ...]
    done: str
    next: str
    sign_place: str
    issued: datetime
    hotline: str = "1900 9095"
    watch_days: int = 28
    sample: bool = False


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """The eleven fields of the vaccine passport, in order, and its code. Source: Decision 5772/QD-BYT of 2021-12-20."""

    name: str
    born: str
    nationality: str
    disease: str
    doses_received: str
    given_on: str
    dose_number: str
    vaccine: str
    product: str
    maker: str
    certificate_id: str
    qr: str
    issuer: str
    issued: datetime
    expires_on: date | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class PaperForm:
    """One sheet to print before a session: consent, screening and dose of one person, found again by its serial.

    `items` are (number, question) in the decree's wording, `consent` the points a person has read or heard.
    """

    site: str
    session: str
    title: str
    basis: str
    consent: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
    vitals: tuple[str, ...] = ("Nhiệt độ (°C)", "Mạch (lần/phút)", "Huyết áp (mmHg)", "Nhịp thở (lần/phút)")
    verdicts: tuple[str, ...] = ("Đủ điều kiện tiêm", "Trì hoãn", "Chuyển bệnh viện", "Chống chỉ định")
    guardian: bool = False


@dataclass(frozen=True, slots=True)
class PaperSerialText:
    """A sheet's serial as the code holds it and as people read it; a name where the sheet is for someone known."""

    serial: str
    shown: str
    name: str = ""
    born: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One person to call."""

    name: str
    born: str
    phone: str
    when: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One invitation: who, when, where, what to bring, and the code to scan at the desk."""

    name: str
    when: str
    place: str
    address: str
    vaccine: str
    code: str
    qr: str
    bring: str = "Căn cước (hoặc giấy có số định danh) và đơn thuốc đang dùng."
    hotline: str = "1900 9095"
