"""The ledger over several holders under any order of acts: no dose appears, none is lost unnamed, none given is refused."""

# ruff: noqa: PT017
import os
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from khien.kernel.errors import Refused
from khien.stock import actions, models, queries
from khien.stock.actions import Counted
from tests import make
from tests.make import AT, BY
from tests.make_stock import TODAY, done, draw, draw_back, fill, make_store, send

PLACES, LOTS = st.integers(0, 3), st.integers(0, 1)
OUT = {"drawn": 1, "drawn_back": -1, "wasted": 1}
IN = {"extra": 1, "extra_back": -1, "counted_up": 1, "counted_down": -1, "matched": -1}


class Ledger(RuleBasedStateMachine):
    """A national store, a province's store and two points; two lots."""

    @initialize()
    def begin(self):
        self.holders = [make_store("national"), make_store("province"), make.make_site(), make.make_site()]
        self.lots = [make.make_lot(doses_per_vial=6), make.make_lot(doses_per_vial=10)]
        self.entered = dict.fromkeys(self.lots, 0)
        self.visits: list = []
        self.at = AT

    def tick(self):
        self.at += timedelta(seconds=30)
        return self.at

    @rule(place=PLACES, lot=LOTS, doses=st.integers(1, 60))
    def enter(self, place, lot, doses):
        fill(self.holders[place], self.lots[lot], doses, at=self.tick())
        self.entered[self.lots[lot]] += doses

    @rule(place=st.integers(2, 3), lot=LOTS, doses=st.integers(1, 20))
    def label(self, place, lot, doses):
        actions.accept_label(site_id=self.holders[place], lot_id=self.lots[lot], doses=doses, performed=done(self.at), by=BY, at=self.tick())
        self.entered[self.lots[lot]] += doses

    @rule(sender=PLACES, receiver=PLACES, lot=LOTS, doses=st.integers(1, 40), kind=st.sampled_from(["supply", "return", "transfer"]))
    def send(self, sender, receiver, lot, doses, kind):
        held = queries.balance(self.holders[sender], self.lots[lot]).on_hand
        try:
            send(self.holders[sender], self.holders[receiver], self.lots[lot], doses, kind=kind, at=self.tick())
            assert doses <= held
            assert sender != receiver
            assert kind == "return" or not self.stopped(sender, lot)
        except Refused as refusal:
            stopped = refusal.code == "stock.stopped_not_sent" and kind != "return" and self.stopped(sender, lot)
            assert (refusal.code == "stock.not_enough" and doses > held) or sender == receiver or stopped

    def stopped(self, place, lot):
        return queries.lot(self.lots[lot], self.holders[place]).state != "released"

    @rule(data=st.data(), gap=st.integers(-5, 5))
    def receive(self, data, gap):
        waiting = list(models.Consignment.objects.filter(from_id__in=self.holders, state="sent").order_by("id"))
        if not waiting:
            return
        row = data.draw(st.sampled_from(waiting))
        [line] = models.ConsignmentLine.objects.filter(consignment_id=row.id)
        counted = max(line.sent + gap, 0)
        actions.accept(consignment_id=row.id, counted={line.lot_id: counted}, reasons={line.lot_id: "other"}, performed=done(self.at), by=BY, at=self.tick())
        try:
            actions.accept(consignment_id=row.id, performed=done(self.at), by=BY, at=self.tick())
            raise AssertionError("received twice")
        except Refused as refusal:
            assert refusal.code == "stock.consignment_received"

    @rule(data=st.data())
    def refuse(self, data):
        waiting = list(models.Consignment.objects.filter(from_id__in=self.holders, state="sent").order_by("id"))
        if waiting:
            actions.refuse(consignment_id=data.draw(st.sampled_from(waiting)).id, reason="warm", by=BY, at=self.tick())

    @rule(data=st.data(), resolution=st.sampled_from(["lost", "came_back", "arrived", "miscounted"]))
    def settle(self, data, resolution):
        rows = list(models.Consignment.objects.filter(from_id__in=self.holders, state__in=["differs", "refused"]).order_by("id"))
        if rows:
            row = data.draw(st.sampled_from(rows))
            [line] = models.ConsignmentLine.objects.filter(consignment_id=row.id)
            way = resolution if line.sent > line.accepted else "miscounted"
            actions.settle(consignment_id=row.id, lot_id=line.lot_id, resolution=way, performed=done(self.at), by=BY, at=self.tick())

    @rule(place=st.integers(2, 3), lot=LOTS)
    def open_vial(self, place, lot):
        try:
            actions.open_vial(site_id=self.holders[place], lot_id=self.lots[lot], performed=done(self.at), by=BY, at=self.tick())
        except Refused as refusal:
            assert refusal.code == "stock.lot_quarantined"

    @rule(place=st.integers(2, 3), lot=LOTS)
    def give(self, place, lot):
        visit, short = draw(self.holders[place], self.lots[lot], at=self.tick())
        assert short >= 0
        self.visits.append((self.holders[place], visit))

    @rule(data=st.data())
    def undo(self, data):
        if self.visits:
            site, visit = self.visits.pop(data.draw(st.integers(0, len(self.visits) - 1)))
            assert draw_back(site, visit, at=self.tick()) == 1
            assert draw_back(site, visit, at=self.tick()) == 0

    @rule(data=st.data(), share=st.integers(0, 10))
    def end_vial(self, data, share):
        opened = list(models.Vial.objects.filter(site_id__in=self.holders, ended_at__isnull=True).order_by("id"))
        if opened:
            vial = data.draw(st.sampled_from(opened))
            left = max(vial.doses - vial.drawn, 0) * share // 10
            actions.end_vial(site_id=vial.site_id, vial_id=vial.id, left=left, reason="open_vial", performed=done(self.at), by=BY, at=self.tick())

    @rule(place=PLACES, lot=LOTS, doses=st.integers(1, 5))
    def waste(self, place, lot, doses):
        actions.waste(site_id=self.holders[place], lot_id=self.lots[lot], doses=doses, reason="broken", performed=done(self.at), by=BY, at=self.tick())

    @rule(place=PLACES, lot=LOTS, gap=st.integers(-3, 3))
    def count(self, place, lot, gap):
        site, lot_id = self.holders[place], self.lots[lot]
        book = queries.balance(site, lot_id)
        lines = actions.count(site_id=site, on=TODAY, counted={lot_id: Counted(max(book.on_hand + gap, 0))}, by=BY, at=self.tick())
        if any(line.lot.id == lot_id and line.counted != line.closing for line in lines):
            actions.correct_book(site_id=site, lot_id=lot_id, on=TODAY, reason="đếm lại", performed=done(self.at), by=BY, at=self.tick())
            assert queries.balance(site, lot_id).on_hand == max(book.on_hand + gap, 0)

    @rule(place=PLACES, lot=LOTS, decision=st.sampled_from(["released", "destroyed"]))
    def hold(self, place, lot, decision):
        site, lot_id = self.holders[place], self.lots[lot]
        held = actions.hold(site_id=site, lot_id=lot_id, reason="thử", by=BY, at=self.tick())
        assert queries.lot(lot_id, site).state == "quarantined"
        actions.decide_hold(hold_id=held, decision=decision, reason="xong", performed=done(self.at), by=BY, at=self.tick())
        assert decision == "released" or queries.balance(site, lot_id).on_hand == 0

    @rule(decision=st.sampled_from(["released", "destroyed"]))
    def decide(self, decision):
        for one in [one for one in queries.holds() if one.site_id in self.holders][:1]:
            actions.decide_hold(hold_id=one.id, decision=decision, reason="đã xem", performed=done(self.at), by=BY, at=self.tick())

    @invariant()
    def every_dose_is_somewhere(self):
        for lot in getattr(self, "lots", ()):
            rows = list(models.Balance.objects.filter(lot_id=lot))
            assert all(row.on_hand >= 0 and row.shortfall >= 0 and not (row.on_hand and row.shortfall) for row in rows)
            moved = {"out": 0, "in": 0}
            for kind, doses in models.Movement.objects.filter(lot_id=lot).values_list("kind", "doses"):
                moved["out"] += OUT.get(kind, 0) * doses
                moved["in"] += IN.get(kind, 0) * doses
            road = lost = 0
            for line in models.ConsignmentLine.objects.filter(lot_id=lot):
                gap = line.sent - (line.accepted or 0)
                road += gap if not line.resolution else 0
                lost += gap if line.resolution == "lost" else 0
            assert sum(row.on_hand - row.shortfall for row in rows) == self.entered[lot] + moved["in"] - moved["out"] - road - lost

    @invariant()
    def balances_are_the_movements(self):
        assert queries.differing() == []

    @invariant()
    def vials_hold_what_was_drawn_from_them(self):
        for vial in models.Vial.objects.filter(site_id__in=getattr(self, "holders", [])):
            kinds = models.Movement.objects.filter(vial_id=vial.id).values_list("kind", "doses")
            assert vial.drawn == sum({"drawn": doses, "drawn_back": -doses}.get(kind, 0) for kind, doses in kinds)


def test_every_dose_is_somewhere_whatever_the_holders_do(db):
    long = os.environ.get("KHIEN_SLOW") or os.environ.get("KHIEN_EXPLORE")
    examples, steps = (200, 50) if long else (6, 30)
    run_state_machine_as_test(Ledger, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None))
