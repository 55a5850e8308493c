"""`bin/khien rehearse --days N`: play days to come with what breaks in them, then tell the score."""

import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from khien.rehearsal.gateway import Gateway
from khien.rehearsal.week import faults, score

if TYPE_CHECKING:
    from khien.rehearsal.week.conductor import Conductor
    from khien.rehearsal.week.stage import Stage

MOST_DAYS, MOST_PEOPLE = 14, 20_000


def main(options: argparse.Namespace) -> int:
    """Play; exit 0 only when nothing was lost, doubled or left open and every promise of the instance holds."""
    days = options.days or 1
    try:
        kinds = faults.read(options.faults)
    except ValueError as unknown:
        print(f"khien: no fault '{unknown}': {', '.join(faults.KINDS)}", file=sys.stderr)
        return 2
    if not 1 <= days <= MOST_DAYS or not 1 <= options.sites <= 10 or not 20 <= options.people <= MOST_PEOPLE:
        print(f"khien: --days is 1 to {MOST_DAYS}, --sites 1 to 10 and --people 20 to {MOST_PEOPLE}", file=sys.stderr)
        return 2
    from khien.rehearsal import product

    began = time.monotonic()
    with ExitStack() as stack:
        gateway = None if options.url else Gateway()
        if gateway is not None:
            stack.callback(gateway.close)
            os.environ.update(gateway.environment())
        base = stack.enter_context(product.running(options.url))
        import django

        django.setup()
        product.check(base)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopped by either, it tells what was played so far
        result = _play(base, options, days, kinds, gateway, stack)
    result["seconds"] = round(time.monotonic() - began, 1)
    if options.report:
        from khien.rehearsal.week import sheet

        Path(options.report).write_text(sheet.page(result), encoding="utf-8")
    _tell(result, as_json=options.json, report=options.report)
    return 0 if result["passed"] else 1


def _play(base: str, options: argparse.Namespace, days: int, kinds: tuple[str, ...], gateway: Gateway | None, stack: ExitStack) -> dict[str, Any]:
    from khien.kernel import clock
    from khien.rehearsal import afterwards
    from khien.rehearsal.week.conductor import Conductor
    from khien.rehearsal.week.stage import Stage

    began = clock.now()
    seed = options.seed or int(began.timestamp())
    progress = sys.stderr if options.json else sys.stdout
    stage = Stage(base, days=days, sites=options.sites, people=options.people, seed=seed, gateway=gateway,
                  tell=lambda text: print(f"  {text}", file=progress, flush=True))  # fmt: skip
    stack.callback(stage.close)
    conductor = Conductor(stage, kinds, speed=options.speed)
    stack.callback(conductor.close)
    played = conductor.play()
    conductor.timed("settle", lambda: afterwards.settle(seconds=180 if not conductor.stopped else 15))
    broken = _promises(stage, began)
    conductor.seconds["all"] = round(sum(conductor.seconds.values()), 1)
    return _result(conductor, stage, played, broken, base=base, kinds=kinds, people=options.people)


def _promises(stage: "Stage", began: datetime) -> dict[str, list[str]]:
    """Every invariant of the instance, and that everybody who was played is one person; what breaks each."""
    from datetime import timedelta

    from khien.kernel import clock
    from khien.rehearsal import afterwards, invariants

    now = clock.now()
    checked = {one.name: list(one.broken) for one in invariants.check(at=now, late=now - timedelta(minutes=2), since=began)}
    checked["people_distinct"] += afterwards.doubled([one.person for one in stage.crowd], began)
    return checked


def _result(
    conductor: "Conductor", stage: "Stage", played: list[score.SiteDay], broken: dict[str, list[str]], *, base: str, kinds: tuple[str, ...], people: int
) -> dict[str, Any]:
    totals = score.totals(played)
    surprises = [f"day {day.day}, point {day.site}: {what}" for day in played for what in day.surprises] + stage.story.surprises
    found = [
        {"day": day, "kind": fault.kind, "site": fault.site, "begins": fault.begins, "ends": fault.ends, "minutes": fault.minutes,
         "seconds": fault.seconds, "facts": fault.facts}
        for day, fault in sorted(conductor.all_faults(), key=lambda one: (one[0], one[1].begins, one[1].site))
    ]  # fmt: skip
    tally = Counter[str]()
    for day in played:
        tally.update(day.tally)
        tally.update(day.ends)
    return {
        "url": urlparse(base).netloc, "seed": stage.seed, "first_day": stage.first.isoformat(), "days": stage.days, "sites": stage.sites, "people": people,
        "kinds": list(kinds), "totals": totals, "site_days": score.as_json(played), "raw": played, "faults": found, "tally": dict(sorted(tally.items())),
        "registered": dict(stage.story.tally), "requests": stage.counter.requests, "broken_lines": stage.counter.broken_lines, "doors": stage.counter.slowest(),
        "steps": conductor.seconds, "surprises": surprises[:60], "invariants": {name: not rows for name, rows in broken.items()},
        "broken": {name: rows for name, rows in broken.items() if rows},
        "tablets": _tablets(conductor, played), "crowd": _crowd(stage, played), "stopped": conductor.stopped,
        "passed": score.passed(played) and not conductor.stopped and not any(broken.values()) and not stage.story.surprises,
    }  # fmt: skip


def _crowd(stage: "Stage", played: list[score.SiteDay]) -> dict[str, Any]:
    """What was asked of the crowd: how many of each shape there are and stood at the door, and the days that are not like the others."""
    from khien.rehearsal.week import crowd

    came = Counter[str]()
    for day in played:
        came.update(day.shapes)
    special = [("tablets" if place == 0 else "hall", *at) for place, at in enumerate(stage.loads)]
    special += [("walk_in", *stage.walk_in_day), ("paper", *faults.paper_afternoon(stage.days, stage.sites))]
    there = {(day.day - 1, day.site - 1): day for day in played}
    days = [{"kind": kind, "day": day + 1, "site": site + 1, "name": at.name, "came": at.came, "injected": at.injected, "on_paper": at.on_paper, "alone": at.tally.get("received without a line", 0) + (at.corner.alone if at.corner else 0)}
            for kind, day, site in special if (at := there.get((day, site)))]  # fmt: skip
    return {"asked": crowd.SHARES, "made": crowd.shapes(stage.crowd), "came": dict(came), "special": days}


def _tablets(conductor: "Conductor", played: list[score.SiteDay]) -> dict[str, Any]:
    """What real tablets in Chromium did, or why there was none."""
    corners = [day.corner for day in played if day.corner is not None]
    return {
        "missing": conductor.opening.without_screens, "days": len(corners), "people": sum(one.people for one in corners), "alone": sum(one.alone for one in corners),
        "held": sum(one.held for one in corners), "refused": sum(one.refused for one in corners), "slow": sum(len(one.slow) for one in corners), "stuck": sum(len(one.stuck) for one in corners),
        "stood_still": sorted({what for one in corners for what in one.stuck}), "sent_after": max((one.sent_after or 0.0 for one in corners), default=0.0),
        "seconds_each": round(score.quantile([each for one in corners for each in one.seconds], 0.5), 1),
    }  # fmt: skip


def _tell(result: dict[str, Any], *, as_json: bool, report: str) -> None:
    told = {key: value for key, value in result.items() if key != "raw"}
    if as_json:
        print(json.dumps(told, ensure_ascii=False, default=str))
        return
    if result["stopped"]:
        print(f"\nStopped at {result['stopped']}: what was played so far, not a rehearsal.")
    print(f"\nRehearsal of {result['days']} days from {result['first_day']} at {result['url']}: {result['seconds']} s, {result['requests']} requests")
    for name, value in result["totals"].items():
        print(f"  {name:<22} {value}")
    tablets = result["tablets"]
    print("  real tablets: " + (f"none, {tablets['missing']}; played by the protocol alone" if tablets["missing"] else ", ".join(f"{what} {n}" for what, n in tablets.items() if what != "missing")))
    print("  " + ", ".join(f"{what} {n}" for what, n in result["tally"].items()))
    for one in result["faults"]:
        where = f"point {one['site']}" if one["site"] > 0 else "everywhere"
        after = "not recovered" if one["minutes"] is None else f"{one['minutes']:.0f} min after it"
        print(f"  fault   day {one['day']} {one['kind']:<8} {where:<11} {after}{f', {one["seconds"]} s' if one['seconds'] else ''} {one['facts'] or ''}")
    for name, holds in result["invariants"].items():
        print(f"  {'holds ' if holds else 'BROKEN'}  {name}")
    for name, ids in result["broken"].items():
        print(f"    {name}: {', '.join(ids[:5])}")
    for surprise in result["surprises"]:
        print(f"  surprise: {surprise}")
    if report:
        print(f"  score sheet: {report}")
