"""The frame that every surface shares: pages, errors, language, fields, static files."""

import gzip
import re
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, HttpResponseNotAllowed
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation

from khien.kernel.errors import Refused
from khien.surfaces.web import assets, banners, errors, icons
from khien.surfaces.web.forms import BirthField, DayField, PageForm
from tests.weight import first_load

WEB = Path(assets.__file__).parent


class Asked(PageForm):
    name = forms.CharField(label="Họ và tên", max_length=80)
    born = BirthField(label="Ngày sinh")
    sex = forms.ChoiceField(label="Giới tính", choices=[("m", "Nam"), ("f", "Nữ")], widget=forms.RadioSelect)
    groups = forms.MultipleChoiceField(
        label="Nhóm", choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple, required=False
    )
    note = forms.CharField(label="Ghi chú", required=False)
    wished = DayField(label="Ngày muốn tiêm", required=False, earliest=date(2021, 12, 1))


def _draw(source: str, **context: object) -> str:
    request = RequestFactory().get("/dang-ky/ten?xep=ten")
    head = '{% import "macros/ask.html" as ask %}{% import "macros/tell.html" as tell %}{% import "macros/act.html" as act %}'
    env = engines["jinja2"].env
    return env.from_string(head + source).render({"request": request, **context})


def _value(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)
    assert found, html
    return found[1]


def test_what_was_typed_stays_when_a_form_comes_back():
    form = Asked(
        {"name": "Trần <Thị> Mận", "born_day": "27", "born_month": "31", "born_year": "1951", "sex": "f", "groups": ["b"]}
    )
    html = _draw(
        '{{ ask.text(form["name"]) }}{{ ask.day(form["born"]) }}{{ ask.radios(form["sex"]) }}{{ ask.checkboxes(form["groups"]) }}',
        form=form,
    )
    assert "Trần &lt;Thị&gt; Mận" in html
    assert [_value(html, f"born_{part}") for part in ("day", "month", "year")] == ["27", "31", "1951"]
    assert re.findall(r'value="(\w)" checked', html) == ["f", "b"]


def test_the_error_names_the_remedy_and_marks_the_one_box_that_is_wrong():
    form = Asked({"name": "A", "born_day": "27", "born_month": "31", "born_year": "1951", "sex": "f"})
    html = _draw('{{ ask.summary(form) }}{{ ask.day(form["born"]) }}', form=form)
    assert '<a href="#born_month">Tháng phải từ 1 đến 12</a>' in html
    assert len(re.findall(r'aria-invalid="true"', html)) == 1
    assert "kh-input--bad" in re.search(r'<input[^>]*id="born_month"[^>]*>', html)[0]


@pytest.mark.parametrize(
    ("typed", "given"),
    [(("27", "3", "1951"), (1951, 3, 27)), (("", "3", "1951"), (1951, 3, None)), (("", "", "1951"), (1951, None, None))],
)
def test_a_birth_date_may_be_known_by_its_year_only(typed, given):
    data = dict(zip(("born_day", "born_month", "born_year"), typed, strict=True))
    form = Asked({"name": "A", "sex": "f", **data})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == given


def test_nobody_is_born_in_a_year_to_come_but_a_wished_day_may_lie_there():
    coming = str(date.today().year + 1)  # the page's own clock is today's
    form = Asked({"name": "A", "sex": "f", "born_year": coming, "wished_day": "1", "wished_month": "1", "wished_year": coming})
    assert form.errors.as_data()["born"][0].code == "year"
    assert "wished" not in form.errors


def test_thirty_first_of_april_is_refused_by_its_day():
    form = Asked({"name": "A", "sex": "f", "born_day": "31", "born_month": "4", "born_year": "1990"})
    assert form.errors["born"] == ["Tháng 4/1990 không có ngày 31"]
    assert form.errors.as_data()["born"][0].code == "day"


@pytest.mark.parametrize("part", ["day", "month", "year"])
def test_thousands_of_digits_in_one_box_of_a_date_are_no_error_of_ours(part):
    form = Asked({"name": "A", "sex": "f", "born_day": "1", "born_month": "4", "born_year": "1990", f"born_{part}": "1" * 5000})
    assert form.errors.as_data()["born"][0].code == part


def test_an_empty_field_is_asked_for_by_its_name_in_both_languages():
    assert Asked({}).errors["name"] == ["Mời ghi họ và tên"]
    assert Asked({}).errors["sex"] == ["Mời chọn giới tính"]
    with translation.override("en"):
        assert Asked({}).errors["name"][0].startswith("Please enter")


def test_a_refusal_stands_beside_its_field_in_words():
    form = Asked({"name": "A", "sex": "f", "born_year": "1990"}).refused(Refused("nowhere.nothing"), "name")
    assert "1900 9095" in form.errors["name"][0]


def test_printing_an_absent_name_is_heard_but_asking_is_allowed():
    assert _draw("{% if absent %}yes{% else %}no{% endif %}") == "no"
    with pytest.raises(Exception, match="absent"):
        _draw("{{ absent }}")


def test_a_page_carries_each_pictogram_once_and_a_fragment_carries_its_own():
    page = _draw("{{ sprite }}{{ icon('check') }}{{ icon('check') }}{{ icon('warn') }}")
    assert re.findall(r'<symbol id="i-(\w+)"', page) == ["check", "warn"]
    fragment = _draw("{{ icon('check') }}")
    assert "<use" not in fragment
    assert icons.ICONS["check"] in fragment


def test_a_lone_percent_sign_in_a_sentence_needs_no_doubling():
    assert _draw("{{ _('còn 5 % số liều') }}") == "còn 5 % số liều"
    assert _draw("{{ _('còn %(n)s %% số liều', n=5) }}") == "còn 5 % số liều"
    assert _draw("{% trans %}đủ 100 % rồi{% endtrans %}") == "đủ 100 % rồi"


@pytest.mark.parametrize("status", sorted(errors.WORDS))
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_error_says_what_to_do_next(status, lang):
    with translation.override(lang):
        response = errors.page(RequestFactory().get("/dieu-phoi/kho"), status)
        html = response.content.decode()
        assert response.status_code == status
        assert f'<html lang="{lang}">' in html
        assert str(errors.WORDS[status].head) in html
        assert ("Làm gì tiếp theo" if lang == "vi" else "What to do next") in html
        assert 'href="/dieu-phoi/"' in html


def test_a_form_kept_open_too_long_says_how_to_keep_what_was_typed():
    html = errors.csrf_failure(RequestFactory().post("/dang-ky")).content.decode()
    assert "những gì đã gõ vẫn còn ở đó" in html


def test_a_refusal_that_no_field_showed_becomes_a_page():
    response = errors.refusal(RequestFactory().post("/so/"), Refused("stock.not_found"))
    assert response.status_code == 404
    assert errors.refusal(RequestFactory().post("/so/"), Refused("stock.other")).status_code == 409


def test_a_bare_refusal_of_the_method_gets_its_page_and_the_api_keeps_its_own():
    for path, dressed in (("/dang-ky", True), ("/api/v1/slots", False)):
        answer = errors.dress(RequestFactory().post(path), HttpResponseNotAllowed(["GET"]))
        assert (answer.status_code, answer["Allow"]) == (405, "GET")
        assert (b"<h1" in answer.content) is dressed
    kept = errors.dress(RequestFactory().get("/so/"), HttpResponse("waiting room", status=503))
    assert kept.content == b"waiting room"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/api/slots", "/so/", "/khong-co"])
def test_a_method_that_nothing_uses_is_not_answered_as_if_it_were(db, path, method):
    answer = Client().generic(method, path)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_file_too_large_says_how_large_it_may_be():
    answer = errors.bad_request(RequestFactory().post("/to-chuc"), RequestDataTooBig())
    assert answer.status_code == 413
    assert "20 MB" in answer.content.decode()


def test_the_choice_of_language_is_kept_and_never_leads_to_another_site(db):
    client = Client()
    answer = client.get("/ngon-ngu/en?tiep=/dang-ky/ten%3Fa%3D1")
    assert (answer.status_code, answer["Location"]) == (302, "/dang-ky/ten?a=1")
    assert answer.cookies["khien_lang"].value == "en"
    for bad in ("https://other.example/", "//other.example/", "javascript:alert(1)"):
        assert client.get("/ngon-ngu/vi", {"tiep": bad})["Location"] == "/"
    assert client.get("/ngon-ngu/fr").status_code == 404
    client.get("/ngon-ngu/en")
    assert b"There is no such page" in client.get("/khong-co").content


def test_banners_never_break_a_page():
    def broken() -> list[banners.Banner]:
        raise RuntimeError("database away")

    banners.provide(broken)
    try:
        assert errors.page(RequestFactory().get("/"), 404).status_code == 404
        banners.provide(lambda: [banners.Banner("Mã xác nhận đến chậm", "ở Khánh Hòa.")])
        assert "Mã xác nhận đến chậm" in errors.page(RequestFactory().get("/"), 404).content.decode()
    finally:
        banners.provide(lambda: [])


def test_the_first_load_of_a_citizen_page_stays_under_100_kilobytes():
    page = errors.page(RequestFactory().get("/"), 404).content
    assert b"<script" not in page
    assert first_load(page) < 92_000  # the rest is the page's own


def test_templates_hold_no_inline_style_or_script_and_reach_no_other_host():
    wrong = []
    for path in (WEB.parent).rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        for pattern in (
            r"\sstyle=",
            r"<style",
            r"<script(?![^>]*\ssrc=)[^>]*>(?!\s*\{)",
            r"\son\w+=\"",
            r"hx-on",
            r"\b(?:src|href)=\"https?:",
        ):
            if re.search(pattern, text):
                wrong.append(f"{path.name}: {pattern}")
    for path in (WEB / "static").glob("*.css"):
        if re.search(r"https?://|@import", path.read_text(encoding="utf-8")):
            wrong.append(path.name)
    assert not wrong, wrong


def test_a_style_sheet_is_sent_packed_to_who_reads_that_and_names_what_lies_elsewhere():
    address = assets.static("theme.css")
    packed, plain = Client().get(address, headers={"accept-encoding": "gzip"}), Client().get(address)
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert plain["Content-Type"] == "text/css; charset=utf-8"
    assert packed["Vary"] == "Accept-Encoding"
    assert "max-age=31536000" in packed["Cache-Control"]
    assert not packed.cookies, "kept by proxies for everybody"
    assert set(re.findall(rb"url\(([\w-]+)/", plain.content)) == set(), "an address beside the sheet leads nowhere"
    assert (WEB / plain.content.split(b"src: url(/")[1].split(b")")[0].decode()).exists()
    for absent in ("/css/absent.css", "/css/mark.svg", "/css/..%2Fmark.svg"):
        assert Client().get(absent).status_code == 404


def test_a_static_file_has_an_address_that_follows_its_content():
    assert re.fullmatch(r"/css/theme\.css\?v=[0-9a-f]{10}", assets.static("theme.css"))
    with pytest.raises(FileNotFoundError):
        assets.static("absent.css")


@pytest.mark.parametrize("root", ["so", "diem", "dieu-phoi", "mcc"])
def test_an_address_typed_without_its_last_slash_leads_to_its_system(root):
    answer = Client().get(f"/{root}")
    assert (answer.status_code, answer["Location"]) == (301, f"/{root}/")


def test_on_a_phone_each_value_of_a_row_stands_beside_its_columns_words():
    page = """{% import "macros/tell.html" as tell %}{% call(row) tell.table([("", "Tên"), ("", "Số & mũi", "n"), ("", "Nơi")], rows, "Bảng") %}<th scope="row">{{ row[0] }}</th><td class="kh-table__n">{{ row[1] }}</td><td>{{ row[2] }}</td>{% endcall %}"""
    drawn = engines["jinja2"].from_string(page).render({"rows": [("<A>", 1, "B")]}, RequestFactory().get("/"))
    assert '<th data-th="Tên" scope="row">&lt;A&gt;</th><td data-th="Số &amp; mũi" class="kh-table__n">1</td>' in drawn
