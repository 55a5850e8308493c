"""Sessions, slots and appointments: never oversold, never two active for one dose."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair

SHIFTS = ["morning", "afternoon", "evening", "whole_day"]


class Session(Row):
    """A site on a day in a shift. Mode: invited (an officer allocates), open (people book) or walk_in."""

    placement = "site"
    site_id = models.UUIDField()
    facility_id = models.UUIDField()
    campaign = models.TextField(default="covid-19")
    on_date = models.DateField()
    shift = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    mode = models.TextField(default="invited")
    tables = models.SmallIntegerField(default=1)
    per_table = models.SmallIntegerField(default=100)
    over_capacity_reason = models.TextField(default="")
    state = models.TextField(default="planned")
    age_kind = models.TextField(default="adult")
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    stop_id = models.UUIDField(null=True)
    planned_at = models.DateTimeField()
    planned_by = models.TextField()
    opened_at = models.DateTimeField(null=True)
    opened_by = models.TextField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(null=True)
    next_number = models.IntegerField(default=1)

    class Meta:
        db_table = "session"
        constraints = [
            pair("closed_at", "closed_by", "session_closed_pair"),
            pair("opened_at", "opened_by", "session_opened_pair"),
            one_of("shift", SHIFTS, "session_shift"),
            one_of("mode", ["invited", "open", "walk_in"], "session_mode"),
            one_of("state", ["planned", "open", "paused", "closed", "cancelled"], "session_state"),
            models.UniqueConstraint("site_id", "on_date", "shift", name="session_once", condition=~models.Q(state="cancelled")),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="session_ends_after"),
        ]
        indexes = [
            models.Index("on_date", "site_id", name="session_day"),
            models.Index("district_2021", "on_date", name="session_district"),
        ]


class SessionVaccine(models.Model):
    """A product offered at a session."""

    placement = "site"
    pk = models.CompositePrimaryKey("session_id", "vaccine", "site_id")
    session_id = models.UUIDField()
    site_id = models.UUIDField()
    vaccine = models.TextField()

    class Meta:
        db_table = "session_vaccine"


class Slot(Row):
    """Places at a session in one hour for one vaccine; `taken` never passes `capacity`, `kept` wait for the standby list."""

    placement = "site"
    session_id = models.UUIDField()
    site_id = models.UUIDField()
    vaccine = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.IntegerField()
    taken = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)

    class Meta:
        db_table = "slot"
        constraints = [
            models.UniqueConstraint("session_id", "starts_at", "vaccine", "site_id", name="slot_once"),
            models.CheckConstraint(condition=models.Q(taken__gte=0, taken__lte=models.F("capacity")), name="slot_not_oversold"),
            models.CheckConstraint(condition=models.Q(kept__gte=0), name="slot_kept"),
        ]
        indexes = [models.Index("starts_at", name="slot_open", condition=models.Q(taken__lt=models.F("capacity")))]


class Appointment(Row):
    """A person's place at a slot, by invitation or by own booking."""

    placement = "person"
    person_id = models.UUIDField()
    registration_id = models.UUIDField()
    course = models.TextField(default="covid-19")
    code = models.TextField(unique=True)
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    slot_id = models.UUIDField()
    vaccine = models.TextField()
    starts_at = models.DateTimeField()
    on_date = models.DateField()
    dose_type = models.TextField(default="primary")
    ordinal = models.SmallIntegerField(default=1)
    how = models.TextField()
    state = models.TextField(default="active")
    confirmed_at = models.DateTimeField(null=True)
    booked_at = models.DateTimeField()
    booked_by = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(null=True)
    end_reason = models.TextField(default="")
    replaces_id = models.UUIDField(null=True)
    allocation_id = models.UUIDField(null=True)

    class Meta:
        db_table = "appointment"
        constraints = [
            pair("ended_at", "ended_by", "appointment_ended_pair"),
            one_of("how", ["invited", "booked", "standby", "walk_in", "reinvited"], "appointment_how"),
            one_of("state", ["active", "arrived", "done", "cancelled", "moved", "declined", "no_show"], "appointment_state"),
            models.UniqueConstraint(
                "person_id", "course", name="appointment_one_active", condition=models.Q(state__in=["active", "arrived"])
            ),
        ]
        indexes = [
            models.Index("session_id", "starts_at", "id", name="appointment_session"),
            models.Index("person_id", models.F("booked_at").desc(), name="appointment_person"),
            models.Index("slot_id", name="appointment_slot"),
        ]


class Standby(Row):
    """Someone near who can come within the last hours."""

    placement = "site"
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    person_id = models.UUIDField()
    registration_id = models.UUIDField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    state = models.TextField(default="waiting")
    called_at = models.DateTimeField(null=True)
    called_by = models.TextField(null=True)
    appointment_id = models.UUIDField(null=True)

    class Meta:
        db_table = "standby"
        constraints = [
            pair("called_at", "called_by", "standby_called_pair"),
            one_of("state", ["waiting", "called", "came", "gave_up"], "standby_state"),
            models.UniqueConstraint("session_id", "person_id", "site_id", name="standby_once"),
        ]


class Allocation(Row):
    """One draw: who may be invited to which sessions, in published order; the seed breaks ties only."""

    placement = "local"
    code = models.TextField(unique=True)
    unit_key = models.TextField()
    criteria = models.JSONField()
    sessions = models.JSONField()
    state = models.TextField(default="committed")
    candidates_hash = models.TextField()
    seed_commitment = models.TextField()
    seed_cipher = models.BinaryField()
    seed = models.TextField(default="")
    invited = models.IntegerField(default=0)
    left_over = models.IntegerField(default=0)
    result_hash = models.TextField(default="")
    committed_at = models.DateTimeField()
    committed_by = models.TextField()
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.TextField(null=True)

    class Meta:
        db_table = "allocation"
        constraints = [
            pair("drawn_at", "drawn_by", "allocation_drawn_pair"),
            one_of("state", ["committed", "drawn", "abandoned"], "allocation_state"),
        ]


class AllocationCandidate(models.Model):
    """One candidate as the draw saw them: ids and facts, enough to replay it; no name."""

    placement = "local"
    pk = models.CompositePrimaryKey("allocation_id", "registration_id")
    allocation_id = models.UUIDField()
    registration_id = models.UUIDField()
    person_id = models.UUIDField()
    household = models.TextField(default="")
    facts = models.JSONField()
    rank = models.IntegerField(null=True)
    slot_id = models.UUIDField(null=True)

    class Meta:
        db_table = "allocation_candidate"


class KeptDoses(models.Model):
    """What a province keeps of a product for later doses: doses there, people due soon, first doses that have a place; counted now and again."""

    placement = "reference"
    pk = models.CompositePrimaryKey("province", "vaccine")
    province = models.TextField()
    vaccine = models.TextField()
    on_hand = models.IntegerField()
    due = models.IntegerField()
    booked = models.IntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "kept_doses"


class ReserveDecision(Row):
    """A named decision that first doses may use what is kept for later ones: in a province, the nation ("vn"), or at one session, up to a day."""

    placement = "reference"
    province = models.TextField(default="")
    session_id = models.UUIDField(null=True)
    vaccine = models.TextField()
    until = models.DateField()
    decision = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.TextField()
    decided_name = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(null=True)
    ended_name = models.TextField(default="")

    class Meta:
        db_table = "reserve_decision"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(province="", session_id__isnull=False) | (~models.Q(province="") & models.Q(session_id__isnull=True)),
                name="reserve_decision_of_one",
            ),
            pair("ended_at", "ended_by", "reserve_decision_ended"),
        ]
        indexes = [
            models.Index("province", "vaccine", "until", name="reserve_decision_province"),
            models.Index("session_id", name="reserve_decision_session", condition=models.Q(session_id__isnull=False)),
        ]
