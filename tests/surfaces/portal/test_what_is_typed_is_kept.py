"""What somebody wrote is never thrown away without a word, and nothing that was offered is refused at the end."""

from django.test import Client

from khien.registration.models import Registration

from .steps import answer, send


def test_a_number_written_beside_no_phone_is_asked_about_and_not_thrown_away(db):
    client = Client()
    answer(client, until="dien-thoai")
    page = client.post("/dang-ky/dien-thoai", {"phone": "0901 000 132", "no_phone": "on"}, follow=True)
    assert page.status_code == 422
    assert "Mời bỏ dấu, hoặc xóa số" in page.content.decode()
    assert 'value="0901 000 132"' in page.content.decode()
    assert client.post("/dang-ky/dien-thoai", {"phone": "", "no_phone": "on"})["Location"].endswith("/dang-ky/noi-o")


def test_whoever_comes_back_from_no_phone_and_writes_one_is_not_left_without(db):
    client = Client()
    answer(client, {"dien-thoai": {"no_phone": "on"}}, until="noi-o")
    assert "checked" in client.get("/dang-ky/dien-thoai").content.decode()
    assert client.post("/dang-ky/dien-thoai", {"phone": "0901 000 132", "no_phone": "on"}, follow=True).status_code == 422


def test_a_refused_answer_is_asked_again_by_its_address_and_forgotten_once_it_is_right(db):
    client = Client()
    assert client.post("/dang-ky/cho-ai", {})["Location"] == "/dang-ky/cho-ai"
    assert client.get("/dang-ky/cho-ai").status_code == 422
    answer(client, until="ngay-sinh")
    wrong = client.post("/dang-ky/ngay-sinh?ve=xem-lai", {"birth_day": "40", "birth_month": "3", "birth_year": "1951"})
    assert wrong["Location"] == "/dang-ky/ngay-sinh?ve=xem-lai"
    again = client.get(wrong["Location"])
    assert (again.status_code, 'value="40"' in again.content.decode()) == (422, True)
    assert client.get("/dang-ky/ho-ten").status_code == 200
    client.post("/dang-ky/ngay-sinh", {"birth_day": "27", "birth_month": "3", "birth_year": "1951"})
    right = client.get("/dang-ky/ngay-sinh")
    assert (right.status_code, 'value="27"' in right.content.decode()) == (200, True)


def test_what_nobody_would_type_is_answered_at_once_and_not_kept(db):
    client = Client()
    answer(client, until="ho-ten")
    assert client.post("/dang-ky/ho-ten", {"full_name": "A" * 5000}).status_code == 422
    assert client.get("/dang-ky/ho-ten").status_code == 200


def test_too_long_an_answer_is_told_once_in_plain_words(db):
    client = Client()
    answer(client, until="dien-thoai")
    page = client.post("/dang-ky/dien-thoai", {"phone": "0" * 40}, follow=True).content.decode()
    assert "Dài quá: đang có 40 ký tự, chỉ ghi được 30" in page
    assert "Có một chỗ cần sửa" in page


def test_a_group_of_the_own_province_that_was_offered_is_taken_at_the_end(db):
    client = Client()
    page = answer(client, until="nhom-uu-tien").content.decode()
    assert 'value="16.79.01"' in page
    answer(client, {"nhom-uu-tien": {"groups": ["16.79.01"]}})
    send(client)
    assert Registration.objects.get().priority_groups[-1] == "16.79.01"


def test_the_names_that_were_searched_stand_under_their_own_address_for_whoever_comes_back_or_changes_the_language(db):
    client = Client()
    answer(client, until="noi-o")
    searched = client.post("/dang-ky/noi-o", {"q": "phuong 15 go vap", "asked": "", "place": ""})
    assert searched["Location"] == "/dang-ky/noi-o"
    for language, words in (("vi", "Chọn nơi ở"), ("en", "Choose where you live")):
        client.cookies["khien_lang"] = language
        page = client.get("/dang-ky/noi-o").content.decode()
        assert words in page
        assert 'value="phuong 15 go vap"' in page
    assert client.get("/dang-ky/so-nha")["Location"] == "/dang-ky/noi-o"


def test_another_search_leaves_the_place_that_was_chosen_until_one_is_picked(db):
    client = Client()
    answer(client)
    client.post("/dang-ky/noi-o?ve=xem-lai", {"q": "an hoi dong", "asked": "phuong 15 go vap", "place": ""}, follow=True)
    assert "Phường 15, Quận Gò Vấp" in client.get("/dang-ky/xem-lai").content.decode()
