"""The way of a person through a point: reception, screening, injection, the half hour after it, or a sheet of paper from desk to desk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from khien.kernel.ids import uuid7
from khien.rehearsal.browser import Away
from khien.rehearsal.staff import Answer
from khien.rehearsal.week.guest import END, Guest
from khien.rehearsal.week.sender import Command
from khien.rehearsal.week.team import CLOSES, STOPS, Team
from khien.stock.types import LotInfo

OBSERVED = 30.0  # minutes
UNKNOWN = "29320002290"  # a code that is on no slip


@dataclass
class Chair:
    """Who sits at the injection table, and the lot whose vial was made ready for them."""

    guest: Guest
    lot: LotInfo
    drawn: bool = False
    answered: bool = False


class Clinic(Team):
    """A point whose desks know their work."""

    def steps(self) -> dict[str, Callable[[Any, float], None]]:
        return {"reception": self._received, "screening": self._screened, "injection": self._injected, "closing": self._closed, "keying": self._keyed}

    # Reception

    def _received(self, guest: Guest, minute: float) -> None:
        guest.received = minute
        self.score.received += 1
        if self.on_paper(minute) or not (self.alone or (self.up and not self.sender.waiting)):
            self._onto_paper(guest, minute)
            return
        if guest.visitor.has("wrong_qr"):
            self._tell_refused("reception", "check_in", minute, "wrong_qr", appointment_code=UNKNOWN, identity_how="slip")
        how: dict[str, Any] = {"appointment_code": guest.code, "identity_how": "slip"} if guest.code else guest.who()
        if self.alone:  # the tablet gives the visit's id and a number of its own
            tablet = self.sender.tablets["reception"]
            guest.visit = str(uuid7())
            how |= {"visit_id": guest.visit, "number": tablet.number(), "letter": tablet.letter}
            self.score.add("received without a line")
        elif guest.mistypes:
            how = {"person": guest.spoken(guest.mistyped()), "identity_how": "typed"}
        elif how.get("identity_how") == "spoken":
            how = self._known(guest) or how
        self.sender.post("reception", "check_in", lambda: how, self.moment(minute), lambda answer: self._has_number(guest, answer, minute))
        if guest.visitor.has("help"):
            self.help("reception", minute, guest)
        if guest.fate == "withdraw":
            self._end(guest, "reception", "withdrawn", minute + 1, "Không chờ được, hẹn quay lại")
            return
        self._post(guest, "reception", "consent", minute, agreed=guest.fate != "refuse", how="screen", signer="self", mixing_agreed=True)
        if guest.fate == "refuse":
            guest.end, guest.ended = "refused", minute
            return
        self.inside.append(guest)
        self.desks["screening"].join(guest, minute)

    def _known(self, guest: Guest) -> dict[str, Any] | None:
        """Before somebody without a number is written as new, the desk asks who it may be: of one name and telephone it is one person."""
        try:
            near = self.sender.desks["reception"].ask("tim", new=guest.spoken()).get("people", ())
        except Away:
            return None
        same = [one["id"] for one in near if {"name", "phone"} <= set(one["why"])]
        if len(same) != 1:
            return None
        self.score.add("known after all")
        return {"person_id": same[0], "identity_how": "spoken"}

    def _tell_refused(self, desk: str, name: str, minute: float, what: str, **body: Any) -> None:
        """A mistake of hands: the product names it, and the next try is right."""
        try:
            answer = self.sender.desks[desk].tell(name, occurred_at=self.moment(minute), **body)
        except Away:
            return
        self.score.add(f"{what} refused" if answer.status != "accepted" else f"{what} taken")

    def _has_number(self, guest: Guest, answer: Answer, minute: float) -> None:
        if answer.status == "accepted":
            alone = bool(guest.visit)
            guest.visit, guest.slip = answer.result["visit"]["visit_id"], answer.result["code"]
            if guest.mistypes and not alone:
                self._put_right(guest, str(answer.result["person_id"]))
        elif guest.mistypes and answer.reason.startswith("identifiers."):
            self.score.add("mistyped refused")
            right = {"person": guest.spoken(), "identity_how": "typed"}
            self.sender.waiting.insert(1, Command("reception", "check_in", lambda: right, self.moment(minute), partial(self._retyped, guest)))
        else:
            self.wrong(f"check_in was {answer.status}: {answer.reason}")

    def _retyped(self, guest: Guest, answer: Answer) -> None:
        if answer.status == "accepted":
            guest.visit, guest.slip = answer.result["visit"]["visit_id"], answer.result["code"]
        else:
            self.wrong(f"check_in was {answer.status}: {answer.reason}")

    def _put_right(self, guest: Guest, person_id: str) -> None:
        """The number was typed wrong and taken; read back from the card, the lead corrects the record at once."""
        self.score.wrong_persons += 1
        page = self.lead.get(f"/dieu-phoi/ho-so/{person_id}/sua")
        told = {"number_type": "cccd", "number": guest.visitor.person.cccd, "reason": "Gõ nhầm số, đọc lại trên thẻ"}
        done = self.lead.send(page, page.form("number", "reason"), told)
        if "xong=corrected" in done.url:
            self.score.caught += 1  # before the injection
            self.score.add("number put right")
        else:
            self.wrong(f"a number typed wrong cannot be corrected ({done.status})")

    def _onto_paper(self, guest: Guest, minute: float) -> None:
        """No line: a sheet with a serial goes with the person from desk to desk."""
        if not self.serials:
            self.wrong("no paper form is left")
        else:
            guest.serial = self.serials.pop(0)
        self.score.on_paper += 1
        if guest.fate in ("withdraw", "refuse"):
            self._leave_on_paper(guest, minute, END[guest.fate])
            return
        self.desks["screening"].join(guest, minute)

    # Screening

    def _screened(self, guest: Guest, minute: float) -> None:
        guest.screened = minute
        goes_on = guest.decision == "eligible"
        if guest.serial:
            if goes_on:
                self.desks["injection"].join(guest, minute)
            else:
                self._leave_on_paper(guest, minute, END[guest.fate])
            return
        facts = {"answers": guest.answers(self.items), "vitals": guest.vitals()}
        told = self._proposed(guest, facts) if self.up and not self.sender.waiting else guest.decision
        if told != guest.decision:
            self.score.wrong_verdicts += 1
        week = self.planned.day + timedelta(days=7)
        reason = "" if told == guest.decision else "Bác sĩ đã khám lại"
        self._post(guest, "screening", "screen", minute, decision=guest.decision, reason=reason, **facts, **guest.more(week))
        if goes_on:
            self.desks["injection"].join(guest, minute)
        else:
            self.gone(guest, END[guest.fate], minute)

    def _proposed(self, guest: Guest, facts: dict[str, Any]) -> str:
        """What the product proposes to the doctor."""
        try:
            desk = self.sender.desks["screening"]
            desk.story(guest.visit, "screening")
            return str(desk.ask("de-xuat", visit_id=guest.visit, **facts).get("verdict", ""))
        except Away:
            return guest.decision

    # Injection

    def lot(self) -> LotInfo:
        return self.lots[0]

    def _injected(self, guest: Guest, minute: float) -> None:
        if guest.serial or not self.up or self.sender.waiting:
            if self._needle(guest, minute) and not guest.serial:  # the needle is out, the line is away: recorded as it was when it comes back
                self._post(guest, "injection", "give_dose", minute, partial(self._dosed_late, guest), lot_id=str(self.lot().id),
                           vaccine=self.lot().vaccine, lot_number=self.lot().number, confirmed_facts=["full_name", "birth"], already_injected=True, reason="Ghi lại sau khi mất đường truyền")  # fmt: skip
            return
        self._try_wrong_slip(guest, minute)
        confirmed: dict[str, Any] = {"slip": guest.slip} if guest.slip else {"confirmed_facts": ["full_name", "birth"]}
        lot = self.lot()
        self.shelf.ready(lot, self.moment(minute - 0.5))
        chair = Chair(guest, lot)
        self._post(guest, "injection", "give_dose", minute, partial(self._dosed, chair, minute), lot_id=str(lot.id), **confirmed)
        if not chair.answered:  # the line went in between: the dose is held ready, and no other one is drawn from its place
            chair.drawn = True
            self.shelf.drew(str(lot.id), self.moment(minute))

    def _try_wrong_slip(self, guest: Guest, minute: float) -> None:
        """Two slips were swapped in the line: the desk must stop before the needle."""
        other = next((one for one in reversed(self.inside) if one is not guest and one.slip), None)
        if not guest.visitor.has("swapped") or other is None:
            return
        self.score.wrong_persons += 1
        try:
            desk = self.sender.desks["injection"]
            stops = desk.ask("truoc-tiem", visit_id=guest.visit, lot_id=str(self.lot().id), slip=other.slip).get("stops")
            self.score.caught += bool(stops)
        except Away:
            self.score.caught += 1  # nobody injects on a screen that does not answer: the sheet and the mouth decide

    def _dosed(self, chair: Chair, minute: float, answer: Answer) -> None:
        guest, chair.answered = chair.guest, True
        if answer.status == "accepted":
            self._needle(guest, minute, chair)
            return
        if chair.drawn:
            self.shelf.put_back(str(chair.lot.id))
        if answer.reason in STOPS:
            self._stopped(guest, minute)
        else:
            self.wrong(f"give_dose was {answer.status}: {answer.reason}")
            self._end(guest, "reception", "deferred", minute + 1, "Chưa tiêm được hôm nay", return_on=(self.planned.day + timedelta(days=7)).isoformat())

    def _dosed_late(self, guest: Guest, answer: Answer) -> None:
        if answer.status != "accepted":
            self.wrong(f"a dose that was given was {answer.status}: {answer.reason}")

    def change_lot(self, minute: float) -> float:
        """The lot is stopped: the lead takes the next one from the fridge; returns when the desk goes on."""
        gone = str(self.lots[0].id)
        if len(self.lots) > 1 and gone in self.shelf.lots:
            self.shelf.clear(self.moment(minute), gone, "recalled")
        if len(self.lots) > 1:
            self.lots.pop(0)
            self.choose(str(self.lots[0].id))
        for heard in self.on_lot:
            heard(minute, minute + 3)
        return minute + 3

    def choose(self, lot_id: str) -> None:
        """The lead chooses a lot for the session."""
        page = self.lead.get(f"/diem/{self.planned.session_id}/mo")
        form = next((form for form in page.forms if lot_id in form.choices.get("lot", ())), None)
        if form is not None:
            self.lead.send(page, form, {"lot": lot_id})

    def _stopped(self, guest: Guest, minute: float) -> None:
        """The lot is stopped: the person sits down again when the table has the next one."""
        self.score.add("stopped at the lot")
        self.clockwork.at(self.change_lot(minute), lambda at: self.desks["injection"].join(guest, at))

    def _needle(self, guest: Guest, minute: float, chair: Chair | None = None) -> bool:
        """The injection itself, from the vial that was made ready for this chair; False when there is none to inject from."""
        lot = chair.lot if chair else self.lot()
        if not (chair and chair.drawn):
            if not self.shelf.ready(lot, self.moment(minute - 0.5)) and chair is None:
                self._stopped(guest, minute)
                return False
            self.shelf.drew(str(lot.id), self.moment(minute))
        self.injected(guest, lot, minute)
        if guest.fate == "leave":
            self.clockwork.at(minute + 12, lambda at: self._left(guest, at))
            return True
        if guest.fate in ("reaction", "faint"):
            self.clockwork.at(minute + self.random.uniform(4, 20), lambda at: self._reacts(guest, at))
        stays = OBSERVED + (20 if guest.fate == "faint" else 0) + 0.5
        self.clockwork.at(minute + stays, lambda at: self.desks["closing"].join(guest, at))
        return True

    def _left(self, guest: Guest, minute: float) -> None:
        if guest.serial:
            self._leave_on_paper(guest, minute, "left_early")
        else:
            self._end(guest, "closing", "left_early", minute, "Tự ý ra về")
            self._print(guest)

    def _reacts(self, guest: Guest, minute: float) -> None:
        symptoms = ["fainting"] if guest.fate == "faint" else ["pain_at_site", "fever"]
        self.score.add("fainted" if guest.fate == "faint" else "reactions")
        if not guest.serial:
            self._post(guest, "closing", "react", minute, symptoms=symptoms, onset_at=self.moment(minute - 1).isoformat())

    # The way home

    def _closed(self, guest: Guest, minute: float) -> None:
        if guest.serial:
            self._leave_on_paper(guest, minute, "closed")
            return
        self._post(guest, "closing", "observe", minute)
        self._post(guest, "closing", "close", minute)
        self.gone(guest, "closed", minute)
        self._print(guest)

    # Paper

    def _leave_on_paper(self, guest: Guest, minute: float, end: str) -> None:
        self.gone(guest, end, minute)
        desk = self.desks["keying"]
        if not self.up or (self.paper_from is not None and minute < CLOSES):
            desk.shut()
        desk.join(guest, minute)

    def _keyed(self, guest: Guest, minute: float) -> None:
        if not guest.serial:
            return
        self.sender.post("keying", "key_paper", lambda: guest.sheet(self.moment, self.items, self.planned.day), self.moment(minute), lambda answer: self._sheet_taken(guest, answer))

    def _sheet_taken(self, guest: Guest, answer: Answer) -> None:
        if answer.status == "accepted":
            guest.visit = answer.result["visit"]["visit_id"]
            self.score.sheets += 1
            if guest.dosed is not None:
                self._print(guest)
        else:
            self.wrong(f"key_paper was {answer.status}: {answer.reason}")
