"""Stock: what a draw from an open vial adds to its dose: the same doses with it and without it, on the server, taken back after."""

import time
from collections.abc import Iterator
from statistics import median

from django.db import connection, transaction

from khien.bench import visiting
from khien.bench.ground import Ground
from khien.bench.result import Result
from khien.kernel import clock
from khien.kernel.refs import SYSTEM, Performed
from khien.stock import actions as stock

MOST, TURN, POINTS, VIALS = 2_000, 50, 4, 20  # a point gives some dozen doses in a turn, as from the vials of an hour
TOO_FEW = "stock: too few people wait for a comparison"
# The same function as the desks' own but for the draw: a session keeps the plans of both, as a session at work keeps its own.
_ALONE = """
DO $do$ BEGIN
  EXECUTE replace(replace(pg_get_functiondef('visits_give_dose(jsonb)'::regprocedure),
    'visits_give_dose', 'bench_give_dose'), 'stock_draw(', 'bench_no_draw(');
END $do$;
CREATE FUNCTION bench_no_draw(uuid, uuid, uuid, uuid, int, date, timestamptz, timestamptz, text, text[]) RETURNS int LANGUAGE sql AS 'SELECT 0';
"""


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `stock`: doses a second with their draw; the limit is the same without it."""
    made = visiting.cleared(ground.take(ground.share(MOST)), ground.points[:POINTS], ground.at)
    if not made:
        ground.troubles.append(TOO_FEW)
        return
    arguments = visiting.arguments(made, ground.at)
    done = Performed(ground.at, clock.on_date(ground.at))
    turns: dict[bool, list[float]] = {True: [], False: []}  # seconds of each dose
    with transaction.atomic():
        for point in {one.point.site_id: one.point for one in made}.values():
            for _ in range(VIALS):
                stock.open_vial(site_id=point.site_id, lot_id=point.lot_id, performed=done, by=SYSTEM, at=ground.at)
        with connection.cursor() as cursor:
            cursor.execute(_ALONE)
        size = max(2, min(TURN, len(arguments) // 4))
        for turn, first in enumerate(range(0, len(arguments), size)):
            took = _turn(arguments[first : first + size], drawing=turn % 2 == 0)
            if turn:  # the first plans its statements
                for drawing, seconds in took:
                    turns[drawing].append(seconds)
        transaction.set_rollback(True)
    if not all(turns.values()):
        ground.troubles.append(TOO_FEW)
        return
    ours, alone = median(turns[True]), median(turns[False])  # a flush or a neighbour says nothing of the draw
    note = f"a draw adds {ours / alone - 1:.1%} to its dose ({(ours - alone) * 1e6:.0f} us on {alone * 1e6:.0f}); the promise: under 15 %"
    yield Result("stock", 1 / ours, 1 / alone, None, None, None, note)


def _turn(arguments: list[str], *, drawing: bool) -> list[tuple[bool, float]]:
    """Each dose, in turn with its draw and without: whether it drew, and its seconds.

    Taken back at once: the versions of one vial's row that an open transaction piles up would be read again by each draw after it.
    """
    took = []
    before = transaction.savepoint()
    try:
        with connection.cursor() as cursor:
            for argument in arguments:
                began = time.perf_counter()
                cursor.execute(f"SELECT {'visits_give_dose' if drawing else 'bench_give_dose'}(%s)", [argument])
                cursor.fetchone()
                took.append((drawing, time.perf_counter() - began))
                drawing = not drawing
        return took
    finally:
        transaction.savepoint_rollback(before)
