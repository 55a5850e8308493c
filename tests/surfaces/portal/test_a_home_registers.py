"""One phone for a home of nine: the next of them is not asked from the beginning; what is doubtful is said once, kindly."""

from django.test import Client

from khien.kernel import clock
from khien.people import queries as people
from khien.people.models import OtpChallenge
from khien.surfaces.web.countries import CountryField, named

from .steps import answer, send

CHILD = {
    "cho-ai": {"whom": "relative"}, "nguoi-giup": {"helper_name": "Lê Thu Hà", "relation": "child"}, "ho-ten": {"full_name": "Trần Bé An"},
    "ngay-sinh": {"birth_day": "3", "birth_month": "6", "birth_year": str(clock.on_date(clock.now()).year - 14)}, "giay-to": {"paper": "none"},
    "ly-do-chua-co": {"no_paper": "held_by_other"},
    "giam-ho": {"guardian_name": "Lê Thu Hà", "guardian_relation": "mother", "guardian_phone": "0901 000 132"},
}  # fmt: skip


def text(response) -> str:
    return response.content.decode()


def next_one(client: Client, address: str) -> str:
    """The page of the home for the next person, reached from this address of the first question."""
    client.post(address, {"whom": "relative"})
    helper = text(client.get("/dang-ky/nguoi-giup"))
    for slug in ("nguoi-giup", "ho-ten", "ngay-sinh", "gioi-tinh", "giay-to", "ly-do-chua-co", "giam-ho"):
        told = {**CHILD, "ho-ten": {"full_name": "Trần Bé Bảo"}, "gioi-tinh": {"sex": "male"}}[slug]
        client.post(f"/dang-ky/{slug}", told)
    return helper + text(client.get("/dang-ky/dien-thoai")) + text(client.get("/dang-ky/noi-o"))


def test_the_next_of_the_home_finds_helper_phone_and_address_filled_in(db):
    client = Client()
    answer(client, CHILD)
    done = send(client)
    assert "?nha=1" in text(client.post("/dang-ky/xac-nhan", {"act": "skip"}, follow=True)) + text(done)
    pages = next_one(client, "/dang-ky/cho-ai?nha=1")
    assert 'value="Lê Thu Hà"' in pages
    assert "0901 000 132" in pages
    client.post("/dang-ky/dien-thoai", {"phone": "0901 000 132"})
    assert "phuong 15 go vap" in text(client.get("/dang-ky/noi-o"))


def test_another_family_on_the_same_device_is_shown_nothing_of_the_first(db):
    client = Client()
    answer(client, CHILD)
    send(client)
    client.post("/dang-ky/cho-ai", {"whom": "relative"})
    assert "Lê Thu Hà" not in text(client.get("/dang-ky/nguoi-giup"))


def test_a_name_without_marks_is_looked_at_once_and_taken_as_it_is(db):
    client = Client()
    client.post("/dang-ky/cho-ai", {"whom": "self"})
    page = client.post("/dang-ky/ho-ten", {"full_name": "Tran Thi Man"}, follow=True)
    assert page.status_code == 200
    assert "Tên chưa có dấu" in text(page)
    assert client.post("/dang-ky/ho-ten", {"full_name": "Tran Thi Man", "seen": "Tran Thi Man"})["Location"] == "/dang-ky/ngay-sinh"
    assert client.post("/dang-ky/ho-ten", {"full_name": "Mai Thu Trang"})["Location"] == "/dang-ky/ngay-sinh"
    assert client.post("/dang-ky/ho-ten", {"full_name": "Nguyễn Thị Mận"})["Location"] == "/dang-ky/ngay-sinh"


def test_the_look_at_all_answers_says_both_ages_of_a_year_and_that_marks_are_missing(db):
    year = clock.on_date(clock.now()).year - 78
    page = text(answer(Client(), {
        "ho-ten": {"full_name": "Tran Thi Man", "seen": "Tran Thi Man"}, "ngay-sinh": {"birth_year": str(year), "only_year": "on"},
        "giay-to": {"paper": "none"}, "ly-do-chua-co": {"no_paper": "lost"},
    }))  # fmt: skip
    assert "77 hoặc 78 tuổi" in page
    assert "Tên chưa có dấu" in page
    assert "nguoi-lon-" not in page


def test_countries_stand_in_vietnamese_order():
    names = [name for _code, name in named("vi")]
    assert names[0] == "Việt Nam"
    assert names.index("Áo") < names.index("Ba Lan")
    assert names.index("Campuchia") < names.index("Đan Mạch") < names.index("Gabon")


def test_a_country_that_was_chosen_stays_chosen():
    drawn = CountryField().options("DE")
    assert drawn.count(" selected") == 1
    assert '<option value="DE" selected>Đức</option>' in drawn
    assert drawn.count("<option") == len(named("vi"))
    assert " selected" not in CountryField().options('"><script>')


def test_a_code_that_came_is_asked_only_of_a_phone_not_yet_proved(db):
    """Who stands signed in by this phone is not asked for another code for each child."""
    client = Client()
    client.post("/so/dang-nhap", {"phone": "0901000132"})
    sent = people.code_for_sending(OtpChallenge.objects.order_by("-sent_at").first().id)
    client.post("/so/dang-nhap/ma", {"code": sent.code})
    answer(client, CHILD)
    before = OtpChallenge.objects.count()
    assert send(client).redirect_chain[-1][0] == "/dang-ky/xong"
    assert OtpChallenge.objects.count() == before
