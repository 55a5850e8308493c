"""One point's day: reception, consent, screening, dose, observation, and all the ends."""

from collections import Counter as Tally
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from khien.kernel import clock
from khien.rehearsal.browser import Surprise
from khien.rehearsal.shelf import Shelf, soon
from khien.rehearsal.staff import Desk
from khien.stock.types import LotInfo

# How people's visits go; each list of a point starts with one of each kind, then goes on by weight.
EVERY = ("closed", "deferred", "refused", "referred", "contraindicated", "left_early", "reaction", "earlier", "withdrawn", "twice")
WEIGHTS = {"closed": 86, "deferred": 4, "refused": 2, "referred": 1, "contraindicated": 1, "left_early": 2, "reaction": 4}
_YES = {"deferred": "3", "referred": "5", "contraindicated": "1"}
_DECISION = {"deferred": "defer", "referred": "refer", "contraindicated": "contraindicated"}
EARLIER = 50  # minutes
LONG_AGO = 100  # days since a dose elsewhere: every vaccine's next dose is due by then
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(64)


@dataclass
class Arrival:
    """Somebody at the door: with a code, or a card, or both; `outcome` where their visit has to go one way."""

    code: str = ""
    card: str = ""
    person: dict[str, Any] | None = None
    vaccine: str = ""
    name: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Received:
    """Somebody inside: the visit, the code of its slip, when they came."""

    visit: str
    slip: str
    came: datetime


@dataclass
class Score:
    """What happened at a point: counts, staff reads (who, whose visit), visits with a confirmation in hand."""

    tally: Tally[str] = field(default_factory=Tally)
    surprises: list[str] = field(default_factory=list)
    reads: list[tuple[str, str]] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)

    def add(self, what: str) -> None:
        self.tally[what] += 1


class Point:
    """The desks of one session, kept by the staff who hold them."""

    def __init__(self, desks: dict[str, Desk], lot: LotInfo, shelf: Shelf, random: Random, *, number: int) -> None:
        self.desks, self.lot, self.shelf, self.random, self.number = desks, lot, shelf, random, number
        self.lot_id, self.vaccine = str(lot.id), lot.vaccine
        self.score = Score()
        pack = desks["reception"].pack()
        self.items = [item["no"] for item in pack["forms"]["adult"]["items"] if not item["computed"]]

    def outcome(self, number: int) -> str:
        """How the visit of the n-th person goes; small points begin with different ones, so that a small day has all."""
        if number < len(EVERY):
            return EVERY[(number + self.number - 1) % len(EVERY)]
        return self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]

    def serve(self, arrival: Arrival, outcome: str) -> None:
        """Walk one person through the point."""
        self._go_on(self._receive(arrival), outcome)

    def serve_namesakes(self, first: Arrival, second: Arrival) -> None:
        """Two of one name and birth inside at once: the wrong slip in the nurse's hand stops the dose, the right one does not."""
        inside = [self._receive(first), self._receive(second)]
        for one in inside:
            self._consent(one, agreed=True)
            self._screen(one.visit, "closed", one.came)
        desk = self.desks["injection"]
        wrong = desk.tell("give_dose", visit_id=inside[0].visit, lot_id=self.lot_id, slip=inside[1].slip, **_done(inside[0].came, 9))
        if wrong.status == "accepted":
            raise Surprise("a namesake's slip opened the dose of another")
        self.score.add("namesake_stopped")
        for one in inside:
            self._dose(one.visit, one.slip, "closed", one.came)

    def _receive(self, arrival: Arrival) -> Received:
        # The half hour of observation is not waited for: hours are told as on the papers that a clerk keys afterwards.
        came = clock.now() - timedelta(minutes=EARLIER)
        body: dict[str, Any] = {"identity_how": "card" if arrival.card else "typed" if arrival.person else "slip", **_done(came, 0)}
        if arrival.code:
            body["appointment_code"] = arrival.code
        else:
            body["person"] = {"scan": arrival.card} if arrival.card else arrival.person
        received = self.desks["reception"].must("check_in", **body)
        self.score.add("received")
        return Received(received["visit"]["visit_id"], received["code"], came)

    def _consent(self, one: Received, *, agreed: bool) -> None:
        self.desks["reception"].must("consent", visit_id=one.visit, agreed=agreed, how="screen", signer="self", mixing_agreed=True,
                                     **_done(one.came, 2))  # fmt: skip

    def _go_on(self, one: Received, outcome: str) -> None:
        reception = self.desks["reception"]
        if outcome == "withdrawn":
            reception.must("end", visit_id=one.visit, end="withdrawn", reason="Không chờ được, hẹn quay lại", **_done(one.came, 3))
            self.score.add("withdrawn")
            return
        self._consent(one, agreed=outcome != "refused")
        if outcome == "refused":
            self.score.add("refused")
            return
        if outcome == "earlier":
            self._earlier_dose(one.visit)
        if self._screen(one.visit, outcome, one.came):
            self._dose(one.visit, one.slip, outcome, one.came)

    def _earlier_dose(self, visit: str) -> None:
        """The doctor writes down a dose that was given elsewhere, with a photo of its paper."""
        desk = self.desks["screening"]
        page = desk.officer.get(f"/diem/{desk.session_id}/mui-cu/{visit}")
        day = clock.on_date(clock.now()) - timedelta(days=LONG_AGO)
        told = {
            "vaccine": self.vaccine, "on_date_day": day.day, "on_date_month": day.month, "on_date_year": day.year, "lot": "ABV4678",
            "place": "Bệnh viện tỉnh", "evidence": "document",
        }  # fmt: skip
        done = desk.officer.send(page, page.form("vaccine", "evidence"), told, files={"photo": ("giay.png", PHOTO, "image/png")})
        if "xong=1" not in done.url:
            raise Surprise(f"a dose from elsewhere is not taken ({done.status})")
        self._saw(desk, visit)
        self.score.add("earlier_dose")

    def _saw(self, desk: Desk, visit: str) -> None:
        self.score.reads.append((desk.actor, visit))

    def _screen(self, visit: str, outcome: str, came: datetime) -> bool:
        desk = self.desks["screening"]
        desk.story(visit, "screening")
        self._saw(desk, visit)
        yes = _YES.get(outcome)
        answers = {"items": {no: no == yes for no in self.items}}
        vitals = {"temperature_c": "38,5" if outcome == "deferred" else "36,7", "pulse_bpm": "76", "bp_systolic": "124", "bp_diastolic": "78"}
        found = desk.ask("de-xuat", visit_id=visit, answers=answers, vitals=vitals)
        decision = _DECISION.get(outcome, "eligible")
        more: dict[str, Any] = {}
        if decision == "defer":
            more["return_on"] = (clock.on_date(clock.now()) + timedelta(days=7)).isoformat()
        if decision == "refer":
            more["detail"] = {"hospital": "Bệnh viện tuyến trên"}
        reason = "" if found.get("verdict") == decision else "Bác sĩ đã khám lại, đủ điều kiện tiêm"
        desk.must("screen", visit_id=visit, answers=answers, vitals=vitals, decision=decision, reason=reason,
                  **_done(came, 5), **more)  # fmt: skip
        if decision != "eligible":
            self.score.add(outcome)
        return decision == "eligible"

    def _dose(self, visit: str, slip: str, outcome: str, came: datetime) -> None:
        desk = self.desks["injection"]
        before = desk.ask("truoc-tiem", visit_id=visit, lot_id=self.lot_id, slip=slip)
        if before.get("stops"):
            self.desks["reception"].must("end", visit_id=visit, end="deferred", reason="Chưa đủ điều kiện tiêm hôm nay", **_done(came, 9),
                                         return_on=_next_week(clock.on_date(clock.now())))  # fmt: skip
            for stop in before["stops"]:
                self.score.add(f"stopped {stop.get('code', '')}")
            return
        given = {"visit_id": visit, "lot_id": self.lot_id, "slip": slip, **_done(came, 9)}
        self.shelf.ready(self.lot, soon(came + timedelta(minutes=9)))
        desk.must("give_dose", **given)
        self.shelf.drew(self.lot_id, came + timedelta(minutes=9))
        self.score.add("dosed")
        if outcome == "twice":  # the nurse taps again: it must stay one dose
            desk.tell("give_dose", **given)
        observer = self.desks["observation"]
        if outcome == "left_early":
            observer.must("end", visit_id=visit, end="left_early", reason="Tự ý ra về", **_done(came, 20))
            self.score.add("left_early")
            self.confirm(visit)
            return
        if outcome == "reaction":
            observer.must("react", visit_id=visit, symptoms=["pain_at_site", "fever"], onset_at=_moment(came, 20))
            self.score.add("reaction")
        observer.must("observe", visit_id=visit, **_done(came, 41))
        observer.must("close", visit_id=visit, **_done(came, 42))
        self.score.add("closed")
        self.confirm(visit)

    def confirm(self, visit: str) -> None:
        """Print the confirmation."""
        desk = self.desks["observation"]
        desk.confirmation(visit)
        self._saw(desk, visit)
        self.score.confirmed.add(visit)


def _moment(came: datetime, minutes: int) -> str:
    return (came + timedelta(minutes=minutes)).isoformat()


def _done(came: datetime, minutes: int) -> dict[str, str]:
    return {"performed_at": _moment(came, minutes)}


def _next_week(today: date) -> str:
    return (today + timedelta(days=7)).isoformat()
