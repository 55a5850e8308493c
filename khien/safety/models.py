"""Reactions after a dose, the AEFI cases they meet in, red flags at the point, follow-up."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair
from khien.safety.core import Cause
from khien.safety.rules import Outcome
from khien.safety.states import FLAG, NEXT, STANDING


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
    aefi_id = models.UUIDField(null=True)

    class Meta:
        db_table = "reaction"
        constraints = [
            one_of("source", ["desk", "health_book", "portal", "hotline", "follow_up"], "reaction_source"),
            one_of("severity", ["common", "severe"], "reaction_severity"),
        ]
        indexes = [
            models.Index("person_id", models.F("onset_at").desc(), name="reaction_person"),
            models.Index("site_id", "onset_at", name="reaction_site"),
            models.Index("aefi_id", name="reaction_aefi", condition=models.Q(aefi_id__isnull=False)),
        ]


class AefiCase(Row):
    """One adverse event of one person after a dose, from the first word of it to the council's decision."""

    placement = "reference"
    code = models.TextField(unique=True)
    state = models.TextField(default="noted")
    person_id = models.UUIDField(null=True)
    # Who it is about while no record is found: what was told, sealed.
    told_cipher = models.BinaryField(null=True)
    record_id = models.UUIDField(null=True)
    visit_id = models.UUIDField(null=True)
    session_id = models.UUIDField(null=True)
    site_id = models.UUIDField(null=True)
    facility_id = models.UUIDField(null=True)
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    vaccine = models.TextField(default="")
    lot_number = models.TextField(default="")
    lot_id = models.UUIDField(null=True)
    dose_type = models.TextField(default="")
    ordinal = models.SmallIntegerField(null=True)
    dosed_on = models.DateField(null=True)
    dosed_at = models.DateTimeField(null=True)
    sex = models.TextField(default="")
    age_years = models.SmallIntegerField(null=True)
    source = models.TextField()
    signs = models.JSONField(default=list)
    anaphylaxis = models.BooleanField(default=False)
    severe = models.BooleanField(default=False)
    serious = models.JSONField(default=list)
    onset_at = models.DateTimeField()
    outcome = models.TextField(default="unknown")
    died_on = models.DateField(null=True)
    facts_cipher = models.BinaryField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    # When it was first known to be severe or serious: the report's clock begins here.
    noticed_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    reported_by = models.TextField(null=True)
    investigation_at = models.DateTimeField(null=True)
    investigation_by = models.TextField(null=True)
    investigated_at = models.DateTimeField(null=True)
    investigated_by = models.TextField(null=True)
    assessed_at = models.DateTimeField(null=True)
    assessed_by = models.TextField(null=True)
    cause = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(null=True)
    joined_into = models.UUIDField(null=True)
    # The clock that runs now; empty when none does.
    due_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "aefi_case"
        constraints = [
            one_of("state", [str(state) for state in NEXT], "aefi_state"),
            one_of("outcome", [outcome.value for outcome in Outcome], "aefi_outcome"),
            one_of("cause", ["", *(cause.value for cause in Cause)], "aefi_cause"),
            pair("reported_at", "reported_by", "aefi_reported_pair"),
            pair("investigation_at", "investigation_by", "aefi_investigation_pair"),
            pair("investigated_at", "investigated_by", "aefi_investigated_pair"),
            pair("assessed_at", "assessed_by", "aefi_assessed_pair"),
            pair("ended_at", "ended_by", "aefi_ended_pair"),
            models.CheckConstraint(
                condition=models.Q(state="joined", joined_into__isnull=False) | (~models.Q(state="joined") & models.Q(joined_into__isnull=True)),
                name="aefi_joined",
            ),
        ]
        indexes = [
            models.Index("person_id", name="aefi_person"),
            models.Index(models.F("opened_at").desc(), models.F("id").desc(), name="aefi_list"),
            models.Index("province_2021", models.F("opened_at").desc(), models.F("id").desc(), name="aefi_province"),
            models.Index("district_2021", models.F("opened_at").desc(), models.F("id").desc(), name="aefi_district"),
            models.Index("site_id", models.F("opened_at").desc(), name="aefi_site"),
            models.Index("due_at", name="aefi_due", condition=models.Q(due_at__isnull=False)),
            models.Index("lot_id", "dosed_on", name="aefi_lot"),
            # What rates count, beside the day: nothing of the wide row is read.
            models.Index(
                fields=["dosed_on"], name="aefi_rates", condition=models.Q(site_id__isnull=False, dosed_on__isnull=False),
                include=(
                    "site_id", "facility_id", "province_2021", "district_2021", "province_2025", "state", "vaccine", "lot_number", "dose_type", "ordinal",
                    "sex", "age_years", "severe", "anaphylaxis", "serious",
                ),
            ),
        ]


class AefiChange(Row):
    """A line of an AEFI case's story: what changed, who and when, and the words beside it; never altered."""

    placement = "reference"
    aefi_id = models.UUIDField()
    kind = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    facts = models.JSONField(default=dict)
    # Before and after of what people typed, and the reason given, sealed.
    words_cipher = models.BinaryField(null=True)

    class Meta:
        db_table = "aefi_change"
        indexes = [models.Index("aefi_id", "recorded_at", name="aefi_change_of")]


class Alarm(Row):
    """A red flag of anaphylaxis at a point, from the tap to its end."""

    placement = "site"
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    visit_id = models.UUIDField()
    person_id = models.UUIDField()
    reaction_id = models.UUIDField()
    state = models.TextField(default="raised")
    raised_at = models.DateTimeField()
    raised_by = models.TextField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(null=True)
    outcome = models.TextField(default="")
    reason_cipher = models.BinaryField(null=True)

    class Meta:
        db_table = "alarm"
        constraints = [
            one_of("state", [str(flag) for flag in FLAG], "alarm_state"),
            pair("acknowledged_at", "acknowledged_by", "alarm_acknowledged_pair"),
            pair("confirmed_at", "confirmed_by", "alarm_confirmed_pair"),
            pair("ended_at", "ended_by", "alarm_ended_pair"),
            models.UniqueConstraint(
                "site_id", "visit_id", name="alarm_one_standing", condition=models.Q(state__in=[flag.value for flag in STANDING])
            ),
        ]
        indexes = [models.Index("session_id", "raised_at", name="alarm_session"), models.Index("visit_id", name="alarm_visit")]


class AlarmEntry(Row):
    """One act of the time line of an alarm; an edit is a new row that replaces the old one."""

    placement = "site"
    site_id = models.UUIDField()
    alarm_id = models.UUIDField()
    kind = models.TextField()
    happened_at = models.DateTimeField()
    # dose in mg, route, who did it, pulse, pressure: codes and numbers; names and words are sealed.
    facts = models.JSONField(default=dict)
    words_cipher = models.BinaryField(null=True)
    replaces = models.UUIDField(null=True)
    replaced = models.BooleanField(default=False)
    struck = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        db_table = "alarm_entry"
        indexes = [models.Index("alarm_id", "happened_at", name="alarm_entry_of")]


class FollowUp(Row):
    """One question after a dose: how are you today? Day 0 is asked of who left before the time was over."""

    placement = "person"
    person_id = models.UUIDField()
    record_id = models.UUIDField()
    visit_id = models.UUIDField(null=True)
    session_id = models.UUIDField(null=True)
    site_id = models.UUIDField(null=True)
    day = models.SmallIntegerField()
    due_on = models.DateField()
    token_hash = models.BinaryField(null=True)
    answer = models.TextField(default="")
    reaction_id = models.UUIDField(null=True)
    channel = models.TextField(default="")
    calls = models.SmallIntegerField(default=0)
    words_cipher = models.BinaryField(null=True)
    planned_at = models.DateTimeField()
    planned_by = models.TextField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(null=True)

    class Meta:
        db_table = "follow_up"
        constraints = [
            one_of("answer", ["", "well", "soso", "bad", "no_answer", "wrong_number", "stopped", "void"], "follow_up_answer"),
            pair("answered_at", "answered_by", "follow_up_answered_pair"),
            models.UniqueConstraint("person_id", "record_id", "day", name="follow_up_once"),
        ]
        indexes = [
            models.Index("token_hash", name="follow_up_token", condition=models.Q(token_hash__isnull=False)),
            models.Index("session_id", "day", name="follow_up_session"),
            models.Index("due_on", "day", name="follow_up_due"),
        ]


class FollowUpStop(Row):
    """A person who wants no more questions; a recall of a lot is told all the same."""

    placement = "person"
    person_id = models.UUIDField(unique=True)
    stopped_at = models.DateTimeField()
    stopped_by = models.TextField()

    class Meta:
        db_table = "follow_up_stop"


class DoseTally(Row):
    """Doses given, counted for rates: by site, day, product, lot, dose, sex and age; a site's day is made anew when something changed."""

    placement = "site"
    site_id = models.UUIDField()
    on_date = models.DateField()
    vaccine = models.TextField()
    lot_id = models.UUIDField(null=True)
    lot_number = models.TextField(default="")
    dose = models.TextField()
    sex = models.TextField(default="")
    age_band = models.TextField(default="")
    doses = models.IntegerField()

    class Meta:
        db_table = "dose_tally"
        indexes = [models.Index("site_id", "on_date", name="dose_tally_site_day")]


class LotTally(models.Model):
    """`DoseTally` without dose, sex and age: what rates by product, lot and point, the map and the screen for signals read."""

    placement = "site"
    pk = models.CompositePrimaryKey("site_id", "on_date", "vaccine", "lot_number")
    site_id = models.UUIDField()
    on_date = models.DateField()
    vaccine = models.TextField()
    lot_number = models.TextField(default="")
    doses = models.IntegerField()

    class Meta:
        db_table = "lot_tally"
        indexes = [models.Index("on_date", name="lot_tally_day")]


class DoseTallyDay(models.Model):
    """A site's day whose doses have to be counted again."""

    placement = "site"
    pk = models.CompositePrimaryKey("site_id", "on_date")
    site_id = models.UUIDField()
    on_date = models.DateField()
    marked_at = models.DateTimeField()

    class Meta:
        db_table = "dose_tally_day"
