"""One movement written: the row and the holder's balance, in the caller's transaction; and the balances counted again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Performed
from khien.plumbing import outbox
from khien.stock import models

# kind of movement: (column of the balance, sign)
COLUMNS = {
    "received": ("received", 1), "came_back": ("received", 1), "matched": ("received", -1), "wasted": ("wasted", 1),
    "returned": ("returned", 1), "sent": ("sent", 1), "counted_up": ("adjusted", 1), "counted_down": ("adjusted", -1),
}  # fmt: skip


def write(
    kind: str, site_id: UUID, lot_id: UUID, doses: int, performed: Performed, by: Actor, at: datetime, **more: Any
) -> models.Movement:
    """Write one movement; a shortfall it makes is published. `more`: reason, document, other_id, consignment_id, vial_id."""
    row = models.Movement(
        site_id=site_id, lot_id=lot_id, kind=kind, doses=doses, on_date=performed.on, performed_at=performed.at, recorded_at=at,
        recorded_by=by.text, **more,
    )  # fmt: skip
    row.save(force_insert=True)
    shortfall = move(site_id, lot_id, kind, doses)
    if shortfall > 0:
        outbox.publish("stock.shortfall", at=at, site_id=site_id, lot_id=lot_id, visit_id=None, doses=shortfall)
    return row


def done_before[R: (models.Movement, models.LabelReceipt, models.Vial, models.Thaw)](kind: type[R], act_id: UUID | None, site_id: UUID) -> R | None:
    """The row that this very act wrote at this holder when it was told before: a button pressed twice is one act.

    Waits for another connection that writes the same act just now; `act_id` None is always a new act.
    """
    if act_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(act_id)])
    return kind._default_manager.filter(id=act_id, site_id=site_id).first()


def check_day(performed: Performed, at: datetime) -> None:
    """Raise Refused stock.day_in_future (day): nothing came, went or was thrown away tomorrow."""
    if performed.on > clock.on_date(at):
        raise Refused("stock.day_in_future", day=performed.on)


def move(site_id: UUID, lot_id: UUID, kind: str, doses: int) -> int:
    """Change the balance; returns the change of its shortfall."""
    column, sign = COLUMNS[kind]
    told = {"received": 0, "wasted": 0, "returned": 0, "sent": 0, "adjusted": 0} | {column: sign * doses}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stock_move(%s, %s, %s, 0, %s, %s, %s, %s)",
            [site_id, lot_id, told["received"], told["wasted"], told["returned"], told["sent"], told["adjusted"]],
        )
        return int(cursor.fetchone()[0])


def lock(site_id: UUID, lot_id: UUID) -> None:
    """Hold the balance of a lot at a holder until the transaction ends: whoever counts doses in its vials comes one after another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stock_lock(%s, %s)", [site_id, lot_id])


def check_held(site_id: UUID, lot_id: UUID, doses: int) -> None:
    """Lock the balance and see that it holds so many. Raises Refused: stock.not_enough (on_hand, doses)."""
    rows = models.Balance.objects.select_for_update().filter(site_id=site_id, lot_id=lot_id)
    held = rows.values_list("on_hand", flat=True).first() or 0
    if held < doses:
        raise Refused("stock.not_enough", on_hand=held, doses=doses)


def differing() -> list[tuple[UUID, UUID]]:
    """Balances (holder, lot) that are not what their movements tell."""
    names = ("on_hand", "received", "drawn", "wasted", "returned", "shortfall", "sent", "adjusted")
    unlike = " OR ".join(f"coalesce(b.{name}, 0) <> coalesce(r.{name}, 0)" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(b.site_id, r.site_id), coalesce(b.lot_id, r.lot_id) FROM stock_balance b"
            f" FULL JOIN stock_recount() r ON r.site_id = b.site_id AND r.lot_id = b.lot_id WHERE {unlike}"
        )
        return [(site, lot) for site, lot in cursor.fetchall()]


@transaction.atomic
def rebuild() -> int:
    """Count every balance again from the movements; returns how many there are. Draws wait meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE stock_balance IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM stock_balance")
        cursor.execute(
            "INSERT INTO stock_balance (site_id, lot_id, on_hand, received, drawn, wasted, returned, shortfall, sent, adjusted)"
            " SELECT site_id, lot_id, on_hand, received, drawn, wasted, returned, shortfall, sent, adjusted FROM stock_recount()"
        )
        return int(cursor.rowcount)
