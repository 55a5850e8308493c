"""Where a commune is not known its province counts all the same: who registered alike in two provinces is two cells, live and rebuilt."""

import pytest
from django.core.management import call_command

from khien.plumbing import outbox
from khien.reporting import actions, models
from tests import make
from tests.rooms.reporting.test_rebuilt import LATER, rolled

PROVINCES = ("01", "48", "79")


@pytest.fixture
def registered(db):
    """Of each province somebody who told it and no commune; all else is alike."""
    for code in PROVINCES:
        make.make_registration(make.make_person(place_key=f"2021-{code}"))
    outbox.drain(lambda: LATER)


def _parted():
    found = models.DayCount.objects.filter(indicator="registered").exclude(count=0).values_list("province_2021", "count")
    assert sorted(found) == [(code, 1) for code in PROVINCES]


def test_those_who_registered_alike_in_several_provinces_are_told_apart_and_rebuilt(registered):
    before = rolled()
    _parted()
    actions.rebuild(at=LATER)
    assert rolled() == before
    _parted()


def test_a_copy_that_held_them_in_one_cell_tells_them_apart_once_migrated(registered):
    before = rolled()
    call_command("migrate", "reporting", "0005", verbosity=0)
    assert models.DayCount.objects.filter(indicator="registered").count() == 1
    call_command("migrate", "reporting", verbosity=0)
    assert rolled() == before
    _parted()
