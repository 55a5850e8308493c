"""The door of staff, and one's own account."""

import pytest
from django.test import Client

from khien.access import actions as access
from khien.access import queries as staff_reads
from khien.kernel.refs import Scope
from tests import make
from tests.surfaces.command.desk import browser_of, read, send, words

DOOR = "/dieu-phoi/dang-nhap"


def account(username: str = "can.bo") -> tuple[str, str]:
    """An account with a post; gives its id and the secret of its codes."""
    made = access.add_staff(username=username, full_name="Nguyễn Thị Thử", password=make.PASSWORD, by=make.BY, at=make.AT)
    access.give_post(staff_id=made.staff_id, role="planner", scope=Scope("nation"), office="Bộ thử", by=make.BY, at=make.AT)
    return str(made.staff_id), made.totp_secret


def code(secret: str) -> str:
    import pyotp

    from khien.kernel import clock

    return pyotp.TOTP(secret).at(clock.now())


def test_an_officer_enters_with_account_password_and_code_and_comes_to_the_board(db):
    _id, secret = account()
    answer = Client().post(DOOR, {"username": "can.bo", "password": make.PASSWORD, "totp": code(secret)})
    assert answer.status_code == 302
    assert answer["Location"] == "/dieu-phoi/"


def test_the_answer_is_the_same_whichever_is_wrong(db):
    _id, secret = account()
    tries = [
        {"username": "khong.co", "password": make.PASSWORD, "totp": "000000"},
        {"username": "can.bo", "password": "mat khau sai roi", "totp": code(secret)},
        {"username": "can.bo", "password": make.PASSWORD, "totp": "000000"},
    ]
    said = set()
    for told in tries:
        answer = Client().post(DOOR, told)
        assert answer.status_code == 200
        said.add(words(answer).split("Tài khoản")[0])
    assert len(said) == 1


def test_the_page_that_was_wanted_opens_after_the_door(db):
    _id, secret = account()
    away = Client().get("/dieu-phoi/buoi")
    assert away["Location"] == f"{DOOR}?tiep=/dieu-phoi/buoi"
    answer = Client().post(f"{DOOR}?tiep=/dieu-phoi/buoi", {"username": "can.bo", "password": make.PASSWORD, "totp": code(secret)})
    assert answer["Location"] == "/dieu-phoi/buoi"


def test_signing_out_forgets_who_sat_here(db):
    client = browser_of(make.make_staff("planner"))
    assert client.get("/dieu-phoi/").status_code == 200
    client.post("/dieu-phoi/thoat")
    assert client.get("/dieu-phoi/").status_code == 302


def test_my_account_names_my_posts_and_takes_a_new_password_only_from_me(db):
    staff_id, secret = account()
    client = browser_of(staff_reads.staff_ref(make.UUID(staff_id), at=make.AT))
    assert "toàn quốc" in read(client, "/toi")
    told = {"act": "password", "password": "sai mat khau cu", "fresh": "trang ram thang gieng", "totp": code(secret)}
    assert "Đã đổi mật khẩu" not in words(send(client, "/toi", **told))
    answer = send(client, "/toi", **(told | {"password": make.PASSWORD}))
    assert "Đã đổi mật khẩu" in words(answer)


def test_my_language_is_kept(db):
    client = browser_of(make.make_staff("planner"))
    send(client, "/toi", act="language", language="en")
    assert "Board" in read(client, "/")


@pytest.mark.parametrize(
    ("role", "home"),
    [
        ("safety_officer", "/dieu-phoi/an-toan"), ("safety_council", "/dieu-phoi/an-toan"), ("signer", "/dieu-phoi/ky"), ("stock_keeper", "/dieu-phoi/"),
        ("supervisor", "/dieu-phoi/"), ("contact_agent", "/mcc/"), ("organization_clerk", "/to-chuc/danh-sach"),
    ],
)  # fmt: skip
def test_each_post_begins_at_a_page_that_opens_and_a_closed_one_leads_back_there(db, role, home):
    made = access.add_staff(username="can.bo", full_name="Nguyễn Thị Thử", password=make.PASSWORD, by=make.BY, at=make.AT)
    access.give_post(staff_id=made.staff_id, role=role, scope=Scope("nation"), office="Bộ thử", by=make.BY, at=make.AT)
    client = Client()
    answer = client.post(DOOR, {"username": "can.bo", "password": make.PASSWORD, "totp": code(made.totp_secret)})
    assert answer["Location"] == home
    assert client.get(home).status_code == 200
    closed = client.get("/dieu-phoi/")
    if closed.status_code == 403:
        assert f'href="{home}"' in closed.content.decode()
