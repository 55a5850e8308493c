"""As which lot the number on a vial will be read is said before a dose that was injected already is recorded."""

import pytest

from khien.kernel import clock
from tests import make

pytestmark = pytest.mark.usefixtures("db")


def read(lead, day, number, vaccine="AZ"):
    answer = lead.get(f"/diem/{day.session_id}/doc-lo", {"so": number, "vx": vaccine})
    assert answer.status_code == 200
    return answer.json()["lot"]


def test_a_number_is_told_as_it_will_be_read(lead, day):
    make.make_lot("AZ", "KX0001", site_id=day.site_id, at=clock.now())
    exact, folded = read(lead, day, " kx 00-01"), read(lead, day, "KXOOOl")
    assert (exact["number"], exact["as_typed"], exact["expires_on"], exact["product"]["vi"]) == ("KX0001", True, "2022-06-30", "AstraZeneca")
    assert (folded["number"], folded["as_typed"]) == ("KX0001", False)
    assert read(lead, day, "KHONGCO9") is None
    assert read(lead, day, "  ") is None


def test_a_number_of_another_product_is_told_as_that_product_and_no_syringe_is_a_lot(lead, day):
    make.make_lot("PFIZER", "FK0007", at=clock.now())
    make.make_lot("SYRINGE-0.5", "BKT0007", site_id=day.site_id, at=clock.now())
    assert read(lead, day, "FK0007")["vaccine"] == "PFIZER"
    assert read(lead, day, "BKT0007") is None
    assert read(lead, day, "BKT0007", "SYRINGE-0.5") is None


def test_only_who_injects_is_told(day, signed_in):
    assert signed_in(day.site_id, "reception").get(f"/diem/{day.session_id}/doc-lo", {"so": "AZ1", "vx": "AZ"}).status_code == 403
