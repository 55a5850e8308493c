"""Registration at the portal: one question a page, no script, nothing lost."""

import re
from datetime import timedelta

from django.test import Client

from khien.kernel import clock
from khien.people import queries as people
from khien.people.models import OtpChallenge
from khien.registration.models import Registration, RegistrationWay
from tests import make

from .steps import answer, commune, send


def code_for(phone: str) -> str:
    """The code that messaging would send to this phone."""
    row = OtpChallenge.objects.filter(decoy=False, used_at=None).order_by("-sent_at").first()
    assert row is not None
    found = people.code_for_sending(row.id)
    assert found is not None
    assert found.phone == phone
    return found.code


def text(response) -> str:
    return response.content.decode()


def test_a_grandmother_registers_page_by_page_and_holds_a_slip(db):
    client = Client()
    look = text(answer(client))
    assert "Trần Thị Mận" in look
    assert "Đủ 12 số" in look
    assert "Đăng ký đã được lưu" in text(send(client))
    registration = Registration.objects.get()
    done = text(client.post("/dang-ky/xac-nhan", {"code": code_for("+84901000132")}, follow=True))
    assert "đã được xác nhận" in done
    assert registration.code in re.sub(r"\s", "", done)
    registration.refresh_from_db()
    assert (registration.state, registration.best_group, registration.phone_verified) == ("waiting", "9", True)
    assert client.get("/dang-ky/phieu.pdf").content.startswith(b"%PDF")


def test_a_code_that_comes_late_or_never_loses_no_registration(db):
    client = Client()
    answer(client)
    send(client)
    wrong = client.post("/dang-ky/xac-nhan", {"code": "000000"})
    assert wrong.status_code == 422
    assert "Đăng ký đã được lưu" in text(wrong)
    again = client.post("/dang-ky/xac-nhan", {"act": "again"}, follow=True)
    assert "Đã gửi mã mới" in text(again)
    assert "Đã nhận đăng ký" in text(client.post("/dang-ky/xac-nhan", {"act": "skip"}, follow=True))
    registration = Registration.objects.get()
    assert not registration.phone_verified
    client.post("/dang-ky/xac-nhan", {"code": code_for("+84901000132")})
    registration.refresh_from_db()
    assert registration.phone_verified


def test_pressing_send_twice_makes_one_registration(db):
    client = Client()
    answer(client)
    send(client)
    assert "Đăng ký đã được lưu" in text(client.post("/dang-ky/xem-lai", {}, follow=True))
    assert "Đã nhận đăng ký" in text(client.get("/dang-ky/xem-lai", follow=True))
    assert Registration.objects.count() == RegistrationWay.objects.count() == 1


def test_a_form_left_for_a_day_goes_on_where_it_stopped(db):
    client = Client()
    answer(client, until="dien-thoai")
    moved = make.AT - clock.datetime.now(clock.UTC) + timedelta(days=1)
    clock.shift_by(lambda: moved)
    client.cookies.pop("khien", None)
    offer = text(client.get("/dang-ky"))
    assert "đang làm dở" in offer
    assert "/dang-ky/dien-thoai" in offer
    assert 'value="Trần Thị Mận"' in text(client.get("/dang-ky/ho-ten"))


def test_whoever_is_under_eighteen_names_a_guardian_first(db):
    client = Client()
    child = {
        "ngay-sinh": {"birth_day": "9", "birth_month": "8", "birth_year": "2010"}, "so-giay-to": {"number": "079310990133"},
        "giam-ho": {"guardian_name": "Lê Thu Hà", "guardian_relation": "mother", "guardian_phone": "0901000132"}, "nhom-uu-tien": {},
    }  # fmt: skip
    asked = answer(client, child, until="giam-ho")
    assert "giám hộ" in text(asked)
    look = text(answer(client, child))
    assert "Lê Thu Hà" in look
    send(client)
    person = people.person(Registration.objects.get().person_id)
    assert person is not None
    assert person.guardian is not None
    assert person.guardian.full_name == "Lê Thu Hà"


def test_a_mistake_is_named_beside_its_field_and_what_was_typed_stays(db):
    client = Client()
    answer(client, until="ngay-sinh")
    page = client.post("/dang-ky/ngay-sinh", {"birth_day": "27", "birth_month": "31", "birth_year": "1951"}, follow=True)
    assert page.status_code == 422
    assert "Tháng phải từ 1 đến 12" in text(page)
    assert 'value="31"' in text(page)
    unsure = client.post("/dang-ky/ngay-sinh", {"birth_day": "", "birth_month": "", "birth_year": "1951"}, follow=True)
    assert "Chỉ nhớ năm sinh" in text(unsure)
    assert client.post("/dang-ky/ngay-sinh", {"birth_year": "1951", "only_year": "on"})["Location"] == "/dang-ky/gioi-tinh"


def test_a_number_that_lost_its_zero_is_shown_repaired_before_going_on(db):
    client = Client()
    answer(client, until="so-giay-to")
    shown = client.post("/dang-ky/so-giay-to", {"number": "79151990132"}, follow=True)
    assert shown.status_code == 200
    assert "079 151 990 132" in text(shown)
    assert "Số mất số 0 ở đầu" in text(shown)
    assert client.post("/dang-ky/so-giay-to", {"number": "079 151 990 132", "seen": "079151990132"})["Location"] == "/dang-ky/dien-thoai"


def test_a_passport_needs_its_country_and_no_paper_needs_a_reason(db):
    client = Client()
    foreign = {"giay-to": {"paper": "passport"}, "so-giay-to": {"number": "AB1234567", "country": "FR"}}
    assert "Pháp" in text(answer(client, foreign))
    client = Client()
    without = text(answer(client, {"giay-to": {"paper": "none"}, "ly-do-chua-co": {"no_paper": "lost"}}))
    assert "Chưa có: Bị mất" in without


def test_changing_one_answer_comes_back_to_the_look_at_all(db):
    client = Client()
    answer(client)
    back = client.post("/dang-ky/ho-ten?ve=xem-lai", {"full_name": "Trần Thị Mẫn"}, follow=True)
    assert back.redirect_chain[-1][0] == "/dang-ky/xem-lai"
    assert "Trần Thị Mẫn" in text(back)
    other = client.post("/dang-ky/gioi-tinh?ve=xem-lai", {"sex": "male"}, follow=True)
    assert other.redirect_chain[-1][0] == "/dang-ky/so-giay-to"


def test_a_granddaughter_registers_her_grandmother(db):
    client = Client()
    helped = {"cho-ai": {"whom": "relative"}, "nguoi-giup": {"helper_name": "Lê Thu Hà", "relation": "grandparent"}}
    asked = text(answer(client, helped, until="ngay-sinh"))
    assert "Trần Thị Mận sinh ngày nào?" in asked
    assert "<title>Ngày sinh" in asked
    assert "Lê Thu Hà" in text(answer(client, helped))


def test_somebody_on_record_is_registered_and_the_slip_opens_nothing(db):
    known = make.make_person("Trần Thị Mận", birth=make.PartialDate(1951, 3, 27), sex="female", phone="0909111222",
                             identifier=make.read_identifier("079151990132", "cccd"))  # fmt: skip
    client = Client()
    answer(client)
    send(client)
    done = text(client.post("/dang-ky/xac-nhan", {"act": "skip"}, follow=True))
    registration = Registration.objects.get()
    assert registration.person_id == known
    assert registration.code not in re.sub(r"\s", "", done)
    assert people.details(known).phone == "+84909111222"


def test_no_address_of_the_registration_holds_anything_personal(db):
    client = Client()
    response = client.get("/dang-ky", follow=True)
    seen = {response.request["PATH_INFO"]}
    answer(client)
    for slug in ("ho-ten", "so-giay-to", "dien-thoai", "noi-o"):
        seen.add(client.get(f"/dang-ky/{slug}").request["PATH_INFO"])
    assert all(re.fullmatch(r"/dang-ky/[a-z-]+", path) for path in seen)


def test_an_old_and_a_new_name_of_a_commune_are_both_found_without_accents(db):
    client = Client()
    answer(client, until="noi-o")
    page = text(client.post("/dang-ky/noi-o", {"q": "an hoi dong", "asked": "", "place": ""}, follow=True))
    assert "Phường An Hội Đông" in page
    assert "Tên từ tháng 7/2025" in page
    nothing = client.post("/dang-ky/noi-o", {"q": "xyzxyz", "asked": "", "place": ""}, follow=True)
    assert nothing.status_code == 422
    assert "Không thấy nơi nào" in text(nothing)
    picked = client.post("/dang-ky/noi-o", {"q": "an hoi dong", "asked": "an hoi dong", "place": "2025-26878"})
    assert picked.status_code == 302
    assert commune("phuong 15 go vap").startswith("2021-")


def test_the_questions_are_asked_in_english_too(db):
    client = Client()
    client.cookies["khien_lang"] = "en"
    assert "Who is this registration for?" in text(client.get("/dang-ky/cho-ai"))
