"""Stock: the ledger balances whatever happens, and a given dose is never refused for want of paper stock."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Performed
from khien.plumbing import sqlcall
from khien.plumbing.models import AuditRow, Event
from khien.stock import actions, models, queries, rules
from tests import make

AT = datetime(2021, 12, 14, 2, tzinfo=UTC)
TODAY = date(2021, 12, 14)
DONE = Performed(AT, TODAY)


def draw(site, lot, *, visit=None, doses=1, handlers=None):
    visit = visit or uuid4()
    answer = sqlcall.call(
        "SELECT stock_draw(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [site, lot, visit, uuid4(), doses, TODAY, AT, AT, "staff:x", handlers],
    )
    return visit, answer[0]


def draw_back(site, visit):
    return sqlcall.call("SELECT stock_draw_back(%s, %s, %s, %s)", [site, visit, AT, "staff:x"])[0]


def test_a_dose_given_without_paper_stock_is_recorded_and_the_shortfall_is_named(db):
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=1)
    assert draw(site, lot)[1] == 0
    assert draw(site, lot, handlers=["reporting.handlers.x"])[1] == 1
    found = queries.balance(site, lot)
    assert (found.on_hand, found.received, found.drawn, found.shortfall) == (0, 1, 2, 1)
    [event] = Event.objects.filter(kind="stock.shortfall")
    assert event.data["doses"] == 1


def test_a_late_delivery_note_pays_the_shortfall_back_first(db):
    site = make.make_site()
    lot = make.make_lot()
    draw(site, lot, doses=3)
    actions.receive(site_id=site, lot_id=lot, doses=10, document="PX 12", performed=DONE, by=SYSTEM, at=AT)
    found = queries.balance(site, lot)
    assert (found.on_hand, found.shortfall) == (7, 0)


def test_the_same_delivery_note_keyed_twice_counts_once_and_another_count_on_it_is_refused(db):
    site = make.make_site()
    lot = make.make_lot()
    first = actions.receive(site_id=site, lot_id=lot, doses=10, document="PX 7", performed=DONE, by=SYSTEM, at=AT)
    again = actions.receive(site_id=site, lot_id=lot, doses=10, document="PX 7", performed=DONE, by=SYSTEM, at=AT)
    assert again.already
    assert again.movement_id == first.movement_id
    assert queries.balance(site, lot).on_hand == 10
    with pytest.raises(Refused) as refused:
        actions.receive(site_id=site, lot_id=lot, doses=12, document="PX 7", performed=DONE, by=SYSTEM, at=AT)
    assert (refused.value.code, refused.value.facts["doses"]) == ("stock.document_differs", 10)


def test_an_undone_dose_is_put_back_once_however_often_it_is_asked(db):
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=5)
    visit, _ = draw(site, lot)
    assert draw_back(site, visit) == 1
    assert draw_back(site, visit) == 0
    assert queries.balance(site, lot).on_hand == 5
    assert sorted(line.kind for line in queries.movements(site)) == ["drawn", "drawn_back", "received"]
    assert queries.drawn(site, TODAY) == 0


def test_nobody_sends_back_what_is_not_there_but_waste_that_happened_is_written(db):
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=4)
    with pytest.raises(Refused) as refused:
        actions.return_(site_id=site, lot_id=lot, doses=5, document="T1", performed=DONE, by=SYSTEM, at=AT)
    assert (refused.value.code, refused.value.facts["on_hand"]) == ("stock.not_enough", 4)
    done = actions.waste(site_id=site, lot_id=lot, doses=6, reason="open_vial", performed=DONE, by=SYSTEM, at=AT)
    assert done.shortfall == 2
    with pytest.raises(Refused, match=r"stock\.reason_missing"):
        actions.waste(site_id=site, lot_id=lot, doses=1, reason=" ", performed=DONE, by=SYSTEM, at=AT)


def test_a_lot_is_found_however_its_number_is_written(db):
    lot = make.make_lot("AZ", "AB-V46O1")
    for written in ("ab-v4601", "ABV46O1", " abv46o1 ", "AB V46 01"):
        found = queries.lot_by_number("AZ", written)
        assert found is not None
        assert found.id == lot
    assert queries.lot_by_number("PFIZER", "AB-V4601") is None
    assert actions.add_lot(vaccine="AZ", number="abv4601", expires_on=date(2022, 6, 30), by=SYSTEM, at=AT) == lot
    with pytest.raises(Refused, match=r"stock\.lot_differs"):
        actions.add_lot(vaccine="AZ", number="abv4601", expires_on=date(2022, 7, 31), by=SYSTEM, at=AT)


@pytest.mark.parametrize("document", ["P1", None])
def test_a_number_typed_with_other_letters_is_kept_in_the_audit_beside_the_lot_it_was_read_as(db, document):
    site, lot = make.make_site(), make.make_lot("AZ", "KX0001")
    told = {"site_id": site, "vaccine": "AZ", "doses": 10, "document": document, "expires_on": None, "performed": DONE, "by": SYSTEM, "at": AT}
    actions.take_in(number="kx-0001", **told)
    assert not AuditRow.objects.filter(action="stock.lot_read").exists()
    actions.take_in(number="KXOOOl", **told | {"document": document and "P2"})
    row = AuditRow.objects.get(action="stock.lot_read")
    assert (row.subject, json.loads(row.facts)["typed"]) == (f"lot:{lot}", "KXOOOl")


def test_a_second_paper_never_says_otherwise_of_a_lot_and_what_was_blank_is_filled(db):
    def add(**told):
        return actions.add_lot(vaccine="AZ", number="LM1", **told, by=SYSTEM, at=AT)

    lot, made = add(expires_on=date(2022, 6, 30)), date(2021, 9, 1)
    with pytest.raises(Refused, match=r"stock\.expiry_before_manufacture"):
        actions.add_lot(vaccine="AZ", number="LM1", manufactured_on=date(2022, 6, 30), by=SYSTEM, at=AT + timedelta(days=400))
    assert add(manufactured_on=made, manufacturer="Hãng Thử") == lot
    assert (queries.lot(lot).manufactured_on, queries.lot(lot).manufacturer) == (made, "Hãng Thử")
    assert AuditRow.objects.filter(action="stock.lot_filled").count() == 1
    assert add(expires_on=date(2022, 6, 30)) == add(manufactured_on=made, manufacturer="hãng thử ") == lot
    with pytest.raises(Refused, match=r"stock\.lot_made_differs") as refused:
        add(manufactured_on=date(2021, 1, 1))
    assert refused.value.facts["manufactured_on"] == made
    with pytest.raises(Refused, match=r"stock\.lot_maker_differs"):
        add(manufacturer="Hãng Khác")
    assert AuditRow.objects.filter(action="stock.lot_filled").count() == 1


def test_a_lot_known_only_from_a_dose_stays_quarantined_until_its_papers_are_entered(db):
    lot = actions.add_lot(vaccine="AZ", number="X9", provisional=True, on=TODAY, by=SYSTEM, at=AT)
    found = queries.lot(lot)
    assert found is not None
    assert found.provisional
    with pytest.raises(Refused, match=r"stock\.lot_quarantined"):
        rules.check_lot(found, TODAY)
    assert actions.add_lot(vaccine="AZ", number="X9", expires_on=date(2022, 3, 1), by=SYSTEM, at=AT) == lot
    assert rules.can_use(queries.lot(lot), TODAY)


def test_a_lot_may_be_used_through_the_day_of_its_expiry_and_not_after(db):
    lot = queries.lot(make.make_lot(expires_on=TODAY))
    assert rules.check_lot(lot, TODAY, vaccine="AZ") is lot
    for wrong, on, vaccine in (("lot_expired", TODAY + timedelta(days=1), "AZ"), ("lot_other_vaccine", TODAY, "PFIZER")):
        with pytest.raises(Refused, match=rf"stock\.{wrong}"):
            rules.check_lot(lot, on, vaccine=vaccine)
    with pytest.raises(Refused, match=r"stock\.lot_unknown"):
        rules.check_lot(None, TODAY)


def test_a_recalled_lot_is_refused_everywhere_and_the_recall_is_told(db):
    lot = make.make_lot()
    with pytest.raises(Refused, match=r"stock\.reason_missing"):
        actions.set_lot_state(lot_id=lot, state="quarantined", reason="", by=SYSTEM, at=AT)
    with pytest.raises(Refused, match=r"stock\.recall_needs_two"):
        actions.set_lot_state(lot_id=lot, state="recalled", reason="một mình", by=SYSTEM, at=AT)
    make.recall_lot(lot, reason="Công văn thu hồi")
    with pytest.raises(Refused) as refused:
        rules.check_lot(queries.lot(lot), TODAY)
    assert refused.value.code == "stock.lot_recalled"
    assert Event.objects.filter(kind="stock.lot_state_changed").count() == 1


def test_the_day_of_a_point_says_for_each_lot_what_was_there_came_went_and_is_left(db):
    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=20, at=AT - timedelta(days=1))
    actions.receive(site_id=site, lot_id=lot, doses=5, document="N", performed=DONE, by=SYSTEM, at=AT)
    draw(site, lot, doses=8)
    visit, _ = draw(site, lot)
    draw_back(site, visit)
    actions.waste(site_id=site, lot_id=lot, doses=2, reason="broken", performed=DONE, by=SYSTEM, at=AT)
    [line] = queries.day_movements(site, TODAY)
    assert (line.opening, line.received, line.drawn, line.wasted, line.closing, line.shortfall) == (20, 5, 8, 2, 15, 0)
    assert [balance.on_hand for balance in queries.lots_at(site, on=TODAY)] == [15]


class Ledger(RuleBasedStateMachine):
    """Any order of movements against a model of plain sums."""

    @initialize()
    def begin(self):
        self.site, self.lot = uuid4(), LOT
        self.model = {"received": 0, "drawn": 0, "wasted": 0, "returned": 0}
        self.visits: list = []

    @rule(doses=st.integers(1, 30))
    def receive(self, doses):
        actions.receive(site_id=self.site, lot_id=self.lot, doses=doses, document="", performed=DONE, by=SYSTEM, at=AT)
        self.model["received"] += doses

    @rule(doses=st.integers(1, 3))
    def draw(self, doses):
        before = self.net()
        visit, short = draw(self.site, self.lot, doses=doses)
        self.visits.append((visit, doses))
        self.model["drawn"] += doses
        assert short == max(0, doses - max(before, 0))

    @rule(data=st.data())
    def undo(self, data):
        if self.visits:
            visit, doses = self.visits.pop(data.draw(st.integers(0, len(self.visits) - 1)))
            assert draw_back(self.site, visit) == doses
            self.model["drawn"] -= doses

    @rule(doses=st.integers(1, 10))
    def waste(self, doses):
        actions.waste(site_id=self.site, lot_id=self.lot, doses=doses, reason="broken", performed=DONE, by=SYSTEM, at=AT)
        self.model["wasted"] += doses

    @rule(doses=st.integers(1, 10))
    def give_back(self, doses):
        held = max(self.net(), 0)
        try:
            actions.return_(site_id=self.site, lot_id=self.lot, doses=doses, document="", performed=DONE, by=SYSTEM, at=AT)
            assert doses <= held
            self.model["returned"] += doses
        except Refused:
            assert doses > held

    def net(self):
        return self.model["received"] - self.model["drawn"] - self.model["wasted"] - self.model["returned"]

    @invariant()
    def balances(self):
        if not hasattr(self, "model"):
            return
        found = models.Balance.objects.filter(site_id=self.site, lot_id=self.lot).first()
        if found is None:
            assert not any(self.model.values())
            return
        assert {name: getattr(found, name) for name in self.model} == self.model
        assert (found.on_hand, found.shortfall) == (max(self.net(), 0), max(-self.net(), 0))


def test_the_ledger_agrees_with_plain_sums_after_any_movements(db):
    global LOT
    LOT = make.make_lot()
    steps = int(os.environ.get("KHIEN_EXAMPLES", "15"))
    run_state_machine_as_test(Ledger, settings=settings(max_examples=steps, stateful_step_count=20, deadline=None))


def test_a_rush_of_tables_on_one_lot_loses_no_dose_and_refuses_none(committed):
    """Thirty-two tables draw from one fridge at once, more than it holds."""
    from tests.threads import together

    site = make.make_site()
    lot = make.make_lot(site_id=site, doses=500)
    told = together(32, lambda index: sum(draw(site, lot)[1] for _ in range(20)))
    row = models.Balance.objects.get(site_id=site, lot_id=lot)
    assert (row.drawn, row.on_hand, row.shortfall) == (640, 0, 140)
    assert sum(told) == 140
