"""Wishes to be vaccinated: one queue for each person, whatever the way in."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair

WAYS = ["portal", "health_book", "organization", "ward", "staff", "hotline", "walk_in"]
ACTIVE = models.Q(state__in=["waiting", "booked"])
TO_CALL = models.Q(call_outcome__in=["", "no_answer"])


class Registration(Row):
    """A person's place in the ONE queue; every way in is kept beside it."""

    placement = "person"
    person_id = models.UUIDField()
    code = models.TextField(unique=True)
    state = models.TextField(default="waiting")
    course = models.TextField(default="covid-19")
    way = models.TextField()
    organization_id = models.UUIDField(null=True)
    priority_groups = models.JSONField(default=list)
    best_group = models.TextField(default="16")
    wished_from = models.DateField(null=True)
    wished_shift = models.TextField(default="")
    declared_dose = models.TextField(default="first")
    previous_dose = models.JSONField(default=dict)
    history = models.JSONField(default=dict)
    risk = models.BooleanField(default=False)
    consent_version = models.TextField(default="")
    consented_at = models.DateTimeField(null=True)
    phone_verified = models.BooleanField(default=False)
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    # Where the person lives within the commune, kept beside the place so that a call sheet is read in the order of homes.
    neighbourhood = models.TextField(default="", db_default="")
    household = models.TextField(default="", db_default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(default="")
    call_outcome = models.TextField(default="")
    called_at = models.DateTimeField(null=True)
    called_by = models.TextField(null=True)

    class Meta:
        db_table = "registration"
        constraints = [
            pair("called_at", "called_by", "registration_called_pair"),
            one_of("state", ["waiting", "booked", "done", "withdrawn", "closed"], "registration_state"),
            models.UniqueConstraint(
                "person_id", "course", name="registration_one_active", condition=models.Q(state__in=["waiting", "booked"])
            ),
        ]
        indexes = [
            models.Index("district_2021", "state", "id", name="registration_district"),
            models.Index("commune_2021", "state", "id", name="registration_commune"),
            models.Index("organization_id", name="registration_org"),
            models.Index("person_id", name="registration_person"),
            *(
                models.Index(f"commune_{epoch}", "neighbourhood", "household", "id", name=f"registration_{name}_{epoch}", condition=asked)
                for epoch in ("2021", "2025") for name, asked in (("homes", ACTIVE), ("to_call", ACTIVE & TO_CALL))
            ),
            # Every board's count comes from this one index alone: few values, so it stays small.
            models.Index(
                "province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025", "state", name="registration_board"
            ),
        ]


class RegistrationWay(Row):
    """One way by which a registration came; the same person may come by several."""

    placement = "person"
    registration_id = models.UUIDField()
    person_id = models.UUIDField()
    way = models.TextField()
    source_id = models.UUIDField(null=True)
    # The receipt of somebody who may not see the registration's own code: it answers, it opens nothing.
    code = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField()
    # The doses before and the answers about health that came this way: the queue keeps one wish, the desk hears them all.
    told = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))

    class Meta:
        db_table = "registration_way"
        constraints = [
            one_of("way", WAYS, "registration_way_way"),
            models.UniqueConstraint("code", name="registration_way_code", condition=~models.Q(code="")),
        ]
        indexes = [models.Index("registration_id", name="registration_way_of")]


class Draft(Row):
    """A form half filled in: kept apart from the record, encrypted, for a few days. `id` stays in a cookie's session."""

    data_cipher = models.BinaryField()
    step = models.TextField(default="")
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    registration_id = models.UUIDField(null=True)

    class Meta:
        db_table = "registration_draft"


class PeopleList(Row):
    """An uploaded list of a firm, ward or class, staged for a person to review."""

    organization_id = models.UUIDField()
    way = models.TextField()
    file_id = models.UUIDField()
    name = models.TextField()
    state = models.TextField(default="reading")
    sha256 = models.TextField()
    # Each sheet's headings with the field that each was read as, and the rows left out: what the error file needs again.
    sections = models.JSONField(default=list)
    skipped_rows = models.JSONField(default=list)
    refusal = models.TextField(default="")
    refusal_facts = models.JSONField(default=dict)
    commune_key = models.TextField(default="")
    rows = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    repaired = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    possible = models.IntegerField(default=0)
    sent = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    # Hashes of phones that stand on more rows than a household has people, and the sender's own.
    shared_phones = models.JSONField(default=list)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.TextField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.TextField(null=True)
    job_id = models.UUIDField(null=True)
    consent_basis = models.TextField(default="")

    class Meta:
        db_table = "people_list"
        constraints = [
            pair("sent_at", "sent_by", "people_list_sent_pair"),
            one_of("state", ["reading", "staged", "sending", "sent", "unreadable"], "people_list_state"),
        ]
        indexes = [models.Index("organization_id", models.F("uploaded_at").desc(), name="people_list_org")]


class ListRow(Row):
    """One row of a list: what stood in it, what was repaired, what is refused, whom it may be."""

    list_id = models.UUIDField()
    number = models.IntegerField()
    # Where it stood: the section's place in the list's file and the row as the spreadsheet counts it.
    section = models.SmallIntegerField(default=0)
    source_row = models.IntegerField()
    number_hash = models.TextField(default="")
    raw_cipher = models.BinaryField()
    values_cipher = models.BinaryField()
    repairs = models.JSONField(default=list)
    refusals = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    state = models.TextField()
    possible_ids = models.JSONField(default=list)
    decision = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    person_id = models.UUIDField(null=True)
    registration_id = models.UUIDField(null=True)
    result = models.TextField(default="")
    # When what it said of a person was wiped: the number and the verdict stay.
    wiped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_list_row"
        constraints = [
            pair("decided_at", "decided_by", "people_list_row_decided_pair"),
            models.UniqueConstraint("list_id", "number", name="list_row_once"),
            models.UniqueConstraint("list_id", "section", "source_row", name="list_row_source_once"),
            one_of("state", ["accepted", "repaired", "refused", "possible", "sent", "skipped"], "list_row_state"),
        ]
        indexes = [
            models.Index("list_id", "state", "number", name="list_row_state_ix"),
            models.Index("list_id", "number_hash", name="list_row_hash", condition=~models.Q(number_hash="")),
        ]
