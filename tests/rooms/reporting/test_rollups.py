"""Boards equal the records, however often and in whatever order the events are heard."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.kernel.errors import Refused
from khien.plumbing import outbox
from khien.reporting import actions, models, queries, rules
from khien.reporting.actions import FigureLine
from tests import make
from tests.make_day import make_day, make_visit

DISTRICT = f"2021-{make.BINH_THANH}"


def _counts():
    keys = ("on_date", "site_id", "indicator", "vaccine", "dose", "group", "home_2021", "commune_2021")
    return {row[:-1]: row[-1] for row in models.DayCount.objects.filter(count__gt=0).values_list(*keys, "count")}


def test_a_day_at_a_point_is_counted_once_and_a_rebuild_gives_the_same_numbers(db):
    visit = make_visit(make_day(), state="dosed").visit.visit_id
    later = make.AT + timedelta(hours=2)
    outbox.drain(lambda: later)
    board = queries.board(unit_key=DISTRICT, on=make.AT.date())
    assert (board.total.n("received"), board.total.n("injected")) == (1, 1)
    assert [row.n("injected") for row in board.sites] == [1]
    before = _counts()
    actions.rebuild(at=later)
    assert _counts() == before
    from khien.reporting import counting

    counting.visit(visit, at=later)
    counting.visit(visit, at=later)
    assert _counts() == before


def test_the_same_day_reads_in_either_epoch(db):
    make_visit(make_day(), state="dosed")
    outbox.drain(lambda: make.AT + timedelta(hours=2))
    old = queries.board(unit_key="2021-79", on=make.AT.date(), epoch="2021")
    new = queries.board(unit_key="2021-79", on=make.AT.date(), epoch="2025")
    assert old.total.n("injected") == new.total.n("injected") == 1
    assert (old.level, new.level) == ("district", "commune")


@given(st.lists(st.lists(st.sampled_from([["a"], ["b"], ["c"]]), max_size=3), max_size=6))
def test_recounting_in_any_steps_ends_at_the_last_state(steps):
    held: dict[tuple[str, ...], int] = {}
    before: list[list[str]] = []
    for after in steps:
        for key, change in rules.difference(before, after).items():
            held[key] = held.get(key, 0) + change
        before = after
    expected: dict[tuple[str, ...], int] = {}
    for cell in before:
        expected[tuple(cell)] = expected.get(tuple(cell), 0) + 1
    assert {key: n for key, n in held.items() if n} == expected


def test_figures_need_a_source_and_known_units_and_replace_only_their_own_date(db):
    line = FigureLine(DISTRICT, 18, 150, 1000)
    with pytest.raises(Refused, match=r"reporting\.source_needed"):
        actions.import_figures(kind="population", lines=[line], as_of=make.AT.date(), source=" ", by=make.BY, at=make.AT)
    with pytest.raises(Refused, match=r"reporting\.unit_unknown"):
        actions.import_figures(
            kind="population", lines=[FigureLine("2021-999", 0, 1, 1)], as_of=make.AT.date(), source="CV 1", by=make.BY, at=make.AT
        )
    for people in (1000, 1200):
        actions.import_figures(
            kind="population", lines=[FigureLine(DISTRICT, 18, 150, people)], as_of=make.AT.date(), source="CV 1", by=make.BY, at=make.AT
        )
    older = make.AT.date() - timedelta(days=365)
    actions.import_figures(kind="population", lines=[line], as_of=older, source="CV 0", by=make.BY, at=make.AT)
    assert queries.latest_figures("population", [DISTRICT]) == {DISTRICT: 1200}
    assert len(queries.figures("population")) == 2
