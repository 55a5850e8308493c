"""Sign-in: one answer whichever is wrong, each one-time code once, tries braked, helpers for a session only."""

from datetime import timedelta

import pyotp
import pytest
from django.test import override_settings

from khien.access import actions, devices, queries
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from tests import make

pytestmark = pytest.mark.usefixtures("db")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NAME = "lan.truong"


def account(*roles: str, scope: Scope = make.NATION):
    added = actions.add_staff(
        username=NAME, full_name="Phạm Thị Lan Thử", password=make.PASSWORD, by=make.BY, at=make.AT, totp_secret=SECRET
    )
    for role in roles or ("planner",):
        actions.give_post(staff_id=added.staff_id, role=role, scope=scope, by=make.BY, at=make.AT)
    return added.staff_id


def sign_in(*, username=NAME, password=make.PASSWORD, totp=None, at=make.AT, device="tablet", **more):
    totp = pyotp.TOTP(SECRET).at(at) if totp is None else totp
    return actions.sign_in(username=username, password=password, totp=totp, device=device, at=at, **more)


def refusal(**facts) -> str:
    with pytest.raises(Refused) as refused:
        sign_in(**facts)
    return f"{refused.value.code} {refused.value.facts}"


def test_password_and_code_open_the_posts_in_force():
    staff_id = account("planner", "reporter")
    found = sign_in(username="  Lan.Truong ")
    assert (found.id, {post.role for post in found.posts}) == (staff_id, {"planner", "reporter"})


def test_the_answer_is_the_same_whichever_is_wrong():
    account()
    answers = {
        refusal(password="sai"), refusal(totp="000000"), refusal(totp=""), refusal(username="khong.co"),
        refusal(username="khong.co", password="sai", totp="000000"), refusal(totp="abc"), refusal(totp="", enrolled="khong co"),
    }  # fmt: skip
    assert answers == {"access.sign_in_failed {}"}


def test_a_one_time_code_is_used_once():
    account()
    code = pyotp.TOTP(SECRET).at(make.AT)
    sign_in(totp=code)
    assert refusal(totp=code).startswith("access.sign_in_failed")
    later = make.AT + timedelta(seconds=30)
    assert refusal(totp=code, at=later).startswith("access.sign_in_failed")
    assert sign_in(at=later)


def test_a_clock_half_a_minute_off_still_signs_in_and_no_more():
    account()
    before, after = (pyotp.TOTP(SECRET).at(make.AT + timedelta(seconds=s)) for s in (-30, 30))
    assert refusal(totp=pyotp.TOTP(SECRET).at(make.AT + timedelta(seconds=95))).startswith("access.sign_in_failed")
    assert sign_in(totp=before)
    assert sign_in(totp=after)


def test_wrong_tries_are_braked_and_the_brake_ends():
    account()
    for _ in range(10):
        assert refusal(password="sai").startswith("access.sign_in_failed")
    assert refusal().startswith("plumbing.too_many_tries")
    assert sign_in(device="another tablet")
    assert sign_in(at=make.AT + timedelta(minutes=16))


def test_colleagues_behind_one_address_all_sign_in_while_those_who_guess_there_are_braked():
    account()
    moments = [make.AT + timedelta(seconds=30 * turn) for turn in range(25)]
    assert all(sign_in(at=moment, device="10.0.0.7") for moment in moments)
    for _ in range(10):
        assert refusal(password="sai", device="10.0.0.7").startswith("access.sign_in_failed")
    assert refusal(device="10.0.0.7", at=moments[-1]).startswith("plumbing.too_many_tries")


def test_who_guesses_behind_a_hospitals_address_or_from_everywhere_closes_no_enrolled_desk():
    account("injector")
    _, secret = devices.enrol(name="Máy 1", site_id=None, by=make.BY, at=make.AT)
    for turn in range(60):
        assert refusal(password="sai", device=f"10.0.0.{turn % 8}", username="ai" if turn % 8 == 7 else NAME)
    assert refusal(device="10.0.0.1").startswith("plumbing.too_many_tries")
    assert sign_in(device="10.0.0.1", enrolled=secret)
    for _ in range(10):
        assert refusal(password="sai", device="10.0.0.1", enrolled=secret).startswith("access.sign_in_failed")
    assert refusal(device="10.0.0.1", enrolled=secret, at=make.AT + timedelta(seconds=30)).startswith("plumbing.too_many_tries")


def test_a_closed_account_cannot_sign_in():
    staff_id = account()
    actions.close_staff(staff_id=staff_id, reason="nghỉ việc", by=make.BY, at=make.AT)
    assert refusal().startswith("access.sign_in_failed")
    assert queries.staff_ref(staff_id, at=make.AT) is None


def test_an_account_without_a_post_is_told_so():
    staff_id = account()
    post = queries.staff_ref(staff_id, at=make.AT).posts[0]
    actions.end_post(post_id=post.id, by=make.BY, at=make.AT)
    assert refusal().startswith("access.no_post")


def test_desk_staff_need_no_code_on_an_enrolled_device_and_leads_do():
    account("injector")
    device, secret = devices.enrol(name="Máy 1", site_id=None, by=make.BY, at=make.AT)
    assert sign_in(totp="", enrolled=secret)
    devices.revoke(device_id=device.id, by=make.BY, at=make.AT)
    assert refusal(totp="", enrolled=secret).startswith("access.sign_in_failed")


def test_a_lead_needs_the_code_even_on_an_enrolled_device():
    account("point_lead")
    _, secret = devices.enrol(name="Máy 1", site_id=None, by=make.BY, at=make.AT)
    assert refusal(totp="", enrolled=secret).startswith("access.sign_in_failed")


def admitted(role="reception", **more):
    session = make.make_site()  # any id stands for the session: it belongs to a later room
    badge = actions.admit_helper(session_id=session, full_name="Nguyễn Văn Giúp", role=role, by=make.BY, at=make.AT, **more)
    _, secret = devices.enrol(name="Máy 1", site_id=None, by=make.BY, at=make.AT)
    return session, badge, secret


def test_a_helper_signs_in_with_badge_and_pin_for_this_session_only():
    session, badge, secret = admitted()
    found = actions.sign_in_badge(badge=badge.badge_code, pin=badge.pin, device=secret, at=make.AT)
    assert [(post.role, post.scope) for post in found.posts] == [("reception", Scope("session", str(session)))]


def test_a_helper_whose_session_ended_cannot_sign_in():
    session, badge, secret = admitted()
    assert actions.end_session_posts(session_id=session, by=make.BY, at=make.AT) == 1
    with pytest.raises(Refused, match=r"access\.no_post"):
        actions.sign_in_badge(badge=badge.badge_code, pin=badge.pin, device=secret, at=make.AT)


def test_a_helpers_post_ends_by_itself_at_the_end_of_the_day():
    _, badge, secret = admitted()
    with pytest.raises(Refused, match=r"access\.no_post"):
        actions.sign_in_badge(badge=badge.badge_code, pin=badge.pin, device=secret, at=make.AT + timedelta(hours=18))


def test_badge_and_pin_work_on_enrolled_devices_only():
    _, badge, secret = admitted()
    with pytest.raises(Refused, match=r"access\.device_not_enrolled"):
        actions.sign_in_badge(badge=badge.badge_code, pin=badge.pin, device="khac", at=make.AT)
    for wrong in ({"pin": "x"}, {"badge": "12345678901"}, {"badge": ""}):
        with pytest.raises(Refused, match=r"access\.sign_in_failed"):
            actions.sign_in_badge(**{"badge": badge.badge_code, "pin": badge.pin, "device": secret, "at": make.AT} | wrong)


def test_nobody_is_admitted_as_a_lead():
    with pytest.raises(Refused, match=r"access\.not_a_desk_role"):
        admitted(role="point_lead")


def test_codes_are_told_in_a_demo_only():
    account()
    assert actions.totp_now(NAME, at=make.AT) == pyotp.TOTP(SECRET).at(make.AT)
    with override_settings(DEMO=False), pytest.raises(Refused, match=r"access\.demo_only"):
        actions.totp_now(NAME, at=make.AT)
