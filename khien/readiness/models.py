"""Is the point ready: practices and their scores, the supervisor's checks, the go / no-go that a committee signs."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair


class Practice(Row):
    """A practice copy that a technician opened: which point, which desks with which script; one at a time."""

    placement = "reference"
    site_id = models.UUIDField()
    desks = models.JSONField()
    guests = models.SmallIntegerField()
    state = models.TextField(default="open")
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(null=True)

    class Meta:
        db_table = "practice"
        constraints = [
            pair("closed_at", "closed_by", "practice_closed_pair"),
            one_of("state", ["open", "closed"], "practice_state"),
            models.UniqueConstraint("state", condition=models.Q(state="open"), name="practice_one_open"),
        ]
        indexes = [models.Index("site_id", "opened_at", name="practice_site")]


class PracticeScore(Row):
    """What one person at one desk reached, and what to repeat: all that comes back from a practice copy."""

    placement = "reference"
    practice_id = models.UUIDField()
    number = models.SmallIntegerField()
    desk = models.TextField()
    script = models.TextField()
    name = models.TextField()
    points = models.SmallIntegerField(null=True)
    served = models.IntegerField(default=0)
    seconds = models.IntegerField(null=True)
    lessons = models.JSONField(default=list)

    class Meta:
        db_table = "practice_score"
        constraints = [
            models.UniqueConstraint("practice_id", "number", name="practice_score_once"),
            models.CheckConstraint(condition=models.Q(points__isnull=True) | models.Q(points__gte=0, points__lte=100), name="practice_points"),
        ]


class PracticeGuest(Row):
    """Someone of the invented crowd; rows exist in practice copies only."""

    placement = "reference"
    session_id = models.UUIDField()
    number = models.SmallIntegerField()
    person_id = models.UUIDField(null=True)
    facts = models.JSONField()
    situations = models.JSONField()
    called_at = models.DateTimeField(null=True)
    called_by = models.TextField(null=True)

    class Meta:
        db_table = "practice_guest"
        constraints = [
            pair("called_at", "called_by", "practice_guest_called_pair"),
            models.UniqueConstraint("session_id", "number", name="practice_guest_once"),
        ]


class PointCheck(Row):
    """A supervisor's look at a point by the opening checklist; a later look is a new version, all stay."""

    placement = "site"
    site_id = models.UUIDField()
    version = models.SmallIntegerField()
    on_date = models.DateField()
    items = models.JSONField()
    note = models.TextField(default="")
    made_at = models.DateTimeField()
    made_by = models.TextField()
    made_name = models.TextField()

    class Meta:
        db_table = "point_check"
        constraints = [models.UniqueConstraint("site_id", "version", name="point_check_version_once")]


class GoDecision(Row):
    """Go or no-go for a unit's points, with what each must still fix as it was known; a change is a new version to be signed anew."""

    placement = "reference"
    unit_key = models.TextField()
    version = models.SmallIntegerField()
    decision = models.TextField()
    reasons = models.TextField()
    points = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    made_name = models.TextField()

    class Meta:
        db_table = "go_decision"
        constraints = [
            models.UniqueConstraint("unit_key", "version", name="go_decision_version_once"),
            one_of("decision", ["go", "no_go"], "go_decision_kind"),
        ]


class GoSignature(Row):
    """One committee member's name under one version of a decision."""

    placement = "reference"
    decision_id = models.UUIDField()
    staff_id = models.UUIDField()
    name = models.TextField()
    office = models.TextField(default="")
    signed_at = models.DateTimeField()
    signed_by = models.TextField()

    class Meta:
        db_table = "go_signature"
        constraints = [models.UniqueConstraint("decision_id", "staff_id", name="go_signature_once")]
