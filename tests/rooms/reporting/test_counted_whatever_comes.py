"""Whatever is recorded, corrected, moved, struck out, joined and parted, in whatever order it is heard: the live figures are those of a rebuild."""

import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.immunizations.models import Immunization
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.people import actions as people
from khien.plumbing import outbox
from khien.reporting import actions, models
from khien.safety import actions as safety
from khien.safety.models import DoseTally, LotTally
from khien.visits import actions as visits
from khien.visits import models as visit_models
from khien.visits import queries as visit_queries
from tests import make
from tests.make import AT, BY
from tests.make_day import SURE, done_at, make_day, make_visit
from tests.rooms.reporting.test_rebuilt import rolled

LATER = AT + timedelta(days=1)
STEPS = 24 if os.environ.get("KHIEN_SLOW") else 12
STORIES = 150 if os.environ.get("KHIEN_SLOW") else 6
ANY = st.integers(0, 11)
DAYS = (date(2021, 9, 20), date(2021, 11, 1), date(2021, 12, 14))


def figures():
    """Every rollup as it stands: boards, timeliness, coverage, totals, what is due, doses for rates."""
    found = rolled()
    for model in (DoseTally, LotTally):
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in ("id", "pk", "doses")]
        found[model.__name__] = Counter()
        for *key, n in model.objects.values_list(*names, "doses"):
            found[model.__name__][tuple(key)] += n
    return found


def rebuilt():
    """What a rebuild makes of the same records; nothing of it stays."""
    with transaction.atomic():
        actions.rebuild(at=LATER)
        safety.rebuild(LATER)
        found = figures()
        transaction.set_rollback(True)
    return found


def heard(*, backwards=False):
    """Play the outbox; `backwards` lets each handler hear the newest event first."""
    while True:
        if backwards:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE outbox_delivery d SET due_at = x.at FROM (SELECT id, timestamptz '2000-01-01' + interval '1 second' *"
                    " row_number() OVER (ORDER BY event_id DESC, handler DESC) AS at FROM outbox_delivery WHERE state = 'pending') x WHERE x.id = d.id"
                )
        if not outbox.deliver_batch(LATER, size=1):
            break
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM outbox_delivery WHERE state = 'dead' OR error <> ''")
        assert cursor.fetchone()[0] == 0
    safety.count_due(LATER + timedelta(minutes=9))


@dataclass
class Told:
    """One injection as a teller of the story knows it: at which visit, under which record it stands now, and whether it was given."""

    record: object
    visit: object = None
    stands: bool = True


class Machine(RuleBasedStateMachine):
    """Every story begins with three who had a dose in the same minute from the same lot, and one who told of one."""

    days, people, begun = (), (), ()

    @initialize()
    def begin(self):
        self.at, self.joined, self.backwards = AT + timedelta(hours=1), [], False
        self.doses = [replace(one) for one in self.begun]

    @contextmanager
    def trying(self):
        """A step that is refused leaves everything as it was."""
        self.at += timedelta(seconds=30)
        self.backwards = not self.backwards
        try:
            with transaction.atomic():
                yield
        except Refused:
            pass

    def person(self, n):
        return self.people[n % len(self.people)]

    def standing(self, n, *, at_a_point=None):
        """One of the doses that stand; every other time the one that was touched last."""
        some = [one for one in self.doses if one.stands and at_a_point in (None, one.visit is not None)]
        if not some:
            return None
        found = some[-1 if n % 2 else n // 2 % len(some)]
        self.doses.remove(found)
        self.doses.append(found)
        return found

    @rule(who=ANY, day=ANY, product=ANY, minute=st.integers(0, 1))
    def give(self, who, day, product, minute):
        """At a point; two people in the same minute, of the same vial, are usual."""
        day, lots = self.days[day % len(self.days)]
        at = AT.replace(year=day.on.year, month=day.on.month, day=day.on.day) + timedelta(minutes=minute)
        with self.trying():
            made = make_visit(day.day, state="cleared", person_id=self.person(who), at=at)
            self.inject(made.visit, lots[product % len(lots)], at)

    def inject(self, visit, lot, at):
        visits.give_dose(visit=visit, lot_id=lot, confirmed=SURE, performed=done_at(at), by=BY, at=at)
        record = visit_models.Visit.objects.get(id=visit.visit_id).record_id
        for one in self.doses:  # the facility's record joined what the person had told of
            if one.record == record:
                one.visit = visit
                return
        self.doses.append(Told(record, visit))

    @rule(who=ANY, on=st.sampled_from([*DAYS, date(2021, 6, 1), date(2021, 12, 1)]), product=st.sampled_from(["AZ", "PFIZER"]))
    def tell_of_an_earlier_dose(self, who, on, product):
        with self.trying():
            self.doses.append(Told(make.make_immunization(self.person(who), on=on, vaccine=product, at=self.at)))

    @rule(n=ANY, what=ANY, on=st.sampled_from(DAYS))
    def correct(self, n, what, on):
        one = self.standing(n)
        if one is None:
            return
        changes = [
            {"on_date": on}, {"lot_number": f"L{n}"}, {"vaccine": "PFIZER"}, {"vaccine": "AZ"}, {"facility_name": "Nơi khác"}, {"facility_id": self.elsewhere},
            {"performed_at": AT + timedelta(minutes=n)}, {"valid": False}, {"valid": True}, {"dose": ("primary", 1 + n % 3)}, {"dose": ("booster", 1)},
        ]  # fmt: skip
        with self.trying():
            immunizations.correct(record_id=one.record, changes=changes[what % len(changes)], reason="Xem lại giấy", by=BY, at=self.at)

    @rule(n=ANY, lot=ANY, minute=ANY)
    def correct_at_the_point(self, n, lot, minute):
        one = self.standing(n, at_a_point=True)
        if one is None:
            return
        day = next(day for day, _lots in self.days if day.day.site_id == one.visit.site_id)
        lots = next(lots for found, lots in self.days if found is day)
        hour = AT.replace(year=day.on.year, month=day.on.month, day=day.on.day) + timedelta(minutes=minute)
        with self.trying():
            visits.correct_dose(visit=one.visit, changes={"lot_id": lots[lot % len(lots)], "performed_at": hour}, reason="Nhìn lại lọ", by=BY, at=self.at)

    @rule(n=ANY, who=ANY)
    def move(self, n, who):
        one = self.standing(n)
        if one is None:
            return
        with self.trying():
            one.record = immunizations.move_to_person(record_id=one.record, person_id=self.person(who), reason="Nhầm người", by=BY, at=self.at).record_id

    @rule(n=ANY)
    def strike_out(self, n):
        one = self.standing(n)
        if one is None:
            return
        with self.trying():
            immunizations.mark_entered_in_error(record_id=one.record, reason="Không có mũi này", by=BY, at=self.at)
            one.stands = False

    @rule(n=ANY, again=st.booleans())
    def take_back(self, n, again):
        """The lead says it was never given; or it was, after all, and is recorded again."""
        one = self.standing(n, at_a_point=True)
        if one is None:
            return
        visit, row = one.visit, visit_models.Visit.objects.get(id=one.visit.visit_id)
        with self.trying():
            visits.cancel_dose(visit=one.visit, reason="Chưa tiêm", by=BY, at=self.at)
            one.visit, one.stands = None, records.latest(one.record).status == "completed"
        if again and one.visit is None:
            with self.trying():
                self.inject(visit, row.lot_id, row.dosed_at)

    @rule(one=ANY, other=ANY)
    def join(self, one, other):
        with self.trying():
            self.joined.append(people.merge(loser=self.person(one), survivor=self.person(other), reason="Một người", by=BY, at=self.at))

    @precondition(lambda self: self.joined)
    @rule(n=ANY)
    def part(self, n):
        with self.trying():
            people.undo_merge(alias=self.joined[n % len(self.joined)], by=BY, at=self.at)

    @rule(n=ANY, year=st.sampled_from([1950, 2008]))
    def correct_the_birth(self, n, year):
        with self.trying():
            people.correct_particulars(
                person=self.person(n), changes={"birth": PartialDate(year, 5, 5), "sex": "female"}, reason="Theo giấy", by=BY, at=self.at
            )  # fmt: skip

    @invariant()
    def live_figures_are_those_of_a_rebuild_and_of_the_story(self):
        heard(backwards=self.backwards)
        live, again = figures(), rebuilt()
        for name in again:
            assert live[name] == again[name], name
        injected = sum(models.DayCount.objects.filter(indicator="injected").values_list("count", flat=True))
        assert injected == sum(one.stands and one.visit is not None for one in self.doses)
        kept = {one.record for one in self.doses if one.stands}
        valid = {row.record_id for row in self.latest() if row.status == "completed" and row.validity != "invalid"}
        assert valid <= kept
        assert sum(models.CoverageCount.objects.values_list("count", flat=True)) == len(valid)

    def latest(self):
        return Immunization.objects.order_by("record_id", "-version").distinct("record_id")


@dataclass
class Open:
    day: object
    on: date


@pytest.mark.usefixtures("db")
def test_whatever_is_done_in_whatever_order_live_figures_are_those_of_a_rebuild():
    wards = (make.WARD, "2021-26734")
    world = []
    for on in DAYS:
        at = AT.replace(year=on.year, month=on.month, day=on.day)
        day = make_day(vaccines=("AZ", "PFIZER"), on=on, at=at)
        world.append((Open(day, on), visit_lots(day)))

    births = (PartialDate(1984, 3, 12), PartialDate(1962), PartialDate(2000, 8), PartialDate(1990, 1, 1))
    persons = tuple(make.make_person(birth=birth, place_key=wards[n % 2]) for n, birth in enumerate(births))
    made = [make_visit(world[-1][0].day, state="dosed", person_id=one) for one in persons[:3]]
    given = [Told(visit_models.Visit.objects.get(id=one.visit.visit_id).record_id, one.visit) for one in made]

    class Rolled(Machine):
        days, people = world, persons
        elsewhere = make.make_facility()
        begun = (*given, Told(make.make_immunization(persons[3], on=date(2021, 6, 1))))

        def __init__(self):
            super().__init__()
            self.frame = transaction.atomic()
            self.frame.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    heard()
    run_state_machine_as_test(Rolled, settings=settings(max_examples=STORIES, stateful_step_count=STEPS, deadline=None, phases=[Phase.generate]))


def visit_lots(day):
    """The lots that were chosen for a day, one of each product."""
    return [one["lot_id"] for one in visit_queries.session_board(day.session_id).lots]
