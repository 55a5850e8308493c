"""How places are spread over hours and given out. Standard library only; the draw is exact and can be repeated by anyone.

A draw ranks households by the published criteria of their best placed member; the seed only breaks ties. Each household then gets
places near home, at one session and in one hour where there is room, so that people come together and not all at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

CRITERIA = ("second_dose", "age", "risk", "outbreak", "group")
AGE_BANDS = (80, 65, 50, 18)
FAR = 4


def spread(total: int, parts: int) -> list[int]:
    """Spread places over hours evenly; the earlier hours take what is left over."""
    if parts <= 0:
        return []
    each, more = divmod(max(total, 0), parts)
    return [each + (index < more) for index in range(parts)]


def hours(starts_at: datetime, ends_at: datetime) -> list[tuple[datetime, datetime]]:
    """The hours of a session; the last one may be shorter, but a rest under half an hour joins the hour before."""
    found, start = [], starts_at
    while start < ends_at:
        end = min(start + timedelta(hours=1), ends_at)
        if ends_at - end < timedelta(minutes=30):
            end = ends_at
        found.append((start, end))
        start = end
    return found


def shares(total: int, vaccines: Sequence[str], doses: Mapping[str, int] | None = None) -> dict[str, int]:
    """How many places each vaccine gets: what was said for it, else an even share of the session's places."""
    said = {vaccine: max(0, (doses or {})[vaccine]) for vaccine in vaccines if vaccine in (doses or {})}
    rest = [vaccine for vaccine in vaccines if vaccine not in said]
    even = dict(zip(rest, spread(max(total - sum(said.values()), 0), len(rest)), strict=True))
    return {vaccine: said.get(vaccine, even.get(vaccine, 0)) for vaccine in vaccines}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One registration as the draw sees it: ids and facts, no name.

    `may`: for each session, the vaccines that the rules allow on its day, the fitting one first. `home`: commune of 2021, commune of
    2025, district, province (codes, empty where unknown). `household` groups people who stay together.
    """

    key: str
    household: str
    second_dose: bool
    age: int
    risk: bool
    outbreak: bool
    group: int
    home: tuple[str, str, str, str]
    shift: str
    may: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Place:
    """One slot as the draw sees it: places free at the draw."""

    slot: str
    session: str
    day: str
    shift: str
    starts: str
    vaccine: str
    free: int
    at: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Block:
    """People who stay together, in order among themselves."""

    key: str
    members: tuple[Candidate, ...]


@dataclass(slots=True)
class _Room:
    """Free places while the draw goes on, by session and hour."""

    hours: dict[str, dict[str, dict[str, Place]]] = field(default_factory=dict)
    first: dict[str, Place] = field(default_factory=dict)
    free: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    of: dict[str, Place] = field(default_factory=dict)

    def add(self, place: Place) -> None:
        """Put a slot in."""
        self.hours.setdefault(place.session, {}).setdefault(place.starts, {})[place.vaccine] = place
        known = self.first.setdefault(place.session, place)
        self.first[place.session] = min(known, place, key=lambda one: (one.starts, one.slot))
        self.free[place.slot], self.of[place.slot] = place.free, place
        self.left[place.session] = self.left.get(place.session, 0) + place.free

    def take(self, seats: Mapping[str, str]) -> None:
        """Take these seats out."""
        for slot in seats.values():
            self.free[slot] -= 1
            self.left[self.of[slot].session] -= 1


def standing(candidate: Candidate, order: Sequence[str], bands: Sequence[int]) -> tuple[int, ...]:
    """Where a candidate stands by the published criteria: smaller comes first."""
    known = {
        "second_dose": 0 if candidate.second_dose else 1,
        "age": next((index for index, low in enumerate(bands) if candidate.age >= low), len(bands)),
        "risk": 0 if candidate.risk else 1,
        "outbreak": 0 if candidate.outbreak else 1,
        "group": candidate.group,
    }
    return tuple(known[name] for name in order)


def lot(seed: str, key: str) -> str:
    """The number that chance gives this key under this seed."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def rank(candidates: Iterable[Candidate], *, order: Sequence[str], bands: Sequence[int], seed: str) -> list[Block]:
    """Order households by their best placed member; equal ones by the seed. The order of the input does not matter."""
    homes: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        homes.setdefault(candidate.household or f"one:{candidate.key}", []).append(candidate)
    blocks = []
    for key, members in homes.items():
        placed = sorted(members, key=lambda one: (standing(one, order, bands), lot(seed, one.key)))
        blocks.append((standing(placed[0], order, bands), lot(seed, key), Block(key, tuple(placed))))
    return [block for _, _, block in sorted(blocks, key=lambda entry: entry[:2])]


def assign(blocks: Sequence[Block], places: Iterable[Place]) -> dict[str, str]:
    """Give each block places, in order; returns slot by candidate key.

    A household goes to the nearest session that has room for all of it that the rules allow there; it is parted only where no
    session has room for all, and then its first members go first. Each takes the hour that is emptiest.
    """
    room = _Room()
    for place in places:
        room.add(place)
    given: dict[str, str] = {}
    for block in blocks:
        given.update(_seat(block, room))
    return given


def _seat(block: Block, room: _Room) -> dict[str, str]:
    """Seat a block: together where that can be, else as many as there is room for, in order."""
    willing = [one for one in block.members if any(one.may.values())]
    if not willing:
        return {}
    best: dict[str, str] = {}
    open_ = [session for session in room.hours if room.left[session]]
    for session in sorted(open_, key=lambda session: _distance(willing, room.first[session])):
        seats = _seats(willing, session, room)
        if len(seats) > len(best):
            best = seats
        if len(best) == len(willing):
            break
    room.take(best)
    rest = [one for one in willing if one.key not in best]
    if best and rest:
        best |= _seat(Block(block.key, tuple(rest)), room)
    return best


def _distance(members: Sequence[Candidate], first: Place) -> tuple[int, int, str, str, str]:
    """How far a session is from these people: place, wished shift, day, hour; at last its id, so that the order is total."""
    near = sum(nearness(one.home, first.at) for one in members)
    unwished = sum(bool(one.shift) and one.shift != first.shift for one in members)
    return (near, unwished, first.day, first.starts, first.session)


def nearness(home: Sequence[str], at: Sequence[str]) -> int:
    """0 in the same commune (of either epoch), 1 in the same district, 2 in the same province, 4 beyond."""
    same = [bool(mine) and mine == theirs for mine, theirs in zip(home, at, strict=True)]
    if same[0] or same[1]:
        return 0
    return 1 if same[2] else 2 if same[3] else FAR


def _seats(members: Sequence[Candidate], session: str, room: _Room) -> dict[str, str]:
    """Seats at one session: all in one hour where one has room, else hour by hour."""
    starts = sorted(room.hours[session], key=lambda start: (-_share(room.hours[session][start], room), start))
    together: dict[str, str] = {}
    for start in starts:
        found = _in_hour(members, session, start, room, {})
        if len(found) == len(members):
            return found
        together = max(together, found, key=len)
    seats = together
    used: dict[str, int] = {}
    for slot in seats.values():
        used[slot] = used.get(slot, 0) + 1
    for start in starts:
        more = _in_hour([one for one in members if one.key not in seats], session, start, room, used)
        for slot in more.values():
            used[slot] = used.get(slot, 0) + 1
        seats = {**seats, **more}
    return seats


def _in_hour(members: Sequence[Candidate], session: str, start: str, room: _Room, used: Mapping[str, int]) -> dict[str, str]:
    """Seats in one hour, each with the vaccine that fits best and has a place."""
    found: dict[str, str] = {}
    taken = dict(used)
    offered = room.hours[session][start]
    for one in members:
        for vaccine in one.may.get(session, ()):
            place = offered.get(vaccine)
            if place is not None and room.free[place.slot] > taken.get(place.slot, 0):
                found[one.key] = place.slot
                taken[place.slot] = taken.get(place.slot, 0) + 1
                break
    return found


def _share(offered: Mapping[str, Place], room: _Room) -> float:
    """How much of an hour is free, from 0 to 1."""
    total = sum(place.free for place in offered.values())
    return sum(room.free[place.slot] for place in offered.values()) / total if total else 0.0


def fingerprint(thing: Any) -> str:
    """SHA-256 over canonical JSON: what is published before a draw."""
    return hashlib.sha256(json.dumps(thing, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def commitment(seed: str) -> str:
    """What is published of a seed before the draw."""
    return hashlib.sha256(seed.encode()).hexdigest()
