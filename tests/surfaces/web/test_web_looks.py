"""The shared frame in a real browser: no axe violation, nothing wider than a small phone, nothing the policy blocks."""

from urllib.parse import urlsplit

import pytest
from django import forms
from django.template import engines
from django.test import Client, RequestFactory

from khien.surfaces.web import assets
from khien.surfaces.web.forms import BirthField, PageForm
from tests import browser


def test_an_error_page_is_accessible_folds_on_a_small_phone_and_breaks_no_policy(committed):
    with browser.serving() as server, browser.chromium() as chrome:
        for width in (360, 1280):
            page = chrome.new_page(width=width)
            said: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text) if "Policy" in message.text else None)
            answer = page.goto(f"{server}/khong-co-trang-nay")
            assert answer.status == 404
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('700 16px \"Be Vietnam Pro\"'))")
            assert browser.axe(page) == []
            assert browser.overflow(page, 320) == 0
            assert said == []


PARTS = """
{% extends "question.html" %}
{% block question_title %}Thử{% endblock %}
{% block styles %}<link rel="stylesheet" href="{{ static('charts.css') }}">{% endblock %}
{% block question %}
{{ ask.day(form["born"], title=true, progress="Đăng ký tiêm, bước 3 trong 12", hint="Ghi như trên căn cước") }}
{{ ask.text(form["name"], hint="Như trên căn cước") }}{{ ask.radios(form["sex"]) }}
{{ ask.checkboxes(form["groups"], hints={"a": "Từ 65 tuổi"}) }}{{ ask.select(form["province"], empty="Chọn tỉnh") }}
{{ ask.area(form["note"]) }}{{ ask.file(form["photo"]) }}{{ ask.check(form["agree"]) }}
{% endblock %}
{% block after %}
{% call ask.why("Vì sao hỏi ngày sinh?") %}<p>Để chọn đúng vắc xin.</p>{% endcall %}
{{ tell.state("Hợp lệ", "ready") }}{{ tell.state("Chờ", "wait") }}{{ tell.state("Dừng", "stop") }}
{% call tell.note("stop") %}<p>Gọi 115</p>{% endcall %}
{% call tell.answers() %}{{ tell.answer("Nơi ở", "Xã Vĩnh Phương, thành phố Nha Trang", "#name") }}{% endcall %}
{{ tell.steps([("Một", "a"), ("Hai", none)]) }}{{ tell.figures([("1.234", "mũi"), ("78,4 %", "đủ 2 mũi", "#x")]) }}
{{ tell.progress(30, 100, "Đã đọc 30 trong 100 dòng") }}{{ tell.tabs([("Tất cả", "#", true), ("Đã sửa", "#", false)], "Loại dòng") }}
{% call(row) tell.table([("ten", "Tên"), ("so", "Số", "n")], [("A", 1), ("B", 2)], "Bảng", sort="-so", query=with_query) %}<th scope="row">{{ row[0] }}</th><td class="kh-table__n">{{ row[1] }}</td>{% endcall %}
{{ tell.pages(4, 12, "?trang={n}") }}{{ tell.empty("Chưa có danh sách", "Tải mẫu rồi gửi lên.", "#", "Tải mẫu") }}
{{ tell.switch([("63 tỉnh", "#", true), ("34 tỉnh", "#", false)], "Địa giới") }}{{ act.links([("Tra cứu", "#"), ("Ai đã xem", "#", "hôm qua")]) }}
{{ act.button("Lưu", img="save", kind="quiet") }}{{ act.button("Xóa", kind="danger", href="#", key="F8") }}
{{ maps.figure({"56": 0.9, "01": none}, maps.Scale.shares(), title="Đủ 2 mũi") }}{{ charts.bars([charts.Line("Khánh Hòa", 0.9, "90 %", "#")]) }}
{{ charts.columns([3, 5], ["1/12", "2/12"], label="Mũi mỗi ngày", plan=4) }}{{ qr("123", "Mã QR của phiếu") }}
{% call tell.panel("Đã nhận đăng ký", code="123 4567 8901") %}{% endcall %}
{% endblock %}
"""


class Everything(PageForm):
    born = BirthField(label="Ngày sinh")
    name = forms.CharField(label="Họ và tên")
    sex = forms.ChoiceField(label="Giới tính", choices=[("m", "Nam"), ("f", "Nữ")], widget=forms.RadioSelect)
    groups = forms.MultipleChoiceField(label="Nhóm", choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    province = forms.ChoiceField(label="Tỉnh", choices=[("56", "Khánh Hòa")])
    note = forms.CharField(label="Ghi chú", required=False)
    photo = forms.FileField(label="Ảnh giấy")
    agree = forms.BooleanField(label="Đồng ý tiêm")


@pytest.mark.parametrize("data", [None, {"born_day": "27", "born_month": "31", "born_year": "1951"}], ids=["empty", "wrong"])
def test_every_part_of_our_pages_is_accessible_and_folds(data):
    request = RequestFactory().get("/dang-ky/ngay-sinh?xep=ten")
    context = {"request": request, "csrf_input": "", "form": Everything(data), "back_to": "/dang-ky"}
    html = engines["jinja2"].env.from_string(PARTS).render(context)

    def answer(route):
        path = urlsplit(route.request.url).path
        if path.startswith("/css/"):
            return route.fulfill(body=Client().get(path).content, content_type="text/css; charset=utf-8")
        if not path.startswith("/static/"):
            return route.fulfill(body=html, content_type="text/html; charset=utf-8")
        return route.fulfill(path=assets.FOLDER / path.removeprefix("/static/"))

    with browser.chromium() as chrome:
        for width in (360, 1280):
            page = chrome.new_page(width=width)
            page.route("**/*", answer)
            page.goto("http://khien.test/")
            assert browser.axe(page) == []
            assert browser.overflow(page, 320) == 0
