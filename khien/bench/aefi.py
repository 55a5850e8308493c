"""AEFI: the line list, the rates and the screen for signals, over many cases and counted doses that are gone afterwards."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection, transaction

from khien.bench.ground import Ground
from khien.bench.result import Result
from khien.kernel import clock
from khien.safety import queries
from khien.safety.types import LineFilter

CASES, SITES, DAYS = 100_000, 600, 120
_CASES = """
INSERT INTO aefi_case (id, code, state, record_id, site_id, province_2021, district_2021, commune_2021, province_2025, commune_2025, vaccine,
  lot_number, dose_type, ordinal, dosed_on, dosed_at, sex, age_years, source, signs, anaphylaxis, severe, serious, onset_at, outcome, opened_at,
  opened_by, noticed_at, due_at, cause, version)
SELECT gen_random_uuid(), 'bench' || n, CASE WHEN n %% 20 = 0 THEN 'to_report' ELSE 'noted' END, gen_random_uuid(),
  md5('bench site ' || n %% %(sites)s)::uuid, lpad((n %% 63)::text, 2, '0'), lpad((n %% 700)::text, 3, '0'), '', '', '',
  (ARRAY['AZ', 'PFIZER', 'MODERNA', 'VERO'])[1 + n %% 4], 'BENCH' || n %% 40, 'primary', 1 + n %% 2, (%(on)s::date - (n %% %(days)s)),
  %(at)s::timestamptz - (n %% %(days)s) * interval '1 day', (ARRAY['male', 'female'])[1 + n %% 2], 18 + n %% 70, 'desk', '["fever"]', false,
  n %% 20 = 0, '[]', %(at)s::timestamptz - (n %% %(days)s) * interval '1 day' + interval '3 hours', 'unknown',
  %(at)s::timestamptz - n * interval '90 seconds', 'system:bench', CASE WHEN n %% 20 = 0 THEN %(at)s::timestamptz END,
  CASE WHEN n %% 20 = 0 THEN %(at)s::timestamptz + interval '1 day' END, '', 1
FROM generate_series(1, %(cases)s) n
"""
_DOSES = """
INSERT INTO dose_tally (id, site_id, on_date, vaccine, lot_number, dose, sex, age_band, doses)
SELECT gen_random_uuid(), md5('bench site ' || s)::uuid, %(on)s::date - d, (ARRAY['AZ', 'PFIZER', 'MODERNA', 'VERO'])[1 + (s + d) %% 4],
  'BENCH' || (s + d) %% 40, 'primary-' || 1 + d %% 2, sex, band, 12 + s %% 9
FROM generate_series(0, %(sites)s - 1) s, generate_series(0, %(days)s - 1) d, unnest(ARRAY['male', 'female']) sex,
  unnest(ARRAY['18-29', '30-39', '40-49']) band
"""
_LOTS = """
INSERT INTO lot_tally (site_id, on_date, vaccine, lot_number, doses)
SELECT site_id, on_date, vaccine, lot_number, sum(doses) FROM dose_tally WHERE lot_number LIKE 'BENCH%' GROUP BY 1, 2, 3, 4
"""


class _Undone(Exception):
    """Nothing of the bench stays."""


def run(ground: Ground) -> Iterator[Result]:
    """Yield the lines `aefi-list`, `aefi-rates` and `aefi-signals`."""
    found: list[Result] = []
    try:
        with transaction.atomic():
            doses = _fill(ground)
            found = list(_measured(ground, doses))
            raise _Undone
    except _Undone:
        yield from found


def _fill(ground: Ground) -> int:
    facts = {"cases": CASES, "sites": SITES, "days": DAYS, "on": clock.on_date(ground.at), "at": ground.at}
    with connection.cursor() as cursor:
        cursor.execute(_CASES, facts)
        cursor.execute(_DOSES, facts)
        cursor.execute(_LOTS)
        cursor.execute("ANALYZE aefi_case")
        cursor.execute("ANALYZE lot_tally")
        cursor.execute("ANALYZE dose_tally")
        cursor.execute("SELECT sum(doses) FROM dose_tally")
        doses: int = cursor.fetchone()[0]
    return doses


def _measured(ground: Ground, doses: int) -> Iterator[Result]:
    first = queries.line_list(None, at=ground.at, limit=50)
    deep = f"{(ground.at - timedelta(seconds=90 * CASES * 0.9)).isoformat()}|{first[-1].id}"
    pages: list[Callable[[], object]] = [
        lambda: queries.line_list(None, at=ground.at, limit=50), lambda: queries.line_list(None, at=ground.at, after=deep, limit=50),
        lambda: queries.line_list(None, at=ground.at, filters=LineFilter(severe=True), limit=50),
    ]  # fmt: skip
    yield _timed("aefi-list", pages, ground, f"pages of 50 (first, near the end, severe) among {CASES:,} cases")
    every: list[Callable[[], object]] = [lambda by=by: queries.rates(by, scopes=None) for by in queries.BY]  # type: ignore[misc]
    yield _timed("aefi-rates", every, ground, f"with exact intervals, {CASES:,} cases, {doses:,} doses")
    looked: list[Callable[[], object]] = [lambda: queries.screen(scopes=None, severe_only=True)]
    yield _timed("aefi-signals", looked, ground, f"lots at {SITES} sites, corrected for the number looked at")


def _timed(name: str, calls: list[Callable[[], object]], ground: Ground, note: str) -> Result:
    """Call one after the other for the time of a measurement, each at least once."""
    spans: list[float] = []
    cpu, end = time.process_time(), time.monotonic() + ground.seconds
    while len(spans) < len(calls) or time.monotonic() < end:
        for call in calls:
            began = time.perf_counter()
            call()
            spans.append(time.perf_counter() - began)
    spans.sort()
    used = (time.process_time() - cpu) / len(spans) * 1e6
    return Result(name, len(spans) / sum(spans), None, spans[len(spans) // 2] * 1e3, spans[min(len(spans) - 1, len(spans) * 99 // 100)] * 1e3, used, note)
