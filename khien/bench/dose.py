"""Doses: the injection tables of thirty-two points send one command a request, as they do while people sit in the chair."""

from collections.abc import Iterator, Sequence

from khien.bench import load, visiting
from khien.bench.ground import Ground
from khien.bench.pgbench import Bodies
from khien.bench.result import Result, of_load
from khien.bench.visiting import Cleared

MOST, SYNC = 5_000, 20


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `dose`; its note says what a batch of commands, as after a power cut, brings."""
    made = visiting.cleared(ground.take(ground.share(MOST)), ground.points, ground.at)
    warm(ground)
    seen, cpu = ground.load([_request(ground, [one], i) for i, one in enumerate(made)], what="dose")
    _check(ground, made, seen.count)
    limit = limit_of(ground, seen.count * 3)
    yield of_load("dose", seen, cpu, limit, f"one command a request; in batches of {SYNC}: {_batches(ground):,.0f}/s")


def warm(ground: Ground) -> None:
    """Let the workers draw a desk's state once."""
    ground.warm([load.get(f"/diem/{point.session_id}/tinh-hinh", point.browser.cookie) for point in ground.points])


def limit_of(ground: Ground, most: int = 0) -> float:
    """The rate of `visits_give_dose` itself; measured once a run."""
    if "dose" not in ground.limits:
        made = visiting.cleared(ground.take(ground.share(MOST)), ground.points, ground.at)
        bodies = Bodies(visiting.arguments(made, ground.at))
        ground.limits["dose"] = bodies.rate("visits_give_dose", most)
        bodies.drop()
        if visiting.count([one.visit.id for one in made], "dosed") != bodies.used:
            ground.troubles.append("dose: pgbench's doses are not all on record")
    return ground.limits["dose"]


def _batches(ground: Ground) -> float:
    made = visiting.cleared(ground.take(ground.share(MOST)), ground.points, ground.at)
    by_point: dict[object, list[Cleared]] = {}
    for one in made:
        by_point.setdefault(one.point.session_id, []).append(one)
    parts = [group[i : i + SYNC] for group in by_point.values() for i in range(0, len(group), SYNC)]
    seen, _ = ground.load([_request(ground, part, i) for i, part in enumerate(parts)], what="dose in batches")
    recorded = visiting.count([one.visit.id for one in made], "dosed")
    return recorded / seen.seconds


def _request(ground: Ground, some: Sequence[Cleared], seq: int) -> bytes:
    told = [
        visiting.envelope("give_dose", seq, ground.at, {"visit_id": one.visit.id, "lot_id": one.point.lot_id, "slip": one.visit.code})
        for one in some
    ]
    browser = some[0].point.browser
    return load.post(f"/diem/{some[0].point.session_id}/lenh", {"commands": told}, browser.cookie, browser.token)


def _check(ground: Ground, made: Sequence[Cleared], answered: int) -> None:
    recorded = visiting.count([one.visit.id for one in made], "dosed")
    if recorded != answered:
        ground.troubles.append(f"dose: {answered} answers but {recorded} doses on record")
