"""A hand that clicks twice: the second click never falls on the next person's key."""

from khien.visits import queries
from tests import make
from tests.journeys.steps import Desks
from tests.journeys.town import Town
from tests.make_day import make_day, make_visit


def test_a_double_click_that_lets_one_person_go_keeps_the_next_one_watched(town: Town) -> None:
    day = make_day(at=make.AT)
    first, second = (make_visit(day, state="dosed") for _ in range(2))
    town.later(minutes=45)
    desks = Desks(town.seat(make.make_staff("point_lead", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}")
    page = desks.page
    desks.desk(4)
    desks.sees("Theo dõi: 2 người, 2 người đủ giờ")
    box = page.locator(".kh-watch__go").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    desks.sees("Theo dõi: 1 người")
    town.until(lambda: page.locator(".kh-watch__go").first.bounding_box() == box, "the next person's key stands where the first one's stood")
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    desks.synced()
    states = sorted(queries.visit(one.visit.visit_id).state for one in (first, second))
    assert states == ["dosed", "observed"]
    # and one click more is meant for whoever is first now
    page.locator(".kh-watch__go").first.click()
    desks.sees("Theo dõi: 0 người")


def test_a_double_click_at_reception_receives_once_and_signs_nothing(town: Town) -> None:
    day = make_day(at=make.AT, mode="open")
    person = make.make_person("Lê Văn Đúp Thử")
    desks = Desks(town.seat(make.make_staff("point_lead", scope=make.site_scope(day.site_id))), f"/diem/{day.session_id}")
    desks.scan("Lê Văn Đúp Thử")
    desks.sees("Tiếp đón, lấy số")
    desks.page.get_by_role("button", name="Tiếp đón, lấy số").click()
    desks.sees("Đã đón, số 1", "Đồng ý tiêm")
    box = desks.page.locator("[data-main]").bounding_box()
    desks.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    desks.page.mouse.down(click_count=2)
    desks.page.mouse.up(click_count=2)
    desks.synced()
    (card,) = queries.visits_of_session(day.session_id)
    assert (card.person_id, card.state) == (person, "checked_in")
