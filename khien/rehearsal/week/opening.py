"""A point opens in the morning: planned, supplied, its staff at their desks, papers printed, tablets with the session on them."""

from collections.abc import Callable, Sequence
from random import Random

from khien.kernel import clock
from khien.rehearsal import officers
from khien.rehearsal.browser import Surprise
from khien.rehearsal.staff import Desk, Officer
from khien.rehearsal.week import faults
from khien.rehearsal.week.chromium import NoScreens, Screens, missing
from khien.rehearsal.week.clinic import Clinic
from khien.rehearsal.week.corner import Corner
from khien.rehearsal.week.crowd import of_day
from khien.rehearsal.week.score import Corner as CornerScore
from khien.rehearsal.week.score import Help, SiteDay
from khien.rehearsal.week.stage import Stage
from khien.rehearsal.week.tablet import enrol, take_along
from khien.rehearsal.week.team import CLOSES, EARLIEST, OPENS, ROLES, Team

STARTS = 2  # of a browser, before a day is played without a real tablet


class Opening:
    """Opens points, on every day; keeps the real tablets that it started."""

    def __init__(self, stage: Stage, *, ask_help: Callable[[Team, Help], None]) -> None:
        self.stage, self.ask_help = stage, ask_help
        self.screens: list[Screens] = []
        self.without_screens = missing()  # why no real tablet is played; "" where one is
        self.number, self.faults, self.tablet_site = 0, list[faults.Planned](), 1

    def day(self, number: int, planned: Sequence[faults.Planned]) -> None:
        """Another day begins, with these faults; its real tablet stands where the line is really cut."""
        self.number, self.faults = number, list(planned)
        self.tablet_site = 1 + next((one.site for one in planned if one.kind == "network"), 0)
        self.screens.clear()

    def open(self, score: SiteDay, *, second: bool) -> Clinic:
        """Everything before the first person at one point. Raises Surprise."""
        stage, number, site = self.stage, self.number, score.site - 1
        lots = stage.supply(number, site, second=second)
        planned = stage.plan(number, site)
        score.vaccine = planned.vaccine
        without = {one.kind for one in self.faults if one.site == site}
        line = stage.lines[site]
        lead = Officer(line.url, f"diem{site + 1:02d}.truong", counter=stage.counter)
        people = sum(1 for _ in of_day(stage.crowd, number, site))
        stage.advance(number, EARLIEST - 10)
        officers.open_point(lead, planned, str(lots[0].id), printer="printer" not in without)
        score.opened_late = max(0.0, stage.minute(number) - OPENS)
        late_paper = (number, site) == faults.paper_afternoon(stage.days, stage.sites)
        sheets = (people * 2 // 3 if late_paper else 0) + (people // 3 if without & {"network", "power"} else 0) + 6
        serials = officers.print_papers(lead, planned, sheets)
        desks = {}
        for name, account in ROLES.items():
            officer = Officer(line.url, f"diem{site + 1:02d}.{account}", counter=stage.counter)
            officer.cut = lambda line=line: not line.whole  # type: ignore[misc]
            desks[name] = Desk(officer, planned.session_id)
        team = Clinic(planned, line, desks, lead, lots, serials, score, Random(stage.seed * 1000 + number * 100 + site), people=people, ask_help=self.ask_help)
        team.printer = "printer" not in without
        if "network" in without:
            for name in ("reception", "screening", "injection", "closing"):
                team.sender.tablets[name] = take_along(desks[name], lead, name=f"máy {name}", counter=stage.counter)
        if score.site == self.tablet_site:
            self._real_tablet(team, people)
        if late_paper:
            team.paper_from = faults.PAPER_FROM
            team.desks["keying"].shut()
            team.clockwork.at(CLOSES, team.back)
        return team

    def _real_tablet(self, team: Clinic, people: int) -> None:
        """A tablet in Chromium takes the session along; a machine that has none plays by the protocol alone, and says so."""
        if self.without_screens:
            return
        planned, stuck = team.planned, []
        for place in range(STARTS):
            device = enrol(team.lead, planned.session_id, name="máy thật" if not place else f"máy thật {place + 1}")
            screens = Screens(team.line.url, planned.session_id, {**team.lead.http.cookies, **device}, now=clock.now)
            self.screens.append(screens)
            try:
                screens.start()
            except NoScreens as why:
                self.without_screens = str(why)
                self.stage.tell(f"no real tablet: {why}; tablets are played by the protocol alone")
                return
            except Surprise as surprise:  # a browser that does not come up is thrown away; the point opens all the same
                stuck.append(str(surprise))
                screens.close()
                continue
            team.corner = Corner(team, screens, people=people, random=Random(team.score.day))
            break
        team.score.corner = team.score.corner or CornerScore()
        team.score.corner.stuck += stuck
