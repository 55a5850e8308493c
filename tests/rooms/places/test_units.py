"""Units of both epochs: found as people write them, and carried from one epoch to the other."""

import pytest

from khien.kernel.errors import Refused
from khien.places import actions, models, queries

pytestmark = pytest.mark.usefixtures("db")


def first(text: str, **more) -> str:
    found = queries.search_units(text, **more)
    return found[0].path if found else ""


def test_all_units_of_both_epochs_are_there():
    rows = models.Unit.objects.all()
    counts = {
        (e, lv): rows.filter(epoch=e, level=lv).count() for e in ("2021", "2025") for lv in ("province", "district", "commune")
    }
    assert counts == {
        ("2021", "province"): 63, ("2021", "district"): 705, ("2021", "commune"): 10_599,
        ("2025", "province"): 34, ("2025", "district"): 0, ("2025", "commune"): 3_321,
    }  # fmt: skip


def test_loading_again_changes_nothing():
    before = list(models.Unit.objects.order_by("key").values_list()), models.UnitSuccessor.objects.count()
    actions.load_units()
    assert (list(models.Unit.objects.order_by("key").values_list()), models.UnitSuccessor.objects.count()) == before


@pytest.mark.parametrize("typed", [
    "phường 5 quận 3", "phuong 5 quan 3", "P.5 Q3", "p5 q3", "P5, Q.3, TP.HCM", "phường 05, quận 03, tp hồ chí minh", "Quận 3 phường 5",
    "F5 Q3 Sài Gòn", "P5/Q3", "PHƯỜNG 5 QUẬN 3",
])  # fmt: skip
def test_a_numbered_ward_is_found_however_it_is_written(typed):
    assert first(typed, epoch="2021") == "Phường 05, Quận 3, Thành phố Hồ Chí Minh"


def test_ward_three_of_district_five_is_not_ward_five_of_district_three():
    assert first("phường 3 quận 5", epoch="2021") == "Phường 03, Quận 5, Thành phố Hồ Chí Minh"


@pytest.mark.parametrize(("typed", "path"), [
    ("trúc bạch", "Phường Trúc Bạch, Quận Ba Đình, Thành phố Hà Nội"),
    ("truc bach ba dinh", "Phường Trúc Bạch, Quận Ba Đình, Thành phố Hà Nội"),
    ("tt an lão", "Thị trấn An Lão, Huyện An Lão, Thành phố Hải Phòng"),
    ("xã Lũng Cú", "Xã Lũng Cú, Huyện Đồng Văn, Tỉnh Hà Giang"),
    ("phúc xá ba đình hn", "Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội"),
    ("ea h leo", "Xã Ea H'leo, Huyện Ea H'leo, Tỉnh Đắk Lắk"),
    ("sin thau", "Xã Sín Thầu, Huyện Mường Nhé, Tỉnh Điện Biên"),
])  # fmt: skip
def test_an_old_commune_is_found_by_name_with_or_without_accents(typed, path):
    assert path in [unit.path for unit in queries.search_units(typed, epoch="2021")]


def test_a_commune_of_2025_is_found_and_the_epoch_is_told():
    found = queries.search_units("phường Ngọc Hà")
    assert {(unit.epoch, unit.path) for unit in found} >= {
        ("2025", "Phường Ngọc Hà, Thành phố Hà Nội"), ("2021", "Phường Ngọc Hà, Quận Ba Đình, Thành phố Hà Nội"),
    }  # fmt: skip


def test_a_ward_of_today_keeps_a_name_that_people_give_to_the_whole_city():
    assert first("phường sài gòn") == "Phường Sài Gòn, Thành phố Hồ Chí Minh"


def test_marks_that_were_typed_tell_two_names_apart():
    found = queries.search_units("bình thạnh", epoch="2021", limit=10)
    assert all("bình thạnh" in unit.path.lower() for unit in found)


def test_every_commune_is_among_the_first_when_its_whole_path_is_typed():
    keys = models.Unit.objects.filter(level="commune").order_by("key").values_list("key", flat=True)[::97]
    missed = []
    for unit in queries.units(keys).values():
        if unit.key not in [found.key for found in queries.search_units(unit.path, epoch=unit.epoch)]:
            missed.append(unit.path)
    assert missed == []


def test_an_island_district_without_communes_can_be_chosen():
    found = queries.search_units("côn đảo", epoch="2021")
    assert ("district", True) in [(unit.level, unit.leaf) for unit in found]


def test_the_dropdowns_lead_from_province_to_commune_in_vietnamese_order():
    provinces = queries.children("", "2021")
    assert len(provinces) == 63
    assert [p.name for p in provinces][:3] == ["An Giang", "Bà Rịa - Vũng Tàu", "Bạc Liêu"]
    wards = [ward.name for ward in queries.children("2021-770")]
    assert wards == sorted(wards, key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name))


def test_a_whole_commune_gets_both_epochs():
    place = queries.facts_for_commune("2021-00001")
    assert (place.province_2021, place.district_2021, place.commune_2021, place.province_2025) == ("01", "001", "00001", "01")


def test_a_divided_commune_asks_and_offers_its_default():
    divided = models.UnitSuccessor.objects.filter(divided=True, is_default=True).values_list("old_key", flat=True)[0]
    pairs = queries.successors(divided)
    assert len(pairs) > 1
    assert [default for _, default in pairs].count(True) == 1
    assert pairs[0][1]
    assert queries.unit_place(divided).commune_2025 == ""
    chosen = pairs[1][0].code
    assert queries.facts_for_commune(divided, chosen).commune_2025 == chosen


def test_a_successor_that_is_none_is_refused():
    divided = models.UnitSuccessor.objects.filter(divided=True, is_default=True).values_list("old_key", flat=True)[0]
    with pytest.raises(Refused, match=r"places\.not_its_successor"):
        queries.facts_for_commune(divided, "00004" if divided != "2021-00001" else "00008")


@pytest.mark.parametrize("key", ["2021-20239", "2021-28825"])
def test_a_commune_without_a_known_successor_keeps_its_province(key):
    assert queries.successors(key) == ()
    place = queries.facts_for_commune(key)
    assert place.commune_2025 == ""
    assert place.province_2025 != ""


@pytest.mark.parametrize("key", ["2021-318", "2021-471", "2021-498", "2021-536", "2021-755"])
def test_an_island_district_gets_its_commune_of_2025(key):
    place = queries.facts_for_commune(key)
    assert place.commune_2021 == ""
    assert place.commune_2025 != ""


def test_a_commune_of_2025_keeps_what_its_predecessors_share():
    place = queries.facts_for_commune("2025-00004")
    assert (place.province_2021, place.province_2025, place.commune_2025) == ("01", "01", "00004")


def test_a_district_is_not_enough_for_a_home():
    with pytest.raises(Refused, match=r"places\.commune_needed"):
        queries.facts_for_commune("2021-001")


def test_an_unknown_unit_is_refused_by_name():
    with pytest.raises(Refused, match=r"places\.unknown_unit"):
        queries.unit_place("2021-99999")


def test_a_board_parts_a_province_by_district_in_2021_and_by_commune_in_2025():
    old, new = queries.breakdown("2021-79", "2021"), queries.breakdown("2021-79", "2025")
    assert (old.column, len(old.units)) == ("district_2021", 22)
    assert new.column == "commune_2025"
    assert {unit.province_code for unit in new.units} == {"79"}
    assert len(queries.breakdown("", "2025").units) == 34


def test_every_province_of_2021_has_one_of_2025():
    assert all(queries.unit_place(unit.key).province_2025 for unit in queries.children("", "2021"))


def test_every_unit_says_its_province_in_both_epochs_or_leaves_it_empty():
    for key in models.Unit.objects.order_by("key").values_list("key", flat=True)[::53]:
        place = queries.unit_place(key)
        assert place.province_2025
