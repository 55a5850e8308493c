"""Booking: citizens take offered places over HTTP; many slots, then one that everybody wants. Nothing is oversold."""

from collections.abc import Iterator
from uuid import UUID

from khien.bench import load, making
from khien.bench.ground import Ground
from khien.bench.making import Browser, Waiting
from khien.bench.pgbench import Bodies
from khien.bench.result import Result, of_load
from khien.booking import offers, taking
from khien.booking.models import Slot
from khien.booking.types import Dose
from khien.plumbing import sqlcall

SLOTS, UNIFORM, HOT = 10_000, 6_000, 4_000
DOSE = Dose("primary", 1)


def run(ground: Ground) -> Iterator[Result]:
    """Yield the lines `book` and `book-hot`."""
    sites = [point.site_id for point in ground.points]
    count = ground.share(UNIFORM)
    many = making.slots(sites, min(SLOTS, count * 2), 10, ground.at)
    yield _measure(ground, "book", many, count)
    count = ground.share(HOT)
    yield _measure(ground, "book-hot", making.slots(sites[:1], 1, count * 2 + 10, ground.at), count)


def _measure(ground: Ground, name: str, slots: list[Slot], count: int) -> Result:
    ours, limit = ground.take(count), ground.take(count)
    requests = [_request(*one, ground) for one in _orders(ours, slots, ground)]
    bodies = Bodies([_body(*one, ground) for one in _orders(limit, slots, ground)])
    ground.warm([load.get("/api/slots")])
    seen, cpu = ground.load(requests, fine=(201,), what=name)
    rate = bodies.rate("booking_take_own", most=seen.count * 3)
    bodies.drop()
    sold, places = _recount(slots)
    if seen.all_ok(201) and sold != seen.count + bodies.used:
        ground.troubles.append(f"{name}: {sold} appointments after {seen.count} + {bodies.used} bookings")
    if places != sold:
        ground.troubles.append(f"{name}: {sold} appointments but {places} places taken")
    return of_load(name, seen, cpu, rate, f"{len(slots)} slots, {seen.count} booked")


def _orders(people: list[Waiting], slots: list[Slot], ground: Ground) -> Iterator[tuple[Waiting, Slot, Browser]]:
    browsers = making.citizens((one.person_id for one in people), ground.at)
    for number, (who, browser) in enumerate(zip(people, browsers, strict=True)):
        yield who, slots[number % len(slots)], browser


def _request(who: Waiting, slot: Slot, browser: Browser, ground: Ground) -> bytes:
    seal = offers.seal(who.person_id, who.registration_id, slot.site_id, slot.id, DOSE, at=ground.at)
    told = {"person_id": who.person_id, "registration_id": who.registration_id, "site_id": slot.site_id, "slot_id": slot.id, "offer": seal}
    return load.post("/api/appointments", told, browser.cookie, browser.token)


def _body(who: Waiting, slot: Slot, browser: Browser, ground: Ground) -> str:
    """The very argument that our server gives to the function."""
    told = taking.taking(
        who.person_id, who.registration_id, slot.site_id, slot.id, DOSE, "booked", taking.random_bits, ground.at
    )
    return sqlcall.as_json(told | {"own": True, "session": browser.key})


def _recount(slots: list[Slot]) -> tuple[int, int]:
    """Standing appointments of these slots, and the places that the slots say are taken."""
    ids: list[UUID] = [slot.id for slot in slots]
    sold = making.rows("SELECT count(*) FROM appointment WHERE slot_id = ANY(%s) AND state IN ('active', 'arrived')", ids)[0][0]
    places, over = making.rows("SELECT sum(taken), count(*) FILTER (WHERE taken > capacity) FROM slot WHERE id = ANY(%s)", ids)[0]
    return sold, -1 if over else int(places)
