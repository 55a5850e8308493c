"""Reactions after a dose."""

from django.db import models

from khien.plumbing.base import Row, one_of


class Reaction(Row):
    """What a person felt after a dose, and how grave it is."""

    placement = "person"
    person_id = models.UUIDField()
    record_id = models.UUIDField(null=True)
    visit_id = models.UUIDField(null=True)
    site_id = models.UUIDField(null=True)
    source = models.TextField()
    symptoms = models.JSONField()
    severity = models.TextField()
    urgency = models.TextField(default="P2")
    onset_at = models.DateTimeField()
    detail_cipher = models.BinaryField(null=True)
    action_taken = models.TextField(default="")
    outcome = models.TextField(default="unknown")
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    case_id = models.UUIDField(null=True)

    class Meta:
        db_table = "reaction"
        constraints = [
            one_of("source", ["desk", "health_book", "portal", "hotline", "follow_up"], "reaction_source"),
            one_of("severity", ["common", "severe"], "reaction_severity"),
        ]
        indexes = [
            models.Index("person_id", models.F("onset_at").desc(), name="reaction_person"),
            models.Index("site_id", "onset_at", name="reaction_site"),
        ]
