"""Whatever desks do, in whatever order: the book stays true. A model of a session beside the real database."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from khien.immunizations.models import DoseClaim, Immunization
from khien.kernel.errors import Refused
from khien.plumbing import audit
from khien.plumbing.models import Delivery
from khien.stock import queries as stock
from khien.visits import actions as visits
from khien.visits import models, queries, states
from khien.visits.types import ConsentGiven
from tests.make import AT, BY
from tests.make_day import SURE, WELL, done_at, healthy, make_day, make_visit

ENDS = ["refused", "deferred", "referred", "contraindicated", "left_early", "withdrawn"]


class Desks(RuleBasedStateMachine):
    """People come; desks take steps, right and wrong; time goes on. `stands` is what we believe of each visit."""

    visits_made = Bundle("visits_made")

    @initialize()
    def morning(self):
        self.block = transaction.atomic()
        self.block.__enter__()
        self.day = make_day(doses=3)
        self.now, self.stands, self.dosed_at, self.given, self.undone = AT, {}, {}, 0, 0

    def teardown(self):
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @rule(target=visits_made)
    def come(self):
        made = make_visit(self.day, at=self.now)
        self.stands[made.visit] = "checked_in"
        assert made.number == len(self.stands)
        return made.visit

    @rule(minutes=st.sampled_from([1, 4, 6, 31]))
    def time_goes(self, minutes):
        self.now += timedelta(minutes=minutes)

    def step(self, visit, wanted, act):
        """Take a step: it goes through exactly when the table of states allows it."""
        before = self.stands[visit]
        if states.can_move(before, wanted):
            act()
            self.stands[visit] = wanted
        else:
            with pytest.raises(Refused):
                act()

    @rule(visit=visits_made, agreed=st.booleans())
    def agree(self, visit, agreed):
        given = ConsentGiven(agreed=agreed)

        def act():
            return visits.consent(visit=visit, given=given, performed=done_at(self.now), by=BY, at=self.now)

        self.step(visit, "consented" if agreed else "refused", act)

    @rule(visit=visits_made, decision=st.sampled_from(["eligible", "defer", "refer", "contraindicated", "wait"]))
    def screen(self, visit, decision):
        def act():
            visits.record_screening(
                visit=visit,
                answers=healthy(),
                vitals=WELL,
                decision=decision,
                reason="theo bác sĩ",
                performed=done_at(self.now),
                by=BY,
                at=self.now,
            )

        before = self.stands[visit]
        wanted = {"eligible": "cleared", "wait": "consented", "defer": "deferred", "refer": "referred"}.get(decision, decision)
        if before in ("consented", "cleared"):
            act()
            self.stands[visit] = wanted
        else:
            with pytest.raises(Refused):
                act()

    @rule(visit=visits_made, already=st.booleans())
    def inject(self, visit, already):
        def act():
            return visits.give_dose(
                visit=visit,
                lot_id=self.day.lot_id,
                confirmed=SURE,
                performed=done_at(self.now),
                by=BY,
                at=self.now,
                already_injected=already,
            )

        before = self.stands[visit]
        if visit in self.dosed_at:
            assert act().repeat
        elif before == "cleared" or (already and states.can_move(before, "dosed", already_given=True)):
            assert not act().repeat
            self.stands[visit], self.dosed_at[visit] = "dosed", self.now
            self.given += 1
        else:
            with pytest.raises(Refused):
                act()

    @rule(visit=visits_made)
    def take_back(self, visit):
        def act():
            return visits.undo_dose(visit=visit, reason="nhầm", by=BY, at=self.now)

        fresh = visit in self.dosed_at and self.now - self.dosed_at[visit] <= timedelta(minutes=5)
        if fresh and self.stands[visit] in ("dosed", "observed"):
            act()
            del self.dosed_at[visit]
            self.undone += 1
            self.stands[visit] = queries.visit(visit).state
            assert self.stands[visit] in ("cleared", "consented", "checked_in")
        else:
            with pytest.raises(Refused):
                act()

    @rule(visit=visits_made, end=st.sampled_from(ENDS))
    def end(self, visit, end):
        def act():
            return visits.end(visit=visit, end=end, reason="thử", performed=done_at(self.now), by=BY, at=self.now)

        self.step(visit, end, act)

    @rule(visit=visits_made)
    def go_home(self, visit):
        def act():
            return visits.close(visit=visit, performed=done_at(self.now), by=BY, at=self.now)

        waited = visit in self.dosed_at and self.now >= self.dosed_at[visit] + timedelta(minutes=30)
        if self.stands[visit] == "dosed" and waited:
            act()
            self.stands[visit] = "closed"
        else:
            with pytest.raises(Refused):
                act()

    @invariant()
    def the_book_is_true(self):
        if not hasattr(self, "day"):
            return
        rows = {row.id: row for row in models.Visit.objects.filter(session_id=self.day.session_id)}
        assert {visit.visit_id: stands for visit, stands in self.stands.items()} == {row.id: row.state for row in rows.values()}
        assert sorted(row.number for row in rows.values()) == list(range(1, len(rows) + 1))
        dosed = [row for row in rows.values() if row.record_id]
        assert len(dosed) == len(self.dosed_at) == self.given - self.undone
        balance = stock.balance(self.day.site_id, self.day.lot_id)
        assert balance.drawn == len(dosed)
        assert balance.on_hand - balance.shortfall == 3 - len(dosed)
        claims = dict(DoseClaim.objects.values_list("person_id", "record_id"))
        assert claims == {row.person_id: row.record_id for row in dosed}
        assert Immunization.objects.filter(status="entered_in_error").count() == self.undone
        for row in rows.values():
            assert (row.ended_at is not None) == (row.state in states.ENDS)
            waiting = Delivery.objects.filter(key=row.id, state="pending").exists()
            assert not waiting or row.record_id is not None

    @rule()
    def audit_holds(self):
        assert list(audit.verify()) == []


def test_whatever_the_desks_do_the_book_stays_true():
    run_state_machine_as_test(
        Desks,
        settings=settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)),
    )
