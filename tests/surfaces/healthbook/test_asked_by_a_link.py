"""The question behind the link of a follow-up message, without signing in."""

from datetime import timedelta

import pytest
from django.test import Client

from khien.kernel import clock
from khien.safety import actions, queries
from khien.visits import queries as visits
from tests import make
from tests.make_day import make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def asked():
    """A question of day 1 to somebody injected today, with its link's token."""
    at = clock.now()
    made = make_visit(make_day(on=clock.on_date(at), at=at), state="dosed", person_id=make.make_person("Trần Thị Mận", at=at), at=at)
    planned = actions.plan_follow_up(record_id=visits.visit(made.visit).record_id, day=1, by=make.BY, at=at, randomness=lambda: "mot-hai-ba-4")
    return made, planned


def test_the_link_asks_by_the_given_name_only_and_keeps_an_answer_of_well(asked):
    client = Client()
    page = client.get("/so/tham/mot-hai-ba-4")
    assert "Mận thấy thế nào hôm nay?" in page.text
    assert "Trần Thị" not in page.text
    done = client.post("/so/tham/mot-hai-ba-4", {"face": "well"})
    assert done.status_code == 302
    assert "Không có dấu hiệu bất thường" in client.get("/so/tham/mot-hai-ba-4").text
    assert queries.follow_up(asked[1].id).answer == "well"


def test_a_danger_sign_says_115_at_once_and_becomes_a_reaction(asked):
    client = Client()
    client.post("/so/tham/mot-hai-ba-4", {"danger": ["breathing"], "since": "now"})
    text = client.get("/so/tham/mot-hai-ba-4").text
    assert "Gọi 115 ngay" in text
    (reaction,) = queries.reactions(asked[0].person_id)
    assert (reaction.source, reaction.urgency) == ("follow_up", "P1")
    client.post("/so/tham/mot-hai-ba-4", {"usual": ["fever"]})
    assert len(queries.reactions(asked[0].person_id)) == 2


def test_nothing_ticked_is_asked_again_and_who_wants_no_questions_is_heard(asked):
    client = Client()
    assert "Mời chọn một khuôn mặt" in client.post("/so/tham/mot-hai-ba-4", {}).text
    client.post("/so/tham/mot-hai-ba-4", {"act": "stop"})
    assert queries.wants_none(asked[0].person_id)
    assert "đã ghi" in client.get("/so/tham/mot-hai-ba-4").text


def test_a_wrong_and_an_old_link_look_the_same(asked):
    client = Client()
    wrong = client.get("/so/tham/bon-nam-sau-7")
    clock.shift_by(lambda: timedelta(days=30))
    try:
        old = client.get("/so/tham/mot-hai-ba-4")
    finally:
        clock.shift_by(timedelta)
    assert (wrong.status_code, old.status_code) == (404, 404)
    assert "hết hạn" in old.text
    assert wrong.text.replace("bon-nam-sau-7", "") == old.text.replace("mot-hai-ba-4", "")


def test_who_guesses_links_is_braked_and_whoever_holds_one_behind_the_same_address_is_still_heard(asked):
    """A carrier puts thousands of phones behind one address: none of them may be kept from saying that they cannot breathe."""
    stranger, client = Client(), Client()
    answers = [stranger.get(f"/so/tham/bon-nam-sau-{n}").status_code for n in range(62)]
    assert (answers[0], answers[-1]) == (404, 409)
    assert {client.get("/so/tham/mot-hai-ba-4").status_code for _ in range(62)} == {200}
    client.post("/so/tham/mot-hai-ba-4", {"danger": ["breathing"], "since": "now"})
    assert "Gọi 115 ngay" in client.get("/so/tham/mot-hai-ba-4").text
