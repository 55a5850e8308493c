"""What a call brought and what follows: who moved goes to the new ward's list, who died is never asked again, an error is put right."""

import pytest

from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import outbox
from khien.registration import queries as registration
from tests import make
from tests.surfaces.command.desk import day, officer, send, words

pytestmark = pytest.mark.usefixtures("db")
HANOI_WARD = "2021-00001"


@pytest.fixture
def called():
    """Somebody who waits, the call sheet of their ward, and whoever keeps that list."""
    person = make.make_person("Võ Thị Dời Thử", neighbourhood="Tổ 14")
    make.make_registration(person)
    ward = people.person(person).place.commune_2021
    return person, f"/goi?noi=2021-{ward}", officer("list_keeper", scope=Scope("commune", ward, "2021"))


def _of(person):
    return registration.of_person(person)


def test_whoever_moved_is_asked_where_to_and_comes_to_the_new_wards_list(called):
    person, sheet, keeper = called
    answer = send(keeper, sheet, id=str(_of(person).id), outcome="moved")
    page = keeper.get(answer["Location"].partition("#")[0])
    assert answer["Location"].endswith("#chuyen")
    assert "Ghi nơi ở mới thì người này sang danh sách gọi của nơi ấy" in words(page)
    assert f"/dieu-phoi/ho-so/{person}/sua" in page.content.decode()
    assert "Võ Thị Dời Thử" in words(page)
    path = places.unit(HANOI_WARD).path
    assert send(keeper, f"/ho-so/{person}/sua", commune=path, reason="Người nhà báo đã chuyển đi").status_code == 302
    outbox.drain(clock.now)
    assert "Võ Thị Dời Thử" not in words(keeper.get(f"/dieu-phoi{sheet}&tat-ca=1"))
    there = officer("list_keeper", scope=Scope("commune", "00001", "2021"))
    page = words(there.get("/dieu-phoi/goi", {"noi": HANOI_WARD}))
    assert "Võ Thị Dời Thử" in page
    assert "Tổ 14" not in page


def test_a_name_of_several_places_is_never_taken_for_the_first_of_them(called):
    person, _sheet, keeper = called
    before = people.person(person).place
    page = words(send(keeper, f"/ho-so/{person}/sua", commune="Phường 1", reason="chuyển nhà"))
    assert "Nhiều nơi cùng tên này: Phường 1, Thành phố Đông Hà, Tỉnh Quảng Trị" in page
    assert people.person(person).place == before
    assert send(keeper, f"/ho-so/{person}/sua", commune="phường 1, thành phố đông hà, tỉnh quảng trị", reason="chuyển nhà").status_code == 302
    assert people.person(person).place.commune_2021 == "19333"


def test_a_death_is_written_with_its_day_and_who_told_it_and_an_error_is_taken_back(called):
    person, sheet, keeper = called
    page = f"/ho-so/{person}/sua"
    told = {"act": "life", "death_told": "Con gái báo, giấy chứng tử"}
    assert "Mời ghi" in words(send(keeper, page, act="life"))
    assert send(keeper, page, **told, **day("died_on", make.AT.date().replace(year=2022))).status_code == 200
    assert "không thể trước ngày sinh" in words(send(keeper, page, **told, **day("died_on", make.AT.date().replace(year=1900))))
    assert people.person(person).died_on is None
    assert send(keeper, page, **told, **day("died_on", make.AT.date())).status_code == 302
    outbox.drain(clock.now)
    assert people.person(person).died_on == make.AT.date()
    assert "Võ Thị Dời Thử" not in words(keeper.get(f"/dieu-phoi{sheet}&tat-ca=1"))
    assert "Sổ ghi nhầm là đã mất" in words(keeper.get(f"/dieu-phoi{page}"))
    assert send(keeper, page, act="life", life_told="Nhầm người cùng tên").status_code == 302
    outbox.drain(clock.now)
    assert people.person(person).died_on is None
    assert "Võ Thị Dời Thử" in words(keeper.get(f"/dieu-phoi{sheet}"))


def test_whoever_does_not_keep_the_record_neither_writes_a_death_nor_takes_one_back(called):
    person, _sheet, _keeper = called
    for other in (officer("planner"), officer("list_keeper", scope=Scope("commune", "00001", "2021"))):
        assert send(other, f"/ho-so/{person}/sua", act="life", death_told="x", **day("died_on", make.AT.date())).status_code == 403
    assert people.person(person).died_on is None
