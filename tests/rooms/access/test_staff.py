"""Accounts and posts: who is given what, where, until when; what an administrator of one province may not do."""

from datetime import timedelta

import pytest

from khien.access import actions, commands, permissions, queries
from khien.access.models import Staff
from khien.access.roles import PERMISSIONS, ROLES
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts, Scope
from tests import make

pytestmark = pytest.mark.usefixtures("db")
HCMC, HANOI = Scope("province", "79", "2021"), Scope("province", "01", "2021")


def add(username="le.van", **more):
    return actions.add_staff(username=username, full_name="Lê Văn Thử", password=make.PASSWORD, by=make.BY, at=make.AT, **more)


def test_two_people_never_share_an_account():
    add()
    with pytest.raises(Refused, match=r"access\.username_taken"):
        add(" Le.Van ")


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "le.van2021x"])
def test_a_guessable_password_is_refused(password):
    with pytest.raises(Refused, match=r"access\.password_weak"):
        actions.add_staff(username="le.van", full_name="Lê Văn Thử", password=password, by=make.BY, at=make.AT)


@pytest.mark.parametrize("username", ["ab", "lê văn", "a b c", "x" * 61])
def test_an_account_name_is_plain_letters(username):
    with pytest.raises(Refused, match=r"access\.username_bad"):
        add(username)


def test_secrets_of_staff_are_not_kept_in_the_open():
    added = add(phone="0912000001")
    row = Staff.objects.get(id=added.staff_id)
    assert make.PASSWORD not in row.password
    assert added.totp_secret.encode() not in bytes(row.totp_cipher)
    assert b"912000001" not in bytes(row.phone_cipher)


def test_a_post_holds_in_its_days_only():
    staff_id = add().staff_id
    actions.give_post(
        staff_id=staff_id, role="planner", scope=HCMC, by=make.BY, at=make.AT, starts_at=make.AT + timedelta(days=1),
        ends_at=make.AT + timedelta(days=2),
    )  # fmt: skip
    held = [bool(queries.staff_ref(staff_id, at=make.AT + timedelta(days=days)).posts) for days in (0, 1, 2)]
    assert held == [False, True, False]


@pytest.mark.parametrize(("change", "code"), [
    ({"role": "king"}, "access.unknown_role"),
    ({"scope": Scope("province", "99", "2021")}, "access.unknown_place"),
    ({"scope": Scope("site", "not an id")}, "access.unknown_place"),
    ({"scope": Scope("galaxy")}, "access.unknown_place"),
    ({"ends_at": make.AT}, "access.ends_before_start"),
])  # fmt: skip
def test_a_post_that_makes_no_sense_is_refused(change, code):
    with pytest.raises(Refused, match=code):
        actions.give_post(
            **{"staff_id": add().staff_id, "role": "planner", "scope": HCMC, "by": make.BY, "at": make.AT} | change
        )


def test_closing_an_account_ends_its_posts_and_keeps_its_name_on_what_it_did():
    staff = make.make_staff("planner", scope=HCMC)
    actions.close_staff(staff_id=staff.id, reason="Nghỉ việc", by=make.BY, at=make.AT)
    assert queries.staff_card(staff.id, at=make.AT + timedelta(seconds=1)).posts == ()
    assert queries.names([staff.id])[staff.id]
    actions.reopen_staff(staff_id=staff.id, reason="Trở lại", by=make.BY, at=make.AT)
    assert queries.staff_ref(staff.id, at=make.AT + timedelta(seconds=1)).posts == ()


def test_who_manages_one_province_gives_posts_inside_it_only():
    site = make.site_scope(make.make_site())
    actions.check_may_give([HCMC], HCMC)
    actions.check_may_give([HCMC], Scope("district", "765", "2021"))
    actions.check_may_give([HCMC], site)
    actions.check_may_give([make.NATION], make.NATION)
    for outside in (HANOI, make.NATION, Scope("district", "001", "2021")):
        with pytest.raises(Refused, match=r"access\.place_not_yours"):
            actions.check_may_give([HCMC], outside)


def test_the_staff_list_shows_whom_this_office_manages():
    site = make.make_site()
    here, there = make.make_staff("injector", scope=make.site_scope(site)), make.make_staff("planner", scope=HANOI)
    seen = [card.id for card in queries.staff_list(scopes=[HCMC], at=make.AT)]
    assert here.id in seen
    assert there.id not in seen
    assert [card.id for card in queries.staff_at(make.site_scope(site), roles=["injector"], at=make.AT)] == [here.id]


def test_staff_are_found_by_part_of_the_name_without_accents():
    staff_id = add(title="Y sĩ").staff_id
    assert [card.id for card in queries.staff_list(text="le van thu", at=make.AT)] == [staff_id]


def test_a_permission_at_one_place_is_none_at_another():
    staff = make.make_staff("planner", scope=HCMC)
    assert staff.may("plan.sessions", PlaceFacts(province_2021="79"))
    assert not staff.may("plan.sessions", PlaceFacts(province_2021="01"))
    assert not staff.may("plan.sessions", PlaceFacts())
    assert not staff.may("visit.dose", PlaceFacts(province_2021="79"))
    assert staff.scopes("plan.sessions") == (HCMC,)


def test_every_right_names_known_roles_and_every_role_has_a_right():
    named = set().union(*PERMISSIONS.values())
    assert named == set(ROLES)
    with pytest.raises(LookupError):
        permissions.known("no.such_right")


def test_the_operator_makes_an_administrator_who_can_sign_in(capsys):
    assert commands.create_admin(["quan.tri", "Trần Thị Thử", "--generate"]) == 0
    lines = capsys.readouterr().out.splitlines()
    password = lines[0].rsplit(" ", 1)[1]
    assert commands.totp(["quan.tri"]) == 0
    code = capsys.readouterr().out.strip()
    from khien.kernel import clock

    found = actions.sign_in(username="quan.tri", password=password, totp=code, device="x", at=clock.now())
    assert [(post.role, post.scope.kind) for post in found.posts] == [("administrator", "nation")]


def test_the_operator_is_told_why_an_account_was_not_made(capsys):
    add()
    assert commands.create_admin(["le.van", "Lê Văn Thử", "--generate"]) == 1
    assert "already exists" in capsys.readouterr().err
    assert commands.totp(["khong.co"]) == 1
