"""The page of the end of a day: vaccines by dose, and what is no vaccine under a heading of its own."""

import pytest

from khien.kernel import clock
from tests import make

pytestmark = pytest.mark.usefixtures("db")


def test_supplies_stand_under_their_own_heading_with_what_they_are_counted_in(lead, day):
    path = f"/diem/{day.session_id}/ket-thuc"
    assert "Vật tư" not in lead.get(path).content.decode()
    make.make_lot("ADRENALINE-1", "ADR0888", site_id=day.site_id, doses=40, at=clock.now())
    make.make_lot("SAFETY-BOX-5", "HOP0888", site_id=day.site_id, doses=12, at=clock.now())
    vaccines, supplies = lead.get(path).content.decode().split("Vật tư trong ngày, theo sổ")
    assert "Vắc xin trong ngày, theo sổ" in vaccines
    assert "ADR0888" not in vaccines
    for words in ("Adrenalin 1 mg/ml (ống)", "ADR0888", ">ống</td>", "Hộp an toàn 5 lít", ">cái</td>"):
        assert words in supplies
