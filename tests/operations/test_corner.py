"""The corner with a real tablet: who goes to it, what is kept for when the line is away, and that a machine without Chromium says so."""

import shutil
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from khien.kernel.births import PartialDate
from khien.rehearsal.week import chromium, flow
from khien.rehearsal.week.corner import Corner
from khien.rehearsal.week.crowd import Visitor
from khien.rehearsal.week.guest import Guest
from khien.rehearsal.week.score import SiteDay
from khien.synthetic.crowd import Somebody


def guest(*traits: str, cccd: str = "079099990001", code: str = "") -> Guest:
    one = Somebody(1, "Nguyễn Văn Thử", "male", PartialDate(1980, 1, 2), cccd, "0900000001", "h", True, "k", "1 Đường Thử", "1", "x", (), False)
    return Guest(Visitor(1, one, 0, 0, "walk_in", frozenset(traits), 0.0, 500.0), code=code)


def corner(people: int = 80, *, paper_from: float = 9999.0) -> Corner:
    team: Any = SimpleNamespace(clockwork=flow.Clockwork(), power=True, score=SiteDay(1, 1, "Điểm thử"), on_paper=lambda minute: minute >= paper_from)
    return Corner(team, SimpleNamespace(unsent=lambda: 3), people=people, random=Random(1))  # type: ignore[arg-type]


def test_the_tablet_takes_who_holds_a_card_or_a_code_and_needs_nothing_special() -> None:
    at = corner()
    assert at.takes(guest(), 480)
    assert at.takes(guest(cccd="", code="12345678901"), 480)
    assert not at.takes(guest(cccd=""), 480)
    for trait in ("fever", "refuse", "swapped", "namesake", "mistyped", "wrong_qr"):
        assert not at.takes(guest(trait), 480), trait


def test_one_person_at_a_time_half_of_them_kept_for_when_the_line_is_away() -> None:
    at = corner(people=80)
    assert at.most == 8
    at.join(guest(), 480)
    assert not at.takes(guest(), 481), "somebody sits there"
    at.desk.busy, at.awaited = 0, 4
    assert not at.takes(guest(), 500), "the rest is kept for the cut"
    at.cut(540)
    assert at.takes(guest(), 541)
    assert not at.takes(guest(), 540 + 5 * 60 + 1), "the vials it knows of are too old"
    assert (at.held(), at.told.held, at.told.cut) == (3, 3, True)


def test_a_share_of_the_people_and_never_more_than_a_rehearsal_can_wait_for() -> None:
    assert [corner(people).most for people in (10, 60, 80, 9000)] == [4, 6, 8, 12]


def test_nobody_goes_to_the_tablet_when_all_is_written_on_paper_or_the_power_is_off() -> None:
    at = corner(paper_from=780)
    assert not at.takes(guest(), 790)
    at.team.power = False
    assert not at.takes(guest(), 480)


def test_a_machine_without_chromium_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "apt install chromium" in chromium.missing()
    monkeypatch.setattr(chromium.importlib.util, "find_spec", lambda _: None)
    assert "Playwright" in chromium.missing()


def test_whom_the_board_still_counts_minutes_for_sits_on_until_it_lets_them_go() -> None:
    at = corner()
    looks, gone = iter((False, False, True)), []
    at.screens.leave = lambda _number: next(looks)  # type: ignore[method-assign]
    at.team.gone = lambda _guest, end, minute: gone.append((end, minute))  # type: ignore[method-assign]
    at._leaves(guest(), "E1", 500.0)
    assert gone == []
    at.team.clockwork.run(600.0)
    assert gone == [("closed", 508.0)]
