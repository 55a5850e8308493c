"""Rates divide by counted doses: the short table and the long one hold the same doses, as they come, as they are undone, counted anew."""

from datetime import timedelta

from django.db.models import Sum

from khien.immunizations import actions as immunizations
from khien.plumbing import outbox
from khien.safety import actions, models, queries
from khien.safety.tallies import count_due
from khien.visits import queries as visits
from tests import make
from tests.make_day import make_day, make_visit

LATER = make.AT + timedelta(hours=2)


def _counted():
    outbox.drain(lambda: LATER)
    count_due(LATER, wait=timedelta())
    whole = [model.objects.aggregate(n=Sum("doses"))["n"] or 0 for model in (models.DoseTally, models.LotTally)]
    rated = [sum(rate.doses for rate in queries.rates(by, scopes=None)) for by in queries.BY]
    assert set(rated) == {whole[0]}
    assert whole[0] == whole[1]
    return whole[0]


def test_every_rate_divides_by_the_same_doses_and_a_rebuild_finds_them_again(db):
    day = make_day()
    given = [make_visit(day, state="dosed") for _ in range(3)]
    assert _counted() == 3
    record = visits.visit(given[0].visit.visit_id).record_id
    immunizations.mark_entered_in_error(record_id=record, reason="wrong_person", by=make.BY, at=make.AT)
    assert _counted() == 2
    models.LotTally.objects.all().delete()
    actions.rebuild(LATER)
    assert _counted() == 2
