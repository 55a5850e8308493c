"""The page of open vials as people really type into it: an hour to come, no number, none at all."""

import re
from datetime import date

import pytest

from khien.stock import queries as stock
from tests import make

pytestmark = pytest.mark.usefixtures("db")


def open_vials(day):
    return stock.open_vials(day.session_id)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"hour": "23:59"}, "ở tương lai"), ({"hour": "mai 8h"}, "Không đọc được giờ"), ({"hour": "24:30"}, "Không đọc được giờ"),
        ({"hour": f"8:{'9' * 30}"}, "Không đọc được giờ"),
        ({"doses": "0"}, "phải từ 1 đến"), ({"doses": "500"}, "phải từ 1 đến"), ({"doses": "-1"}, "không thể nhỏ hơn 0"), ({"lot": ""}, "Không tìm thấy lô"),
    ],
)  # fmt: skip
def test_a_vial_opened_to_come_or_without_doses_is_refused_by_name_and_what_was_typed_stays(lead, day, typed, said):
    page = f"/diem/{day.session_id}/lo-mo"
    answer = lead.post(page, {"act": "open", "lot": str(day.lot_id), "hour": "08:15"} | typed)
    assert answer.status_code == 409
    assert said in answer.content.decode()
    assert f'value="{next(iter(typed.values()))}"' in answer.content.decode() or "lot" in typed
    assert open_vials(day) == []


def test_a_vial_opened_this_morning_is_kept_at_its_hour_and_ends_only_with_a_number(lead, day):
    page = f"/diem/{day.session_id}/lo-mo"
    assert lead.post(page, {"act": "open", "lot": str(day.lot_id), "hour": "8h15"}).status_code == 302
    (vial,) = open_vials(day)
    unsaid = lead.post(page, {"act": "end", "vial": str(vial.id), "left": " ", "reason": ""})
    assert unsaid.status_code == 409
    assert "không bỏ liều nào thì ghi 0" in unsaid.content.decode()
    assert lead.post(page, {"act": "end", "vial": str(vial.id), "left": str(vial.doses), "reason": "spilled"}).status_code == 302
    assert open_vials(day) == []


def test_the_lots_of_the_session_stand_first_and_another_is_named_so_whatever_expires_first(lead, day):
    sooner = make.make_lot(site_id=day.site_id, expires_on=date(2021, 12, 23))
    shown = lead.get(f"/diem/{day.session_id}/lo-mo").content.decode()
    first, second = re.findall(r'<option value="([^"]+)">([^<]*)</option>', shown.split('name="lot"')[1].split("</select>")[0])
    assert (first[0], second[0]) == (str(day.lot_id), str(sooner))
    assert "chưa chọn cho buổi" in second[1]
    assert "chưa chọn cho buổi" not in first[1]
