"""Campaigns and the rules in force: data with effect dates and history."""

from django.db import models

from khien.plumbing.base import Row, pair


class Campaign(Row):
    """One campaign against one disease in one working epoch of geography."""

    placement = "reference"
    code = models.TextField(unique=True)
    name_vi = models.TextField()
    name_en = models.TextField()
    disease = models.TextField(default="840539006")
    epoch = models.TextField(default="2021")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    observe_minutes = models.SmallIntegerField(default=30)

    class Meta:
        db_table = "campaign"


class Round(Row):
    """A round of a campaign in one unit (a province): numbered days within which its doses are counted and its end is reported."""

    placement = "reference"
    campaign = models.TextField(default="covid-19")
    unit_key = models.TextField()
    number = models.SmallIntegerField()
    first_on = models.DateField()
    last_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(null=True)

    class Meta:
        db_table = "campaign_round"
        constraints = [
            pair("closed_at", "closed_by", "campaign_round_closed"),
            models.UniqueConstraint("campaign", "unit_key", "number", name="campaign_round_once"),
            models.CheckConstraint(
                condition=models.Q(last_on__isnull=True) | models.Q(last_on__gte=models.F("first_on")), name="campaign_round_days"
            ),
        ]


class RuleEntry(Row):
    """One rule in force from a date; an edit adds an entry that supersedes, and both stay."""

    placement = "reference"
    kind = models.TextField()
    key = models.TextField()
    data = models.JSONField()
    in_force_from = models.DateField()
    in_force_to = models.DateField(null=True)
    source = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    reason = models.TextField(default="")
    superseded_at = models.DateTimeField(null=True)
    superseded_by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "rule_entry"
        constraints = [pair("superseded_at", "superseded_by_id", "rule_entry_superseded")]
        indexes = [models.Index("kind", "key", "in_force_from", name="rule_entry_ix")]


class ConsentText(Row):
    """The consent's wording, by version: what a person agreed to can be shown again."""

    placement = "reference"
    version = models.TextField(unique=True)
    for_minor = models.BooleanField(default=False)
    text_vi = models.TextField()
    text_en = models.TextField()
    source = models.TextField()
    in_force_from = models.DateField()
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.TextField(null=True)
    reason = models.TextField(default="")

    class Meta:
        db_table = "consent_text"
        constraints = [pair("recorded_at", "recorded_by", "consent_text_recorded_pair")]
