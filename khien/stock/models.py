"""Vaccine and all that goes with it as a ledger: stores, lots, consignments, movements; a balance is the movements' sum."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from khien.plumbing.base import Row, one_of, pair


class Store(Row):
    """A store above the points: national, of a regional institute, military, of a province, district or facility.

    Together with the points (whose own id stands in `site_id` everywhere) these are the holders of the ledger.
    """

    placement = "reference"
    kind = models.TextField()
    name = models.TextField()
    name_en = models.TextField(default="")
    facility_id = models.UUIDField(null=True)
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    address = models.TextField(default="")
    phone = models.TextField(default="")
    active = models.BooleanField(default=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        db_table = "stock_store"
        constraints = [
            one_of("kind", ["national", "institute", "military", "province", "district", "facility"], "store_kind"),
        ]


class Lot(Row):
    """A manufacturer's lot of one item (never batch): a vaccine by its code, or diluent, syringes, safety boxes, adrenaline."""

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
    """Doses of a lot at a holder: a rollup of the movements, rebuilt from them at any time.

    A given dose is never refused for want of paper stock: `shortfall` names the difference. `adjusted` holds counts that were
    settled and extra doses drawn from vials; `sent` what went to other holders.
    """

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
    sent = models.IntegerField(default=0, db_default=0)
    adjusted = models.IntegerField(default=0, db_default=0)
    vial_id = models.UUIDField(null=True)  # the vial that gave last, which the next dose asks first

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
                    - models.F("sent")
                    + models.F("adjusted")
                    + models.F("shortfall")
                ),
                name="stock_balances",
            ),
        ]


KINDS = [
    "received", "came_back", "matched", "drawn", "drawn_back", "extra", "extra_back", "wasted", "returned", "sent", "counted_up",
    "counted_down",
]  # fmt: skip


class Movement(Row):
    """Doses that came, went, were drawn into an arm or were wasted: append-only; an undo is a movement back.

    Each is one leg of a move from one holder to another or to a sink: `other_id` is the other holder, None outside the ledger.
    `vial_id` of a draw is what the minutes allow and may change while doses of the day still come in (`sql/vials.sql`).
    """

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
    other_id = models.UUIDField(null=True)
    consignment_id = models.UUIDField(null=True)
    vial_id = models.UUIDField(null=True)

    class Meta:
        db_table = "stock_movement"
        constraints = [
            one_of("kind", KINDS, "movement_kind"),
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


class Consignment(Row):
    """Goods on the way from one holder to another, under the number of their paper; levels may be skipped."""

    placement = "reference"
    from_id = models.UUIDField()
    to_id = models.UUIDField()
    kind = models.TextField(default="supply")
    document = models.TextField()
    state = models.TextField(default="sent")
    on_date = models.DateField()
    sent_at = models.DateTimeField()
    sent_by = models.TextField()
    received_at = models.DateTimeField(null=True)
    received_by = models.TextField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(null=True)
    reason = models.TextField(default="")
    note = models.TextField(default="")

    class Meta:
        db_table = "consignment"
        constraints = [
            one_of("kind", ["supply", "return", "transfer"], "consignment_kind"),
            one_of("state", ["sent", "accepted", "differs", "refused", "settled"], "consignment_state"),
            models.UniqueConstraint("from_id", "document", name="consignment_document_once"),
            pair("received_at", "received_by", "consignment_received_pair"),
            pair("settled_at", "settled_by", "consignment_settled_pair"),
        ]
        indexes = [
            models.Index("to_id", "state", name="consignment_to"),
            models.Index("from_id", "state", name="consignment_from"),
        ]


class ConsignmentLine(Row):
    """One lot in a consignment: sent, accepted, and what became of the difference, in doses."""

    placement = "reference"
    consignment_id = models.UUIDField()
    lot_id = models.UUIDField()
    sent = models.IntegerField()
    accepted = models.IntegerField(null=True)
    reason = models.TextField(default="")
    resolution = models.TextField(default="")

    class Meta:
        db_table = "consignment_line"
        constraints = [
            models.UniqueConstraint("consignment_id", "lot_id", name="consignment_lot_once"),
            models.CheckConstraint(condition=models.Q(sent__gte=0), name="consignment_line_sent"),
        ]


class LabelReceipt(Row):
    """Doses that a point took into use from the vial's label alone: provisional, to be matched with a paper that day."""

    placement = "site"
    site_id = models.UUIDField()
    lot_id = models.UUIDField()
    doses = models.IntegerField()
    matched = models.IntegerField(default=0)
    on_date = models.DateField()
    accepted_at = models.DateTimeField()
    accepted_by = models.TextField()

    class Meta:
        db_table = "label_receipt"
        constraints = [models.CheckConstraint(condition=models.Q(matched__gte=0, matched__lte=models.F("doses")), name="label_matched")]
        indexes = [models.Index("site_id", "lot_id", name="label_receipt_lot")]


class Vial(Row):
    """A multi-dose vial from its opening to its end: doses on the label, drawn, thrown away; `most` counts the extra doses."""

    placement = "site"
    site_id = models.UUIDField()
    session_id = models.UUIDField(null=True)
    lot_id = models.UUIDField()
    on_date = models.DateField()
    doses = models.SmallIntegerField()
    most = models.SmallIntegerField()
    drawn = models.SmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    use_until = models.DateTimeField()
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(null=True)
    wasted = models.SmallIntegerField(default=0)
    reason = models.TextField(default="")

    class Meta:
        db_table = "vial"
        constraints = [
            pair("ended_at", "ended_by", "vial_ended_pair"),
            models.CheckConstraint(condition=models.Q(drawn__gte=0, drawn__lte=models.F("most"), wasted__gte=0), name="vial_doses"),
        ]
        indexes = [models.Index("site_id", "lot_id", "on_date", name="vial_day"), models.Index("session_id", name="vial_session")]


class Thaw(Row):
    """Vials of a frozen lot taken out to thaw at a holder: never refrozen, used before `use_before`."""

    placement = "site"
    site_id = models.UUIDField()
    lot_id = models.UUIDField()
    vials = models.IntegerField()
    thawed_at = models.DateTimeField()
    thawed_by = models.TextField()
    use_before = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "thaw"
        indexes = [models.Index("site_id", "lot_id", name="thaw_lot")]


class Hold(Row):
    """A lot set aside at one holder until a person decides: paused by the point, or by `rules` ("device:rule", the first broken at `harmed_at`)."""

    placement = "site"
    site_id = models.UUIDField()
    lot_id = models.UUIDField()
    cause = models.TextField()
    excursion_id = models.UUIDField(null=True)
    rules = ArrayField(models.TextField(), default=list, db_default=[])
    harmed_at = models.DateTimeField(null=True)
    reason = models.TextField()
    held_at = models.DateTimeField()
    held_by = models.TextField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    decision = models.TextField(default="")
    decision_reason = models.TextField(default="")

    class Meta:
        db_table = "stock_hold"
        constraints = [
            one_of("cause", ["paused", "excursion"], "hold_cause"),
            one_of("decision", ["", "released", "destroyed"], "hold_decision"),
            pair("decided_at", "decided_by", "hold_decided_pair"),
            models.UniqueConstraint(
                "site_id", "lot_id", "cause", name="hold_once", condition=models.Q(decided_at__isnull=True)
            ),
        ]


class Recall(Row):
    """A recall of a lot for a province or the nation: asked by one, confirmed by another, with the doses it touches."""

    placement = "reference"
    lot_id = models.UUIDField()
    scope_kind = models.TextField()
    scope_key = models.TextField(default="")
    scope_epoch = models.TextField(default="")
    reason = models.TextField()
    document = models.TextField(default="")
    state = models.TextField(default="asked")
    affected = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    decision_reason = models.TextField(default="")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(null=True)

    class Meta:
        db_table = "lot_recall"
        constraints = [
            one_of("scope_kind", ["province", "nation"], "recall_scope"),
            one_of("state", ["asked", "confirmed", "declined", "lifted"], "recall_state"),
            pair("decided_at", "decided_by", "recall_decided_pair"),
            pair("lifted_at", "lifted_by", "recall_lifted_pair"),
            models.UniqueConstraint(
                "lot_id", "scope_kind", "scope_key", "scope_epoch", name="recall_once",
                condition=models.Q(state__in=["asked", "confirmed"]),
            ),
        ]  # fmt: skip


from khien.stock.cold_models import ColdDevice, Excursion, ReadingBlock, ReadingKey, RejectedReading  # noqa: E402
from khien.stock.count_models import Count, Work  # noqa: E402

__all__ = [
    "Balance", "ColdDevice", "Consignment", "ConsignmentLine", "Count", "Excursion", "Hold", "LabelReceipt", "Lot", "Movement",
    "ReadingBlock", "ReadingKey", "Recall", "RejectedReading", "Store", "Thaw", "Vial", "Work",
]  # fmt: skip
