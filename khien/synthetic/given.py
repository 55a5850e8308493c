"""Doses that synthetic people have had: courses over the past year, given at the points that are there, each with its visit.

A few statements for all of them, so that a million people get three million doses in minutes; who has a dose gets none.
"""

import json
from datetime import datetime
from typing import Any

from django.db import connection, models

from khien.booking.models import Session
from khien.immunizations.models import DoseClaim, Immunization
from khien.kernel import clock, codes
from khien.synthetic.copying import without_indexes
from khien.visits.models import Visit

BY = "system:population"
TABLES = tuple(model._meta.db_table for model in (Session, Immunization, DoseClaim, Visit))
PLACE = ("province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025")
SPAN, STEP = 9 * 10**9, 3_999_971_309  # of slip codes; the step shares no divisor with the span, so no code comes twice
SPARE = 10_000  # codes more than doses: some are another visit's

# From the first dose to the second by product, then three and four months to the boosters; the last one 20 days ago at the latest.
_COURSE = """
CREATE TEMP TABLE given_course ON COMMIT DROP AS
WITH point AS (SELECT s.*, row_number() OVER (ORDER BY id) - 1 AS place FROM site s WHERE active),
told AS (
  SELECT p.id AS person_id, p.commune_2021 AS home_2021, p.commune_2025 AS home_2025, r.best_group,
    ARRAY(SELECT (hashtextextended(p.id::text, salt) & 1073741823)::int FROM generate_series(1, 8) salt) AS h
  FROM person p LEFT JOIN registration r ON r.person_id = p.id
  WHERE p.source = 'population' AND NOT EXISTS (SELECT 1 FROM immunization i WHERE i.person_id = p.id)
),
chosen AS (
  SELECT *, (ARRAY['AZ', 'PFIZER', 'MODERNA'])[h[2] %% 3 + 1] AS vaccine,
    least(%(mean)s + (ARRAY[-1, 0, 0, 1])[h[3] %% 4 + 1], 4) AS doses
  FROM told WHERE h[1] < %(share)s * 1073741824
),
spaced AS (
  SELECT *, ARRAY[CASE vaccine WHEN 'AZ' THEN 56 + h[4] %% 29 WHEN 'PFIZER' THEN 21 + h[4] %% 8 ELSE 28 + h[4] %% 8 END,
    95 + h[5] %% 31, 125 + h[6] %% 31] AS gaps FROM chosen
),
summed AS (SELECT *, (SELECT coalesce(sum(gap), 0) FROM unnest(gaps[1 : doses - 1]) gap)::int AS whole FROM spaced)
SELECT person_id, home_2021, home_2025, coalesce(best_group, '') AS best_group, vaccine, doses, gaps, h[8] AS hour,
  whole + 20 + h[7] %% (421 - whole) AS first_days_ago, point.id AS site_id, point.facility_id, point.name AS site_name,
  {place}
FROM summed JOIN point ON point.place = h[7] %% (SELECT count(*) FROM point)
"""
_DOSE = """
CREATE TEMP TABLE given_dose ON COMMIT DROP AS
WITH dose AS (
  SELECT c.*, k, uuidv7() AS record_id, uuidv7() AS visit_id,
    %(today)s::date - first_days_ago + (SELECT coalesce(sum(gap), 0) FROM unnest(gaps[1 : k - 1]) gap)::int AS on_date,
    CASE WHEN k > 2 THEN 'PFIZER' ELSE vaccine END AS product
  FROM given_course c, generate_series(1, c.doses) k
),
timed AS (
  SELECT *, (on_date + time '07:30' + ((hour + k * 97) %% 520) * interval '1 minute') AT TIME ZONE 'Asia/Ho_Chi_Minh' AS at FROM dose
)
SELECT *, at + (ARRAY[5, 20, 40, 60, 90, 400])[hour %% 6 + 1] * interval '1 second' AS seen,
  left(product, 2) || lpad(((on_date - date '2020-01-01') / 14)::text, 5, '0') AS lot,
  CASE WHEN k < 3 THEN 'primary' ELSE 'booster' END AS kind, CASE WHEN k < 3 THEN k ELSE k - 2 END AS ordinal,
  row_number() OVER (PARTITION BY site_id, on_date ORDER BY at, record_id) AS nth, row_number() OVER () AS serial
FROM timed
"""
_THERE = """
CREATE TEMP TABLE given_session ON COMMIT DROP AS
SELECT DISTINCT ON (site_id, on_date) site_id, on_date, id, next_number FROM session WHERE state <> 'cancelled' ORDER BY site_id, on_date, starts_at
"""
_NUMBERS = """
UPDATE session SET next_number = session.next_number + d.n FROM (SELECT site_id, on_date, count(*) AS n FROM given_dose GROUP BY 1, 2) d
JOIN given_session s USING (site_id, on_date) WHERE session.id = s.id
"""


def give(*, mean: int, share: float, at: datetime) -> int:
    """Give `mean` doses (or one fewer, or one more) to this share of the synthetic people without a dose; return how many doses.

    Call it inside a transaction. Nothing is given where there is no point.
    """
    today = clock.on_date(at)
    with without_indexes(*TABLES), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        point = ", ".join(f"point.{name}" for name in PLACE)
        cursor.execute(_COURSE.replace("{place}", point), {"mean": mean, "share": share})
        cursor.execute("ANALYZE given_course")
        cursor.execute(_DOSE, {"today": today})
        doses = cursor.rowcount
        _insert(
            Session, "(SELECT DISTINCT ON (site_id, on_date) * FROM given_dose) d WHERE NOT EXISTS"
            " (SELECT 1 FROM session s WHERE s.site_id = d.site_id AND s.on_date = d.on_date AND s.state <> 'cancelled')",
            id="uuidv7()", site_id="site_id", facility_id="facility_id", on_date="on_date", shift="'whole_day'", state="'closed'",
            starts_at=_hour("07:30"), ends_at=_hour("17:00"), opened_at=_hour("07:30"), closed_at=_hour("17:00"), planned_at=_hour("07:00"),
            planned_by=_BY, opened_by=_BY, closed_by=_BY, **{name: name for name in PLACE},
        )  # fmt: skip
        cursor.execute(_THERE)
        cursor.execute(_codes(), [doses + SPARE])
        whose = {"person_id": "d.person_id", "on_date": "d.on_date", "home_commune_2021": "d.home_2021", "home_commune_2025": "d.home_2025"}
        there = {"site_id": "d.site_id", "session_id": "s.id", "vaccine": "d.product", "dose_type": "d.kind", "ordinal": "d.ordinal"}
        source = "given_dose d JOIN given_session s ON s.site_id = d.site_id AND s.on_date = d.on_date"
        _insert(
            Immunization, source, **whose, **there, id="d.record_id", record_id="d.record_id", visit_id="d.visit_id", facility_id="d.facility_id",
            facility_name="d.site_name", lot_number="d.lot", performed_at="d.at", performed_by_name="'Điều dưỡng'", recorded_at="d.seen",
            recorded_by=_BY, origin="'visit'", place_province_2021="d.province_2021", place_commune_2021="d.commune_2021",
            place_commune_2025="d.commune_2025",
        )  # fmt: skip
        _insert(DoseClaim, "given_dose", person_id="person_id", course="'covid-19'", dose_type="kind", ordinal="ordinal", record_id="record_id")
        over = "d.at + interval '30 minutes'"
        came = "d.at - interval '20 minutes'"
        _insert(
            Visit, source + " JOIN given_code c USING (serial)", **whose, **there, id="d.visit_id", code="c.code", number="s.next_number - 1 + d.nth", state="'closed'",
            identity_how="'typed'", priority_group="d.best_group", checked_in_at=came, checked_in_recorded_at=came, checked_in_recorded_by=_BY,
            record_id="d.record_id", dosed_at="d.at", dosed_by=_BY, dosed_recorded_at="d.seen", dosed_recorded_by=_BY,
            observe_until=over, observed_at=over, observed_by=_BY, ended_at=over, ended_by=_BY, moved_at=over,
        )  # fmt: skip
        cursor.execute(_NUMBERS)
        for name in ("given_course", "given_dose", "given_session", "given_code"):
            cursor.execute(f"DROP TABLE {name}")
    return doses


_BY = f"'{BY}'"


def _hour(time: str) -> str:
    return f"(d.on_date + time '{time}') AT TIME ZONE 'Asia/Ho_Chi_Minh'"


def _codes() -> str:
    """The statement that makes so many slip codes, with Damm's check digit, and numbers those that no visit has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM visit")
        before = cursor.fetchone()[0]
    table, state = "".join(codes.DAMM), "0"
    for place in range(1, codes.SLIP_LENGTH):
        state = f"substr('{table}', 1 + {state} * 10 + substr(body, {place}, 1)::int, 1)::int"
    return f"""
        CREATE TEMP TABLE given_code ON COMMIT DROP AS
        SELECT row_number() OVER () AS serial, code FROM (
          SELECT body || ({state}) AS code FROM (
            SELECT ({10 ** (codes.SLIP_LENGTH - 2)} + ((n + {before}) * {STEP}::bigint) %% {SPAN})::text AS body FROM generate_series(1, %s) n
          ) bodies
        ) made WHERE NOT EXISTS (SELECT 1 FROM visit v WHERE v.code = made.code)
    """


def _insert(model: type[models.Model], source: str, **values: str) -> None:
    """Insert what is selected; a field that is not named takes its model's default."""
    fields = model._meta.concrete_fields
    told = [(f'"{field.column}"', values.get(field.attname), field) for field in fields]
    params = [_default(field) for _column, value, field in told if value is None]
    columns = ", ".join(column for column, _value, _field in told)
    selected = ", ".join(f"%s::{field.db_type(connection)}" if value is None else value for _column, value, field in told)
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {selected} FROM {source}', params)


def _default(field: Any) -> object:
    value = field.get_default() if field.has_default() else None
    return json.dumps(value) if isinstance(field, models.JSONField) else value
