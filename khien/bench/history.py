"""History: a citizen's program asks for the doses of a person; the right to ask is found in the same statement."""

from collections.abc import Iterator

from khien.bench import load, making, pgbench
from khien.bench.ground import Ground
from khien.bench.result import Result, of_load

PEOPLE = 2_000


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `history`; its note says what the page of the health book brings."""
    people = [row[0] for row in making.rows("SELECT person_id FROM dose_claim LIMIT %s", PEOPLE)]
    browsers = making.citizens(people, ground.at)
    asked = list(zip(people, browsers, strict=True))
    requests = [load.get(f"/api/people/{person}/doses", browser.cookie) for person, browser in asked]
    ground.warm(requests)
    seen, cpu = ground.load(requests, again=True, what="history")
    limit = _limit([(browser.key, str(person)) for person, browser in asked], ground.seconds)
    pages = [load.get(f"/so/{person}/lich-su", browser.cookie) for person, browser in asked[:200]]
    ground.warm(pages)
    page, page_cpu = ground.load(pages, again=True, what="history page")
    each = page_cpu / page.count * 1e6 if page_cpu is not None else 0.0
    yield of_load("history", seen, cpu, limit, f"JSON; the page /so/.../lich-su: {page.per_s:,.0f}/s, {each:,.0f} us")


def _limit(asked: list[tuple[str, str]], seconds: float) -> float:
    """The same statement with the same arguments, chosen at random."""
    with pgbench.kept("bench_asked", "n int PRIMARY KEY, key text, person uuid", [(i, *one) for i, one in enumerate(asked, 1)]):
        script = (
            f"\\set n random(1, {len(asked)})\n"
            "SELECT immunizations_own((SELECT key FROM bench_asked WHERE n = :n), (SELECT person FROM bench_asked WHERE n = :n))::text;\n"
        )
        return pgbench.rate(script, seconds=seconds)
