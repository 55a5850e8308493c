"""`bin/khien rehearse`: play a day over HTTP against the running product, then check every invariant."""

import argparse
import json
import sys
import time
from typing import Any
from urllib.parse import urlparse


def main(argv: list[str]) -> int:
    """Play, print what happened, exit 0 only when every invariant holds and nobody met a surprise."""
    parser = argparse.ArgumentParser("khien rehearse")
    parser.add_argument("--sites", type=int, default=10)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--url", default="", help="the running demo; without it one is started on this data folder")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--days", type=int, default=0, help="play this many days to come, hour by hour, on a moved clock")
    parser.add_argument("--faults", default="", help="what breaks meanwhile: network,otp,lot,staff,power,clock,server,printer")
    parser.add_argument("--speed", type=float, default=0, help="minutes of the day in a minute of the machine, at most (0: as fast as it goes)")
    parser.add_argument("--report", default="", help="write the score sheet here (HTML)")
    options = parser.parse_args(argv)
    if options.days or options.faults or options.report:
        from khien.rehearsal.week import command as week

        return week.main(options)
    if not 1 <= options.sites <= 10 or not 10 <= options.people <= 5000:
        print("khien: --sites is 1 to 10 and --people 10 to 5000", file=sys.stderr)
        return 2
    from khien.rehearsal import product

    began = time.monotonic()
    with product.running(options.url) as base:
        import django

        django.setup()
        product.check(base)
        result = _play(base, options)
    result["seconds"] = round(time.monotonic() - began, 1)
    _tell(result, as_json=options.json)
    good = all(result["invariants"].values()) and not result["surprises"]
    return 0 if good else 1


def _play(base: str, options: argparse.Namespace) -> dict[str, Any]:
    from khien.kernel import clock
    from khien.rehearsal import afterwards
    from khien.rehearsal.day import Day

    began = clock.now()
    seed = options.seed or int(began.timestamp())
    progress = sys.stderr if options.json else sys.stdout
    day = Day(base, sites=options.sites, people=options.people, seed=seed, tell=lambda text: print(f"  {text}", file=progress, flush=True))
    story = day.play()
    day.timed("settle", afterwards.settle)
    day.timed("papers", lambda: afterwards.papers(base, day))
    day.timed("look", lambda: afterwards.look(base, day))
    day.timed("settle again", afterwards.settle)
    day.tell("checking the invariants")
    invariants, broken = afterwards.invariants(day, began)
    return {**afterwards.numbers(day, began), "url": urlparse(base).netloc, "seed": seed, "lookups": story.lookups, "requests": story.counter.requests,
            "broken_lines": story.counter.broken_lines, "tally": dict(sorted(story.tally.items())), "steps": story.seconds,
            "surprises": story.surprises[:50], "broken": broken, "invariants": invariants}  # fmt: skip


def _tell(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False, default=str))
        return
    print(f"\nRehearsal at {result['url']}: {result['seconds']} s, {result['requests']} requests")
    for name in ("people", "registrations", "appointments", "visits", "doses", "deferred", "reactions", "certificates", "certificates_verified", "messages", "lookups"):
        print(f"  {name:<22} {result[name]}")
    print("  " + ", ".join(f"{what} {n}" for what, n in result["tally"].items()))
    for name, holds in result["invariants"].items():
        print(f"  {'holds ' if holds else 'BROKEN'}  {name}")
    for name, ids in result["broken"].items():
        print(f"    {name}: {', '.join(ids[:5])}")
    for surprise in result["surprises"]:
        print(f"  surprise: {surprise}")
