"""The pages that everyone opens on the same morning stay cheap: few statements, and nothing drawn twice that is the same for all."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import khien.surfaces
from khien.certificates import queries as certificates
from tests import make_book

TEMPLATES = Path(next(iter(khien.surfaces.__path__)))

# What each page asks beyond the one statement of the family: free places; names of the points.
MOST = {"person": 2, "history": 2, "certificates": 2}


@pytest.mark.parametrize("name", MOST)
def test_a_page_of_the_book_reads_the_family_in_one_statement(client, family, name):
    page = reverse(f"healthbook:{name}", kwargs={"person": family.grandmother})
    client.get(page)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(page).status_code == 200
    assert len(seen) <= MOST[name], [query["sql"][:90] for query in seen]


def test_who_holds_a_certificate_reads_no_more_and_sees_what_it_says(client, family):
    make_book.make_certified(family.own)
    page = reverse("healthbook:person", kwargs={"person": family.own})
    client.get(page)
    with CaptureQueriesContext(connection) as seen:
        told = client.get(page).content.decode()
    assert len(seen) == 1, [query["sql"][:90] for query in seen]
    view = certificates.view(certificates.of_person(family.own)[0].id)
    number, size = view.fields.dose_number.split("/")
    assert f"{number} trong {size} mũi" in told


def test_the_first_look_at_the_first_book_writes_nothing(client, family):
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/so/").status_code == 200
    assert not [query["sql"][:60] for query in seen if not query["sql"].lstrip().startswith("SELECT")]


def test_the_bar_says_which_page_is_open(client, family):
    for name, tab in (("person", "/so/"), ("certificates", "/so/chung-nhan")):
        page = client.get(reverse(f"healthbook:{name}", kwargs={"person": family.grandmother})).content.decode()
        assert f'<a href="{tab}" aria-current="page">' in page
        assert page.count('aria-current="page"') == 1


def test_the_frame_drawn_once_speaks_the_language_of_each_page(client, family):
    page = reverse("healthbook:person", kwargs={"person": family.grandmother})
    client.get(page)
    client.cookies["khien_lang"] = "en"
    told = client.get(page).content.decode()
    assert "Đến nội dung chính" not in told
    client.cookies["khien_lang"] = "vi"
    assert "Đến nội dung chính" in client.get(page).content.decode()


def test_what_is_drawn_once_for_all_is_never_given_anything_about_a_person():
    calls = [call for path in TEMPLATES.rglob("*.html") for call in re.findall(r"still\(([^{}]*?)\) }}", path.read_text())]
    assert sorted(calls) == [
        "fields.empty, kind", "foot_words, demo()", 'header_words, book, hotlines()["ministry"]', "page.practice", "page.skip", 'page.tabbar, tab|default("")'
    ]  # fmt: skip


def test_an_address_with_ids_is_the_one_that_the_routes_give(family):
    from khien.surfaces.web.jinja import url

    for person in (family.grandmother, family.child):
        assert url("healthbook:person", person=person) == reverse("healthbook:person", kwargs={"person": person})
        there = {"person": person, "record": family.grandmother}
        assert url("healthbook:dose", **there) == reverse("healthbook:dose", kwargs=there)
