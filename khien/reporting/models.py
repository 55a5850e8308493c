"""Rollups and dated, imported figures: boards read these, never the record itself."""

from django.db import models

from khien.plumbing.base import Row, one_of


class DayCount(models.Model):
    """How many of one indicator, at one site on one day (residence kept beside place)."""

    placement = "site"
    pk = models.CompositePrimaryKey("on_date", "site_id", "session_id", "indicator", "vaccine", "dose", "group", "home_commune")
    on_date = models.DateField()
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    indicator = models.TextField()
    vaccine = models.TextField(default="")
    dose = models.TextField(default="")
    group = models.TextField(default="")
    home_commune = models.TextField(default="")
    count = models.IntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "day_count"
        indexes = [models.Index("site_id", "on_date", name="day_count_site")]


class Counted(models.Model):
    """What a subject (a visit, a dose, a registration) counts as now: a recount moves the difference, once."""

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
