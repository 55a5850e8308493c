"""A form of staff that comes too late, and somebody whose post ends beside an open page: told what it is, nothing typed is lost."""

import re
from typing import Any

import pytest
from django.test import Client

from khien.access import actions as access
from khien.access.models import Post
from khien.kernel import clock
from tests import make
from tests.surfaces.command.desk import browser_of

OWN: dict[str, Any] = {"HTTP_SEC_FETCH_SITE": "same-origin"}
TYPED = {"full_name": "Nguyễn Thị Giúp Việc", "role": "receptionist"}

pytestmark = pytest.mark.usefixtures("db")


def text(response: Any) -> str:
    return str(response.content.decode())


def hidden(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    found.pop("csrfmiddlewaretoken", None)
    return found


def end_posts(client: Any) -> None:
    for post in Post.objects.filter(staff_id=client.staff.id):
        access.end_post(post_id=post.id, by=make.BY, at=clock.now())


def test_a_form_sent_after_the_session_of_staff_ended_keeps_what_was_typed(lead, day):
    helper = f"/diem/{day.session_id}/nguoi-giup"
    late = Client().post(helper, TYPED, **OWN)
    assert late.status_code == 403
    assert hidden(text(late)) == TYPED
    assert f'href="/dieu-phoi/dang-nhap?tiep={helper}" target="_blank"' in text(late)
    assert "Nguyễn Thị Giúp Việc" in text(lead.post(helper, hidden(text(late)), **OWN))


def test_a_form_of_another_site_only_meets_the_door(day):
    late = Client().post(f"/diem/{day.session_id}/nguoi-giup", TYPED, HTTP_SEC_FETCH_SITE="cross-site")
    assert late.status_code == 302
    assert late["Location"].startswith("/dieu-phoi/dang-nhap")


def test_whose_post_ended_while_the_form_was_open_keeps_what_was_typed_and_is_told_whom_to_ask(lead, day, hour):
    helper = f"/diem/{day.session_id}/nguoi-giup"
    end_posts(lead)
    hour.on(minutes=1)
    refused = lead.post(helper, TYPED, **OWN)
    assert refused.status_code == 403
    assert hidden(text(refused)) == TYPED
    assert "Hỏi người phụ trách; được giao lại rồi thì bấm Gửi lại." in text(refused)


def test_a_desk_is_told_apart_that_its_post_ended_and_that_another_sits_there(lead, day, hour, signed_in):
    state = f"/diem/{day.session_id}/tinh-hinh"
    another = signed_in(day.site_id, "reception")
    taken = another.get(state, HTTP_KHIEN_STAFF=str(lead.staff.id))
    assert (taken.status_code, taken.has_header("Khien-Barred")) == (403, False)
    end_posts(lead)
    hour.on(minutes=1)
    ended = lead.get(state, HTTP_KHIEN_STAFF=str(lead.staff.id))
    assert (ended.status_code, ended["Khien-Barred"]) == (403, "1")


def test_a_second_persons_password_is_never_put_in_a_page(lead, day):
    told = {"reason": "Ghi nhầm tay", "second_username": "bacsi", "second_password": "mật khẩu riêng"}
    late = Client().post(f"/diem/{day.session_id}/nguoi-giup", told, **OWN)
    assert late.status_code == 302
    kept = Client().post(f"/diem/{day.session_id}/nguoi-giup", {**told, "second_password": ""}, **OWN)
    assert hidden(text(kept))["reason"] == "Ghi nhầm tay"


@pytest.mark.parametrize(("address", "role", "home"), [("/diem/", "administrator", "/dieu-phoi/"), ("/mcc/", "administrator", "/dieu-phoi/"), ("/mcc/", "reception", "/diem/")])
def test_who_opens_another_ones_desk_is_shown_the_way_to_their_own(address, role, home):
    client = browser_of(make.make_staff(role, scope=make.NATION))
    refused = client.get(address)
    assert refused.status_code == 403
    assert re.findall(r'href="([^"]+)"[^>]*>\s*Về trang làm việc của tôi', text(refused)) == [home]
    assert client.get(home).status_code == 200
