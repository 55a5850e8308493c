"""A practice: the technician opens it, two people sit at two desks with an invented crowd, each sees what to repeat, the point shows it."""

from pathlib import Path

import pytest
from django.conf import settings

from khien.kernel import clock
from khien.plumbing import practice
from khien.practice import build
from khien.readiness import telling
from tests import make
from tests.journeys.steps import Desks
from tests.journeys.town import Hands, Town
from tests.make_practice import practising


def card_of(technician: Hands, name: str) -> tuple[str, str]:
    """The account and the password on this person's card."""
    card = technician.page.locator("li.kh-sheet", has_text=name)
    values = card.locator("dd").all_inner_texts()
    return values[1], values[2]


def signed_in(town: Town, card: tuple[str, str]) -> Hands:
    hands = town.visitor(width=1280).go("/dieu-phoi/dang-nhap")
    hands.page.fill("[name=username]", card[0])
    hands.page.fill("[name=password]", card[1])
    hands.page.locator("main form button").first.click()
    hands.page.wait_for_url(lambda url: "/dang-nhap" not in url)
    return hands


def test_two_people_practise_at_two_desks_and_each_sees_what_to_repeat(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    site_id = make.make_site(name="Điểm tiêm Nhà văn hóa Thử")

    # given: the technician opens a practice of the point with a script for each of two desks
    technician = town.office("t2_technician").go(f"/dieu-phoi/san-sang/diem/{site_id}/tap")
    technician.page.fill("#reception-names", "Lê Thị Tập Đón")
    technician.page.fill("#screener-names", "Trần Văn Tập Khám")
    technician.page.select_option("#screener-script", "fever")
    technician.page.select_option("#guests", "6")
    technician.press("Mở bản tập").sees("Chỉ hiện một lần", "Lê Thị Tập Đón")
    cards = [card_of(technician, name) for name in ("Lê Thị Tập Đón", "Trần Văn Tập Khám")]
    order = practice.ordered(tmp_path)
    assert order is not None
    with practising():
        order["site"]["facility_code"] = "79X99"  # this story's copy stands in the same database
        scene = build.build(order, clock.now())
        path = f"/diem/{scene.session_id}"

        # when: the receptionist calls the first person and receives them at the real desk
        receptionist = signed_in(town, cards[0]).go("/diem/tap").sees("BẢN TẬP", "Chưa có ai trước mặt bạn")
        receptionist.press("Gọi người tiếp theo").sees("mã của tôi đây")
        code = receptionist.page.locator("dd").nth(1).inner_text()
        desks = Desks(receptionist, path)
        assert desks.page.locator(".kh-practice").is_visible()
        card = desks.receive(code)

        # and: the doctor, before whom a feverish person sits, types that all is well
        doctor = signed_in(town, cards[1]).go("/diem/tap").sees("Sáng nay tôi sốt")
        Desks(doctor, path).screen(card)

        # then: each sees their own score, and only their own
        receptionist.go("/diem/tap").sees("100 điểm", "Chưa có gì phải làm lại")
        assert "Kết luận khám không đúng" not in receptionist.reads()
        doctor.go("/diem/tap").sees("80 điểm", "Kết luận khám không đúng với người ngồi trước mặt")
        (tmp_path / practice.FOLDER).mkdir()
        monkeypatch.setattr(settings, "DATA", tmp_path / practice.FOLDER)
        telling.tell(clock.now())

    # and: when the technician closes it, the scores stay with the point and nothing else does
    monkeypatch.setattr(settings, "DATA", tmp_path)
    practice.say(tmp_path, "running", port=8001, order=order["id"])
    technician.go("/dieu-phoi/san-sang/tap").sees("80 điểm")
    technician.press("Đóng bản tập").sees("Tập xong", "Trần Văn Tập Khám")
    assert practice.ordered(tmp_path) is None
    assert "BẢN TẬP" not in technician.reads()
    assert not town.faults
