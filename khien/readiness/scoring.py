"""The scores of a practice copy, from its own records: the receipts of what each person sent, the papers, the session."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from khien.plumbing import marks
from khien.plumbing.models import AuditRow, Receipt
from khien.readiness import models, rules
from khien.readiness.types import GuestView, ScoreInfo
from khien.visits import queries as visits
from khien.visits.views import VisitCard

MARK = "practice"  # what the builder laid down: session, and each person's number, desk, script, name, staff
MAIN = {"reception": "check_in", "screener": "screen", "injector": "give_dose", "observer": "observe"}
STOPPED = ("stock.lot_", "visits.lot_")


def scores_now() -> list[ScoreInfo]:
    """Everyone's score as the records say now; none where this is no practice copy."""
    told = marks.get(MARK)
    if not told:
        return []
    session_id = UUID(told["session"])
    scene = _Scene(session_id, told["desks"])
    return [scene.score(desk) for desk in told["desks"]]


def practised_session() -> UUID | None:
    """The one session of a practice copy; None elsewhere."""
    told = marks.get(MARK)
    return UUID(told["session"]) if told else None


def practised_by(staff_id: UUID) -> set[int]:
    """The numbers of the scores that are this person's own."""
    told = marks.get(MARK)
    return {int(desk["number"]) for desk in told["desks"] if desk["staff"] == str(staff_id)} if told else set()


def crowd(session_id: UUID) -> list[tuple[GuestView, VisitCard | None]]:
    """Everyone of the crowd with the visit that stands for them, once somebody received them."""
    scene = _Scene(session_id, ())
    found = {guest.number: scene.visits[visit_id] for visit_id in scene.visits if (guest := scene.guest_of(visit_id))}
    return [
        (GuestView(row.number, row.person_id, row.facts, row.situations, row.called_at, row.called_by or ""), found.get(row.number))
        for row in scene.guests
    ]


class _Scene:
    """What happened at the session, read once."""

    def __init__(self, session_id: UUID, desks: Iterable[Mapping[str, Any]]) -> None:
        self.session_id = session_id
        self.guests = list(models.PracticeGuest.objects.filter(session_id=session_id).order_by("number"))
        actors = [f"staff:{desk['staff']}" for desk in desks]
        self.receipts: dict[str, list[Receipt]] = {actor: [] for actor in actors}
        for row in Receipt.objects.filter(actor__in=actors).order_by("received_at"):
            self.receipts[row.actor].append(row)
        self.visits = {card.ref.visit_id: card for card in visits.visits_of_session(session_id, limit=500)}
        self.of_person = {row.person_id: row for row in self.guests if row.person_id}
        self.of_name = {(row.facts["name"], row.facts["birth_year"]): row for row in self.guests}
        self.board = visits.session_board(session_id)

    def guest_of(self, visit_id: UUID | None) -> models.PracticeGuest | None:
        """Whom a visit stands for: the person that the guest is, or a new record under the guest's name."""
        card = self.visits.get(visit_id) if visit_id else None
        if card is None:
            return None
        found = self.of_person.get(card.person_id)
        year = card.birth.year if card.birth else 0
        named = self.of_name.get((card.full_name, year))
        return found or (named if named is not None and named.person_id is None else None)

    def score(self, desk: Mapping[str, Any]) -> ScoreInfo:
        work = self._work(desk["desk"], self.receipts[f"staff:{desk['staff']}"], f"staff:{desk['staff']}")
        done = rules.score(work)
        return ScoreInfo(int(desk["number"]), desk["desk"], desk["script"], desk["name"], done.points, work.served, done.seconds, done.lessons)

    def _work(self, desk: str, sent: list[Receipt], actor: str) -> rules.Work:
        slips: Counter[str] = Counter()
        served = 0
        for row in sent:
            served += self._judge(row, slips)
        if desk == "observer":
            served += self._faints(sent, slips)
        if desk == "data_clerk":
            served += self._sheets(actor, slips)
        if desk == "point_lead":
            served += self._day(slips)
        return rules.Work(desk, served, tuple(self._seconds(desk, sent, actor)), dict(slips))

    def _judge(self, row: Receipt, slips: Counter[str]) -> int:
        """Count a command's slips; returns 1 when somebody was served by it."""
        if row.status == "refused":
            slips["stopped_lot"] += row.name == "give_dose" and row.reason.startswith(STOPPED)
            slips["no_reason"] += row.name == "screen" and "reason" in row.reason
            return 0
        if row.status != "accepted":
            return 0
        guest = self.guest_of(_visit_of(row))
        if row.name == "check_in":
            slips["wrong_person"] += guest is None
        elif row.name == "screen" and guest is not None:
            slips["wrong_verdict"] += rules.verdict_wrong(guest.situations.get("screener", ""), str(row.result.get("decision", "")))
        elif row.name == "give_dose":
            slips["stopped_lot"] += any("lot" in str(mark) for mark in row.result.get("marks", ()))
        elif row.name in ("undo", "undo_dose"):
            slips["undone"] += 1
        return int(row.name in ("check_in", "screen", "give_dose", "observe", "react"))

    def _faints(self, sent: list[Receipt], slips: Counter[str]) -> int:
        """Those who fainted under observation and of whom nobody wrote a reaction."""
        written = {_visit_of(row) for row in sent if row.name in ("react", "alarm") and row.status == "accepted"}
        for visit_id, card in self.visits.items():
            guest = self.guest_of(visit_id)
            faint = guest is not None and guest.situations.get("observer") == "faint"
            slips["no_reaction"] += bool(faint and card.dosed_at and card.state in ("observed", "closed", "left_early") and visit_id not in written)
        return 0

    def _keyed(self, actor: str) -> list[AuditRow]:
        """The sheets that this person keyed, in order: a page takes them, so there is no receipt."""
        return list(AuditRow.objects.filter(action="visits.form_keyed", actor=actor).order_by("at"))

    def _sheets(self, actor: str, slips: Counter[str]) -> int:
        """Sheets keyed for somebody else than stands on them, and serials that nobody explained."""
        keyed = self._keyed(actor)
        for row in keyed:
            visit_id = UUID(row.subject.removeprefix("visit:"))
            guest, card = self.guest_of(visit_id), self.visits.get(visit_id)
            slips["wrong_sheet"] += guest is None or card is None or guest.facts.get("serial") != card.paper_serial
        slips["open_paper"] += self.board.papers["printed"]
        return len(keyed)

    def _day(self, slips: Counter[str]) -> int:
        opened = self.board.state != "planned"
        slips["not_opened"] += not opened
        slips["not_closed"] += opened and self.board.state != "closed"
        slips["open_paper"] += self.board.papers["printed"] if opened else 0
        return int(opened)

    def _seconds(self, desk: str, sent: list[Receipt], actor: str) -> Iterable[int]:
        """Seconds for each person: at reception since the call, elsewhere since the one before."""
        if desk == "data_clerk":
            moments = [row.at for row in self._keyed(actor)]
            yield from (int((after - before).total_seconds()) for before, after in pairwise(moments))
            return
        name, last = MAIN.get(desk, ""), None
        called = {row.person_id or (row.facts["name"], row.facts["birth_year"]): row.called_at for row in self.guests if row.called_by == actor}
        for row in sent:
            if row.name != name or row.status != "accepted":
                continue
            since: datetime | None = last
            if desk == "reception":
                guest = self.guest_of(_visit_of(row))
                since = called.get(guest.person_id or (guest.facts["name"], guest.facts["birth_year"])) if guest else None
            if since is not None:
                yield int((row.received_at - since).total_seconds())
            last = row.received_at


def _visit_of(row: Receipt) -> UUID | None:
    """The visit of a receipt's result, in the shapes that commands answer."""
    told = row.result.get("visit")
    raw = told.get("visit_id") if isinstance(told, dict) else told or row.result.get("visit_id")
    try:
        return UUID(str(raw))
    except ValueError:
        return None
