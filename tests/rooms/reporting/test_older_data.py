"""A copy older than a rollup is counted into it a page at a time, without anybody rebuilding."""

from datetime import timedelta

from khien.immunizations.models import DueCount, DueDose
from khien.plumbing import marks, outbox
from khien.reporting import actions, models, older
from tests import make
from tests.make_day import make_day, make_visit

LATER = make.AT + timedelta(hours=12)


def _dosed(many: int) -> None:
    day = make_day()
    for _ in range(many):
        make_visit(day, state="closed", person_id=make.make_person())
    outbox.drain(lambda: LATER)


def _numbers():
    coverage = sorted(models.CoverageCount.objects.filter(count__gt=0).values_list("home_2021", "dose", "count"))
    due = sorted(DueDose.objects.values_list("person_id", "vaccine", "due_on"))
    counted = sorted(DueCount.objects.filter(people__gt=0).values_list("due_on", "vaccine", "commune_2021", "people"))
    times = sorted(models.TimelinessCount.objects.filter(count__gt=0).values_list("site_id", "hour", "bucket", "count"))
    queue = sorted(models.QueueCount.objects.filter(count__gt=0).values_list("commune_2021", "state", "count"))
    return coverage, due, counted, times, queue


def _as_before_the_rollups() -> None:
    models.CoverageCount.objects.all().delete()
    models.TimelinessCount.objects.all().delete()
    models.QueueCount.objects.all().delete()
    DueDose.objects.all().delete()
    DueCount.objects.all().delete()
    models.Counted.objects.filter(kind__in=["dose", "time", "queue"]).delete()


def test_doses_recorded_before_the_rollups_are_counted_into_them_page_by_page(db):
    _dosed(5)
    before = _numbers()
    assert all(before)
    _as_before_the_rollups()
    rounds = 0
    while actions.count_old(LATER, page=2):
        rounds += 1
        assert len(marks.get(older.REACHED)["done"]) <= len(older.ROLLUPS)
    assert rounds == 13  # three pages of each rollup, one of the queue, of events, of provinces, of moved doses and of people joined; the last is told as the end
    assert _numbers() == before
    assert not actions.count_old(LATER, page=2)


def test_a_stop_in_the_middle_goes_on_where_it_was_and_counts_nobody_twice(db):
    _dosed(3)
    before = _numbers()
    _as_before_the_rollups()
    assert actions.count_old(LATER, page=2)
    reached = marks.get(older.REACHED)
    outbox.drain(lambda: LATER)
    while actions.count_old(LATER, page=2):
        pass
    marks.put(older.REACHED, reached)  # the last pages once more, as after a crash
    while actions.count_old(LATER, page=2):
        pass
    assert _numbers() == before


def test_a_new_copy_has_nothing_old(db):
    while actions.count_old(LATER):
        pass
    assert marks.get(older.REACHED)["done"] == [rollup.name for rollup in older.ROLLUPS]
    _dosed(1)
    before = _numbers()
    assert not actions.count_old(LATER)
    assert _numbers() == before
