"""A small rehearsal against a real, running demo: the whole chain over HTTP, every invariant after it, twice on one folder."""

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from khien.rehearsal.browser import Browser
from khien.rehearsal.staff import Officer
from tests.operations.instance import KHIEN, Instance, environment, folder, free_port, khien

COUNTED = {
    "people", "registrations", "appointments", "visits", "doses", "deferred", "reactions", "certificates", "certificates_verified", "messages",
    "seconds", "invariants",
}  # fmt: skip
PROMISES = {
    "people_distinct", "appointments_within_capacity", "stock_accounted", "doses_confirmed", "doses_certified_or_held", "certificates_verify",
    "paper_explained", "received_have_an_end", "staff_reads_logged", "events_handled_once", "audit_intact",
}  # fmt: skip
ENDS = {"closed", "refused", "deferred", "referred", "contraindicated", "left_early", "withdrawn"}
STORIES = {
    "paper", "paper_next_day", "earlier_dose", "namesake_stopped", "reaction", "registered_by_list", "registered_by_portal",
    "registered_by_health_book", "corrected", "old_certificate_refused", "rows_mended", "rows_doubled", "points_closed",
    "days_still_open",
}  # fmt: skip


@pytest.fixture(scope="module")
def demo() -> Iterator[Instance]:
    """A demo city of two points on a port of its own."""
    with folder() as data:
        up = Instance(data, words=(), settings={"KHIEN_DEMO_POINTS": "2"})
        try:
            up.start()
            yield up
        finally:
            up.kill_rest()


def rehearsal(up: Instance, *words: str) -> "subprocess.Popen[str]":
    """A rehearsal under way, as an operator types it: the server is found by its address alone."""
    return subprocess.Popen(
        [str(KHIEN), "rehearse", "--url", up.url, "--json", *words], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip


def heard(playing: "subprocess.Popen[str]", on_line: Callable[[str], None] = lambda _: None) -> tuple[str, str]:
    """What it printed and what it told meanwhile; one reader for each, so that no line is taken from `on_line`."""
    out, err = playing.stdout, playing.stderr
    assert out is not None
    assert err is not None
    lines: list[str] = []

    def listen() -> None:
        for line in iter(err.readline, ""):
            lines.append(line)
            on_line(line)

    listener, overdue = threading.Thread(target=listen), threading.Timer(2400, playing.kill)
    listener.start()
    overdue.start()
    told = out.read()
    playing.wait()
    overdue.cancel()
    listener.join()
    return told, "".join(lines)


def result_of(playing: "subprocess.Popen[str]", on_line: Callable[[str], None] = lambda _: None) -> dict:
    """Its one object; nothing else stands on standard output, and everything held."""
    told, progress = heard(playing, on_line)
    assert told.strip(), progress[-2000:]
    found = json.loads(told)
    assert (found["broken"], found["surprises"]) == ({}, []), progress[-2000:]
    assert set(found) >= COUNTED
    assert set(found["invariants"]) >= PROMISES
    assert all(found["invariants"].values())
    assert playing.returncode == 0
    return found


OFFICES = {
    "thanhpho": ("phan-bo", "bao-cao/sua-sai", "bao-cao/dot", "bao-cao/dan-so", "bao-cao/bao-phu", "kho", "kho/chuyen", "kho/lanh", "kho/viec", "noi", "buoi"),
    "boyte": ("", "nhan-luc", "quy-dinh", "nhat-ky"),
}  # fmt: skip


def test_no_office_of_a_new_demo_stands_before_an_empty_page(demo: Instance) -> None:
    empty = []
    for username, pages in OFFICES.items():
        with Officer(demo.url, username) as officer:
            empty += [page for page in pages if "kh-empty" in _seen(officer, f"/dieu-phoi/{page}")]
    for username in ("congty", "phuong"):
        with Officer(demo.url, username) as clerk:
            empty += [username] if "kh-empty" in _seen(clerk, "/to-chuc/danh-sach") else []
    with Browser(demo.url) as citizen:
        empty += [page for page in ("/minh-bach", "/minh-bach/sua-sai", "/diem-tiem", "/so-lieu") if "kh-empty" in _seen(citizen, page)]
        code = re.search(r"/minh-bach/(\d+)", _seen(citizen, "/minh-bach"))
    assert empty == []
    assert code
    assert khien("allocation", "replay", code[1], "--data", str(demo.data)).returncode == 0


def _seen(browser: Browser, path: str) -> str:
    page = browser.get(path)
    assert page.status == 200, path
    return page.response.text


def test_a_small_rehearsal_loses_nothing_and_every_promise_holds(demo: Instance) -> None:
    # bin/khien rehearse
    found = result_of(rehearsal(demo, "--sites", "2", "--people", "26", "--seed", "7"))
    assert found["people"] == 26
    assert found["certificates"] == found["certificates_verified"] > 0
    assert found["lookups"] > 0
    assert set(found["tally"]) >= ENDS | STORIES


def test_a_second_rehearsal_goes_on_while_the_web_server_and_the_database_are_killed(demo: Instance) -> None:
    playing = rehearsal(demo, "--sites", "1", "--people", "12", "--seed", "8")
    found = result_of(playing, lambda line: _kill(demo, line.strip()))
    assert found["broken_lines"] > 0, "nobody noticed the kill: it came too late"
    assert found["people"] == 12


def _kill(up: Instance, line: str) -> None:
    """`kill -9` for a web worker's whole server when people register; for it and PostgreSQL when they are at the points."""
    if line.startswith("plan:"):
        _end(up.named("granian"))
    elif line.startswith("allocate:"):
        _end([up.postmaster(), *up.named("granian")])


def _end(pids: list[int]) -> None:
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sites", "11"], "--sites is 1 to 10 and --people 10 to 5000"),
        (["--sites", "0"], "--sites is 1 to 10 and --people 10 to 5000"),
        (["--people", "3"], "--sites is 1 to 10 and --people 10 to 5000"),
        (["--url", f"http://127.0.0.1:{free_port()}"], "Nothing answers at http://127.0.0.1:"),
    ],
)
def test_what_cannot_be_rehearsed_is_one_clear_line(words: list[str], said: str, tmp_path: Path) -> None:
    done = khien("rehearse", *words, data=tmp_path / "none")
    lines = done.stderr.strip().splitlines()
    assert (len(lines), done.stdout) == (1, ""), lines
    assert done.returncode != 0
    assert said in lines[0]
    assert not (tmp_path / "none").exists()


def test_the_folder_of_another_instance_is_named_before_anything_is_played(demo: Instance, tmp_path: Path) -> None:
    done = khien("rehearse", "--url", demo.url, data=tmp_path / "none")
    assert done.returncode != 0
    assert "--data DIR" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_day_with_every_fault_loses_nothing_and_tells_its_score(demo: Instance, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.html"
    faults = "network,otp,lot,staff,power,clock,server,printer"
    words = ("--days", "1", "--sites", "2", "--people", "40", "--seed", "9", "--faults", faults, "--report", str(sheet))
    told, progress = heard(rehearsal(demo, *words))
    assert told.strip(), progress[-3000:]
    found = json.loads(told)
    assert (found["broken"], found["surprises"]) == ({}, []), progress[-3000:]
    assert found["passed"], found["totals"]
    totals = found["totals"]
    assert {name: totals[name] for name in ("lost", "duplicates", "unaccounted", "unexplained", "wrong_verdicts", "wrong_days")} == dict.fromkeys(
        ("lost", "duplicates", "unaccounted", "unexplained", "wrong_verdicts", "wrong_days"), 0
    )
    assert totals["injected"] == totals["records"] > 20
    assert totals["days_signed"] == totals["site_days"] == 2
    assert totals["help"]["asked"] > totals["help"]["unanswered"] == 0
    by_kind = {one["kind"]: one for one in found["faults"]}
    assert set(by_kind) == set(faults.split(","))
    assert all(one["minutes"] is not None for kind, one in by_kind.items() if kind not in ("otp", "lot")), "every fault was got over"
    assert by_kind["server"]["facts"]["web"]["killed"] > 0
    assert by_kind["server"]["facts"]["database"]["killed"] == 1
    tablets, told = found["tablets"], sheet.read_text(encoding="utf-8")
    assert "Phiếu điểm" in told
    if tablets["missing"]:
        assert tablets["missing"] in told
    else:
        assert tablets["people"] >= 2, "a real tablet served some at its screens"
        assert tablets["refused"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--days", "2", "--faults", "network,flood"], "no fault 'flood'"), (["--days", "40"], "--days is 1 to 14"), (["--days", "1", "--people", "5"], "--people 20 to")],
)
def test_days_that_cannot_be_played_are_one_clear_line(words: list[str], said: str, tmp_path: Path) -> None:
    done = khien("rehearse", *words, data=tmp_path / "none")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert said in done.stderr
