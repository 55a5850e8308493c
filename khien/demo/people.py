"""The demo's people: 3,000 in every state of the chain, over past days, today and the days to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from django.db import transaction

from khien.access import queries as access
from khien.access.permissions import StaffRef
from khien.booking import actions as booking
from khien.booking import queries as sessions
from khien.demo.chain import Desk, Guest, open_day, play
from khien.demo.city import POINTS, City
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.identifiers import read_identifier
from khien.kernel.refs import SYSTEM, Actor
from khien.kernel.sex import Sex
from khien.people import actions as people
from khien.people.types import NewPerson
from khien.registration import actions as registration
from khien.registration.types import Wish
from khien.synthetic.crowd import Crowd, Somebody
from khien.visits import actions as visits

PAST = ("closed",) * 13 + ("left_early", "deferred", "refused", "referred", "contraindicated", "no_show", "no_show")
TODAY = ("waiting",) * 4 + ("consented",) * 2 + ("cleared",) * 3 + ("observing",) * 5 + ("closed",) * 4 + ("deferred", "refused") + ("expected",) * 8
WAYS = ("portal", "ward", "ward", "organization", "health_book", "staff", "hotline")


@dataclass(frozen=True)
class Known:
    """A demo person as recorded and registered."""

    person_id: UUID
    registration_id: UUID
    somebody: Somebody


class Days:
    """Fills the points' sessions with people."""

    def __init__(self, city: City, today: date, now: datetime, *, people_count: int, seed: int = 2021) -> None:
        self.city, self.today, self.now, self.random = city, today, now, Random(seed)
        self.desks = [self._desk(i, site) for i, site in enumerate(city.sites)]
        self.planner = _actor("thanhpho", now)
        self.each = max(60, people_count // len(city.sites))

    def _desk(self, i: int, site: UUID) -> Desk:
        names = ("tiepdon", "bacsi", "tiem", "theodoi", "truong")
        return Desk(*(_actor(f"diem{i + 1:02d}.{name}", self.now) for name in names))

    def build(self) -> None:
        """Build every point's past, present and future."""
        for i in range(len(self.city.sites)):
            self.point(i)

    def point(self, i: int) -> None:
        queue = iter(self._register(i, self.each))
        vaccine = ("AZ", "PFIZER", "AZ", "MODERNA", "AZ", "VERO", "PFIZER", "AZ", "AZ", "VERO")[i]
        lot = self.city.lots[vaccine]
        for days_ago in (6 - i % 4, 1):
            self._past(i, self.today - timedelta(days=days_ago), vaccine, lot, queue)
        self.present(i, queue)
        for ahead in (1, 2 + i % 3):
            self._future(i, self.today + timedelta(days=ahead), vaccine, queue)

    def _register(self, i: int, count: int, *, later: bool = False) -> list[Known]:
        at = self.now - timedelta(days=0 if later else 12)
        crowd = Crowd(
            self.today.toordinal() + i if later else 100 + i, list(self.city.communes[i]), today=self.today, adults_only=True,
            first_serial=9000 if later else 90 * i, scattered=later,
        )  # fmt: skip
        found: list[Known] = []
        for batch in _batches(list(crowd.people(count)), 250):
            recorded = people.record_people([_person(one) for one in batch], by=SYSTEM, at=at, source="ward")
            for way, members in _by_way(batch, recorded, self.random):
                wish = [registration.Asked(person_id, self._wish(one, way)) for one, person_id in members]
                answers = registration.register_many(wish, way=way, by=SYSTEM, at=at)
                found += [Known(a.person_id, a.registration_id, one) for a, (one, _) in zip(answers, members, strict=True)]
        self.random.shuffle(found)
        return found

    def _wish(self, one: Somebody, way: str) -> Wish:
        return Wish(
            groups=one.groups, wished_from=self.today - timedelta(days=8), wished_shift="whole_day", consent_version="",
            organization_id=self.city.firm if way == "organization" else self.city.ward if way == "ward" else None,
        )  # fmt: skip

    def plan(self, i: int, on: date, vaccine: str, mode: str = "invited") -> UUID:
        at = min(self.now, clock.at_local(on, 5) - timedelta(days=2))
        return booking.plan_session(
            site_id=self.city.sites[i], on_date=on, shift="whole_day", starts_at=clock.at_local(on, 7, 30), ends_at=clock.at_local(on, 16, 30),
            mode=mode, vaccines=[vaccine], tables=POINTS[i][3], per_table=100, by=self.planner, at=at,
        )  # fmt: skip

    def _begin(self, i: int, on: date, vaccine: str, mode: str = "invited") -> UUID | None:
        """Plan a session; None when an earlier, cut start already planned it."""
        try:
            return self.plan(i, on, vaccine, mode)
        except Refused as refusal:
            if refusal.code == "booking.session_exists":
                return None
            raise

    def _book(self, session_id: UUID, known: Known, at: datetime) -> str | None:
        slots = [slot for slot in sessions.slots(session_id) if slot.free > 0]
        if not slots:
            return None
        slot = self.random.choice(slots)
        try:
            with transaction.atomic():  # a refusal of the database's own leaves the rest of the day as it was
                return booking.book(
                    person_id=known.person_id, registration_id=known.registration_id, slot_id=slot.id, how="invited", by=self.planner, at=at
                ).code
        except Refused:
            return None

    def _guests(self, session_id: UUID, queue: Iterator[Known], count: int, at: datetime) -> list[Guest]:
        guests = []
        for known in queue:
            code = self._book(session_id, known, at)
            if code:
                guests.append(Guest(known.person_id, known.somebody.birth, Sex(known.somebody.sex), code, bool(known.somebody.cccd)))
            if len(guests) == count:
                break
        return guests

    def _past(self, i: int, on: date, vaccine: str, lot: UUID, queue: Iterator[Known]) -> None:
        session_id = self._begin(i, on, vaccine)
        if session_id is None:
            return
        morning = clock.at_local(on, 7, 10)
        guests = self._guests(session_id, queue, len(PAST), morning - timedelta(days=1))
        open_day(session_id, [lot], self.desks[i], morning)
        for n, (guest, outcome) in enumerate(zip(guests, PAST, strict=False)):
            if outcome != "no_show":
                at = morning + timedelta(minutes=30 + n * (420 // len(PAST)) + self.random.randint(0, 9))
                play(guest, outcome, session_id=session_id, lot=lot, desk=self.desks[i], at=at, random=self.random)
        evening = clock.at_local(on, 17, 30)
        booking.mark_no_shows(session_id=session_id, by=self.desks[i].lead, at=evening)
        visits.close_session(session_id=session_id, by=self.desks[i].lead, at=evening)

    def present(self, i: int, queue: Iterator[Known]) -> None:
        """Today's session, under way, whatever the hour at which the demo is built."""
        vaccine = ("AZ", "PFIZER", "AZ", "MODERNA", "AZ", "VERO", "PFIZER", "AZ", "AZ", "VERO")[i]
        session_id = self._begin(i, self.today, vaccine)
        if session_id is None:
            return
        start = max(clock.at_local(self.today, 0, 2), self.now - timedelta(minutes=100))
        booked = min(start - timedelta(minutes=1), clock.at_local(self.today, 7))  # in the evening every hour of today is past
        guests = self._guests(session_id, queue, len(TODAY), booked)
        open_day(session_id, [self.city.lots[vaccine]], self.desks[i], start)
        room = (self.now - start).total_seconds() / 60
        for n, (guest, outcome) in enumerate(zip(guests, TODAY, strict=False)):
            if outcome == "expected" or (outcome == "closed" and room < 60):
                continue
            back = {"closed": 45 + 2 * n, "observing": 12 + n, "waiting": 2 + n}.get(outcome, 14)
            at = max(start, self.now - timedelta(minutes=min(back, room)))
            play(guest, outcome, session_id=session_id, lot=self.city.lots[vaccine], desk=self.desks[i], at=at, random=self.random)

    def again(self, i: int) -> None:
        """A later day's session, with people who still wait."""
        site = self.city.sites[i]
        if any(session.state != "cancelled" for session in sessions.sessions(None, on=self.today, site_id=site)):
            return
        self.present(i, iter(self._register(i, len(TODAY) + 10, later=True)))

    def _future(self, i: int, on: date, vaccine: str, queue: Iterator[Known]) -> None:
        session_id = self._begin(i, on, vaccine, "open" if i % 2 else "invited")
        if session_id is None:
            return
        self._guests(session_id, queue, 35, self.now - timedelta(hours=2))


def _actor(username: str, at: datetime) -> Actor:
    staff_id = access.staff_by_username(username)
    staff: StaffRef | None = access.staff_ref(staff_id, at=at) if staff_id else None
    if staff is None:
        raise LookupError(username)
    return staff.actor()


def _person(one: Somebody) -> NewPerson:
    return NewPerson(
        full_name=one.full_name, birth=one.birth, sex=one.sex, identifier=read_identifier(one.cccd) if one.cccd else None,
        no_identifier_reason="" if one.cccd else "never_issued", phone=one.phone, place_key=one.commune_key, address=one.address,
        occupation=one.occupation, household=one.household, neighbourhood=one.neighbourhood,
    )  # fmt: skip


def _batches(items: list[Somebody], size: int) -> Iterator[list[Somebody]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _by_way(batch: list[Somebody], recorded: list, random: Random) -> Iterator[tuple[str, list[tuple[Somebody, UUID]]]]:  # type: ignore[type-arg]
    ways: dict[str, list[tuple[Somebody, UUID]]] = {}
    for one, record in zip(batch, recorded, strict=True):
        ways.setdefault(random.choice(WAYS), []).append((one, record.person_id))
    yield from ways.items()
