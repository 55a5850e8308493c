"""A point in a commune that 2025 divided is in its province all the same, and the lines of a report sum to its total."""

from datetime import timedelta

import pytest

from khien.plumbing import marks, outbox
from khien.reporting import actions, models, older, queries
from tests import make
from tests.make_day import make_day, make_visit
from tests.rooms.reporting.test_rebuilt import rolled

CITY, DIVIDED = "2021-79", "2021-27673"
DAY = make.AT.date()
EVENING = make.AT + timedelta(hours=12)


@pytest.fixture
def two_points(db):
    """A dose in a ward that went over whole, and one in a commune that was divided."""
    for commune in (make.WARD, DIVIDED):
        make_visit(make_day(site_id=make.make_site(commune_key=commune)), state="closed", person_id=make.make_person(place_key=commune))
    outbox.drain(lambda: EVENING)


@pytest.mark.parametrize("epoch", ["2021", "2025"])
@pytest.mark.parametrize("unit", ["", CITY])
def test_the_lines_of_a_day_sum_to_its_total(two_points, unit, epoch):
    report = queries.daily_report(on=DAY, at=EVENING, unit_key=unit, epoch=epoch)
    assert {name: sum(line.n(name) for line in report.units) for name in report.total.numbers} == report.total.numbers
    assert sum(line.sites for line in report.units) == report.total.sites == 2
    assert ("" in [line.key for line in report.units]) == (unit == CITY and epoch == "2025")
    board = queries.board(unit_key=unit, on=DAY, epoch=epoch)
    assert sum(row.n("injected") for row in board.rows) == board.total.n("injected") == 2


def _by_province(epoch):
    return [(line.key, line.home.get("primary-1", 0), line.here.get("primary-1", 0)) for line in queries.coverage(epoch=epoch) if line.home or line.here]


def test_coverage_knows_the_province_of_both_geographies_and_a_rebuild_says_the_same(two_points):
    assert _by_province("2021") == [("2021-79", 2, 2)]
    assert _by_province("2025") == [("2025-79", 2, 2)]
    before = rolled()
    actions.rebuild(at=EVENING)
    assert rolled() == before


def test_doses_counted_before_without_their_province_of_2025_are_counted_again(two_points):
    right = rolled()
    row = models.Counted.objects.get(kind="dose", cells__0__6=DIVIDED.removeprefix("2021-"))
    row.cells[0][14] = ""
    models.Counted.objects.filter(subject_id=row.subject_id, kind="dose").update(cells=row.cells)
    models.CoverageCount.objects.filter(at_2021=row.cells[0][6]).update(at_province_2025="")
    models.TotalCount.objects.filter(topic="given", commune_2021=row.cells[0][6]).update(province_2025="")
    assert _by_province("2025") == [("2025-79", 2, 1), ("", 0, 1)]
    marks.put(older.REACHED, {"done": [one.name for one in older.ROLLUPS if one.name != "provinces"], "after": str(older.NIL)})
    while actions.count_old(EVENING):
        pass
    assert _by_province("2025") == [("2025-79", 2, 2)]
    assert rolled() == right
