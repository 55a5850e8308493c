"""What officers and leads do before and after the day: plan, invite, open, print, close."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from khien.booking import queries as booking
from khien.config import moved
from khien.kernel import clock
from khien.plumbing.postgres import CannotStart
from khien.rehearsal import product
from khien.rehearsal.browser import Form, Page, Surprise
from khien.rehearsal.point import EARLIER, Arrival
from khien.rehearsal.staff import Desk, Officer
from khien.visits import queries as visits

SHIFTS = ("evening", "afternoon", "morning", "whole_day")
LONGEST, SHORTEST = timedelta(minutes=150), timedelta(minutes=10)
FIRST = timedelta(minutes=EARLIER + 5)  # of the day: before it, what is told as earlier would stand on the day before
LAST = timedelta(hours=1)  # of the day: earlier than this a point without hours has none because every shift is planned
PACK = 900  # the most forms that are printed at once
DOSE_ON_PAPER = 8  # minutes from the door to the injection
ON_PAPER = 45  # minutes from the door to the way home
DESKS = {"reception": "tiepdon", "screening": "bacsi", "injection": "tiem", "observation": "theodoi"}
REASON = "Diễn tập: nhiều người trong ít giờ"


@dataclass
class Planned:
    """A session of the rehearsal."""

    session_id: str
    number: int
    site_id: str
    vaccine: str
    district: str
    day: date
    standing: bool = False  # the point's own session of today: it stays open when the rehearsal leaves


def into_the_day(site_ids: Iterable[str], tell: Callable[[str], None]) -> None:
    """Move the demo's clock on to hours in which a day can be played, where it is too late or too early for that."""
    seconds = seconds_ahead(site_ids)
    if seconds:
        tell(f"it is {clock.local(clock.now()):%H:%M} in Viet Nam: the demo's clock is moved {int(seconds) // 60 + 1} minutes ahead")
        moved.move(settings.DATA, moved.shift(settings.DATA) + timedelta(seconds=seconds))


def seconds_ahead(site_ids: Iterable[str]) -> float:
    """Seconds until a session planned now can be opened and played today; 0 by day.

    What is done is told as fifty minutes ago, and that is to be today; late, some point may have no hours left.
    """
    now = clock.now()
    midnight = clock.at_local(clock.on_date(now))
    left = midnight + timedelta(days=1) - now
    if now - midnight < FIRST:
        return (FIRST - (now - midnight)).total_seconds()
    enough = left > LAST or (left > SHORTEST and all(_free_hours(one) for one in site_ids))
    return 0 if enough else (left + FIRST).total_seconds()


def plan(officer: Officer, *, number: int, site_id: str, vaccine: str, district: str, tables: int) -> Planned:
    """Plan a session at a point in hours of today that are still free, in a shift that the day has left. Raises CannotStart."""
    hours = _free_hours(site_id)
    for shift, starts, ends in hours:
        found = plan_session(officer, site_id=site_id, vaccine=vaccine, shift=shift, starts=starts, ends=ends, tables=max(tables, 4))
        if found:
            return Planned(found, number, site_id, vaccine, district, clock.on_date(starts))
    return _standing(number, site_id, district)


def plan_session(
    officer: Officer, *, site_id: str, vaccine: str, shift: str, starts: datetime, ends: datetime, tables: int, mode: str = "invited",
    per_table: int = 200,
) -> str:  # fmt: skip
    """Plan one session on the planner's page; returns its id, "" where the page refuses it."""
    page = officer.get("/dieu-phoi/buoi/moi")
    day = clock.local(starts)
    answers = {
        "site": site_id, "day_day": day.day, "day_month": day.month, "day_year": day.year, "shift": shift, "starts": f"{day:%H:%M}",
        "ends": f"{clock.local(ends):%H:%M}", "mode": mode, "vaccines": [vaccine], "tables": tables, "per_table": per_table, "reason": REASON,
    }  # fmt: skip
    done = officer.send(page, page.form("site", "per_table"), answers)
    found = re.search(r"/buoi/([0-9a-f-]{36})", done.url)
    return found.group(1) if found and done.status == 200 else ""


def _standing(number: int, site_id: str, district: str) -> Planned:
    """The point's own session of today, where every shift of the day is planned already. Raises CannotStart."""
    now = clock.now()
    for session in booking.sessions(None, on=clock.on_date(now), site_id=UUID(site_id), states=("open",)):
        if session.ends_at > now and session.mode != "walk_in" and any(slot.free and slot.ends_at > now for slot in booking.slots(session.id)):
            return Planned(str(session.id), number, site_id, session.vaccines[0], district, session.on_date, standing=True)
    raise CannotStart(
        f"Point {number} has no shift left today: a day has {len(SHIFTS)}, and each rehearsal takes one. Rehearse tomorrow or with another --data DIR."
    )


def _free_hours(site_id: str) -> list[tuple[str, datetime, datetime]]:
    """Hours of today that no session of the point takes, each with a shift that is not used; a third of the rest of the day at most."""
    now = clock.now()
    today = [one for one in booking.sessions(None, on=clock.on_date(now), site_id=UUID(site_id)) if one.state != "cancelled"]
    night = clock.at_local(clock.on_date(now), 23, 59)
    start = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    length = min(LONGEST, max((night - start) / 3, SHORTEST))
    gaps = []
    for one in sorted(today, key=lambda one: one.starts_at):
        gaps.append((start, one.starts_at))
        start = max(start, one.ends_at)
    gaps.append((start, night))
    shift = next((name for name in SHIFTS if name not in {one.shift for one in today}), "")
    return [(shift, first, _minute(min(last, first + length))) for first, last in reversed(gaps) if shift and last - first >= SHORTEST]


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def open_point(lead: Officer, planned: Planned, lot_id: str, *, printer: bool = True) -> None:
    """Choose the lot, sign the checklist, open the session: as the lead does on the page; without a printer by name and reason."""
    path = f"/diem/{planned.session_id}/mo"
    page = lead.get(path)
    choosing = next((form for form in page.forms if lot_id in form.choices.get("lot", ())), None)  # none: it is in use already
    if choosing is not None:
        lead.send(page, choosing, {"lot": lot_id})
    session = product.told(lambda: booking.session(UUID(planned.session_id)))
    if session and session.state == "open":
        return
    later = f"{clock.on_date(clock.now()) + timedelta(days=200):%d/%m/%Y}"
    told = {
        "anaphylaxis_kit-expires_on": later, "adrenaline-ampoules": "5", "adrenaline-expires_on": later, "doctor-name": "Trần Bác Sĩ",
        "fridge-celsius": "4,5", "printer-ok": "1", "paper_pack-ok": "1", "hospital_phone-phone": "028 3990 0115",
    }  # fmt: skip
    if not printer:
        told.pop("printer-ok")
        told |= {"printer-who": "Lê Thị Trưởng Điểm", "printer-why": "Máy in hỏng, in giấy xác nhận buổi chiều"}
    page = lead.get(path)
    if not printer and not page.form("doctor-name").values.keys() & {"printer-who"}:
        page = lead.send(page, page.form("doctor-name"), told)  # the page asks who takes it upon themselves, and why
    done = lead.send(page, page.form("doctor-name"), told)
    if done.status != 200 or done.path.endswith("/mo"):
        raise Surprise(f"point {planned.number} does not open ({done.status})")


def print_papers(lead: Officer, planned: Planned, count: int) -> list[str]:
    """Print paper forms; returns their serials."""
    page = lead.get(f"/diem/{planned.session_id}/phieu")
    for first in range(0, count, PACK):
        lead.send(page, page.form("count"), {"count": min(PACK, count - first)})
    found = [form.serial for form in product.told(lambda: visits.papers(UUID(planned.session_id), state="printed"))]
    if len(found) < count:
        raise Surprise(f"point {planned.number}: {len(found)} serials printed of {count}")
    return found


def settle_paper(lead: Officer, planned: Planned, serial: str, act: str, reason: str) -> None:
    """Explain one sheet: `void` or `missing`."""
    page = lead.get(f"/diem/{planned.session_id}/phieu")
    form = page.form("serial", "reason")
    done = lead.send(page, form, {"serial": serial, "reason": reason}, button=act)
    if done.status != 200:
        raise Surprise(f"point {planned.number}: a sheet cannot be explained ({done.status})")


def close_point(lead: Officer, planned: Planned) -> None:
    """Count the sheets that nobody used, then close the day of a session; a point's own session goes on."""
    page = lead.get(f"/diem/{planned.session_id}/ket-thuc")
    rest = next((form for form in page.forms if form.values.get("act") == ["rest"]), None)
    if rest is not None:
        lead.send(page, rest, {"reason": "Đếm lại: không dùng"})
        page = lead.get(page.path)
    if planned.standing:
        return
    done = lead.send(page, closing(page), {})
    if done.status != 200:
        raise Surprise(f"point {planned.number} does not close: {done.title}")


def sign_day(lead: Officer, site_id: str, day: date, *, seconds: float = 600) -> bool:
    """The lead signs the point's day as it stands in the records; False where another session of the point goes on."""
    until = time.monotonic() + seconds
    path = f"/dieu-phoi/bao-cao/diem/{site_id}"
    while True:
        page = lead.get(path, ngay=day.isoformat())
        form = next((form for form in page.forms if form.action.endswith("/ky")), None)
        if form is None:
            if page.status != 200:
                raise Surprise(f"{lead.username}: the day's report does not open ({page.status})")
            return False
        done = lead.send(page, form, {"ghi_chu": ""})
        if done.status == 200:
            return True
        if time.monotonic() > until:
            raise Surprise(f"{lead.username}: the day cannot be signed ({done.status})")
        time.sleep(1)  # the worker still counts what happened a moment ago; a new demo has minutes of events of its own


def closing(page: Page) -> Form:
    """The form that closes the day."""
    form = next((form for form in page.forms if form.method == "post" and form.action in ("", page.path)), None)
    if form is None:
        raise Surprise("the page shows no way to close")
    return form


def desks(base: str, planned: Planned, counter: Any) -> dict[str, Desk]:
    """The staff of a point at its desks."""
    prefix = f"diem{planned.number:02d}"
    return {desk: Desk(Officer(base, f"{prefix}.{name}", counter=counter), planned.session_id) for desk, name in DESKS.items()}


def expected(desk: Desk, names: dict[tuple[str, str], Any]) -> list[Arrival]:
    """Of those invited to this session, the people of the rehearsal, with their codes."""
    found = []
    for row in desk.pack()["appointments"]:
        if (row["name"], row["birth"]) in names and row["state"] == "active":
            one = names[row["name"], row["birth"]]
            found.append(Arrival(code=row["code"], card=card_text(one) if one.cccd else "", vaccine=row["vaccine"], name=row["name"]))
    return found


def card_text(one: Any) -> str:
    """The text of the QR code on this person's card."""
    born = one.birth
    sex = "Nam" if one.sex == "male" else "Nữ"
    date_text = f"{born.day or 1:02d}{born.month or 1:02d}{born.year}" if born.month else f"0101{born.year}"
    return f"{one.cccd}||{one.full_name}|{date_text}|{sex}|{one.address}|01012021"


def paper_hours(planned: Planned) -> Callable[[int], datetime]:
    """The hours written on a sheet of this session's day, by minutes from the door; just after midnight there was no time to stay."""
    now = clock.now()
    midnight = clock.at_local(planned.day)
    at = max(midnight, min(now - timedelta(minutes=70), midnight + timedelta(hours=22)))
    pace = min(1.0, (now - at) / timedelta(minutes=ON_PAPER))
    return lambda minutes: at + timedelta(minutes=minutes) * pace


def key_paper(clerk: Desk, planned: Planned, serial: str, one: Any, *, lot_id: str, hours: Callable[[int], datetime]) -> dict[str, Any]:
    """Key a whole visit from its sheet, with the hours that stand on it."""
    stayed = hours(ON_PAPER) - hours(0) >= timedelta(minutes=ON_PAPER)

    def moment(minutes: int) -> str:
        return hours(minutes).isoformat()

    pack = clerk.pack()
    items = {item["no"]: False for item in pack["forms"]["adult"]["items"] if not item["computed"]}
    return clerk.must(
        "key_paper", serial=serial, received_at=moment(0), identity_how="typed",
        person={"full_name": one.full_name, "birth": one.birth.iso(), "sex": one.sex, "identifier": one.cccd, "phone": one.phone},
        consent={"agreed": True, "how": "paper"},
        screening={"decision": "eligible", "answers": {"items": items}, "vitals": {"temperature_c": "36,8"}, "at": moment(4), "doctor": "Trần Bác Sĩ"},
        dose={"at": moment(DOSE_ON_PAPER), "injector": "Phạm Thị Điều Dưỡng", "lot_id": lot_id},
        end={"end": "closed" if stayed else "left_early", "reason": "" if stayed else "Không ở lại đủ giờ", "at": moment(40)},
    )  # fmt: skip
