"""`bin/khien bench NAME...`: our rate over HTTP, PostgreSQL's own for the same SQL on the same server, and their ratio."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

# name: module of this package; each has `run(ground)`, which yields lines.
BENCHES = {
    "book": "book", "dose": "dose", "lookup": "lookup", "history": "history", "certificate": "certificate", "page": "page",
    "import": "lists", "late-keying": "late_keying", "correction": "correction", "aefi": "aefi", "report": "report", "stock": "stock", "reading": "reading",
    "scale": "scale",
}  # fmt: skip
ENOUGH = 1_000_000


def main(argv: list[str]) -> int:
    """Measure what is named (all, when nothing is)."""
    parser = argparse.ArgumentParser("khien bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--people", type=int, default=0, help="load synthetic people until there are so many; by default those that are there")
    parser.add_argument("--seconds", type=float, default=6.0, help="the longest that one measurement takes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench '{unknown[0]}'; there are: {', '.join(BENCHES)}")
    from khien.config.database import running

    os.environ.setdefault("KHIEN_POOL", "8")
    with running():
        import django

        django.setup()
        return _measure(list(dict.fromkeys(options.names)) or list(BENCHES), options)


def _measure(names: list[str], options: argparse.Namespace) -> int:
    from django.conf import settings

    from khien.bench import ground, making, result, server
    from khien.kernel import clock

    if not settings.DEMO:
        _say("the bench writes synthetic people, bookings and doses: refused in production (KHIEN_MODE=production)")
        return 2
    people = _people(options.people)
    with server.serving(ground.workers()) as running:
        try:
            here = ground.begin(running, options.seconds, people, clock.now())
            lines = list(_lines(names, here))
        finally:
            making.tidy(clock.now())
    print(json.dumps([line.plain() for line in lines], ensure_ascii=False) if options.json else result.table(lines))
    for trouble in here.troubles:
        _say(trouble)
    return 1 if here.troubles else 0


def _lines(names: list[str], here: Any) -> Iterator[Any]:
    for name in names:
        _say(f"{name} ...")
        yield from import_module(f"khien.bench.{BENCHES[name]}").run(here)


def _people(wanted: int) -> int:
    """Load those that are missing, and say how many there are."""
    from khien.kernel import clock
    from khien.synthetic import population

    if wanted > population.count():
        _say(f"loading synthetic people until there are {wanted:,} ...")
        population.load(wanted, seed=2021, dosed=0.5, at=clock.now())
    found = population.count()
    if not found:
        found = 500
        _say("no synthetic people here: loading 500")
        population.load(found, seed=2021, dosed=0.5, at=clock.now())
    if found < ENOUGH:
        _say(f"measured on {found:,} synthetic people; the targets speak of {ENOUGH:,} (add --people {ENOUGH})")
    return found


def _say(text: str) -> None:
    print(f"khien bench: {text}", file=sys.stderr, flush=True)
