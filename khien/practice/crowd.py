"""The invented crowd: who comes with what in hand, recorded and booked as far as they would be; nobody of it was ever born."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from khien.booking import actions as booking
from khien.booking import queries as sessions
from khien.demo.chain import Guest, play
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.kernel.refs import SYSTEM
from khien.kernel.sex import Sex
from khien.people import actions as people
from khien.people.types import NewPerson
from khien.practice.scene import Scene
from khien.readiness import actions as readiness
from khien.readiness import rules
from khien.registration import actions as registration
from khien.registration.types import Wish
from khien.synthetic.crowd import Crowd, Somebody


def lay(scene: Scene, scripts: dict[str, str], count: int, serials: list[str], random: Random) -> None:
    """Lay `count` guests before the desks; those on paper have a sheet each and come to nobody's desk."""
    written = serials[:-1]
    on_paper = len(written)
    made = iter(Crowd(random.randrange(10**6), list(scene.communes), today=scene.today, adults_only=True, scattered=True).people(2 * (count + on_paper) + 8))
    whole = (one for one in made if one.birth.day and one.cccd)
    state = rules.played_until(scripts)
    guests = []
    for number in range(count):
        situations = rules.situations(scripts, number)
        if state:
            situations = {**situations, "reception": "code", **({"screener": "well"} if state != "waiting" else {})}
        guest = _guest(scene, number + 1, next(whole), situations)
        if state:
            _play(scene, guest, state, random)
            guest["called_at"] = scene.at
        guests.append(guest)
    for number, serial in enumerate(written, start=count + 1):
        guest = _guest(scene, number, next(whole), {"sheet": "paper"}, known=False)
        guest["facts"] |= _sheet(scene, serial, number - count, random)
        guests.append({**guest, "called_at": scene.at})
    readiness.lay_crowd(session_id=scene.session_id, guests=guests)


def _guest(scene: Scene, number: int, one: Somebody, situations: dict[str, str], *, known: bool = True) -> dict[str, Any]:
    """One guest: recorded and booked unless they come without papers or on paper; a namesake has a double who stays at home."""
    way = situations.get("reception", "")
    person_id, code = None, ""
    if known and way != "no_papers":
        person_id, code = _booked(scene, one)
        if way == "namesake":
            _booked(scene, _double(one))
    holds = {"code": "slip", "card": "card", "namesake": "name", "no_papers": "nothing"}.get(way, "sheet")
    birth = f"{one.birth.day:02d}/{one.birth.month:02d}/{one.birth.year}"
    facts = {
        "name": one.full_name, "birth": birth, "birth_year": one.birth.year, "sex": one.sex, "phone": one.phone, "code": code if holds == "slip" else "",
        "cccd": one.cccd if holds in ("card", "sheet") else "", "holds": holds,
    }  # fmt: skip
    return {"number": number, "person_id": person_id, "facts": facts, "situations": situations, "_code": code, "_one": one}


def _double(one: Somebody) -> Somebody:
    """The same name, another birth date, number and phone."""
    birth = PartialDate(one.birth.year - 3, 13 - (one.birth.month or 1), one.birth.day)
    number = f"{one.cccd[:4]}{birth.year % 100:02d}99{(int(one.cccd[-4:]) + 5000) % 10_000:04d}"
    return replace(one, birth=birth, cccd=number, phone=one.phone[:-4] + f"{(int(one.phone[-4:]) + 77) % 10_000:04d}")


def _booked(scene: Scene, one: Somebody) -> tuple[UUID, str]:
    before = scene.at - timedelta(days=1)
    person = NewPerson(
        full_name=one.full_name, birth=one.birth, sex=one.sex, identifier=read_identifier(one.cccd), phone=one.phone, place_key=one.commune_key,
        address=one.address, occupation=one.occupation, household=one.household, neighbourhood=one.neighbourhood,
    )  # fmt: skip
    [recorded] = people.record_people([person], by=SYSTEM, at=before, source="ward")
    wish = Wish(groups=one.groups, wished_from=scene.today - timedelta(days=1), wished_shift="whole_day", consent_version="")
    [asked] = registration.register_many([registration.Asked(recorded.person_id, wish)], way="ward", by=SYSTEM, at=before)
    slot = next(slot for slot in sessions.slots(scene.session_id) if slot.free > 0)
    booked = booking.book(
        person_id=recorded.person_id, registration_id=asked.registration_id, slot_id=slot.id, how="invited", by=scene.desk.lead, at=before
    )
    return recorded.person_id, booked.code


def _play(scene: Scene, guest: dict[str, Any], state: str, random: Random) -> None:
    """Walk a guest through the desks that nobody practises."""
    one: Somebody = guest["_one"]
    visitor = Guest(guest["person_id"], one.birth, Sex(one.sex), guest["_code"])
    minutes = 12 + guest["number"] % 15 if state == "observing" else 10
    play(visitor, state, session_id=scene.session_id, lot=scene.good, desk=scene.desk, at=scene.before(minutes + 8), random=random)


def _sheet(scene: Scene, serial: str, place: int, random: Random) -> dict[str, Any]:
    """What stands on a paper sheet: hours, vitals, lot; as the desks wrote it in the dark."""
    began = clock.local(scene.before(44 - 2 * place))
    hours = {name: f"{began + timedelta(minutes=minutes):%H:%M}" for name, minutes in (("received", 0), ("screened", 5), ("injected", 9))}
    return {"serial": serial, **hours, "temperature": f"36,{random.randint(3, 9)}", "vaccine": scene.vaccine, "lot": "TAP-0001", "doctor": "Máy tập", "injector": "Máy tập"}
