"""What was counted by hand, and the differences that became somebody's work."""

from django.db import models

from khien.plumbing.base import Row, pair


class Count(Row):
    """Doses of a lot counted at a holder on a day beside what the ledger said; a later count of the day wins."""

    placement = "site"
    site_id = models.UUIDField()
    lot_id = models.UUIDField()
    on_date = models.DateField()
    book = models.IntegerField()
    counted = models.IntegerField()
    paper_given = models.IntegerField(null=True)
    recorded_given = models.IntegerField(default=0)
    counted_at = models.DateTimeField()
    counted_by = models.TextField()

    class Meta:
        db_table = "stock_count"
        indexes = [models.Index("site_id", "on_date", name="stock_count_day")]


class Work(Row):
    """A difference in the ledger that someone has to explain: what, how many doses, until when, who took it, how it ended."""

    placement = "site"
    site_id = models.UUIDField()
    kind = models.TextField()
    key = models.TextField()
    lot_id = models.UUIDField(null=True)
    ref_id = models.UUIDField(null=True)
    doses = models.IntegerField(default=0)
    on_date = models.DateField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.TextField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(null=True)
    resolution = models.TextField(default="")
    note = models.TextField(default="")

    class Meta:
        db_table = "stock_work"
        constraints = [
            pair("taken_at", "taken_by", "stock_work_taken_pair"),
            pair("settled_at", "settled_by", "stock_work_settled_pair"),
            models.UniqueConstraint(
                "site_id", "kind", "key", name="stock_work_once", condition=models.Q(settled_at__isnull=True)
            ),
        ]
        indexes = [models.Index("due_at", name="stock_work_open", condition=models.Q(settled_at__isnull=True))]
