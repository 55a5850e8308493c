"""Pages: what a citizen's pages cost the processor, the portal's and the health book's home."""

from collections.abc import Iterator

from khien.bench import load, making
from khien.bench.ground import Ground
from khien.bench.result import Result, of_load

FAMILIES = 200
PORTAL = ("/", "/tra-cuu", "/dang-ky/cho-ai")  # where everyone comes in: the home, the look-up, the first question of registering


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `page`, the dearest of the portal's ways in, and `page-book`: the health book's home of people with doses on record."""
    seen, told = {}, []
    for path in PORTAL:
        ground.warm([load.get(path)])
        seen[path] = ground.load([load.get(path)], again=True, what=f"page {path}")
        told.append((_each(seen[path]), path))
    dearest = max(told)[1]
    yield of_load("page", *seen[dearest], None, ", ".join(f"{path} {each:,.0f} us" for each, path in told))
    people = [row[0] for row in making.rows("SELECT person_id FROM dose_claim LIMIT %s", FAMILIES)]
    requests = [load.get("/so/", browser.cookie) for browser in making.citizens(people, ground.at)]
    ground.warm(requests)
    yield of_load("page-book", *ground.load(requests, again=True, what="page /so/"), None, "/so/")


def _each(seen: tuple[load.Load, float | None]) -> float:
    return (seen[1] or 0.0) / max(1, seen[0].count) * 1e6
