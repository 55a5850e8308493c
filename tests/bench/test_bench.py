"""The bench runs on a few people, says every line that it promises, and finds nothing lost or sold twice. It asserts no time."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from khien.bench.result import Result, table
from tests import make

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {"name", "ours_per_s", "limit_per_s", "ratio", "p50_ms", "p99_ms", "cpu_us"}


def bench(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "khien", "bench", *words], cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_every_bench_tells_its_line_and_loses_nothing(committed):
    done = bench(
        committed, "book", "dose", "lookup", "history", "certificate", "page", "import", "late-keying", "correction", "--json", "--people",
        "240", "--seconds", "0.4",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [line["name"] for line in told] == [
        "book", "book-hot", "dose", "lookup", "history", "certificate", "page", "page-book", "import", "late-keying", "correction"
    ]  # fmt: skip
    assert all(set(line) >= FIELDS and line["ours_per_s"] > 0 for line in told)
    with_limit = [line["name"] for line in told if line["limit_per_s"]]
    assert with_limit == ["book", "book-hot", "dose", "lookup", "history", "certificate", "import", "late-keying"]
    assert "240 synthetic people" in done.stderr


def test_the_line_list_and_the_rates_are_measured_and_nothing_of_it_stays(committed):
    done = bench(committed, "aefi", "--json", "--people", "120", "--seconds", "0.1")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [line["name"] for line in told] == ["aefi-list", "aefi-rates", "aefi-signals"]
    assert all(line["ours_per_s"] > 0 for line in told)
    from khien.safety import queries

    assert queries.line_list(None, at=make.AT) == []


def test_an_unknown_bench_is_named(committed):
    done = bench(committed, "bokk")
    assert done.returncode == 2
    assert "bokk" in done.stderr


def test_a_line_without_a_limit_shows_none():
    text = table([Result("page", 812.4, None, 3.25, 9.0, 1234.5, "home"), Result("book", 1000.0, 4000.0, 1.0, 2.0, None)])
    rows = [line.split() for line in text.splitlines()]
    assert rows[1][:6] == ["page", "812", "-", "-", "3.2", "9.0"]
    assert rows[2][:4] == ["book", "1,000", "4,000", "0.25"]


def test_the_measured_server_ends_with_the_bench_however_that_ends(committed):
    words = "import django; django.setup(); from khien.bench.server import serving\nwith serving(1) as it: print(it.port, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", words], env={**os.environ, "DATABASE_URL": committed}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bench:
        port = int(bench.stdout.readline())
        bench.kill()
    until = time.monotonic() + 30
    while _listens(port):
        assert time.monotonic() < until
        time.sleep(0.1)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
