"""Reads of draws: as published, in full for the officer, and done again from what is stored."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from khien.booking import models, rules
from khien.booking.types import AllocationInfo, CandidateLine, ReplayResult
from khien.kernel.errors import Refused


def allocation(code: str) -> AllocationInfo | None:
    """The draw of this code."""
    row = models.Allocation.objects.filter(code=code).first()
    return allocation_info(row) if row else None


def allocations(unit_keys: Iterable[str] | None = None, *, limit: int = 100) -> list[AllocationInfo]:
    """Draws of these units (None: all), the latest first."""
    rows = (
        models.Allocation.objects.all() if unit_keys is None else models.Allocation.objects.filter(unit_key__in=list(unit_keys))
    )
    return [allocation_info(row) for row in rows.order_by("-committed_at")[:limit]]


def public_allocations(*, limit: int = 100) -> list[AllocationInfo]:
    """Every draw that was announced, for the public page: no candidate, only hashes, the commitment and, once drawn, the seed."""
    return allocations(limit=limit)


def candidates(code: str) -> list[CandidateLine]:
    """The candidates of a draw: those with a place in order, then those without."""
    row = _row(code)
    rows = models.AllocationCandidate.objects.filter(allocation_id=row.id)
    lines = [CandidateLine(one.registration_id, one.person_id, one.rank, one.slot_id, one.facts) for one in rows]
    return sorted(lines, key=lambda line: (line.slot_id is None, line.rank is None, line.rank or 0, str(line.registration_id)))


def replay(code: str) -> ReplayResult:
    """Do a draw again from its stored ids, facts and seed, and compare everything with what was published and done.

    Raises Refused: booking.allocation_unknown, booking.allocation_not_drawn.
    """
    row = _row(code)
    if row.state != "drawn":
        raise Refused("booking.allocation_not_drawn", code=code)
    kept = list(models.AllocationCandidate.objects.filter(allocation_id=row.id))
    ranked, given = draw(row, kept, row.seed)
    difference = next(
        (str(one.registration_id) for one in sorted(kept, key=lambda one: str(one.registration_id))
         if (one.rank, str(one.slot_id or "")) != (ranked.get(str(one.registration_id)), given.get(str(one.registration_id), ""))), "",
    )  # fmt: skip
    checks = {
        "candidates_hash": list_hash(kept) == row.candidates_hash,
        "seed_commitment": rules.commitment(row.seed) == row.seed_commitment,
        "ranks_and_places": not difference,
        "result_hash": rules.fingerprint(sorted(given.items())) == row.result_hash,
        "counts": (len(given), len(kept) - len(given)) == (row.invited, row.left_over),
    }
    return ReplayResult(code, checks, len(kept), len(given), difference)


def draw(
    row: models.Allocation, kept: Iterable[models.AllocationCandidate], seed: str
) -> tuple[dict[str, int], dict[str, str]]:
    """Rank and seat the candidates; returns ranks (from 1) and slots by registration id."""
    gone = set(row.sessions.get("gone", ()))
    seen = [as_candidate(one) for one in kept if str(one.registration_id) not in gone]
    blocks = rules.rank(seen, order=row.criteria["order"], bands=row.criteria["age_bands"], seed=seed)
    ranks = {one.key: index for index, one in enumerate((one for block in blocks for one in block.members), 1)}
    return ranks, rules.assign(blocks, [rules.Place(**{**place, "at": tuple(place["at"])}) for place in row.sessions["places"]])


def as_candidate(one: models.AllocationCandidate) -> rules.Candidate:
    """A stored candidate as the draw takes it."""
    facts = one.facts
    return rules.Candidate(
        key=str(one.registration_id), household=one.household, second_dose=facts["second_dose"], age=facts["age"], risk=facts["risk"],
        outbreak=facts["outbreak"], group=facts["group"], home=tuple(facts["home"]), shift=facts["shift"], may=facts["may"],
    )  # fmt: skip


def list_hash(kept: Iterable[models.AllocationCandidate]) -> str:
    """The hash of the candidate list that is published before the draw."""
    lines: list[Any] = [[str(one.registration_id), str(one.person_id), one.household, one.facts] for one in kept]
    return rules.fingerprint(sorted(lines, key=lambda line: line[0]))


def _row(code: str) -> models.Allocation:
    row = models.Allocation.objects.filter(code=code).first()
    if row is None:
        raise Refused("booking.allocation_unknown", code=code)
    return row


def allocation_info(row: models.Allocation) -> AllocationInfo:
    """The row as a type."""
    return AllocationInfo(
        row.id, row.code, row.unit_key, row.criteria, tuple(UUID(one) for one in row.sessions["sessions"]), row.state,
        row.sessions.get("candidates", 0), row.candidates_hash, row.seed_commitment, row.seed, row.invited, row.left_over,
        row.result_hash, row.committed_at, row.drawn_at,
    )  # fmt: skip
