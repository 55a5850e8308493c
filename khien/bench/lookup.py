"""Look-up: a reception's program asks by identity number; the answer is the person with doses, and the look is logged."""

from collections.abc import Iterator

from django.conf import settings

from khien.bench import dose, load, making, pgbench
from khien.bench.ground import Ground
from khien.bench.result import Result, of_load
from khien.plumbing import sqlcall

PEOPLE = 2_000


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `lookup`; its note says what the desk's own search brings, which also says what dose is due."""
    found = making.rows(
        "SELECT i.value_hash, i.value_cipher FROM identifier i JOIN dose_claim c USING (person_id) WHERE i.type = 'cccd' LIMIT %s", PEOPLE
    )
    numbers = [settings.KEYS.open(cipher, purpose="identifier") for _, cipher in found]
    requests = _requests(ground, "/api/points/{}/lookup", "number", numbers)
    ground.warm(requests)
    seen, cpu = ground.load(requests, again=True, what="lookup")
    if '"full_name"' not in "".join(seen.samples):
        ground.troubles.append(f"lookup: nobody found: {seen.samples[:1]}")
    limit = _limit([row[0] for row in found], ground)
    desk = _requests(ground, "/diem/{}/tim", "q", numbers)
    dose.warm(ground)
    searched, searched_cpu = ground.load(desk, again=True, what="lookup at the desk")
    each = searched_cpu / searched.count * 1e6 if searched_cpu is not None else 0.0
    yield of_load("lookup", seen, cpu, limit, f"JSON, each look logged; the desk's search: {searched.per_s:,.0f}/s, {each:,.0f} us")


def _requests(ground: Ground, path: str, field: str, numbers: list[str]) -> list[bytes]:
    points = ground.points
    asked = ((number, points[i % len(points)]) for i, number in enumerate(numbers))
    return [load.post(path.format(point.session_id), {field: number}, point.browser.cookie, point.browser.token) for number, point in asked]


def _limit(hashes: list[str], ground: Ground) -> float:
    """The same statement with the same arguments, chosen at random."""
    log = {"at": ground.at, "staff": ground.points[0].staff_id, "post": None, "office": "bench", "purpose": "point_search", "route": "bench"}
    bodies = [(i, sqlcall.as_json({"hashes": [one], "log": log})) for i, one in enumerate(hashes, 1)]
    with pgbench.kept("bench_number", "n int PRIMARY KEY, p text", bodies):
        script = f"\\set n random(1, {len(hashes)})\nSELECT immunizations_look_up((SELECT p FROM bench_number WHERE n = :n)::jsonb)::text;\n"
        return pgbench.rate(script, seconds=ground.seconds)
