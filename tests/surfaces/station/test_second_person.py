"""A dose of a closed day is struck out at the point: a second person agrees, and one who may not is told so by name."""

from datetime import timedelta

import pyotp
import pytest

from khien.access import actions as access
from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.visits import actions as visits
from khien.visits import queries
from tests import make
from tests.make_day import make_visit

pytestmark = pytest.mark.usefixtures("db")


def second(role, scope):
    made = access.add_staff(username="nguoi.hai", full_name="Nguyễn Thị Hai", password=make.PASSWORD, by=make.BY, at=clock.now())
    access.give_post(staff_id=made.staff_id, role=role, scope=scope, office="Nơi thử", by=make.BY, at=clock.now())
    return {"second_username": "nguoi.hai", "second_password": make.PASSWORD, "second_totp": pyotp.TOTP(made.totp_secret).at(clock.now())}


@pytest.mark.parametrize(("role", "agreed"), [("screener", False), ("list_keeper", True), ("list_keeper far away", False)])
def test_a_dose_of_a_closed_day_is_struck_out_with_a_second_person_who_may_and_no_other(lead, day, hour, role, agreed):
    made = make_visit(day, state="closed")
    visits.close_session(session_id=day.session_id, by=make.BY, at=make.AT + timedelta(hours=3))
    hour.on(minutes=240)
    scope = Scope("province", make.OTHER_PROVINCE if "far" in role else "79", "2021")
    told = second(role.split()[0], make.site_scope(day.site_id) if role == "screener" else scope)
    page = f"/diem/{day.session_id}/sua/{made.visit.visit_id}"
    answer = lead.post(page, {"act": "cancel_dose", "reason": "Không tiêm mũi này"} | told)
    text = answer.content.decode()
    assert ("Người thứ hai không được sửa hồ sơ ở điểm này" in text) is not agreed
    assert (queries.visit(made.visit).record_id is None) is agreed
    assert make.PASSWORD not in text
