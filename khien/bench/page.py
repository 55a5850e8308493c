"""Pages: what a citizen's home costs the processor; the portal's home beside it."""

from collections.abc import Iterator

from khien.bench import load, making
from khien.bench.ground import Ground
from khien.bench.result import Result, of_load

FAMILIES = 200


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `page`: the health book's home of people with a dose on record."""
    people = [row[0] for row in making.rows("SELECT person_id FROM dose_claim LIMIT %s", FAMILIES)]
    requests = [load.get("/so/", browser.cookie) for browser in making.citizens(people, ground.at)]
    ground.warm(requests)
    ground.warm([load.get("/")])
    portal, portal_cpu = ground.load([load.get("/")], again=True, what="page /")
    seen, cpu = ground.load(requests, again=True, what="page /so/")
    each = portal_cpu / portal.count * 1e6 if portal_cpu is not None else 0.0
    yield of_load("page", seen, cpu, None, f"/so/; the portal's home: {portal.per_s:,.0f}/s, {each:,.0f} us")
