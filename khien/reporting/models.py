"""Rollups and dated, imported figures: boards read these, never the record itself."""

from django.db import models

from khien.plumbing.base import Row, one_of


class DayCount(models.Model):
    """How many of one indicator, at one site on one day; the units of the place and of the home are kept beside it.

    What belongs to no site (a registration) has the nil UUID as site and session, and its home as place.
    """

    placement = "site"
    pk = models.CompositePrimaryKey(
        "on_date", "site_id", "session_id", "indicator", "vaccine", "dose", "group", "home_2021", "home_2025", "commune_2021", "commune_2025"
    )
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


class Counted(models.Model):
    """What a subject (visit, appointment, registration, reaction, record) counts as now: a recount moves the difference, once."""

    placement = "local"
    pk = models.CompositePrimaryKey("subject_id", "kind")
    subject_id = models.UUIDField()
    kind = models.TextField()
    cells = models.JSONField()

    class Meta:
        db_table = "counted"


class PopulationFigure(Row):
    """People or targets of a unit by age band, as imported, with date and source."""

    placement = "reference"
    kind = models.TextField()
    unit_key = models.TextField()
    age_from = models.SmallIntegerField()
    age_to = models.SmallIntegerField()
    people = models.IntegerField()
    as_of = models.DateField()
    source = models.TextField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    class Meta:
        db_table = "population_figure"
        constraints = [
            one_of("kind", ["population", "target"], "population_kind"),
            models.UniqueConstraint("kind", "unit_key", "age_from", "age_to", "as_of", name="population_once"),
        ]
