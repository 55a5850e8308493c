"""A long rehearsal: what surprises one point ends no day, a stop in the middle tells what was played, a slow screen is named and costs nobody the dose."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from khien.rehearsal import browser, product, uploads
from khien.rehearsal.browser import Away, Surprise
from khien.rehearsal.staff import Answer
from khien.rehearsal.week import chromium, conductor, flow, score, sheet
from khien.rehearsal.week.corner import Corner
from khien.rehearsal.week.progress import Progress
from khien.rehearsal.week.score import DeskScore, SiteDay
from khien.rehearsal.week.sender import Sender
from khien.rehearsal.week.tablet import deliver
from tests.operations.test_corner import guest
from tests.operations.test_score import result
from tests.operations.test_tablet import make_tablet

AT = datetime(2021, 8, 1, 3, tzinfo=UTC)


# The whole of it


def make_conductor(*, days: int = 2) -> tuple[conductor.Conductor, list[str]]:
    said: list[str] = []
    stage: Any = SimpleNamespace(
        crowd=[], days=days, sites=1, base="http://127.0.0.1:1", counter=browser.Counter(), tell=said.append, advance=lambda *_: None,
        prepare_help=lambda: None, register=lambda _: None, story=SimpleNamespace(surprises=[]), minute=lambda _: 1025.0,
    )  # fmt: skip
    return conductor.Conductor(stage, ()), said


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conductor, "settle", lambda **_: None)
    monkeypatch.setattr(conductor, "Supporters", lambda *_: None)


@pytest.mark.usefixtures("quiet")
def test_a_step_that_breaks_is_named_and_the_next_one_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    one, said = make_conductor()
    played: list[str] = []
    monkeypatch.setattr(one, "_morning", lambda: played.append("morning"))
    monkeypatch.setattr(one, "_day", lambda: {}["0900000132"])
    monkeypatch.setattr(one, "_evening", lambda: played.append("evening"))
    one.play()
    assert played == ["morning", "evening"] * 2
    assert len(one.stage.story.surprises) == 2
    assert one.stage.story.surprises[0].startswith("day 1, the day: KeyError at test_long_run.py:")
    assert not [line for line in said if "0900000132" in line], "what broke is told by its kind and line: its text may name a person"


@pytest.mark.usefixtures("quiet")
def test_stopped_in_the_middle_it_says_where_and_tells_what_was_played(monkeypatch: pytest.MonkeyPatch) -> None:
    one, said = make_conductor()
    team: Any = SimpleNamespace(clockwork=flow.Clockwork(), results=lambda: day.desks.append(DeskScore("reception", 1)), leave=lambda: None)
    day: Any = SiteDay(1, 1, "Điểm thử", came=12)

    def stop() -> None:
        one.days.append(day)
        one.teams[0] = team
        team.clockwork.run(645.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(one, "_morning", stop)
    assert one.play() == [day]
    assert one.stopped == "day 1, 10:45"
    assert day.desks == [DeskScore("reception", 1)], "the waits so far stand in the sheet"
    assert any("stopped at day 1, 10:45" in line for line in said)
    assert not score.passed(one.days)


def test_the_sheet_of_a_stopped_rehearsal_says_so_first() -> None:
    page = sheet.page({**result([SiteDay(1, 1, "Điểm thử")]), "stopped": "day 2, 10:45", "passed": False})
    assert "Dừng giữa chừng, ngày 2 lúc 10:45" in page
    assert "Stopped on day 2 at 10:45" in page


def test_what_breaks_at_one_point_stays_with_that_point() -> None:
    one, _ = make_conductor()
    days = [SiteDay(1, number, "Điểm thử") for number in (1, 2, 3)]

    def step(day: SiteDay) -> None:
        if day.site == 2:
            raise ValueError("0900000132")
        day.came = 1

    one._at_once(step, days)
    assert [day.came for day in days] == [1, 0, 1]
    assert days[1].surprises == [f"ValueError at test_long_run.py:{step.__code__.co_firstlineno + 2}"]


def test_how_far_it_is_and_when_it_ends_is_told_every_half_minute() -> None:
    pace = Progress(people=1000, days=7)
    assert pace.line(day=1, minute=480, came=5, day_seconds=4, now=100.0) == "day 1 of 7, 08:00: 5 of 1000 people"
    assert pace.line(day=1, minute=481, came=6, day_seconds=9, now=105.0) == ""
    assert pace.line(day=1, minute=600, came=100, day_seconds=40, now=131.0) == "day 1 of 7, 10:00: 100 of 1000 people, 0.40 s each, about 6 min to go"
    pace.spent = 40
    assert pace.left(500, 60) == pytest.approx(100)


# What is sent


def test_a_command_that_the_server_stumbles_over_holds_up_the_others_three_times_and_no_longer() -> None:
    sent: list[str] = []

    def tell(name: str, **_: Any) -> Answer:
        if name == "bad":
            raise Surprise("bad answered 500")
        sent.append(name)
        return Answer("accepted", "", {})

    desk: Any = SimpleNamespace(tell=tell)
    sender = Sender({"reception": desk}, up=lambda: True, wrong=pytest.fail)
    for tries in range(3):
        with pytest.raises(Surprise):
            sender.flush() if tries else sender.post("reception", "bad", dict, AT)
    sender.post("reception", "good", dict, AT)
    assert sent == ["good"]
    assert not sender.waiting


def test_a_cut_line_is_no_stumble_a_command_waits_for_it_however_often() -> None:
    def tell(name: str, **_: Any) -> Answer:
        raise Away("the line is cut")

    desk: Any = SimpleNamespace(tell=tell)
    sender = Sender({"reception": desk}, up=lambda: True, wrong=pytest.fail)
    sender.post("reception", "check_in", dict, AT)
    for _ in range(9):
        assert not sender.flush()
    assert len(sender.waiting) == 1


def test_what_a_tablet_could_not_send_stays_on_it() -> None:
    class Broken:
        def post_json(self, path: str, body: dict[str, Any]) -> Any:
            return SimpleNamespace(status_code=500)

    tablet = make_tablet(Broken())
    for _ in range(3):
        tablet.does(uuid4(), "observe", {"visit_id": "v"}, AT, "", None)
    with pytest.raises(Surprise):
        deliver([tablet], Random(1), wrong=pytest.fail)
    assert len(tablet.log) == 3


# A slow screen


def test_a_slow_screen_is_looked_at_again_and_named() -> None:
    screens = chromium.Screens("http://127.0.0.1:1", "s", {}, now=lambda: AT)
    screens._timeout, screens._where = TimeoutError, "waiting for #da-tiem"
    looks, again = iter((False, False, True)), []

    def look() -> str:
        if not next(looks):
            raise TimeoutError
        return "there"

    assert screens._patient(look, again=lambda: again.append("scan")) == "there"
    assert screens.slow == ["waiting for #da-tiem"] * 2
    assert again == ["scan"] * 2


def test_a_screen_that_never_shows_it_has_failed_after_some_looks() -> None:
    screens = chromium.Screens("http://127.0.0.1:1", "s", {}, now=lambda: AT)
    screens._timeout = TimeoutError

    def look() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        screens._patient(look)
    assert len(screens.slow) == chromium.LOOKS - 1


class Point:
    """The desks beside the tablet: remembers who came to which."""

    def __init__(self, *, up: bool = True) -> None:
        self.clockwork, self.score, self.power, self.up = flow.Clockwork(), SiteDay(1, 1, "Điểm thử", received=1), True, up
        self.planned: Any = SimpleNamespace(session_id=str(uuid4()), day=date(2021, 8, 1))
        self.line: Any = SimpleNamespace(whole=True)
        self.lots: Any = [SimpleNamespace(id=uuid4(), number="L1")]
        self.shelf: Any = SimpleNamespace(ready=lambda *_: True, drew=lambda *_: self.drawn.append(1))
        self.drawn: list[int] = []
        self.went: list[str] = []
        self.posted: list[str] = []
        self.guests: list[Any] = []
        self.ended: list[str] = []
        self.desks: Any = {name: SimpleNamespace(join=lambda one, minute, name=name: self.went.append(name)) for name in ("reception", "screening", "injection", "closing")}
        self.sender: Any = SimpleNamespace(post=lambda desk, name, *_: self.posted.append(name))

    def moment(self, minute: float) -> datetime:
        return AT

    def injected(self, guest: Any, lot: Any, minute: float) -> None:
        guest.dosed = minute

    def gone(self, guest: Any, end: str, minute: float) -> None:
        self.ended.append(end)


def stuck_corner(monkeypatch: pytest.MonkeyPatch, state: str, *, at: str = "screen", up: bool = True) -> tuple[Corner, Point, Any]:
    """A corner whose screen stands still at one desk, while the record holds the person in this state ("" where it does not)."""
    one, point = guest(), Point(up=up)
    row = SimpleNamespace(id=uuid4(), name=one.visitor.person.full_name, birth=one.visitor.person.birth.iso(), state=state)
    monkeypatch.setattr(product, "told", lambda ask: [row] if state else [])

    def stands(*_: Any, **__: Any) -> Any:
        raise Surprise(f"the tablet's {at}: TimeoutError of waiting for .kh-screen")

    screens = {"receive": lambda _: "7", "screen": lambda _: None, "inject": lambda *_, **__: True, "unsent": lambda: 0, "slow": [], "at": AT} | {at: stands}
    corner = Corner(point, SimpleNamespace(**screens), people=80, random=Random(1))  # type: ignore[arg-type]
    return corner, point, one


@pytest.mark.parametrize(("state", "desk"), [("", "reception"), ("checked_in", "screening"), ("consented", "screening"), ("cleared", "injection")])
def test_whom_a_screen_leaves_standing_goes_on_at_the_desk_where_the_record_holds_them(monkeypatch: pytest.MonkeyPatch, state: str, desk: str) -> None:
    corner, point, one = stuck_corner(monkeypatch, state)
    corner._serves(one, 500.0)
    assert point.went == [desk]
    assert one.dosed is None
    assert point.posted == (["consent"] if state == "checked_in" else [])
    assert corner.told.stuck == ["the tablet's screen: TimeoutError of waiting for .kh-screen"]
    assert score.to_fix(SiteDay(1, 1, "Điểm thử", signed=True, corner=corner.told)) == [("slow_screen", {"slow": 0, "stuck": 1})]


def test_a_needle_that_was_out_when_the_screen_stood_still_is_counted_as_a_dose(monkeypatch: pytest.MonkeyPatch) -> None:
    corner, point, one = stuck_corner(monkeypatch, "dosed", at="inject")
    corner._serves(one, 500.0)
    assert (one.dosed, point.drawn, point.went) == (500.0, [1], ["closing"])


def test_a_dose_leaves_the_vial_at_the_hour_of_the_tablets_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    corner, point, one = stuck_corner(monkeypatch, "", at="leave")
    later = AT + timedelta(seconds=9)
    corner.screens.at, drawn = later, []  # type: ignore[misc]
    point.shelf.drew = lambda _lot, at: drawn.append(at)
    corner._serves(one, 500.0)
    assert drawn == [later], "a vial that was ended a moment before could not have given it, and the evening's count would not agree"


def test_the_tablet_injects_from_the_vial_in_the_hand_when_the_one_before_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    corner, point, one = stuck_corner(monkeypatch, "", at="leave")
    asked: list[Any] = []

    def inject(number: str, lot: str, *, another: bool) -> bool:
        asked.append((number, lot, another))
        return another

    def change_lot(minute: float) -> float:
        point.lots = [SimpleNamespace(id=uuid4(), number="L2")]
        return minute + 3

    corner.screens.inject, point.change_lot = inject, change_lot  # type: ignore[method-assign, attr-defined]
    drawn: list[Any] = []
    point.shelf.drew = lambda lot, _at: drawn.append(lot)
    corner._serves(one, 500.0)
    point.clockwork.run(510.0)
    assert asked == [("7", "L1", False), ("7", "L2", True)]
    assert drawn == [str(point.lots[0].id)]


def test_a_tablet_that_still_holds_something_is_waited_for_before_anybody_is_sent_to_another_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    corner, point, one = stuck_corner(monkeypatch, "cleared", at="inject", up=False)
    corner._serves(one, 500.0)
    assert point.went == []
    point.up = True
    point.clockwork.run(505.0)
    assert point.went == ["injection"]


def test_a_screen_that_does_not_say_what_it_holds_leaves_the_line_to_be_mended() -> None:
    point = Point()

    def stands() -> int:
        raise Surprise("the tablet's look: Error of the lock")

    corner = Corner(point, SimpleNamespace(unsent=stands), people=80, random=Random(1))  # type: ignore[arg-type]
    assert corner.held() == 0
    assert corner.told.stuck == ["the tablet's look: Error of the lock"]


# Thousands at once


class Planner:
    """Pages of the planner: a job that is done after some looks."""

    def __init__(self, looks: list[str], links: list[tuple[str, str]]) -> None:
        self.looks, self.links, self.got = looks, links, []  # type: ignore[var-annotated]

    def get(self, path: str) -> Any:
        self.got.append(path)
        text = self.looks.pop(0) if self.looks else ""
        return SimpleNamespace(url=path, path=path, text=text, links=self.links if not self.looks else [])


def test_a_draw_of_thousands_is_looked_after_until_its_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads.time, "sleep", lambda _: None)
    planner: Any = Planner(["Đang làm", "Đang làm", "Đã xong."], [("/dieu-phoi/phan-bo/1234", "Mở đợt phân bổ")])
    began: Any = SimpleNamespace(url="http://x/dieu-phoi/phan-bo?viec=1", path="/dieu-phoi/phan-bo", text="Đang làm", links=[])
    assert uploads._worked(planner, began).url == "/dieu-phoi/phan-bo/1234"
    assert len(planner.got) == 4


def test_a_draw_that_fails_in_the_background_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: Any = SimpleNamespace(url="http://x/dieu-phoi/phan-bo?viec=1", path="/dieu-phoi/phan-bo", text="Việc chạy nền không xong.", links=[])
    with pytest.raises(Surprise, match="background"):
        uploads._worked(Planner([], []), failed)  # type: ignore[arg-type]


def test_who_belongs_to_a_point_that_did_not_open_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = make_conductor()
    day = SiteDay(1, 1, "Điểm thử")
    monkeypatch.setattr(one.opening, "open", lambda *_, **__: (_ for _ in ()).throw(Surprise("the draw was not announced")))
    one._at_once(lambda score: one._open(score, second=False), [day])
    assert day.surprises == ["the draw was not announced"]
    assert not score.passed([day])
