"""`bin/khien rehearse`: play a day over HTTP against the running product, then check every invariant."""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
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
    options = parser.parse_args(argv)
    if not 1 <= options.sites <= 10 or not 1 <= options.people <= 5000:
        print("khien: --sites is 1 to 10 and --people 1 to 5000", file=sys.stderr)
        return 2
    began = time.monotonic()
    with _product(options.url) as base:
        import django

        django.setup()
        from django.conf import settings

        if not settings.DEMO:
            print("khien: a rehearsal needs a demo instance (KHIEN_MODE=demo); synthetic people never meet real ones", file=sys.stderr)
            return 2
        result = _play(base, options)
    result["seconds"] = round(time.monotonic() - began, 1)
    _tell(result, as_json=options.json)
    good = all(result["invariants"].values()) and not result["surprises"]
    return 0 if good else 1


@contextmanager
def _product(url: str) -> Iterator[str]:
    """The address of the running product; a demo of this data folder is started where none is named."""
    if url:
        yield url.rstrip("/")
        return
    from khien.config.settings import DATA

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "khien", "up", "--data", str(DATA), "--port", str(port)]
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ)  # noqa: S603
    try:
        until = time.monotonic() + 900
        while True:
            if child.poll() is not None:
                text = child.stderr.read().decode().strip() if child.stderr else ""
                from khien.plumbing.postgres import CannotStart

                raise CannotStart(f"{text.removeprefix('khien: ')} (a running demo is named with --url)")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(60)


def _play(base: str, options: argparse.Namespace) -> dict[str, Any]:
    from khien.kernel import clock
    from khien.rehearsal import afterwards
    from khien.rehearsal.day import Day

    began = clock.now()
    seed = options.seed or int(began.timestamp())
    quiet = options.json
    day = Day(base, sites=options.sites, people=options.people, seed=seed, tell=lambda text: None if quiet else print(f"  {text}", flush=True))
    story = day.play()
    afterwards.settle(began)
    afterwards.look(base, day, story)
    invariants, broken = afterwards.invariants(began, late=clock.now() - timedelta(minutes=2))
    return {**afterwards.numbers(began), "url": urlparse(base).netloc, "seed": seed, "lookups": story.lookups, "requests": story.counter.requests,
            "tally": dict(sorted(story.tally.items())), "steps": story.seconds, "surprises": story.surprises[:50],
            "broken": broken, "invariants": invariants}  # fmt: skip


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


