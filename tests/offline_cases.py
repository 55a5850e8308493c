"""Questions that desks ask of the rules, at random from a seed: ages at borders, mixed histories, lots, answers, measures, slips."""

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from khien.campaigns.rules import national
from khien.kernel.codes import slip_code
from khien.visits.forms import all_forms, vital_kinds
from khien.visits.screening_types import Verdict
from khien.visits.states import State

BOOK = national()
VACCINES = sorted(BOOK.vaccines)
FIRST, LAST = date(2021, 3, 1), date(2022, 9, 30)
GAPS = sorted(BOOK.spans[0] | {month * 30 for month in BOOK.spans[1]} | {0, 1, 14})
AGES = sorted(BOOK.age_bounds | {0, 3, 5, 12, 13, 17, 18, 64, 65, 66, 100})
MEASURES = ("36,5", "37,4", "37.5", "38", "", "abc", "300", "79", "80", "101", "60", "139", "140", "89", "90", "95", "24", "25")
SCANS = (
    "079084990321||Nguyễn Văn Thử Nghiệm|12031984|Nam|1 Đường Thử, Phường 01, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021",
    "079184990322|123456789|Trần Thị Mẫu|29021984|Nữ|Xã Thử, Huyện Mẫu, Nghệ An|", "079184990322|123456789|Trần Thị Mẫu|31021984|Nữ||", "không phải thẻ",
)  # fmt: skip


def cases(count: int, seed: int = 2021) -> list[tuple[str, dict[str, Any]]]:
    """So many questions, each by its name; the same for a seed."""
    rng = random.Random(seed)
    kinds = [_propose] * 9 + [_before_dose] * 16 + [_story] * 4 + [_health] * 2 + [_card, _person]
    return [rng.choice(kinds)(rng) for _ in range(count)]


def _day(rng: random.Random) -> date:
    """A day, often one on which a rule begins or ends."""
    if rng.random() < 0.4:
        return min(max(rng.choice(BOOK.change_dates) + timedelta(days=rng.choice((-1, 0, 1))), FIRST), LAST)
    return FIRST + timedelta(days=rng.randrange((LAST - FIRST).days))


def _birth(rng: random.Random, on: date) -> str:
    """A birth date of which the age is at a border on this day; sometimes only its year, or its month, is known."""
    born = date(on.year - rng.choice(AGES), on.month, min(on.day, 28)) + timedelta(days=rng.choice((-1, 0, 1, 40, 200)))
    return rng.choices((born.isoformat(), born.isoformat()[:7], born.isoformat()[:4]), (8, 1, 2))[0]


def _past(rng: random.Random, on: date) -> list[dict[str, Any]]:
    """Up to four doses before the day, their gaps at the borders of the intervals."""
    day, found = on, []
    for _ in range(rng.choices(range(5), (3, 4, 4, 2, 1))[0]):
        day -= timedelta(days=max(0, rng.choice(GAPS) + rng.choice((-4, -1, 0, 0, 1, 60))))
        kind = rng.choices((None, "primary", "additional", "booster"), (8, 2, 1, 1))[0]
        found.append({
            "vaccine": rng.choices((rng.choice(VACCINES), "unheard_of"), (30, 1))[0], "on_date": day.isoformat(), "dose_type": kind,
            "ordinal": rng.choice((None, 1, 2, 3)) if kind else None, "valid": rng.choices((None, True, False), (12, 1, 1))[0],
            "evidence": rng.choices(("record", "document", "statement"), (8, 2, 1))[0], "lot": "LOT1",
        })  # fmt: skip
    if found and rng.random() < 0.6:  # most people keep to one vaccine
        found = [{**dose, "vaccine": found[0]["vaccine"]} for dose in found]
    return found[::-1]


def _answers(rng: random.Random) -> dict[str, Any]:
    form = rng.choice(all_forms())
    sick = rng.choice((0.0, 0.05, 0.4))
    items = {item.no: rng.random() < sick for item in form.items if not item.computed and rng.random() < 0.95}
    told: dict[str, Any] = {"items": items, "details": {no: "hải sản" for no, yes in items.items() if yes and rng.random() < 0.3}}
    told["background"] = [fact.code for fact in form.background if rng.random() < 0.15]
    if rng.random() < 0.1:
        told["pregnancy_weeks"] = rng.choice(("0", 8, 12, "13", 40, 46, "x"))
    if rng.random() < 0.1:
        told["usual_systolic"] = rng.choice(("120", "150", "9"))
    return told


def _propose(rng: random.Random) -> tuple[str, dict[str, Any]]:
    on = _day(rng)
    vitals = {code: rng.choice(MEASURES) for code in vital_kinds() if rng.random() < 0.6}
    if rng.random() < 0.7:
        vitals |= {"bp_systolic": rng.choice(("118", "139", "140", "161", "89")), "bp_diastolic": rng.choice(("60", "75", "91", "110"))}
    return "propose", {
        "on": on.isoformat(), "birth": _birth(rng, on), "sex": rng.choice(("male", "female", "unknown")), "vaccine": rng.choice((*VACCINES, "")),
        "answers": _answers(rng), "vitals": vitals,
    }  # fmt: skip


def _health(rng: random.Random) -> tuple[str, dict[str, Any]]:
    on = _day(rng)
    return "health", {"on": on.isoformat(), "birth": _birth(rng, on), "answers": _answers(rng)}


def _story(rng: random.Random) -> tuple[str, dict[str, Any]]:
    on = _day(rng)
    return "story", {
        "on": on.isoformat(), "birth": _birth(rng, on), "sex": rng.choice(("male", "female")), "province": rng.choice(("79", "01", "")),
        "history": _past(rng, on), "settled_birth": None,
    }  # fmt: skip


def _card(rng: random.Random) -> tuple[str, dict[str, Any]]:
    return "card", {"scan": rng.choice(SCANS)}


def _person(rng: random.Random) -> tuple[str, dict[str, Any]]:
    on = _day(rng)
    return "person", {"at": f"{on}T02:00:00+00:00", "person": {
        "full_name": rng.choice(("Nguyễn  Văn thử", "Lê", "x1", "")), "birth": _birth(rng, on), "sex": rng.choice(("male", "female", "?")),
        "identifier": rng.choice(("079084990321", "079084990", "abc", "")), "no_identifier_reason": rng.choice(("", "lost", "unheard")),
        "phone": rng.choice(("", "0912 345 678", "123", "0900000000")), "guardian": rng.choice((None, {"full_name": "Lê Thị Thử", "phone": "0912345678", "relation": "relative"})),
    }}  # fmt: skip


def _vials(rng: random.Random, on: date) -> list[dict[str, Any]]:
    """The vials of the lot that stand open: some in time, some over, some drawn to the last dose."""
    return [
        {"opened_at": f"{on}T{rng.choice(('01', '03'))}:00:00+00:00", "use_until": f"{on}T{rng.choice(('04', '09'))}:00:00+00:00", "doses": 10, "drawn": rng.choice((0, 9, 10))}
        for _ in range(rng.choice((0, 0, 1, 2)))
    ]


def _before_dose(rng: random.Random) -> tuple[str, dict[str, Any]]:
    on, vaccine = _day(rng), rng.choice(VACCINES)
    past = _past(rng, on)
    code, other = slip_code(rng.getrandbits(64)), slip_code(rng.getrandbits(64))
    well = rng.random() < 0.7
    found = vaccine if rng.random() < 0.9 else rng.choice(VACCINES)
    state = rng.choices(("released", "recalled", "quarantined"), (12, 1, 1))[0]
    return "before_dose", {
        "on": on.isoformat(), "person": {"birth": _birth(rng, on), "sex": rng.choice(("male", "female")), "settled_birth": None},
        "visit": {
            "state": State.CLEARED.value if well else rng.choice([one.value for one in State]), "number": rng.choice((7, "B7", 12)),
            "codes": [code, str(UUID(int=rng.getrandbits(128)))], "person_id": str(UUID(int=rng.getrandbits(128))), "vaccine": vaccine,
            "decision": Verdict.ELIGIBLE.value if well else rng.choice([None, "wait", *(one.value for one in Verdict)]), "minutes": rng.choice((30, 60)),
            "mixing": rng.random() < 0.5, "namesakes": [[4, rng.random() < 0.5]] if rng.random() < 0.1 else [],
            "given": {"number": 7, "dosed_at": f"{on}T03:30:00+00:00", "state": "dosed"} if rng.random() < 0.05 else None,
        },
        "session": {"vaccines": [vaccine] if rng.random() < 0.95 else [rng.choice(VACCINES)], "province": rng.choice(("79", "01", "")), "stopped": rng.random() < 0.03},
        "health": {
            "immune_deficient": rng.random() < 0.1, "pregnant": rng.random() < 0.05, "breastfeeding": rng.random() < 0.05,
            "settled_birth": date(1980, 5, 5).isoformat() if rng.random() < 0.05 else None,
        },
        "history": past,
        "lot": None if rng.random() < 0.02 else {
            "id": str(UUID(int=rng.getrandbits(128))), "vaccine": found, "number": "AB 123-4", "manufacturer": "", "manufactured_on": None,
            "expires_on": (on + timedelta(days=rng.choice((-1, 0, 1, 90, 90, 90)))).isoformat(), "doses_per_vial": 10, "state": state,
            "state_reason": rng.choice(("", "provisional", "thu hồi")) if state != "released" else "", "chosen": rng.random() < 0.95, "paused": rng.random() < 0.03,
            "vials": _vials(rng, on), "thaw_before": rng.choice((None, None, None, (on + timedelta(days=rng.choice((-1, 0)))).isoformat())),
        },
        "moment": rng.choice((None, f"{on}T03:30:00+00:00", f"{on}T05:00:00+00:00")),
        "slip": rng.choices(("", code, other, "123"), (6, 3, 1, 1))[0],
        "confirmed_facts": rng.choice(([], ["full_name"], ["full_name", "birth"], ["full_name", "identifier"], ["birth", "phone"])),
    }  # fmt: skip
