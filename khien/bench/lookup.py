"""Look-up: a reception types an identity number; the answer is the person with doses and place, and the look is logged."""

from collections.abc import Iterator

from django.conf import settings

from khien.bench import dose, load, making, pgbench
from khien.bench.ground import Ground
from khien.bench.result import Result, of_load

PEOPLE = 2_000
# The person, number and doses by the number's hash, and the row that tells the person who looked: what the answer cannot do without.
_LIMIT = """\\set n random(1, {count})
WITH who AS (SELECT person_id, value_cipher FROM identifier WHERE value_hash = (SELECT hash FROM bench_number WHERE n = :n)),
seen AS (INSERT INTO access_log (id, person_id, at, staff_id, post_id, office, purpose, route)
  SELECT gen_random_uuid(), person_id, now(), '{staff}', NULL, 'bench', 'search', 'bench' FROM who)
SELECT p.*, who.value_cipher, (SELECT jsonb_agg(i) FROM immunization i WHERE i.person_id = p.id) FROM who JOIN person p ON p.id = who.person_id;
"""


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `lookup`."""
    found = making.rows(
        "SELECT i.value_hash, i.value_cipher FROM identifier i JOIN dose_claim c USING (person_id) WHERE i.type = 'cccd' LIMIT %s", PEOPLE
    )
    points = ground.points
    numbers = [settings.KEYS.open(cipher, purpose="identifier") for _, cipher in found]
    requests = [
        load.post(f"/diem/{point.session_id}/tim", {"q": number}, point.browser.cookie, point.browser.token)
        for number, point in ((number, points[i % len(points)]) for i, number in enumerate(numbers))
    ]
    dose.warm(ground)
    seen, cpu = ground.load(requests, again=True, what="lookup")
    if '"people": [{' not in "".join(seen.samples):
        ground.troubles.append(f"lookup: nobody found: {seen.samples[:1]}")
    with pgbench.kept("bench_number", "n int PRIMARY KEY, hash text", [(i, row[0]) for i, row in enumerate(found, 1)]):
        limit = pgbench.rate(_LIMIT.format(count=len(found), staff=points[0].staff_id), seconds=ground.seconds)
    yield of_load("lookup", seen, cpu, limit, "by number at a reception's desk, each look logged")
