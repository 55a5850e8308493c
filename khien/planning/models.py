"""What each unit plans and who stands at its sessions; an edit adds a version and all stay."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from khien.planning import rules
from khien.plumbing.base import Row


class UnitPlan(Row):
    """The plan of a unit for a span of days, as its parent's letter and its own planner say; the highest version is in force."""

    placement = "reference"
    unit_key = models.TextField()
    version = models.SmallIntegerField()
    round_id = models.UUIDField(null=True)
    first_on = models.DateField()
    last_on = models.DateField()
    doses = models.JSONField()
    tables = models.IntegerField()
    per_table = models.IntegerField()
    teams = models.IntegerField(default=0)
    weekdays = models.JSONField()
    walk_in = models.SmallIntegerField(default=0)
    starts = models.TimeField(default=rules.STARTS, db_default=rules.STARTS)
    ends = models.TimeField(default=rules.ENDS, db_default=rules.ENDS)
    letter = models.TextField(default="")
    reason = models.TextField(default="")
    made_at = models.DateTimeField()
    made_by = models.TextField()

    class Meta:
        db_table = "unit_plan"
        constraints = [
            models.UniqueConstraint("unit_key", "version", name="unit_plan_version_once"),
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="unit_plan_hours"),
            models.CheckConstraint(condition=models.Q(last_on__gte=models.F("first_on")), name="unit_plan_days"),
            models.CheckConstraint(condition=models.Q(tables__gte=0, per_table__gte=0, teams__gte=0), name="unit_plan_means"),
        ]


class SessionRoster(Row):
    """Who stands where at a session, as its planner or its lead saved it; an edit adds a version and every one stays."""

    placement = "site"
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    on_date = models.DateField()
    version = models.SmallIntegerField()
    stands = models.JSONField()  # [role, account or null, name]
    staff_ids = ArrayField(models.UUIDField())
    why = models.TextField(default="")
    made_at = models.DateTimeField()
    made_by = models.TextField()
    made_name = models.TextField()

    class Meta:
        db_table = "session_roster"
        constraints = [models.UniqueConstraint("session_id", "version", "site_id", name="session_roster_version_once")]
        indexes = [GinIndex("staff_ids", name="session_roster_staff")]
