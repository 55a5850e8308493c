"""The AEFI case under a state machine: whatever is done in whatever order, nothing is lost and the clocks follow the states."""

import os
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.safety import actions, models, queries, rules
from khien.safety.states import NEXT, OPEN
from tests.make import AT, BY
from tests.make_day import make_day, make_visit

LENGTH = 100 if os.environ.get("KHIEN_SLOW") else 40  # steps of one story
STEPS = 10_000 if os.environ.get("KHIEN_SLOW") else 160
SIGNS = st.lists(st.sampled_from(sorted(rules.BY_CODE)), min_size=1, max_size=3)


class Machine(RuleBasedStateMachine):
    cases = Bundle("cases")
    reports = Bundle("reports")

    people = ()  # two who had their dose: made once, each story begins with them

    @initialize(target=reports)
    def begin(self):
        self.at = AT + timedelta(hours=1)
        self.officer, self.council = Actor("staff", self.people[0]), Actor("staff", self.people[1])
        self.ids, self.changes = set(), 0
        return multiple()

    def go(self, function, **told):
        """Do it; a refusal leaves everything as it was."""
        self.at += timedelta(minutes=7)
        before = list(models.AefiCase.objects.order_by("id").values())
        try:
            return function(at=self.at, **{"by": self.officer} | told)
        except Refused:
            assert list(models.AefiCase.objects.order_by("id").values()) == before
            return None

    @rule(target=reports, who=st.integers(0, 1), signs=SIGNS, source=st.sampled_from(["desk", "health_book", "hotline", "follow_up"]), wait=st.integers(0, 30))
    def tell(self, who, signs, source, wait):
        self.at += timedelta(days=wait, minutes=11)
        told = actions.report_reaction(person_id=self.people[who], symptoms=signs, onset_at=self.at, source=source, by=BY, at=self.at)
        self.ids.add(told.aefi_id)
        return told.id

    def case_of(self, reaction):
        return queries.of_reaction(reaction)

    @rule(reaction=reports)
    def report(self, reaction):
        self.go(actions.report_aefi, aefi_id=self.case_of(reaction))

    @rule(reaction=reports)
    def investigate(self, reaction):
        self.go(actions.investigate_aefi, aefi_id=self.case_of(reaction), reason="thêm")

    @rule(reaction=reports)
    def found(self, reaction):
        self.go(actions.finish_investigation, aefi_id=self.case_of(reaction), findings="đã xem")

    @rule(reaction=reports, mine=st.booleans(), cause=st.sampled_from(["A1", "B1", "C", "D"]))
    def decide(self, reaction, mine, cause):
        self.go(actions.assess_aefi, aefi_id=self.case_of(reaction), cause=cause, reason="x", by=self.officer if mine else self.council)

    @rule(reaction=reports)
    def close(self, reaction):
        self.go(actions.close_aefi, aefi_id=self.case_of(reaction))

    @rule(reaction=reports)
    def withdraw(self, reaction):
        self.go(actions.withdraw_aefi, aefi_id=self.case_of(reaction), reason="nhầm")

    @rule(reaction=reports)
    def reopen(self, reaction):
        self.go(actions.reopen_aefi, aefi_id=self.case_of(reaction), reason="xem lại")

    @rule(one=reports, other=reports)
    def join(self, one, other):
        self.go(actions.join_aefi, aefi_id=self.case_of(one), into=self.case_of(other), reason="một")

    @rule(reaction=reports)
    def apart(self, reaction):
        if found := self.go(actions.tell_apart, reaction_id=reaction, reason="hai"):
            self.ids.add(found)

    @rule(reaction=reports, serious=st.lists(st.sampled_from([one.value for one in rules.Serious]), max_size=2), text=st.text(max_size=8))
    def edit(self, reaction, serious, text):
        self.go(actions.edit_aefi, aefi_id=self.case_of(reaction), serious=serious, facts={"history": text})

    @invariant()
    def nothing_is_lost_and_clocks_follow_states(self):
        rows = {row.id: row for row in models.AefiCase.objects.all()}
        assert set(rows) == self.ids
        assert not models.Reaction.objects.filter(aefi_id__isnull=True).exists()
        assert set(models.Reaction.objects.values_list("aefi_id", flat=True)) <= set(rows)
        changes = models.AefiChange.objects.count()
        assert changes >= self.changes
        self.changes = changes
        for row in rows.values():
            assert row.state in NEXT
            grave = bool(row.severe or row.anaphylaxis or row.serious)
            assert (row.due_at is not None) == (row.state in ("to_report", "reported", "investigating", "investigated"))
            assert not (row.state == "noted" and grave)
            assert row.state != "to_report" or (row.noticed_at and grave and row.reported_at is None)
            assert row.state not in ("reported", "investigating", "investigated", "assessed") or row.reported_at
            assert (row.state == "assessed") <= bool(row.cause)
            assert row.joined_into is None or rows[row.joined_into].id != row.id
            assert row.state != "joined" or not models.Reaction.objects.filter(aefi_id=row.id).exists()
            assert row.state not in OPEN or row.ended_at is None


@pytest.mark.usefixtures("db")
def test_nothing_is_lost_whatever_is_done_in_whatever_order():
    from django.db import transaction

    day = make_day()

    class Rolled(Machine):
        people = tuple(make_visit(day, state="closed").person_id for _ in range(2))

        def __init__(self):
            super().__init__()
            self.frame = transaction.atomic()
            self.frame.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    run_state_machine_as_test(Rolled, settings=settings(max_examples=max(1, STEPS // LENGTH), stateful_step_count=LENGTH, deadline=None))
