"""A commune that is not known (and five island districts have none) does not say of which province or district a cell is: they are part of its key."""

from django.db import migrations, models

KEY = ("month", "dose", "vaccine", "age_band", "home_2021", "home_2025", "at_2021", "at_2025", "elsewhere")
UP = ("home_province_2021", "home_district_2021", "home_province_2025", "at_province_2021", "at_district_2021", "at_province_2025")

TYPES = {"month": "date", "elsewhere": "boolean"}


def keyed(*names: str) -> str:
    return f"ALTER TABLE coverage_count DROP CONSTRAINT coverage_count_pkey, ADD CONSTRAINT coverage_count_pkey PRIMARY KEY ({', '.join(names)})"


BLANK = "home_2021 = '' OR home_2025 = '' OR at_2021 = '' OR at_2025 = ''"
# Cells of several places that had become one are written anew, from what each dose counts as.
APART = f"""
DELETE FROM coverage_count WHERE {BLANK};
INSERT INTO coverage_count ({", ".join((*KEY, *UP))}, count, updated_at)
SELECT {", ".join((*KEY, *UP))}, count(*), now() FROM (
  SELECT {", ".join(f"(cell ->> {place})::{TYPES.get(name, 'text')} AS {name}" for place, name in enumerate((*KEY, *UP)))}
  FROM counted, jsonb_array_elements(cells) cell WHERE kind = 'dose'
) found WHERE {BLANK} GROUP BY {", ".join((*KEY, *UP))};
"""


class Migration(migrations.Migration):

    dependencies = [
        ('reporting', '0004_total_count'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(keyed(*KEY, *UP), keyed(*KEY)), migrations.RunSQL(APART, migrations.RunSQL.noop)],
            state_operations=[migrations.AlterField("coveragecount", "pk", models.CompositePrimaryKey(*KEY, *UP, blank=True, editable=False, primary_key=True, serialize=False))],
        ),
    ]
