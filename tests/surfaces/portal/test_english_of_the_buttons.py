"""What is pressed or chosen says in English what it does; words that also name a step of a story read as already done there."""

from django.test import Client

from .steps import answer, send


def text(response) -> str:
    return response.content.decode()


def english() -> Client:
    client = Client()
    client.cookies["khien_lang"] = "en"
    return client


def test_whom_one_registers_is_named_and_not_what_is_theirs(db):
    client = english()
    answer(client, {"cho-ai": {"whom": "relative"}}, until="nguoi-giup")
    page = text(client.get("/dang-ky/nguoi-giup"))
    assert "The person to be vaccinated is" in page
    assert "My child<" in page
    assert "My grandparent<" in page


def test_the_health_questions_are_answered_with_yes_or_no_and_the_look_at_all_says_whom_it_is_about(db):
    client = english()
    page = text(answer(client, until="suc-khoe"))
    assert ">Yes<" in page
    assert ">No<" in page
    assert ">None<" not in page
    assert ">Person to be vaccinated<" in text(answer(client))


def test_the_code_of_a_registration_is_confirmed_or_skipped(db):
    client = english()
    answer(client)
    page = text(send(client))
    assert "Confirm your phone number" in page
    assert ">Skip</button>" in page


def test_a_sex_that_is_right_is_left_as_it_is(db):
    assert ">No change<" in text(english().get("/sua-sai/sai-thong-tin"))
