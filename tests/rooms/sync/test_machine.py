"""Whatever tablets do without a line, however what they did arrives: nothing is lost, nothing twice, no needle refused.

A model beside the real database: it knows what truly happened to each person, and never what arrived when.
"""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from khien.access import devices
from khien.immunizations.models import Immunization
from khien.plumbing import audit, receipts
from khien.stock import queries as stock
from khien.sync import actions as sync
from khien.sync import queries as synced
from khien.sync.models import HeldCommand
from khien.visits import queries as visits
from khien.visits.models import Visit
from tests import make
from tests.make_day import WELL, healthy, make_day
from tests.make_offline import make_tablet

LENGTH = 50 if os.environ.get("KHIEN_SLOW") else 20  # steps of one story
STEPS = 10_000 if os.environ.get("KHIEN_SLOW") else 120
WAY = ["check_in", "consent", "screen"]
MOST = 4  # tablets in use


@dataclass
class Slip:
    """One visit as its slip tells it: whose, how far it came, the last command."""

    visit_id: UUID
    person: UUID
    last: UUID
    steps: list[str] = field(default_factory=lambda: ["check_in"])
    screened: UUID | None = None
    dosed: bool = False


class Tablets(RuleBasedStateMachine):
    """Desks work, the line is cut and comes back, batches come twice, in any order, in part; tablets are lost."""

    @initialize()
    def morning(self):
        self.block = transaction.atomic()
        self.block.__enter__()
        self.day = make_day(doses=500)
        self.now = make.AT
        self.tablets = [make_tablet(self.day, name=f"Máy {n}") for n in range(3)]
        self.lost = []
        self.people = [make.make_person() for _ in range(3)]
        self.slips: list[Slip] = []
        self.needles: dict[UUID, list] = {person: [] for person in self.people}  # when each true needle went in
        self.told: dict[UUID, str] = {}  # what a tablet was last told of each command
        self.doses: set[UUID] = set()

    def teardown(self):
        if hasattr(self, "block"):
            try:
                self.evening()
            finally:
                transaction.set_rollback(True)
                self.block.__exit__(None, None, None)

    def tick(self, minutes=1):
        self.now += timedelta(minutes=minutes)
        return self.now

    def visit(self, slip):
        return {"visit_id": str(slip.visit_id), "session_id": str(self.day.session_id)}

    # What people truly do.

    @rule(tablet=st.integers(0, MOST), who=st.integers(0, 2))
    def receives(self, tablet, who):
        if sum(slip.person == self.people[who] for slip in self.slips) > 2:
            return
        visit_id, last = self.at(tablet).receives(self.tick(), person_id=str(self.people[who]))
        self.slips.append(Slip(visit_id, self.people[who], last))

    def at(self, n):
        return self.tablets[n % len(self.tablets)]

    @precondition(lambda self: getattr(self, "slips", None))
    @rule(tablet=st.integers(0, MOST), n=st.integers(0, 20))
    def goes_on(self, tablet, n):
        slip = self.slips[n % len(self.slips)]
        if slip.dosed or len(slip.steps) == len(WAY):
            return
        step = WAY[len(slip.steps)]
        body = {"agreed": True} if step == "consent" else {"answers": healthy(), "vitals": WELL, "decision": "eligible"}
        slip.last = self.at(tablet).does(step, self.tick(), after=slip.last, **body, **self.visit(slip))
        slip.screened = slip.last if step == "screen" else slip.screened
        slip.steps.append(step)

    def inject(self, tablet, slip, at):
        id = tablet.does("give_dose", at, after=slip.screened if slip.dosed else slip.last, lot_id=str(self.day.lot_id), **self.visit(slip))
        self.doses.add(id)
        if not slip.dosed:
            slip.last = id
        slip.dosed = True

    @precondition(lambda self: any(slip.screened for slip in getattr(self, "slips", ())))
    @rule(tablet=st.integers(0, MOST), n=st.integers(0, 20))
    def is_injected(self, tablet, n):
        slip = self.cleared(n)
        if len(self.needles[slip.person]) > 2:
            return
        self.tick(45)
        self.needles[slip.person].append(self.now)
        self.inject(self.at(tablet), slip, self.now)

    def cleared(self, n):
        able = [slip for slip in self.slips if slip.screened]
        return able[n % len(able)]

    @precondition(lambda self: any(slip.screened and self.needles[slip.person] for slip in getattr(self, "slips", ())))
    @rule(tablet=st.integers(0, MOST), n=st.integers(0, 20), minutes=st.integers(1, 5))
    def is_keyed_twice(self, tablet, n, minutes):
        slip = self.cleared(n)
        if self.needles[slip.person]:
            self.inject(self.at(tablet), slip, self.needles[slip.person][-1] + timedelta(minutes=minutes))

    @precondition(lambda self: any(slip.dosed for slip in getattr(self, "slips", ())))
    @rule(tablet=st.integers(0, MOST), n=st.integers(0, 20))
    def goes_home(self, tablet, n):
        able = [slip for slip in self.slips if slip.dosed and "close" not in slip.steps]
        if able:
            slip = able[n % len(able)]
            last = self.at(tablet).does("observe", self.tick(31), after=slip.last, **self.visit(slip))
            slip.last = self.at(tablet).does("close", self.tick(), after=last, **self.visit(slip))
            slip.steps.append("close")

    # What happens to the line.

    @rule(tablet=st.integers(0, 2 * MOST), order=st.randoms(use_true_random=False), part=st.floats(0.2, 1))
    def sends(self, tablet, order, part):
        all_of_them = [*self.tablets, *self.lost]
        chosen = all_of_them[tablet % len(all_of_them)]
        items = chosen.sealed()
        order.shuffle(items)
        self.hear(chosen, items[: max(1, int(len(items) * part))] if items else [])

    def hear(self, tablet, items):
        for one in tablet.send(items, self.tick()):
            assert one["status"] in {"accepted", "waiting", "quarantined"}, one
            before = self.told.get(UUID(one["command_id"]))
            assert before in (None, one["status"]) or before in ("waiting", "quarantined"), (before, one)
            self.told[UUID(one["command_id"])] = one["status"]

    @rule(tablet=st.integers(0, 2 * MOST))
    def sends_while_the_server_fails(self, tablet):
        chosen = self.at(tablet)
        items = chosen.sealed()[-3:]
        whole = receipts.keep

        def keep(answer, **more):
            raise RuntimeError("the power went")

        receipts.keep = keep
        try:
            for one in chosen.send(items, self.tick()):
                assert one["status"] in {"accepted", "waiting", "quarantined", "broken"}
        finally:
            receipts.keep = whole

    @rule(n=st.integers(0, MOST))
    def is_lost(self, n):
        if len(self.lost) > 1:
            return
        tablet = self.at(n)
        self.tablets.remove(tablet)
        self.lost.append(tablet)
        devices.revoke(device_id=tablet.device.id, by=make.BY, at=self.tick())
        if len(self.tablets) < 2:
            self.tablets.append(make_tablet(self.day, name="Máy mới", at=self.now))
        for one in self.tablets:
            sync.take_along(session_id=self.day.session_id, device=one.device, staff=one.staff, by=make.BY, at=self.now)

    @rule()
    def is_watched(self):
        sync.watch(self.tick())

    @invariant()
    def what_was_told_is_held(self):
        if not getattr(self, "told", None):
            return
        answered = set(receipts.find_many(self.told))
        held = set(HeldCommand.objects.filter(command_id__in=list(self.told)).values_list("command_id", flat=True))
        assert set(self.told) <= answered | held

    @invariant()
    def no_needle_is_twice_on_record(self):
        for person, needles in getattr(self, "needles", {}).items():
            assert Immunization.objects.filter(person_id=person, status="completed").count() <= len(needles)

    def evening(self):
        """All lines are back and a person lets the lost tablets' work stand: the book is what truly happened."""
        for tablet in [*self.tablets, *self.lost]:
            self.hear(tablet, tablet.sealed())
        held = synced.held_of_session(self.day.session_id, states=("quarantined", "stranded"))
        assert sync.accept_all([one.id for one in held], by=make.BY, at=self.tick()) == 0
        assert synced.held_of_session(self.day.session_id) == []
        everything = {UUID(one["command_id"]) for tablet in [*self.tablets, *self.lost] for one in tablet.log}
        answers = receipts.find_many(everything)
        assert {answers[id].status for id in everything} <= {"accepted"}
        for person, needles in self.needles.items():
            self.stands_true(person, needles)
        assert stock.balance(self.day.site_id, self.day.lot_id).drawn == sum(map(len, self.needles.values()))
        assert visits.session_board(self.day.session_id).dosed == sum(map(len, self.needles.values()))
        assert list(audit.verify()) == []

    def stands_true(self, person, needles):
        assert Immunization.objects.filter(person_id=person, status="completed").count() == len(needles)
        rows = list(Visit.objects.filter(session_id=self.day.session_id, person_id=person))
        slips = [slip for slip in self.slips if slip.person == person]
        standing = [row for row in rows if row.joined_to is None]
        assert len(standing) == (max(1, len(needles)) if slips else 0)
        assert {slip.visit_id for slip in slips} <= {row.id for row in rows}
        if slips and not needles:
            furthest = {1: "checked_in", 2: "consented", 3: "cleared"}[max(len(slip.steps) for slip in slips)]
            assert standing[0].state == furthest


def test_whatever_tablets_do_and_however_it_arrives_the_book_is_what_happened():
    run_state_machine_as_test(
        Tablets,
        settings=settings(
            max_examples=max(1, STEPS // LENGTH), stateful_step_count=LENGTH, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
