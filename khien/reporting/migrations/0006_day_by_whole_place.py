"""The same of the boards: who registered and told a province only, or an island district, stays there; all units of a place are part of a cell's key."""

from django.db import migrations, models

BEFORE = ("on_date", "site_id", "session_id", "indicator", "vaccine", "dose", "group", "home_2021", "home_2025", "commune_2021", "commune_2025")
KEY = (*BEFORE[:9], "province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025")
TYPES = {"on_date": "date", "site_id": "uuid", "session_id": "uuid"}
KINDS = "'visit', 'appointment', 'registration', 'event', 'reaction'"


def _names(columns):
    return ", ".join(f'"{name}"' for name in columns)


def _cell(name):
    return f"(cell ->> {KEY.index(name)})"


# Cells of several places that had become one are added up anew, from what each subject counts as.
APART = [
    "ALTER TABLE day_count DROP CONSTRAINT day_count_pkey",
    f"""WITH old AS (DELETE FROM day_count WHERE commune_2021 = '' OR commune_2025 = '' RETURNING updated_at)
    INSERT INTO day_count ({_names(KEY)}, count, updated_at)
    SELECT {", ".join(f"{_cell(name)}::{TYPES.get(name, 'text')}" for name in KEY)}, count(*), coalesce((SELECT max(updated_at) FROM old), now())
    FROM counted, jsonb_array_elements(cells) cell
    WHERE kind IN ({KINDS}) AND ({_cell("commune_2021")} = '' OR {_cell("commune_2025")} = '') GROUP BY {", ".join(map(str, range(1, len(KEY) + 1)))}""",
    f"ALTER TABLE day_count ADD PRIMARY KEY ({_names(KEY)})",
]
AS_ONE = [
    "ALTER TABLE day_count DROP CONSTRAINT day_count_pkey",
    f"""WITH old AS (DELETE FROM day_count RETURNING *) INSERT INTO day_count ({_names(KEY)}, count, updated_at)
    SELECT {", ".join(f'"{name}"' if name in BEFORE else f'max("{name}")' for name in KEY)}, sum(count), max(updated_at) FROM old GROUP BY {_names(BEFORE)}""",
    f"ALTER TABLE day_count ADD PRIMARY KEY ({_names(BEFORE)})",
]


class Migration(migrations.Migration):

    dependencies = [
        ('reporting', '0005_coverage_by_whole_place'),
    ]

    operations = [
        migrations.RunSQL(
            APART, AS_ONE,
            state_operations=[migrations.AlterField("daycount", "pk", models.CompositePrimaryKey(*KEY, blank=True, editable=False, primary_key=True, serialize=False))],
        ),
    ]
