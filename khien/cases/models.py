"""Cases of the response centre: each with an owner and a clock."""

from django.db import models

from khien.cases.rules import DEFAULTS, PRIORITIES
from khien.cases.states import CORRECTION, NEXT
from khien.cases.types import CORRECTION_KINDS
from khien.plumbing.base import Row, one_of, pair


class Case(Row):
    """Something a person or a desk needs, from opened to resolved."""

    placement = "reference"
    code = models.TextField(unique=True)
    kind = models.TextField()
    priority = models.TextField(default="P5")
    tier = models.SmallIntegerField(default=2)
    state = models.TextField(default="open")
    subject = models.TextField()
    facts = models.JSONField(default=dict)
    detail_cipher = models.BinaryField(null=True)
    person_id = models.UUIDField(null=True)
    visit_id = models.UUIDField(null=True)
    record_id = models.UUIDField(null=True)
    site_id = models.UUIDField(null=True)
    session_id = models.UUIDField(null=True)
    facility_id = models.UUIDField(null=True)
    desk = models.TextField(default="")
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    contact_cipher = models.BinaryField(null=True)
    channel = models.TextField(default="system")
    dedupe = models.TextField(default="")
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    due_at = models.DateTimeField()
    # When it rises a tier by itself; empty at the highest, and while the citizen is waited for.
    escalate_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    owner_id = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.TextField(null=True)
    resolution = models.TextField(default="")

    class Meta:
        db_table = "case_file"
        constraints = [
            pair("resolved_at", "resolved_by", "case_file_resolved_pair"),
            one_of("kind", list(DEFAULTS), "case_kind"),
            one_of("priority", list(PRIORITIES), "case_priority"),
            one_of("state", list(NEXT), "case_state"),
            models.UniqueConstraint("dedupe", name="case_dedupe", condition=~models.Q(dedupe="") & ~models.Q(state="resolved")),
        ]
        indexes = [
            models.Index("state", "priority", "due_at", name="case_queue"),
            models.Index("escalate_at", name="case_escalate", condition=models.Q(escalate_at__isnull=False)),
            models.Index("person_id", name="case_person"),
            models.Index("site_id", "state", name="case_site"),
        ]


class CaseEntry(Row):
    """A line of a case's story: opened, taken, answered, escalated, decided."""

    placement = "reference"
    case_id = models.UUIDField()
    at = models.DateTimeField()
    by = models.TextField()
    kind = models.TextField()
    to_citizen = models.BooleanField(default=False)
    text_cipher = models.BinaryField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "case_entry"
        indexes = [models.Index("case_id", "at", name="case_entry_of")]


class Correction(Row):
    """A request to put right what a record says: evidence, decision, a second pair of eyes. Its person may not be known yet."""

    placement = "reference"
    case_id = models.UUIDField(unique=True)
    person_id = models.UUIDField(null=True)
    record_id = models.UUIDField(null=True)
    kind = models.TextField()
    asked_cipher = models.BinaryField()
    evidence_file = models.UUIDField(null=True)
    proposal_cipher = models.BinaryField(null=True)
    state = models.TextField(default="asked")
    proposed_by = models.TextField(null=True)
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(default="")

    class Meta:
        db_table = "correction"
        constraints = [
            pair("decided_at", "decided_by", "correction_decided_pair"),
            pair("proposed_at", "proposed_by", "correction_proposed_pair"),
            one_of("state", list(CORRECTION), "correction_state"),
            one_of("kind", list(CORRECTION_KINDS), "correction_kind"),
        ]
