"""Administrative units of both epochs, organisations, facilities and sites."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair


class Unit(models.Model):
    """A province, district or commune of one epoch; `key` is "2021-26734", unique through both epochs.

    `path` names it with the units above it; `name_key` and `path_key` are its folded words, a space around each.
    """

    placement = "reference"
    key = models.TextField(primary_key=True)
    epoch = models.TextField()
    level = models.TextField()
    code = models.TextField()
    parent_key = models.TextField(default="")
    province_code = models.TextField()
    district_code = models.TextField(default="")
    name = models.TextField()
    full_name = models.TextField()
    name_key = models.TextField()
    name_sort = models.TextField()
    path = models.TextField(default="")
    path_key = models.TextField(default="")
    kind = models.TextField(default="")
    cccd_code = models.TextField(default="")
    region = models.TextField(default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    class Meta:
        db_table = "unit"
        constraints = [
            models.UniqueConstraint("epoch", "code", name="unit_code"),
            one_of("level", ["province", "district", "commune"], "unit_level"),
        ]
        indexes = [models.Index("parent_key", name="unit_parent"), models.Index("epoch", "level", name="unit_level_ix")]


class UnitSuccessor(models.Model):
    """An old commune and a commune of 2025 that took it over; several where it was divided."""

    placement = "reference"
    pk = models.CompositePrimaryKey("old_key", "new_key")
    old_key = models.TextField()
    new_key = models.TextField()
    divided = models.BooleanField()
    is_default = models.BooleanField()
    source = models.TextField()

    class Meta:
        db_table = "unit_successor"
        indexes = [models.Index("new_key", name="unit_successor_new")]


class Placed(Row):
    """A thing at a place: its units in both epochs, as codes of text, empty where unknown."""

    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    address = models.TextField(default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    class Meta:
        abstract = True


class Organization(Placed):
    """A firm, school, office or ward that sends lists."""

    placement = "reference"
    name = models.TextField()
    kind = models.TextField()
    tax_code = models.TextField(default="")
    contact_name = models.TextField(default="")
    contact_phone_cipher = models.BinaryField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        db_table = "organization"
        constraints = [one_of("kind", ["firm", "school", "ward", "office", "hospital", "other"], "organization_kind")]


class Facility(Placed):
    """A health facility with its 5-character code and, by date, its legal successor."""

    placement = "reference"
    code = models.TextField(unique=True)
    name = models.TextField()
    name_en = models.TextField(default="")
    phone = models.TextField(default="")
    successor_id = models.UUIDField(null=True)
    succeeded_on = models.DateField(null=True)

    class Meta:
        db_table = "facility"


class Site(Placed):
    """A point where people are vaccinated: fixed, mobile (a place for each day) or home visits."""

    placement = "reference"
    facility_id = models.UUIDField()
    name = models.TextField()
    name_en = models.TextField(default="")
    kind = models.TextField()
    tables = models.SmallIntegerField(default=1)
    phone = models.TextField(default="")
    hospital = models.TextField(default="")
    hospital_phone = models.TextField(default="")
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "site"
        constraints = [one_of("kind", ["fixed", "mobile", "home"], "site_kind")]
        indexes = [models.Index("facility_id", name="site_facility"), models.Index("district_2021", name="site_district")]


class SiteStop(Placed):
    """Where a mobile point stands on a day; a home visit is a stop with an address."""

    placement = "site"
    site_id = models.UUIDField()
    on_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    name = models.TextField()
    # Communes beside its own whose people come here (keys of units), and the doses it is to carry by product.
    serves = models.JSONField(default=list)
    carried = models.JSONField(default=dict)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.TextField(null=True)

    class Meta:
        db_table = "site_stop"
        constraints = [pair("removed_at", "removed_by", "site_stop_removed_pair")]
        indexes = [models.Index("site_id", "on_date", name="site_stop_day")]
