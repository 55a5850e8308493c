"""The draw: candidates and seed committed and published first, then drawn, so that nobody can choose the outcome."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.booking import draws, kept, models, queries, reserve, rules
from khien.booking.types import AllocationInfo, Drawn, SessionInfo
from khien.campaigns import queries as campaigns
from khien.campaigns import rules as campaign_rules
from khien.campaigns.rulebook import RuleBook
from khien.campaigns.types import PastDose, Recipient
from khien.immunizations import queries as immunizations
from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor
from khien.people import queries as people
from khien.people.types import Basics
from khien.places import queries as places
from khien.plumbing import audit, outbox, sqlcall
from khien.registration import queries as registration

TRIES = 3  # a place may be taken between the reading and the writing of a draw


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is published before a draw: the order, and who may be a candidate.

    `groups`: priority groups (empty: all); `outbreak`: commune codes of outbreak wards; `together`: household or neighbourhood;
    `early`: invite also where the rules allow a dose earlier than recommended; `note`: the officer's words.
    """

    order: tuple[str, ...] = rules.CRITERIA
    age_bands: tuple[int, ...] = rules.AGE_BANDS
    groups: tuple[str, ...] = ()
    organization_id: UUID | None = None
    min_age: int | None = None
    max_age: int | None = None
    outbreak: tuple[str, ...] = ()
    neighbourhoods: tuple[str, ...] = ()
    together: str = "household"
    early: bool = False
    note: str = ""
    decision: str = ""  # why first doses may use what is kept for second doses; published with the draw


def random_seed() -> str:
    """A fresh seed of 256 bits from the system: the default of `commit_allocation`; tests give their own."""
    return secrets.token_hex(32)


@transaction.atomic
def commit_allocation(
    *, unit_key: str, criteria: Criteria, session_ids: Iterable[UUID], seed: Callable[[], str] = random_seed, by: Actor, at: datetime,
) -> AllocationInfo:  # fmt: skip
    """Fix the candidate list and the seed of a draw, and publish the hash of the one and the commitment to the other.

    Candidates are the waiting registrations of the unit that fit the criteria. Raises Refused: booking.criteria_unknown (name),
    booking.no_sessions, booking.session_not_allocatable (on_date), booking.no_candidates, booking.reserve_first (vaccine, on_hand, due,
    wanted) when first doses would use what is kept for second doses and no decision says so: the draw's own, the province's or the nation's.
    """
    unknown = set(criteria.order) - set(rules.CRITERIA)
    if unknown:
        raise Refused("booking.criteria_unknown", name=sorted(unknown)[0])
    sessions = _sessions(session_ids, at)
    chosen = _candidates(unit_key, criteria, sessions)
    if not chosen:
        raise Refused("booking.no_candidates")
    criteria = _decided(unit_key, criteria, sessions, chosen)
    secret = seed()
    stated = asdict(criteria) | {"organization_id": str(criteria.organization_id or "")}
    row = models.Allocation(
        unit_key=unit_key, criteria=stated, state="committed", seed_commitment=rules.commitment(secret),
        seed_cipher=settings.KEYS.seal(secret, purpose="seed"), committed_at=at, committed_by=by.text,
        sessions={"sessions": [str(one.id) for one in sessions], "candidates": len(chosen)},
    )  # fmt: skip
    row.code = codes.with_check(f"{int(rules.lot(row.seed_commitment, str(row.id)), 16) % 10**7:07}")
    for one in chosen:
        one.allocation_id = row.id
    row.candidates_hash = draws.list_hash(chosen)
    row.save(force_insert=True)
    models.AllocationCandidate.objects.bulk_create(chosen, batch_size=1000)
    audit.record(
        "booking.allocation_committed", by=by, at=at, subject=f"allocation:{row.id}", code=row.code, unit=unit_key,
        candidates=len(chosen), candidates_hash=row.candidates_hash, commitment=row.seed_commitment,
    )  # fmt: skip
    return draws.allocation_info(row)


def _decided(unit_key: str, criteria: Criteria, sessions: list[SessionInfo], chosen: list[models.AllocationCandidate]) -> Criteria:
    """The criteria, naming the standing decisions under which their first doses use the reserve."""
    free: dict[str, int] = {}
    for slot in models.Slot.objects.filter(session_id__in=[one.id for one in sessions]):
        free[slot.vaccine] = free.get(slot.vaccine, 0) + max(slot.capacity - slot.taken - slot.kept, 0)
    wanted = reserve.first_doses((one.facts for one in chosen), free)
    days = [one.on_date for one in sessions]
    place = places.unit_place(unit_key) if unit_key else None
    standing = kept.decisions(province=place.province_2021 if place else "", on=max(days))
    named: dict[str, None] = {}
    for vaccine, count in wanted.items():
        try:
            reserve.check_first_doses(unit_key, {vaccine: count}, min(days), decision=criteria.decision)
        except Refused:
            of_it = next((one for one in standing if one.vaccine in ("", vaccine)), None)
            if of_it is None:
                raise
            named[of_it.decision] = None
    return replace(criteria, decision="; ".join(named)) if named else criteria


def _sessions(session_ids: Iterable[UUID], at: datetime) -> list[SessionInfo]:
    found = queries.sessions(ids=session_ids)
    if not found:
        raise Refused("booking.no_sessions")
    for one in found:
        if one.mode == "walk_in" or one.state not in ("planned", "open") or one.ends_at <= at:
            raise Refused("booking.session_not_allocatable", on_date=one.on_date)
    return found


def _candidates(unit_key: str, criteria: Criteria, sessions: list[SessionInfo]) -> list[models.AllocationCandidate]:
    """The waiting registrations that fit, each with the facts that the draw will use and nothing more."""
    waiting = registration.waiting_rows(unit_key=unit_key, groups=criteria.groups, organization_id=criteria.organization_id)
    known_people = people.basics(row.person_id for row in waiting)
    told = {person.id: (person.birth, person.sex) for person in known_people.values()}
    known = immunizations.known_of(told)
    first = min(one.on_date for one in sessions)
    book = campaigns.rulebook(first)
    groups = {group.code: index for index, group in enumerate(book.on(first).groups)}
    verdicts = _Verdicts(book, criteria.early)
    chosen = []
    for row in waiting:
        person = known_people.get(row.person_id)
        if person is None or person.died_on or not _fits(person, criteria, first):
            continue
        facts = _facts(row, person, criteria, first, groups)
        facts |= verdicts.of(known[person.id], sessions, row.wished_from)
        chosen.append(models.AllocationCandidate(
            registration_id=row.registration_id, person_id=row.person_id, household=_together(person, criteria), facts=facts,
        ))  # fmt: skip
    return sorted(chosen, key=lambda one: str(one.registration_id))


def _fits(person: Basics, criteria: Criteria, on: date) -> bool:
    age = person.birth.age_min(on)
    return (
        (criteria.min_age is None or age >= criteria.min_age)
        and (criteria.max_age is None or person.birth.age_max(on) <= criteria.max_age)
        and (not criteria.neighbourhoods or person.neighbourhood in criteria.neighbourhoods)
    )


def _together(person: Basics, criteria: Criteria) -> str:
    """What keeps people together; the same household number in two communes is two households."""
    value = person.neighbourhood if criteria.together == "neighbourhood" else person.household
    return rules.fingerprint([person.place.commune_2021, person.place.commune_2025, value])[:24] if value else ""


def _facts(
    row: registration.WaitingRow, person: Basics, criteria: Criteria, on: date, groups: Mapping[str, int]
) -> dict[str, Any]:
    home = queries.home_of(row.place)
    return {
        "age": person.birth.age_min(on), "risk": row.risk, "outbreak": bool({home[0], home[1]} & set(criteria.outbreak) - {""}),
        "group": groups.get(row.best_group, len(groups)), "home": list(home), "shift": row.wished_shift,
    }  # fmt: skip


class _Verdicts:
    """Which vaccines each session may give each candidate; people with the same birth and history are asked about once."""

    def __init__(self, book: RuleBook, early: bool) -> None:
        self.book, self.early = book, early
        self._known: dict[Any, tuple[str, int] | None] = {}

    def of(
        self, who: tuple[Recipient, tuple[PastDose, ...]], sessions: list[SessionInfo], wished_from: date | None
    ) -> dict[str, Any]:
        """`may`: vaccines by session, what follows the last dose first; `dose` by day and vaccine; whether a later dose is due."""
        may: dict[str, list[str]] = {}
        doses: dict[str, list[Any]] = {}
        last = max(who[1], key=lambda dose: dose.on_date).vaccine if who[1] else ""
        for session in sessions:
            if wished_from and session.on_date < wished_from:
                continue
            for vaccine in sorted(session.vaccines, key=lambda code: (code != last, code)):
                found = self._ask(who, vaccine, session.on_date)
                if found:
                    may.setdefault(str(session.id), []).append(vaccine)
                    doses[f"{session.on_date} {vaccine}"] = list(found)
        later = any(dose != ["primary", 1] for dose in doses.values())
        return {"may": may, "doses": doses, "second_dose": later and bool(who[1])}

    def _ask(self, who: tuple[Recipient, tuple[PastDose, ...]], vaccine: str, on: date) -> tuple[str, int] | None:
        history = tuple(
            (dose.vaccine, dose.on_date, dose.dose_type, dose.ordinal, dose.valid, dose.evidence) for dose in who[1]
        )
        key = (who[0], history, vaccine, on)
        if key not in self._known:
            verdict = campaign_rules.check_dose(self.book, *who, vaccine, on)
            fits = verdict.allowed and (self.early or not verdict.warns)
            self._known[key] = (verdict.dose_type.value, verdict.ordinal) if fits else None
        return self._known[key]


def draw_allocation(*, code: str, by: Actor, at: datetime) -> Drawn:
    """Draw: reveal the seed, rank, seat, invite. Everything is written at once and can be done again by `replay`.

    Raises Refused: booking.allocation_unknown, booking.allocation_done.
    """
    for left in reversed(range(TRIES)):
        try:
            return _draw(code, by, at)
        except Refused as refusal:
            if refusal.code != "booking.slot_full" or not left:
                raise
    raise AssertionError


@transaction.atomic
def _draw(code: str, by: Actor, at: datetime) -> Drawn:
    row = models.Allocation.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise Refused("booking.allocation_unknown", code=code)
    if row.state != "committed":
        raise Refused("booking.allocation_done", code=code)
    seed = settings.KEYS.open(row.seed_cipher, purpose="seed")
    kept = list(models.AllocationCandidate.objects.filter(allocation_id=row.id).order_by("registration_id"))
    waiting = registration.still_waiting(one.registration_id for one in kept)
    taken = set(queries.standing_of(one.person_id for one in kept))
    gone = [one for one in kept if one.registration_id not in waiting or one.person_id in taken]
    row.sessions |= {"places": _places(row, at), "gone": sorted(str(one.registration_id) for one in gone)}
    ranks, given = draws.draw(row, kept, seed)
    for one in kept:
        key = str(one.registration_id)
        one.rank, one.slot_id = ranks.get(key), UUID(given[key]) if key in given else None
    _store(kept)
    _invite(row, kept, by, at)
    row.state, row.seed, row.drawn_at, row.drawn_by = "drawn", seed, at, by.text
    row.invited, row.left_over, row.result_hash = len(given), len(kept) - len(given), rules.fingerprint(sorted(given.items()))
    row.save()
    audit.record(
        "booking.allocation_drawn", by=by, at=at, subject=f"allocation:{row.id}", code=code, invited=row.invited,
        left_over=row.left_over, result_hash=row.result_hash,
    )  # fmt: skip
    return Drawn(code, row.invited, row.left_over, row.result_hash, seed)


def _places(row: models.Allocation, at: datetime) -> list[dict[str, Any]]:
    """The slots as they are at the draw; sessions that were cancelled since have none."""
    sessions = {
        one.id: one for one in queries.sessions(ids=[UUID(one) for one in row.sessions["sessions"]], states=["planned", "open"])
    }
    slots = models.Slot.objects.filter(session_id__in=sessions, starts_at__gt=at - timedelta(minutes=30)).order_by("id")
    return [
        {
            "slot": str(slot.id), "session": str(slot.session_id), "day": str(sessions[slot.session_id].on_date),
            "shift": sessions[slot.session_id].shift, "starts": slot.starts_at.isoformat(), "vaccine": slot.vaccine,
            "free": max(slot.capacity - slot.taken - slot.kept, 0), "at": list(queries.home_of(sessions[slot.session_id].place)),
        }
        for slot in slots
    ]  # fmt: skip


def _store(kept: list[models.AllocationCandidate]) -> None:
    """Keep rank and place beside each candidate."""
    lines = [{"id": one.registration_id, "rank": one.rank, "slot": one.slot_id} for one in kept]
    sqlcall.call(
        "UPDATE allocation_candidate c SET rank = r.rank, slot_id = r.slot FROM jsonb_to_recordset(%s::jsonb -> 'rows') r (id uuid, rank int, slot uuid)"
        " WHERE c.allocation_id = %s AND c.registration_id = r.id",
        [sqlcall.as_json({"rows": lines}), kept[0].allocation_id],
    )


def _invite(row: models.Allocation, kept: list[models.AllocationCandidate], by: Actor, at: datetime) -> None:
    """Make the appointments; each carries the dose that the rules named for its day and vaccine."""
    slots = {slot.id: slot for slot in models.Slot.objects.filter(id__in={one.slot_id for one in kept if one.slot_id})}
    days = {place["slot"]: place["day"] for place in row.sessions["places"]}
    rows = []
    for one in kept:
        if one.slot_id is None:
            continue
        slot = slots[one.slot_id]
        dose_type, ordinal = one.facts["doses"][f"{days[str(slot.id)]} {slot.vaccine}"]
        rows.append({"event_id": uuid7(), "row": {
            "id": uuid7(), "person_id": one.person_id, "registration_id": one.registration_id, "codes": [codes.slip_code(secrets.randbits(64)) for _ in range(3)],
            "site_id": slot.site_id, "slot_id": slot.id, "dose_type": dose_type, "ordinal": ordinal, "how": "invited",
            "allocation_id": row.id,
        }})  # fmt: skip
    told = {"rows": rows, "handlers": outbox.subscriptions()["booking.invited"], "at": at, "actor": by.text}
    sqlcall.call("SELECT booking_invite_many(%s)", [sqlcall.as_json(told)])


@transaction.atomic
def abandon_allocation(*, code: str, reason: str, by: Actor, at: datetime) -> None:
    """Give up a draw that was announced; its hashes stay published, with the seed, so that nobody can try until one pleases.

    Raises Refused: booking.allocation_unknown, booking.allocation_done, booking.reason_missing.
    """
    if not reason.strip():
        raise Refused("booking.reason_missing")
    row = models.Allocation.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise Refused("booking.allocation_unknown", code=code)
    if row.state != "committed":
        raise Refused("booking.allocation_done", code=code)
    row.state, row.seed = "abandoned", settings.KEYS.open(row.seed_cipher, purpose="seed")
    row.save(update_fields=["state", "seed"])
    audit.record("booking.allocation_abandoned", by=by, at=at, subject=f"allocation:{row.id}", code=code, reason=reason)
