"""The day at a point: check-in, consent, screening, dose, observation, end."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair


class Visit(Row):
    """One person at one session: each clinical step says who did it when, and who recorded it when."""

    placement = "site"
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    person_id = models.UUIDField()
    appointment_id = models.UUIDField(null=True)
    registration_id = models.UUIDField(null=True)
    code = models.TextField()
    number = models.IntegerField()
    letter = models.TextField(db_default="", default="")  # of the device that gave the number without a line
    on_date = models.DateField()
    state = models.TextField(default="checked_in")
    walk_in = models.BooleanField(default=False)
    identity_how = models.TextField()
    identity_note = models.TextField(default="")
    priority_group = models.TextField(default="")
    paper_serial = models.TextField(default="")
    home_commune_2021 = models.TextField(default="")
    home_commune_2025 = models.TextField(default="")
    name_hash = models.TextField(default="")
    name_birth_hash = models.TextField(default="")
    checked_in_at = models.DateTimeField()
    checked_in_by = models.UUIDField(null=True)
    checked_in_recorded_at = models.DateTimeField()
    checked_in_recorded_by = models.TextField()
    vaccine = models.TextField(default="")
    lot_id = models.UUIDField(null=True)
    dose_type = models.TextField(default="")
    ordinal = models.SmallIntegerField(null=True)
    record_id = models.UUIDField(null=True)
    dosed_at = models.DateTimeField(null=True)
    dosed_by = models.TextField(null=True)
    dosed_recorded_at = models.DateTimeField(null=True)
    dosed_recorded_by = models.TextField(null=True)
    observe_minutes = models.SmallIntegerField(default=30)
    observe_until = models.DateTimeField(null=True)
    observed_at = models.DateTimeField(null=True)
    observed_by = models.TextField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(null=True)
    end_reason = models.TextField(default="")
    end_detail = models.JSONField(default=dict)
    return_on = models.DateField(null=True)
    undone = models.JSONField(default=list)
    confirmed_facts = models.TextField(default="")
    marks = models.JSONField(default=list)
    previous_state = models.TextField(default="")
    moved_at = models.DateTimeField()
    # Received twice without a line: the visit that stands for this one.
    joined_to = models.UUIDField(null=True)

    @property
    def label(self) -> int | str:
        """The number as the person reads it: 7, or B7 where a device without a line gave it."""
        return f"{self.letter}{self.number}" if self.letter else self.number

    class Meta:
        db_table = "visit"
        constraints = [
            pair("observed_at", "observed_by", "visit_observed_pair"),
            one_of(
                "state",
                [
                    "checked_in",
                    "consented",
                    "cleared",
                    "dosed",
                    "observed",
                    "closed",
                    "refused",
                    "deferred",
                    "referred",
                    "contraindicated",
                    "left_early",
                    "withdrawn",
                ],
                "visit_state",
            ),
            pair("dosed_at", "dosed_by", "visit_dosed_pair"),
            pair("dosed_recorded_at", "dosed_recorded_by", "visit_dosed_recorded_pair"),
            pair("ended_at", "ended_by", "visit_ended_pair"),
            models.UniqueConstraint("session_id", "letter", "number", "site_id", name="visit_number_once"),
            models.UniqueConstraint("code", name="visit_code_once"),
            models.UniqueConstraint(
                "person_id",
                "session_id",
                "site_id",
                name="visit_one_waiting",
                condition=models.Q(state__in=["checked_in", "consented", "cleared"], letter=""),
            ),
        ]
        indexes = [
            models.Index("session_id", "state", "number", name="visit_session"),
            models.Index("person_id", models.F("on_date").desc(), name="visit_person"),
        ]  # fmt: skip


class Consent(Row):
    """What was agreed to or refused, by whom, in which text."""

    placement = "site"
    site_id = models.UUIDField()
    visit_id = models.UUIDField()
    text_version = models.TextField()
    agreed = models.BooleanField()
    signer = models.TextField()
    guardian_name_cipher = models.BinaryField(null=True)
    guardian_phone_cipher = models.BinaryField(null=True)
    relation = models.TextField(default="")
    how = models.TextField()
    mixing_agreed = models.BooleanField(default=False)
    performed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        db_table = "consent"
        constraints = [
            one_of("how", ["screen", "paper"], "consent_how"),
            one_of("signer", ["self", "guardian"], "consent_signer"),
        ]
        indexes = [models.Index("site_id", "visit_id", name="consent_visit")]


class Screening(Row):
    """One screening with what the software proposed and what the doctor decided: append-only."""

    placement = "site"
    site_id = models.UUIDField()
    visit_id = models.UUIDField()
    version = models.SmallIntegerField(default=1)
    form = models.TextField()
    answers = models.JSONField()
    vitals = models.JSONField()
    proposal = models.TextField()
    proposal_reasons = models.JSONField()
    decision = models.TextField()
    decision_reason = models.TextField(default="")
    rules_version = models.TextField(default="")
    performed_at = models.DateTimeField()
    performed_by = models.UUIDField(null=True)
    performed_by_name = models.TextField(default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        db_table = "screening"
        constraints = [models.UniqueConstraint("site_id", "visit_id", "version", name="screening_version")]


class Checklist(Row):
    """The opening checklist of a session, signed by its lead; each override has a name and a reason."""

    placement = "site"
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    items = models.JSONField()
    overrides = models.JSONField(default=list)
    signed_at = models.DateTimeField()
    signed_by = models.TextField()

    class Meta:
        db_table = "checklist"
        indexes = [models.Index("session_id", name="checklist_session")]


class SessionLot(models.Model):
    """A lot chosen for a session, by whom and when: chosen once, used by every injector."""

    placement = "site"
    pk = models.CompositePrimaryKey("session_id", "lot_id", "site_id")
    session_id = models.UUIDField()
    site_id = models.UUIDField()
    lot_id = models.UUIDField()
    vaccine = models.TextField()
    chosen_at = models.DateTimeField()
    chosen_by = models.TextField()
    paused_at = models.DateTimeField(null=True)
    paused_by = models.TextField(null=True)

    class Meta:
        db_table = "session_lot"
        constraints = [
            pair("paused_at", "paused_by", "session_lot_paused_pair"),
        ]


class PaperForm(Row):
    """A printed form with its serial; the day closes when each is keyed, voided or listed missing."""

    placement = "site"
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    serial = models.TextField(unique=True)
    state = models.TextField(default="printed")
    printed_at = models.DateTimeField()
    printed_by = models.TextField()
    visit_id = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(null=True)
    reason = models.TextField(default="")

    class Meta:
        db_table = "paper_form"
        constraints = [
            pair("settled_at", "settled_by", "paper_form_settled_pair"),
            one_of("state", ["printed", "keyed", "voided", "missing"], "paper_state"),
        ]
        indexes = [models.Index("session_id", "serial", name="paper_session")]


class Note(Row):
    """Why somebody did something at a session: the words stay here, the audit holds codes only. `before`: what stood there."""

    placement = "site"
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    visit_id = models.UUIDField(null=True)
    action = models.TextField()
    text = models.TextField()
    before = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        db_table = "session_note"
        indexes = [models.Index("session_id", "recorded_at", name="session_note_ix")]
