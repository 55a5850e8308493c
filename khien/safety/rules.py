"""Reactions after a dose: which signs are dangerous, how urgent they are, what to say. Pure: standard library only.

Sources: Decree 104/2016 articles 5-6, Decision 3588/QD-BYT (28 days, above all the first 7), WHO's AEFI form (12/2020);
the priorities are the response centre's. Which sign is red beyond the first day is our reading, on the safe side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from khien.kernel.errors import Refused

FOLLOW_UP_DAYS = (1, 3, 7, 28)  # Source: response to SmartVax (3,281 people)
WATCH_DAYS = 28
RED_HOURS = 24
RED_FREE = timedelta(hours=RED_HOURS + 1)  # later than the day in which more signs are red
REPORT_WITHIN = timedelta(hours=24)  # the facility to the Provincial Department of Health: Decree 104/2016
EMERGENCY_NUMBER = "115"


class Urgency(StrEnum):
    """P1 never queues: call 115, alert the point and the doctor on duty. P2: an answer within 30 minutes."""

    P1 = "P1"
    P2 = "P2"


class Severity(StrEnum):
    """Common reactions pass by themselves; severe ones are watched, treated, reported."""

    COMMON = "common"
    SEVERE = "severe"


class Serious(StrEnum):
    """What makes an event serious for the report (WHO)."""

    DEATH = "death"
    LIFE_THREATENING = "life_threatening"
    DISABILITY = "disability"
    HOSPITALISATION = "hospitalisation"
    CONGENITAL_ANOMALY = "congenital_anomaly"
    OTHER = "other"


class Outcome(StrEnum):
    """How it ended (WHO)."""

    RECOVERING = "recovering"
    RECOVERED = "recovered"
    SEQUELAE = "recovered_with_sequelae"
    NOT_RECOVERED = "not_recovered"
    DIED = "died"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing a person may feel. `red`: "always", "first_day" (within 24 hours) or "" ; `words` find it in free text."""

    code: str
    vi: str
    en: str
    severity: Severity
    red: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triage:
    """How urgent the signs are, with the advice in both languages; `red` names the signs that decided P1."""

    urgency: Urgency
    severity: Severity
    call_emergency: bool
    red: tuple[str, ...]
    signs: tuple[str, ...]
    advice_vi: str
    advice_en: str


_S, _C = Severity.SEVERE, Severity.COMMON
SIGNS: tuple[Sign, ...] = (
    Sign(
        "breathing",
        "Khó thở, thở rít, tím tái",
        "Trouble breathing, wheezing, blue lips",
        _S,
        "always",
        ("kho tho", "tho rit", "khong tho duoc", "hut hoi", "nghet tho", "tim tai", "tim moi"),
    ),
    Sign(
        "swelling",
        "Sưng môi, mặt, lưỡi hoặc họng",
        "Swelling of lips, face, tongue or throat",
        _S,
        "first_day",
        ("sung moi", "sung mat", "sung luoi", "sung hong", "phu mat", "phu moi", "phu luoi", "nghen hong"),
    ),
    Sign(
        "fainting",
        "Ngất, choáng, lơ mơ",
        "Fainting, collapse, drowsiness",
        _S,
        "first_day",
        ("ngat", "bat tinh", "choang", "lo mo", "li bi", "hon me"),
    ),
    Sign(
        "chest_pain",
        "Đau ngực, tim đập nhanh",
        "Chest pain, racing heart",
        _S,
        "always",
        ("dau nguc", "tuc nguc", "dau tim", "tim dap nhanh"),
    ),
    Sign("seizure", "Co giật", "Seizure", _S, "always", ("co giat", "dong kinh")),
    Sign(
        "paralysis",
        "Yếu, liệt tay chân, méo miệng, nói khó",
        "Weakness or paralysis, drooping face, slurred speech",
        _S,
        "always",
        ("liet", "meo mieng", "noi kho", "te nua nguoi", "yeu nua nguoi"),
    ),
    Sign(
        "headache",
        "Đau đầu dữ dội hoặc kéo dài, nhìn mờ",
        "Severe or lasting headache, blurred sight",
        _S,
        "",
        ("dau dau du doi", "nhuc dau du doi", "nhin mo", "mo mat"),
    ),
    Sign(
        "bleeding",
        "Chảy máu, chấm xuất huyết, bầm tím",
        "Bleeding, pinpoint spots, bruises",
        _S,
        "",
        ("chay mau", "xuat huyet", "bam tim"),
    ),
    Sign(
        "rash",
        "Phát ban, nổi mề đay toàn thân",
        "Rash or hives all over",
        _S,
        "",
        ("phat ban", "noi man", "me day", "noi me day"),
    ),
    Sign(
        "vomiting",
        "Nôn nhiều, đau bụng dữ dội",
        "Repeated vomiting, severe belly pain",
        _S,
        "",
        ("non nhieu", "oi nhieu", "non lien tuc", "dau bung du doi"),
    ),
    Sign(
        "high_fever",
        "Sốt trên 39 độ không hạ",
        "Fever over 39 degrees that does not come down",
        _S,
        "",
        ("sot cao", "sot 39", "sot 40", "sot khong ha"),
    ),
    Sign("leg_swelling", "Sưng đau một chân", "One leg swollen and painful", _S, "", ("sung chan", "dau bap chan")),
    Sign(
        "severe_local",
        "Sưng đỏ chỗ tiêm quá 3 ngày hoặc quá khớp gần nhất",
        "Swelling at the site for over 3 days or beyond the nearest joint",
        _S,
        "",
        (),
    ),
    Sign("pain_at_site", "Đau chỗ tiêm", "Pain at the site", _C, "", ("dau cho tiem", "dau tay", "nhuc tay")),
    Sign("swelling_at_site", "Sưng đỏ chỗ tiêm", "Redness or swelling at the site", _C, "", ("sung cho tiem", "do cho tiem")),
    Sign("fever", "Sốt nhẹ", "Mild fever", _C, "", ("sot",)),
    Sign("chills", "Ớn lạnh", "Chills", _C, "", ("on lanh", "ret run")),
    Sign("tiredness", "Mệt mỏi", "Tiredness", _C, "", ("met",)),
    Sign("mild_headache", "Đau đầu nhẹ", "Mild headache", _C, "", ("dau dau", "nhuc dau")),
    Sign("muscle_ache", "Đau cơ, đau khớp", "Muscle or joint ache", _C, "", ("dau co", "dau khop", "nhuc nguoi", "dau nguoi")),
    Sign("nausea", "Buồn nôn, tiêu chảy nhẹ", "Nausea, mild diarrhoea", _C, "", ("buon non", "tieu chay")),
    Sign("swollen_node", "Nổi hạch", "Swollen node", _C, "", ("noi hach",)),
)
BY_CODE = {sign.code: sign for sign in SIGNS}

_ADVICE = {
    "red": (
        f"Gọi {EMERGENCY_NUMBER} ngay, giữ người bệnh nằm, không để một mình.",
        f"Call {EMERGENCY_NUMBER} now, keep the person lying down, do not leave them alone.",
    ),
    "severe": (
        "Đến cơ sở y tế gần nhất hôm nay; nếu khó thở, ngất hoặc đau ngực thì gọi 115.",
        "Go to the nearest health facility today; with trouble breathing, fainting or chest pain call 115.",
    ),
    "common": (
        "Phản ứng thường gặp: nghỉ ngơi, uống đủ nước, theo dõi; nặng lên thì báo ngay.",
        "A common reaction: rest, drink enough, keep watching; tell us at once if it gets worse.",
    ),
    "none": (
        "Không có dấu hiệu bất thường: tiếp tục theo dõi đến hết 28 ngày, nhất là 7 ngày đầu.",
        "No unusual sign: keep watching for 28 days, above all the first 7.",
    ),
}


def triage(signs: Iterable[str], *, since_dose: timedelta | None) -> Triage:
    """How urgent these signs are; `since_dose` None (the dose is not known) counts as within the first day.

    Raises Refused: safety.unknown_sign.
    """
    known = [_sign(code) for code in dict.fromkeys(signs)]
    first_day = since_dose is None or since_dose <= timedelta(hours=RED_HOURS)
    red = tuple(sign.code for sign in known if sign.red == "always" or (sign.red == "first_day" and first_day))
    severe = any(sign.severity is Severity.SEVERE for sign in known)
    advice = _ADVICE["red" if red else "severe" if severe else "common" if known else "none"]
    return Triage(
        Urgency.P1 if red else Urgency.P2,
        Severity.SEVERE if severe else Severity.COMMON,
        bool(red),
        red,
        tuple(sign.code for sign in known),
        *advice,
    )


def _sign(code: str) -> Sign:
    if code not in BY_CODE:
        raise Refused("safety.unknown_sign", sign=str(code)[:40])
    return BY_CODE[code]


def signs_in_text(text: str) -> tuple[str, ...]:
    """The signs that free text speaks of, with or without accents; what is denied ("không khó thở") is left out.

    A word list for the first question of a contact, before any search of the knowledge base: it may find too much,
    and a person decides.
    """
    folded = _fold(text)
    found = []
    for sign in SIGNS:
        for words in sign.words:
            if _spoken(folded, words):
                found.append(sign.code)
                break
    return tuple(_without_milder(found))


def red_flags_in_text(text: str) -> tuple[str, ...]:
    """The signs in free text that may be red (P1)."""
    return tuple(code for code in signs_in_text(text) if BY_CODE[code].red)


_DENIED = re.compile(r"(?:\bkhong|\bchua|\bko|\bk|\bchang|\bhet|\bkhoi)(?: (?:he|con|bi|thay|co|cam thay)){0,3} $")
# Without accents these begin other words: ngạt mũi, liệt kê, nơi khó khăn.
_OTHER_WORDS = {"ngat": "mui", "liet": "ke", "noi kho": "khan"}
_MILDER = {"headache": "mild_headache", "high_fever": "fever"}


def _spoken(folded: str, words: str) -> bool:
    other = rf"(?! {_OTHER_WORDS[words]}\b)" if words in _OTHER_WORDS else ""
    return any(not _DENIED.search(folded[: match.start()]) for match in re.finditer(rf"\b{words}\b{other}", folded))


def _without_milder(found: list[str]) -> list[str]:
    """A severe headache is not told as a mild one as well."""
    dropped = {_MILDER[code] for code in found if code in _MILDER}
    return [code for code in found if code not in dropped]


def _fold(text: str) -> str:
    """Lower case without marks; đ, Đ and the Icelandic Ð that some keyboards write become d."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("ð", "d"))
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s]", " , ", plain)).strip()


def must_report(signs: Iterable[str], serious: Iterable[Serious] = ()) -> bool:
    """Say whether the facility must report: a severe sign, or anything that makes the event serious."""
    return bool(list(serious)) or any(_sign(code).severity is Severity.SEVERE for code in signs)


def report_due(noticed_at: datetime) -> datetime:
    """By when the report reaches the Provincial Department of Health. Source: Decree 104/2016."""
    return noticed_at + REPORT_WITHIN


def within_watch(dosed_at: datetime, onset_at: datetime) -> bool:
    """Say whether the onset lies in the 28 days of watching. Raises Refused: safety.onset_before_dose."""
    if onset_at < dosed_at:
        raise Refused("safety.onset_before_dose")
    return onset_at - dosed_at <= timedelta(days=WATCH_DAYS)
