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

MOST, TURNS, VIALS = 2_000, 40, 20
TOO_FEW = "stock: too few people wait for a comparison"
# Found first on the path: a dose that draws nothing.
_NOTHING = """
CREATE SCHEMA bench_nothing;
CREATE FUNCTION bench_nothing.stock_draw(uuid, uuid, uuid, uuid, int, date, timestamptz, timestamptz, text, text[] DEFAULT NULL)
RETURNS int LANGUAGE sql AS 'SELECT 0'
"""


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `stock`: doses a second with their draw; the limit is the same without it."""
    made = visiting.cleared(ground.take(ground.share(MOST)), ground.points, ground.at)
    if not made:
        ground.troubles.append(TOO_FEW)
        return
    arguments = visiting.arguments(made, ground.at)
    done = Performed(ground.at, clock.on_date(ground.at))
    turns: dict[bool, list[float]] = {True: [], False: []}  # seconds a dose
    with transaction.atomic():
        for point in {one.point.site_id: one.point for one in made}.values():
            for _ in range(VIALS):
                stock.open_vial(site_id=point.site_id, lot_id=point.lot_id, performed=done, by=SYSTEM, at=ground.at)
        with connection.cursor() as cursor:
            cursor.execute(_NOTHING)
        size = max(2, len(arguments) // TURNS)
        for turn in range(TURNS):
            part = arguments[turn * size : (turn + 1) * size]
            if len(part) > 1:
                turns[turn % 2 == 0].append(_seconds(part, drawing=turn % 2 == 0) / (len(part) - 1))
        transaction.set_rollback(True)
    if not all(turns.values()):
        ground.troubles.append(TOO_FEW)
        return
    ours, alone = median(turns[True]), median(turns[False])  # a flush or a neighbour in one turn says nothing of the draw
    note = f"a draw adds {ours / alone - 1:.1%} to its dose ({(ours - alone) * 1e6:.0f} us on {alone * 1e6:.0f}); the promise: under 15 %"
    yield Result("stock", 1 / ours, 1 / alone, None, None, None, note)


def _seconds(arguments: list[str], *, drawing: bool) -> float:
    """Seconds of all but the first, which plans the statements anew.

    Taken back at once: the versions of one vial's row that an open transaction piles up would be read again by each draw after it.
    """
    before = transaction.savepoint()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL search_path = {'public' if drawing else 'bench_nothing, public'}")
            began = 0.0
            for number, argument in enumerate(arguments):
                if number == 1:
                    began = time.perf_counter()
                cursor.execute("SELECT visits_give_dose(%s)", [argument])
                cursor.fetchone()
            return time.perf_counter() - began if len(arguments) > 1 else 0.0
    finally:
        transaction.savepoint_rollback(before)
