"""Rollups and dated, imported figures: boards read these, never the record itself."""

from django.db import models

from khien.plumbing.base import Row, one_of


class DayCount(models.Model):
    """How many of one indicator, at one site on one day; the units of the place and of the home are kept beside it.

    What belongs to no site (a registration) has the nil UUID as site and session, and its home as place.
    """

    placement = "site"
    pk = models.CompositePrimaryKey(
        "on_date", "site_id", "session_id", "indicator", "vaccine", "dose", "group", "home_2021", "home_2025",
        "province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025",
    )  # fmt: skip
    on_date = models.DateField()
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    indicator = models.TextField()
    vaccine = models.TextField(default="")
    dose = models.TextField(default="")
    group = models.TextField(default="")
    home_2021 = models.TextField(default="")
    home_2025 = models.TextField(default="")
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    count = models.IntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "day_count"
        indexes = [
            models.Index("site_id", "on_date", name="day_count_site"),
            models.Index("indicator", "on_date", name="day_count_indicator"),
            models.Index("district_2021", "on_date", name="day_count_district"),
        ]


class TotalCount(models.Model):
    """Sums of `DayCount` and `CoverageCount` over what makes them long: a few for each place, however many days and people there are.

    `topic` says of what: "all" (each indicator, nation), "vaccine" and "group" (doses given, nation), "dose" and "day" (doses given, by
    place), "registered" (by home), "lives" and "given" (coverage by home and by place of injection, with the age band).
    """

    placement = "local"
    pk = models.CompositePrimaryKey(
        "topic", "value", "age_band", "province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025"
    )
    topic = models.TextField()
    value = models.TextField(default="")
    age_band = models.TextField(default="")
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    count = models.IntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "total_count"
        indexes = [
            models.Index("topic", "province_2021", "district_2021", name="total_count_district"),
            models.Index("topic", "province_2025", "commune_2025", name="total_count_2025"),
        ]


class Counted(models.Model):
    """What a subject (visit, appointment, registration, event, record) counts as now: a recount moves the difference, once."""

    placement = "local"
    pk = models.CompositePrimaryKey("subject_id", "kind")
    subject_id = models.UUIDField()
    kind = models.TextField()
    cells = models.JSONField()

    class Meta:
        db_table = "counted"


class CoverageCount(models.Model):
    """How many doses of people who live here, whoever gave them, by month, age band and where they were given ("" is unknown)."""

    placement = "local"
    pk = models.CompositePrimaryKey(
        "month", "dose", "vaccine", "age_band", "home_2021", "home_2025", "at_2021", "at_2025", "elsewhere", "home_province_2021", "home_district_2021",
        "home_province_2025", "at_province_2021", "at_district_2021", "at_province_2025",
    )  # fmt: skip
    month = models.DateField()
    dose = models.TextField()
    vaccine = models.TextField()
    age_band = models.TextField()
    home_2021 = models.TextField(default="")
    home_2025 = models.TextField(default="")
    at_2021 = models.TextField(default="")
    at_2025 = models.TextField(default="")
    elsewhere = models.BooleanField(default=False)
    home_province_2021 = models.TextField(default="")
    home_district_2021 = models.TextField(default="")
    home_province_2025 = models.TextField(default="")
    at_province_2021 = models.TextField(default="")
    at_district_2021 = models.TextField(default="")
    at_province_2025 = models.TextField(default="")
    count = models.IntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "coverage_count"
        indexes = [
            models.Index("home_province_2021", "home_district_2021", name="coverage_home"),
            models.Index("home_province_2025", name="coverage_home_2025"),
            models.Index("at_province_2021", "at_district_2021", name="coverage_at"),
            models.Index("at_province_2025", name="coverage_at_2025"),
        ]


class TimelinessCount(models.Model):
    """How many doses of one site, day and hour became visible within a bucket of time after the injection, at a desk or from paper."""

    placement = "site"
    pk = models.CompositePrimaryKey("on_date", "site_id", "hour", "way", "bucket")
    on_date = models.DateField()
    site_id = models.UUIDField()
    hour = models.SmallIntegerField()
    way = models.TextField()
    bucket = models.TextField()
    count = models.IntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "timeliness_count"


class QueueCount(models.Model):
    """How many registrations stand in each state of the one queue, by the home of their people."""

    placement = "local"
    pk = models.CompositePrimaryKey("province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025", "state")
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    state = models.TextField()
    count = models.IntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "queue_count"
        indexes = [
            models.Index("district_2021", name="queue_count_district"),
            models.Index("commune_2021", name="queue_count_commune"),
            models.Index("province_2025", "commune_2025", name="queue_count_2025"),
        ]


class SignedRow(Row):
    """What every signed report has: its version, a note, and who signed it when."""

    version = models.SmallIntegerField()
    note = models.TextField(default="")
    signed_at = models.DateTimeField()
    signed_by = models.TextField()
    signed_name = models.TextField()

    class Meta:
        abstract = True


class SiteReport(SignedRow):
    """A site's daily report as its lead signed it; signed again, it is a further version, and every version stays."""

    placement = "site"
    site_id = models.UUIDField()
    on_date = models.DateField()
    numbers = models.JSONField()
    vaccines = models.JSONField()
    due_at = models.DateTimeField()

    class Meta:
        db_table = "site_report"
        constraints = [models.UniqueConstraint("site_id", "on_date", "version", name="site_report_version_once")]
        indexes = [models.Index("on_date", name="site_report_day")]


class ReportChange(Row):
    """A number of a signed day that moved afterwards: which, by how much, and what caused it; of each product under "products"."""

    placement = "site"
    site_id = models.UUIDField()
    on_date = models.DateField()
    version = models.SmallIntegerField()
    kind = models.TextField()
    subject_id = models.UUIDField()
    cause = models.TextField()
    moved = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "report_change"
        indexes = [models.Index("site_id", "on_date", name="report_change_day")]


class RoundReport(SignedRow):
    """A round's end as signed for its unit: each priority group's target, done before and done in the round."""

    placement = "reference"
    round_id = models.UUIDField()
    lines = models.JSONField()
    unsigned = models.IntegerField(default=0)

    class Meta:
        db_table = "round_report"
        constraints = [models.UniqueConstraint("round_id", "version", name="round_report_version_once")]


class PopulationFigure(Row):
    """People or targets of a unit by age band, as imported, with date and source."""

    placement = "reference"
    kind = models.TextField()
    unit_key = models.TextField()
    age_from = models.SmallIntegerField()
    age_to = models.SmallIntegerField()
    group = models.TextField(default="")
    people = models.IntegerField()
    as_of = models.DateField()
    source = models.TextField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    class Meta:
        db_table = "population_figure"
        constraints = [
            one_of("kind", ["population", "target"], "population_kind"),
            models.UniqueConstraint("kind", "unit_key", "age_from", "age_to", "group", "as_of", name="population_once"),
        ]
