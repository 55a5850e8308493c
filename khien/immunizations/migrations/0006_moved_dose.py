from django.db import migrations, models

# Doses that were moved before this table: the record they were taken from was struck out in the same act, at the same moment, with the
# same words; where one act moved several that are alike, each takes one. A dose moved on and on was written first under the first.
_ALIKE = "session_id, performed_at, lot_number, vaccine, on_date, recorded_at, recorded_by, reason"
FILL = f"""
WITH RECURSIVE moved AS (
  SELECT *, row_number() OVER (PARTITION BY {_ALIKE} ORDER BY record_id) AS place FROM (
    SELECT DISTINCT ON (record_id) * FROM immunization WHERE marks @> '["moved_from_other_person"]' ORDER BY record_id, version) m
),
struck AS (
  SELECT *, row_number() OVER (PARTITION BY {_ALIKE} ORDER BY record_id) AS place FROM immunization WHERE status <> 'completed'
),
taken AS (
  SELECT m.record_id, s.record_id AS source FROM moved m JOIN struck s ON s.place = m.place
    AND (s.lot_number, s.vaccine, s.on_date, s.recorded_at, s.recorded_by, s.reason) = (m.lot_number, m.vaccine, m.on_date, m.recorded_at, m.recorded_by, m.reason)
    AND s.session_id IS NOT DISTINCT FROM m.session_id AND s.performed_at IS NOT DISTINCT FROM m.performed_at
),
way AS (
  SELECT record_id, source, 1 AS n FROM taken
  UNION ALL SELECT w.record_id, t.source, n + 1 FROM way w JOIN taken t ON t.record_id = w.source WHERE n < 100
)
INSERT INTO moved_dose (record_id, given_as) SELECT DISTINCT ON (record_id) record_id, source FROM way ORDER BY record_id, n DESC
"""


class Migration(migrations.Migration):
    """A dose moved to another person knows the record under which it was written first."""

    dependencies = [("immunizations", "0005_doses_to_decide")]

    operations = [
        migrations.CreateModel(
            name="MovedDose",
            fields=[
                ("record_id", models.UUIDField(primary_key=True, serialize=False)),
                ("given_as", models.UUIDField()),
            ],
            options={"db_table": "moved_dose", "indexes": [models.Index(models.F("given_as"), name="moved_dose_given_as")]},
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
