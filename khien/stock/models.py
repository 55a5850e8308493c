"""Vaccine as a ledger: lots and movements; the balance is the ledger's sum."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair


class Lot(Row):
    """A manufacturer's lot of one vaccine (never batch)."""

    placement = "reference"
    vaccine = models.TextField()
    number = models.TextField()
    number_key = models.TextField()
    manufacturer = models.TextField(default="")
    manufactured_on = models.DateField(null=True)
    expires_on = models.DateField()
    doses_per_vial = models.SmallIntegerField(default=10)
    state = models.TextField(default="released")
    state_reason = models.TextField(default="")
    state_at = models.DateTimeField(null=True)
    state_by = models.TextField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        db_table = "lot"
        constraints = [
            pair("state_at", "state_by", "lot_state_pair"),
            models.UniqueConstraint("vaccine", "number", name="lot_number_once"),
            one_of("state", ["released", "quarantined", "recalled"], "lot_state"),
        ]
        indexes = [models.Index("vaccine", "number_key", name="lot_number_folded")]


class Balance(models.Model):
    """Doses of a lot at a site. A given dose is never refused for want of paper stock: `shortfall` names the difference."""

    placement = "site"
    pk = models.CompositePrimaryKey("site_id", "lot_id")
    site_id = models.UUIDField()
    lot_id = models.UUIDField()
    on_hand = models.IntegerField(default=0)
    received = models.IntegerField(default=0)
    drawn = models.IntegerField(default=0)
    wasted = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    shortfall = models.IntegerField(default=0)

    class Meta:
        db_table = "stock_balance"
        constraints = [
            models.CheckConstraint(condition=models.Q(on_hand__gte=0, shortfall__gte=0), name="stock_never_negative"),
            models.CheckConstraint(
                condition=models.Q(
                    on_hand=models.F("received")
                    - models.F("drawn")
                    - models.F("wasted")
                    - models.F("returned")
                    + models.F("shortfall")
                ),
                name="stock_balances",
            ),
        ]


class Movement(Row):
    """Doses that came, went, were drawn into an arm or were wasted: append-only; an undo is a movement back."""

    placement = "site"
    site_id = models.UUIDField()
    lot_id = models.UUIDField()
    kind = models.TextField()
    doses = models.IntegerField()
    on_date = models.DateField()
    performed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    reason = models.TextField(default="")
    visit_id = models.UUIDField(null=True)
    record_id = models.UUIDField(null=True)
    document = models.TextField(default="")
    undoes_id = models.UUIDField(null=True)

    class Meta:
        db_table = "stock_movement"
        constraints = [
            one_of("kind", ["received", "drawn", "drawn_back", "wasted", "returned"], "movement_kind"),
            models.CheckConstraint(condition=models.Q(doses__gt=0), name="movement_doses"),
            models.UniqueConstraint(
                "site_id",
                "kind",
                "document",
                "lot_id",
                name="movement_document_once",
                condition=models.Q(kind="received") & ~models.Q(document=""),
            ),
            models.UniqueConstraint(
                "site_id", "undoes_id", name="movement_undone_once", condition=models.Q(undoes_id__isnull=False)
            ),
        ]
        indexes = [
            models.Index("site_id", "on_date", "lot_id", name="movement_day"),
            models.Index("visit_id", name="movement_visit"),
        ]
