"""THE record: append-only immunizations; a correction adds a version and moves the claim."""

from django.db import models

from khien.plumbing.base import Row, one_of


class Immunization(Row):
    """One version of one dose in a person's record. Rows are never updated."""

    placement = "person"
    person_id = models.UUIDField()
    record_id = models.UUIDField()
    version = models.SmallIntegerField(default=1)
    status = models.TextField(default="completed")
    course = models.TextField(default="covid-19")
    vaccine = models.TextField()
    dose_type = models.TextField()
    ordinal = models.SmallIntegerField()
    lot_number = models.TextField(default="")
    lot_id = models.UUIDField(null=True)
    volume_ml = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    on_date = models.DateField()
    performed_at = models.DateTimeField(null=True)
    performed_by = models.UUIDField(null=True)
    performed_by_name = models.TextField(default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    site_id = models.UUIDField(null=True)
    session_id = models.UUIDField(null=True)
    visit_id = models.UUIDField(null=True)
    facility_id = models.UUIDField(null=True)
    facility_name = models.TextField(default="")
    place_province_2021 = models.TextField(default="")
    place_commune_2021 = models.TextField(default="")
    place_commune_2025 = models.TextField(default="")
    home_commune_2021 = models.TextField(default="")
    home_commune_2025 = models.TextField(default="")
    country = models.TextField(default="VN")
    origin = models.TextField()
    evidence = models.TextField(default="")
    evidence_file = models.UUIDField(null=True)
    validity = models.TextField(default="valid")
    validity_code = models.TextField(default="")
    validity_facts = models.JSONField(default=dict)
    marks = models.JSONField(default=list)
    reason = models.TextField(default="")
    facility_signed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "immunization"
        constraints = [
            models.UniqueConstraint("person_id", "record_id", "version", name="immunization_version"),
            one_of("status", ["completed", "entered_in_error"], "immunization_status"),
            one_of("dose_type", ["primary", "additional", "booster", "extra"], "immunization_dose_type"),
            one_of("origin", ["visit", "paper", "elsewhere"], "immunization_origin"),
            one_of("validity", ["valid", "invalid", "uncertain"], "immunization_validity"),
            models.CheckConstraint(condition=models.Q(ordinal__gte=1), name="immunization_ordinal"),
        ]
        indexes = [
            models.Index("person_id", "on_date", name="immunization_person"),
            models.Index("record_id", "version", name="immunization_record"),
            models.Index("lot_id", name="immunization_lot"),
            models.Index("site_id", "on_date", name="immunization_site_day"),
            models.Index("recorded_at", "id", name="immunization_to_decide", condition=models.Q(validity="uncertain") & ~models.Q(validity_code="")),
        ]


class MovedDose(models.Model):
    """Under which record a dose was written first that was moved to another person since; one moved on and on has a row for each."""

    placement = "reference"
    record_id = models.UUIDField(primary_key=True)
    given_as = models.UUIDField()

    class Meta:
        db_table = "moved_dose"
        indexes = [models.Index("given_as", name="moved_dose_given_as")]


class DoseClaim(models.Model):
    """Which record stands for a person's dose of this type and ordinal: at most one."""

    placement = "person"
    pk = models.CompositePrimaryKey("person_id", "course", "dose_type", "ordinal")
    person_id = models.UUIDField()
    course = models.TextField()
    dose_type = models.TextField()
    ordinal = models.SmallIntegerField()
    record_id = models.UUIDField()

    class Meta:
        db_table = "dose_claim"
        indexes = [models.Index("record_id", name="dose_claim_record")]


class DueCount(models.Model):
    """How many people of a place a dose of a product is due to on a day: `DueDose` added up as each person's row moves."""

    placement = "local"
    pk = models.CompositePrimaryKey(
        "due_on", "vaccine", "dose_type", "ordinal", "province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025"
    )
    due_on = models.DateField()
    vaccine = models.TextField()
    dose_type = models.TextField()
    ordinal = models.SmallIntegerField()
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    people = models.IntegerField(default=0)

    class Meta:
        db_table = "due_count"
        indexes = [
            models.Index("province_2021", "district_2021", "due_on", name="due_count_district"),
            models.Index("province_2025", "commune_2025", "due_on", name="due_count_2025"),
        ]


class DueTotal(models.Model):
    """`DueCount` added up for each unit of either geography and the nation (""), whatever homes are below: sql/due_total.sql keeps it."""

    placement = "local"
    pk = models.CompositePrimaryKey("unit_key", "due_on", "vaccine", "dose_type", "ordinal")
    unit_key = models.TextField()
    due_on = models.DateField()
    vaccine = models.TextField()
    dose_type = models.TextField()
    ordinal = models.SmallIntegerField()
    people = models.IntegerField(default=0)

    class Meta:
        db_table = "due_total"


class DueDose(models.Model):
    """The dose that is due next to somebody who has one: which, of which product, from when, and where that person lives now."""

    placement = "person"
    pk = models.CompositePrimaryKey("person_id", "course")
    person_id = models.UUIDField()
    course = models.TextField(default="covid-19")
    vaccine = models.TextField()
    dose_type = models.TextField()
    ordinal = models.SmallIntegerField()
    due_on = models.DateField()
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "due_dose"
        indexes = [
            models.Index("province_2021", "district_2021", "due_on", name="due_dose_district"),
            models.Index("commune_2021", "due_on", name="due_dose_commune"),
            models.Index("province_2025", "commune_2025", "due_on", name="due_dose_2025"),
        ]
