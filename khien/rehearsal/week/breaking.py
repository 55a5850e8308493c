"""The hands that break things at a point, and mend them: each fault is real for the product."""

import math
import re
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from khien.kernel import clock
from khien.rehearsal import product
from khien.rehearsal.browser import Browser, Surprise
from khien.rehearsal.staff import Desk, Officer
from khien.rehearsal.week import checks, faults, flow
from khien.rehearsal.week.score import Fault, SiteDay
from khien.rehearsal.week.stage import Stage
from khien.rehearsal.week.team import Team

LONGEST_OUTAGE = 120.0  # seconds


class Rehearsal(Protocol):
    """What the hands need to know of the rehearsal in which they break things."""

    stage: Stage
    number: int
    clockwork: flow.Clockwork
    teams: dict[int, Team]
    city_faults: list[tuple[int, Fault]]
    outages: list[threading.Thread]


def when(text: str) -> datetime:
    """A moment as the pack tells it."""
    return datetime.fromisoformat(text)


def arrange(conductor: Rehearsal, planned: faults.Planned) -> None:
    """Set the steps of one fault into the day."""
    fault = Fault(planned.kind, planned.site + 1, planned.begins, planned.ends)
    if planned.site < 0:
        conductor.city_faults.append((conductor.number + 1, fault))
        _CITY[planned.kind](conductor, fault)
        return
    team = conductor.teams.get(planned.site)
    if team is not None:
        team.score.faults.append(fault)
        _POINT[planned.kind](conductor, team, fault)


def _network(conductor: Rehearsal, team: Team, fault: Fault) -> None:
    """The line of a point is cut; sheets of paper go on; it is mended, everything is sent and keyed."""

    def cut(minute: float) -> None:
        team.line.cut()
        if team.corner is not None:
            team.corner.cut(minute)
        team.desks["keying"].shut()

    def mend(minute: float) -> None:
        if team.corner is not None:
            fault.facts["held_by_the_real_tablet"] = team.corner.held()
        team.line.mend()
        fault.facts |= {"unsent": len(team.sender.waiting), "sealed": sum(len(one.log) for one in team.sender.tablets.values())}
        team.back(minute)  # before anybody's next step: what the tablets hold must be told first
        team.clockwork.at(minute + 1, partial(_ask, team))

    conductor.clockwork.at(fault.begins, cut)
    conductor.clockwork.at(fault.ends, mend)


def _ask(team: Team, minute: float) -> None:
    team.help("reception", minute)


def _power(conductor: Rehearsal, team: Team, fault: Fault) -> None:
    """The desks' machines die; what is done stands on paper until they live again."""

    def off(minute: float) -> None:
        team.power = False
        team.desks["keying"].shut()

    def on(minute: float) -> None:
        team.power = True
        fault.facts["unsent"] = len(team.sender.waiting)
        team.back(minute)
        team.clockwork.at(minute + 1, partial(_ask, team))

    conductor.clockwork.at(fault.begins, off)
    conductor.clockwork.at(fault.ends, on)


def _lot(conductor: Rehearsal, team: Team, fault: Fault) -> None:
    """The lot of the day is recalled in the whole city by two persons; every point that uses it goes on with another."""

    def recall(minute: float) -> None:
        lot = team.lots[0]
        using = [one for one in conductor.teams.values() if one.lots[0].id == lot.id]
        since = clock.now()
        conductor.stage.recall_lot(lot.id)
        confirmed = clock.now()
        fault.facts |= {"points": len(using), "lot": lot.number, "lot_id": str(lot.id), "confirmed": confirmed.isoformat(),
                        "seconds_to_recall": round((confirmed - since).total_seconds(), 1)}  # fmt: skip
        fault.ends = math.inf
        for one in using:
            one.on_lot.append(lambda stopped, goes_on: _changed(fault, stopped, goes_on))
        _ask(team, minute)

    conductor.clockwork.at(fault.begins, recall)


def _changed(fault: Fault, stopped: float, goes_on: float) -> None:
    """A point met the recall when the next person sat down; from there it counts until the desk went on with another lot."""
    fault.ends = min(fault.ends, stopped)
    fault.recovered = max(fault.recovered or 0.0, goes_on)


def unmet(score: SiteDay) -> None:
    """A recall that came after the last person of the day stopped nobody."""
    for fault in score.faults:
        if fault.kind == "lot" and fault.recovered is None and fault.ends == math.inf:
            fault.ends = fault.recovered = fault.begins
            fault.facts["met_by"] = "nobody"


def _staff(conductor: Rehearsal, team: Team, fault: Fault) -> None:
    """The nurse does not come: the queue stands until the lead admits a helper, who signs in with a badge on the point's device."""
    desk = team.desks["injection"]
    desk.shut()
    team.clockwork.at(fault.begins + 5, lambda at: team.help("injection", at))

    def helped(minute: float) -> None:
        try:
            team.sender.desks["injection"] = _helper(conductor, team)
            fault.recovered = minute
        except Surprise as surprise:
            team.wrong(f"a helper cannot be admitted: {surprise}")
        desk.reopen(minute)

    team.clockwork.at(fault.ends, helped)


def _helper(conductor: Rehearsal, team: Team) -> Desk:
    """Admit a helper for the injection desk, enrol the device, sign in by badge and PIN."""
    session = team.planned.session_id
    page = team.lead.get(f"/diem/{session}/nguoi-giup")
    page = team.lead.send(page, page.form("full_name", "role"), {"full_name": "Mai Thị Người Giúp", "role": "injector"})
    badge, pin = _badge(page.text)
    device = Officer(team.line.url, team.lead.username, counter=conductor.stage.counter)
    enrolling = device.get(f"/diem/{session}/nguoi-giup")
    device.send(enrolling, enrolling.form("name"), {"name": "máy bàn tiêm"})
    secret = {name: value for name, value in device.http.cookies.items() if name not in ("khien", "csrftoken")}
    helper = Browser(team.line.url, counter=conductor.stage.counter)
    for name, value in secret.items():
        helper.http.cookies.set(name, value)
    helper.cut = lambda: not team.line.whole
    page = helper.get("/diem/the")
    page = helper.send(page, page.form("badge", "pin"), {"badge": badge, "pin": pin})
    if page.path.endswith("/the"):
        raise Surprise(f"the badge does not open the desk ({page.status})")
    return Desk(helper, session)


def _badge(text: str) -> tuple[str, str]:
    digits = re.search(r"\b(\d{3}[ \u00a0\u202f]\d{4}[ \u00a0\u202f]\d{4}|\d{4}[ \u00a0\u202f]\d{4}[ \u00a0\u202f]\d{3}|\d{11})\b", text)
    pin = re.search(r"\b(\d{6})\b", text)
    if not digits or not pin:
        raise Surprise("the badge shows no digits")
    return re.sub(r"\D", "", digits.group(1)), pin.group(1)


def _clock(conductor: Rehearsal, team: Team, fault: Fault) -> None:
    """The injection desk's machine believes that it is tomorrow; it knows by how much, and says so with each command."""
    team.sender.desks["injection"].wrong = timedelta(days=1)
    fault.recovered = fault.ends


def _printer(conductor: Rehearsal, team: Team, fault: Fault) -> None:
    """No printer in the morning: the checklist is signed by name and reason, confirmations are printed when it comes."""

    def comes(minute: float) -> None:
        team.printer = True
        fault.facts["printed_late"] = len(team.unprinted)
        team.print_rest()
        fault.recovered = minute

    team.clockwork.at(fault.begins + 10, partial(_ask, team))
    team.clockwork.at(fault.ends, comes)


def _otp(conductor: Rehearsal, fault: Fault) -> None:
    """The SMS gateway answers nobody; what waits is sent when it speaks again."""
    gateway = conductor.stage.gateway
    if gateway is None:
        fault.facts["left_out"] = "the product sends through another gateway"
        return

    def silent(minute: float) -> None:
        gateway.silent = True

    def speaks(minute: float) -> None:
        gateway.silent = False
        fault.facts |= {"refused": gateway.refused, "waiting": checks.waiting_texts()}
        look(minute)

    def look(minute: float) -> None:
        if checks.waiting_texts() and minute < 17 * 60:
            conductor.clockwork.at(minute + 1, look)
            time.sleep(0.2)  # the worker sends what is due; the machine's clock is enough for it
        else:
            fault.recovered = minute

    conductor.clockwork.at(fault.begins, silent)
    conductor.clockwork.at(fault.ends, speaks)


def _server(conductor: Rehearsal, fault: Fault) -> None:
    """The web server is killed at once with all its workers; ninety minutes later PostgreSQL."""
    def kill(part: str, minute: float) -> None:
        gone = faults.kill(conductor.stage.server_parts().get(part, []))
        if gone:
            watch = threading.Thread(target=watched, args=(part, gone))
            watch.start()
            conductor.outages.append(watch)  # the desks meet it meanwhile: they try again, as people do
        fault.recovered = fault.ends  # within the minute: its seconds tell more

    def watched(part: str, gone: int) -> None:
        began = time.monotonic()
        while not product.healthy(conductor.stage.base) and time.monotonic() - began < LONGEST_OUTAGE:
            time.sleep(0.05)
        seconds = round(time.monotonic() - began, 2)
        fault.facts[part] = {"killed": gone, "seconds": seconds}
        fault.seconds = max(fault.seconds or 0.0, seconds)

    conductor.clockwork.at(fault.begins, partial(kill, "web"))
    conductor.clockwork.at(fault.begins + 90, partial(kill, "database"))


_POINT: dict[str, Callable[[Rehearsal, Team, Fault], None]] = {
    "network": _network, "power": _power, "lot": _lot, "staff": _staff, "clock": _clock, "printer": _printer,
}  # fmt: skip
_CITY: dict[str, Callable[[Rehearsal, Fault], None]] = {"otp": _otp, "server": _server}
