"""The operator's command on draws: `bin/khien allocation replay CODE`."""

import argparse
import json

from khien.booking import draws
from khien.kernel.errors import Refused

SAID = {
    "candidates_hash": "the candidate list has the hash that was published before the draw",
    "seed_commitment": "the seed is the one that was committed to before the draw",
    "ranks_and_places": "every candidate has the same rank and the same place",
    "result_hash": "the result has the hash that was published after the draw",
    "counts": "as many were invited, and as many left over",
}


def replay(argv: list[str]) -> int:
    """Do a draw again from what is stored and say what was compared. Exit status 0: all the same; 1: something differs; 2: no such draw."""
    parser = argparse.ArgumentParser(
        prog="khien allocation replay", description="Repeat a draw from its stored ids, facts and seed."
    )
    parser.add_argument("code", help="the draw's code, as published")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(argv)
    try:
        result = draws.replay(options.code)
    except Refused as refusal:
        print(f"{options.code}: {'there is no such draw' if refusal.code.endswith('unknown') else 'this draw was not held'}")
        return 2
    if options.json:
        print(
            json.dumps(
                {
                    "code": result.code,
                    "same": result.same,
                    "candidates": result.candidates,
                    "invited": result.invited,
                    "checks": result.checks,
                }
            )
        )
        return 0 if result.same else 1
    print(f"Draw {result.code}: {result.candidates} candidates, {result.invited} invited.")
    for name, held in result.checks.items():
        print(f"  {'yes' if held else 'NO '}  {SAID[name]}")
    if result.first_difference:
        print(f"  first registration that differs: {result.first_difference}")
    print("The draw comes out the same." if result.same else "The draw does NOT come out the same.")
    return 0 if result.same else 1
