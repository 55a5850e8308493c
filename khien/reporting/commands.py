"""`bin/khien rollups rebuild`."""

import sys

from khien.kernel import clock
from khien.reporting import actions
from khien.safety import actions as safety
from khien.stock import actions as stock


def rebuild(argv: list[str]) -> int:
    """Count every board's figures again from the records and say how many subjects were counted."""
    done = actions.rebuild(at=clock.now(), tell=lambda kind, n: print(f"\r{kind} {n}", end="", file=sys.stderr))
    print(f"{stock.rebuild()} balances of stock from the movements")
    print(f"{safety.rebuild(clock.now())} days of doses for the rates of adverse events")
    print(", ".join(f"{n} {kind}s" for kind, n in done.items()))
    return 0
