"""Every rollup counted again from the records, a kind of subject in a statement: the same numbers as one subject after another.

What a subject counts as is said in `rules` and `counting`, for one; here for all at once, in SQL. Tests hold the two equal.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import connection, models

from khien.reporting import rules, tallies
from khien.reporting.models import CoverageCount, DayCount, QueueCount, TimelinessCount
from khien.reporting.tallies import Tally

_PLACE = ", ".join(f"coalesce(s.{name}, '')" for name in rules.PLACE)
_ENDS = ", ".join(f"'{end}'" for end in rules.ENDS)
_BUCKETS = " ".join(f"WHEN late <= {most} THEN '{name}'" for name, most in rules.BUCKETS)
_BANDS = " ".join(f"WHEN age >= {low} THEN '{name}'" for low, name in reversed(rules.AGES))
_ZONE = "AT TIME ZONE 'Asia/Ho_Chi_Minh'"

# Each visit's dose as the record says it now; one that was moved to the right person was given all the same.
_RECORDED = """
WITH moved AS MATERIALIZED (
  SELECT DISTINCT ON (f.given_as) f.given_as, i.* FROM moved_dose f JOIN immunization i ON i.record_id = f.record_id
  WHERE i.status = 'completed' AND NOT EXISTS (SELECT 1 FROM immunization n WHERE n.record_id = i.record_id AND n.version > i.version)
  ORDER BY f.given_as, i.record_id
),
recorded AS (
  SELECT i.record_id, coalesce(m.vaccine, i.vaccine) AS vaccine, coalesce(m.dose_type, i.dose_type) AS dose_type, coalesce(m.ordinal, i.ordinal) AS ordinal,
    i.status = 'completed' OR m.record_id IS NOT NULL AS given
  FROM immunization i LEFT JOIN moved m ON i.status <> 'completed' AND m.given_as = i.record_id
  WHERE NOT EXISTS (SELECT 1 FROM immunization n WHERE n.record_id = i.record_id AND n.version > i.version)
)
"""
_VISITS = f"""
{_RECORDED}
INSERT INTO counted (subject_id, kind, cells)
SELECT v.id, 'visit', CASE WHEN v.joined_to IS NOT NULL THEN '[]' ELSE (
  SELECT jsonb_agg(jsonb_build_array(v.on_date::text, v.site_id::text, v.session_id::text, x.indicator, x.vaccine, x.dose, v.priority_group,
    v.home_commune_2021, v.home_commune_2025, {_PLACE}) ORDER BY x.nth)
  FROM (VALUES (1, 'received', '', '', true),
    (2, 'injected', r.vaccine, r.dose_type || '-' || r.ordinal, v.dosed_at IS NOT NULL AND r.given),
    (3, 'observed', '', '', v.dosed_at IS NOT NULL AND r.given AND v.observed_at IS NOT NULL),
    (4, v.state, '', '', v.state IN ({_ENDS}))) x (nth, indicator, vaccine, dose, holds)
  WHERE x.holds) END
FROM visit v LEFT JOIN session s ON s.id = v.session_id LEFT JOIN recorded r ON r.record_id = v.record_id
"""
_TIMES = f"""
{_RECORDED}
INSERT INTO counted (subject_id, kind, cells)
SELECT id, 'time', CASE WHEN dosed_at IS NULL OR given IS NOT TRUE OR dosed_recorded_at IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_array(
  on_date::text, site_id::text, extract(hour FROM dosed_at {_ZONE})::int::text, CASE paper_serial WHEN '' THEN 'desk' ELSE 'paper' END,
  CASE {_BUCKETS} WHEN (dosed_recorded_at {_ZONE})::date = on_date THEN 'same_day' ELSE 'later' END)) END
FROM (SELECT v.*, extract(epoch FROM dosed_recorded_at - dosed_at) AS late, r.given FROM visit v LEFT JOIN recorded r ON r.record_id = v.record_id) v
"""
_REGISTRATIONS = f"""
INSERT INTO counted (subject_id, kind, cells)
SELECT id, 'registration', CASE WHEN state IN ('withdrawn', 'closed') THEN '[]' ELSE jsonb_build_array(jsonb_build_array(
  (recorded_at {_ZONE})::date::text, '{rules.NIL}', '{rules.NIL}', 'registered', '', '', best_group, commune_2021, commune_2025, {", ".join(rules.PLACE)}
  )) END FROM registration
"""
_QUEUE = f"""
INSERT INTO counted (subject_id, kind, cells)
SELECT id, 'queue', jsonb_build_array(jsonb_build_array({", ".join(rules.PLACE)}, state)) FROM registration
"""
# The person who survives, at the present home; the age surely reached on the day of the dose.
_DOSES = f"""
WITH RECURSIVE alias AS (
  SELECT loser_id AS id, survivor_id AS now FROM person_alias WHERE undone_at IS NULL
  UNION ALL SELECT a.id, n.survivor_id FROM alias a JOIN person_alias n ON n.loser_id = a.now AND n.undone_at IS NULL
),
survivor AS (SELECT id, now FROM alias a WHERE NOT EXISTS (SELECT 1 FROM person_alias n WHERE n.loser_id = a.now AND n.undone_at IS NULL)),
latest AS (
  SELECT i.* FROM immunization i WHERE NOT EXISTS (SELECT 1 FROM immunization n WHERE n.record_id = i.record_id AND n.version > i.version)
),
told AS (
  SELECT i.*, p.id AS who, p.province_2021, p.district_2021, p.commune_2021, p.province_2025, p.commune_2025,
    old.province_code AS old_province, old.district_code AS old_district, coalesce(new.province_code, into_.province_code) AS new_province,
    extract(year FROM age(i.on_date::timestamp, coalesce(make_date(p.birth_year, p.birth_month, p.birth_day),
      (make_date(p.birth_year, coalesce(p.birth_month, 12), 1) + interval '1 month - 1 day')::date)::timestamp))::int AS age
  FROM latest i LEFT JOIN survivor s ON s.id = i.person_id LEFT JOIN person p ON p.id = coalesce(s.now, i.person_id)
    LEFT JOIN unit old ON old.key = '2021-' || i.place_commune_2021 LEFT JOIN unit new ON new.key = '2025-' || i.place_commune_2025
    LEFT JOIN unit_successor went ON went.old_key = '2021-' || coalesce(old.province_code, i.place_province_2021) LEFT JOIN unit into_ ON into_.key = went.new_key
)
INSERT INTO counted (subject_id, kind, cells)
SELECT record_id, 'dose', CASE WHEN who IS NULL OR status <> 'completed' OR validity = 'invalid' THEN '[]' ELSE jsonb_build_array(jsonb_build_array(
  date_trunc('month', on_date)::date::text, dose_type || '-' || ordinal, vaccine, CASE {_BANDS} ELSE '{rules.AGES[0][1]}' END, commune_2021, commune_2025,
  place_commune_2021, place_commune_2025, CASE origin WHEN 'elsewhere' THEN 'true' ELSE 'false' END, province_2021, district_2021, province_2025,
  coalesce(old_province, place_province_2021), coalesce(old_district, ''), coalesce(new_province, ''))) END
FROM told
"""
_APPOINTMENTS = f"""
INSERT INTO counted (subject_id, kind, cells)
SELECT a.id, 'appointment', coalesce((
  SELECT jsonb_agg(jsonb_build_array(a.on_date::text, a.site_id::text, a.session_id::text, x.indicator, a.vaccine, a.dose_type || '-' || a.ordinal, '',
    '', '', {_PLACE}) ORDER BY x.nth)
  FROM (VALUES (1, 'invited', a.state IN ('active', 'arrived', 'done', 'no_show')), (2, 'no_show', a.state = 'no_show')) x (nth, indicator, holds)
  WHERE x.holds), '[]')
FROM appointment a LEFT JOIN session s ON s.id = a.session_id
"""
_EVENTS = f"""
INSERT INTO counted (subject_id, kind, cells)
SELECT a.id, 'event', CASE WHEN a.state IN ('joined', 'withdrawn') OR a.dosed_on IS NULL OR a.site_id IS NULL THEN '[]' ELSE (
  SELECT jsonb_agg(jsonb_build_array(a.dosed_on::text, a.site_id::text, coalesce(a.session_id, '{rules.NIL}')::text, x.indicator, a.vaccine, '', '', '', '',
    {", ".join(f"a.{name}" for name in rules.PLACE)}) ORDER BY x.nth)
  FROM (VALUES (1, 'reactions', true), (2, 'severe', a.severe OR a.anaphylaxis OR a.serious <> '[]'), (3, 'anaphylaxis', a.anaphylaxis)) x (nth, indicator, holds)
  WHERE x.holds) END
FROM aefi_case a
"""
STATEMENTS = (
    ("visit", _VISITS), ("time", _TIMES), ("appointment", _APPOINTMENTS), ("registration", _REGISTRATIONS), ("queue", _QUEUE), ("dose", _DOSES),
    ("event", _EVENTS),
)  # fmt: skip
KINDS = {tallies.DAY: ("visit", "appointment", "registration", "event"), tallies.TIMES: ("time",), tallies.COVERAGE: ("dose",), tallies.QUEUE: ("queue",)}
MODELS: dict[str, type[models.Model]] = {one._meta.db_table: one for one in (DayCount, TimelinessCount, CoverageCount, QueueCount)}
_BY_DAY = {
    "all": ("indicator", False), "vaccine": ("vaccine", False), "group": ('"group"', False), "dose": ("dose", True), "day": ("on_date::text", True),
    "registered": ("''", True),
}  # fmt: skip
_BY_HOME = {
    "lives": ("home_province_2021", "home_district_2021", "home_2021", "home_province_2025", "home_2025"),
    "given": ("at_province_2021", "at_district_2021", "at_2021", "at_province_2025", "at_2025"),
}


def count_all(at: datetime, tell: Callable[[str, int], None]) -> dict[str, int]:
    """Write down what every subject counts as, sum the cells into the rollups and those into their totals; return how many subjects.

    Call it in a transaction, with empty rollups.
    """
    done: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        for kind, statement in STATEMENTS:
            cursor.execute(statement)
            done[kind] = cursor.rowcount
            tell(kind, done[kind])
        for tally, kinds in KINDS.items():
            cursor.execute(_summed(tally), [at, list(kinds)])
        for statement in _totals():
            cursor.execute(statement, [at])
    return done


def _summed(tally: Tally) -> str:
    """The statement that adds the cells of some kinds up into their rollup."""
    fields = {field.column: field.db_type(connection) for field in MODELS[tally.table]._meta.concrete_fields}
    columns = ", ".join(f'"{name}"' for name in tally.columns)
    told = ", ".join(f"(cell ->> {place})::{fields[name]}" for place, name in enumerate(tally.columns))
    return (
        f"INSERT INTO {tally.table} ({columns}, count, updated_at) SELECT {told}, count(*), %s"
        f" FROM counted, jsonb_array_elements(cells) cell WHERE kind = ANY(%s) GROUP BY {', '.join(map(str, range(1, len(tally.columns) + 1)))}"
    )


def _totals() -> Iterator[str]:
    place = ", ".join(rules.PLACE)
    for topic, (value, placed) in _BY_DAY.items():
        indicator = "true" if topic == "all" else "indicator = 'registered'" if topic == "registered" else "indicator = 'injected'"
        yield _total(topic, value, "''", place if placed else ", ".join(["''"] * len(rules.PLACE)), f"day_count WHERE {indicator}")
    for topic, columns in _BY_HOME.items():
        yield _total(topic, "dose", "age_band", ", ".join(columns), "coverage_count")


def _total(topic: str, value: str, age: str, place: str, source: str) -> str:
    return (
        f"INSERT INTO total_count (topic, value, age_band, {', '.join(rules.PLACE)}, count, updated_at)"
        f" SELECT '{topic}', {value}, {age}, {place}, sum(count), %s FROM {source} GROUP BY 2, 3, 4, 5, 6, 7, 8 HAVING sum(count) <> 0"
    )
