"""A relative registered by her granddaughter: no script, a code to the granddaughter's phone, and a health book for both."""

from datetime import timedelta

from playwright.sync_api import expect

from khien.booking import queries as bookings
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.people import queries as people
from khien.registration import queries as registrations
from khien.registration import rules
from khien.registration.models import Registration
from tests import browser, make
from tests.journeys import steps
from tests.journeys.town import Hands, Town

PHONE, NUMBER, NAME = "0901990132", "079151990132", "Trần Thị Mận"
LATER = steps.TUESDAY + timedelta(days=70)

TYPED = {
    "nguoi-giup": {"helper_name": "Lê Thu Hà"}, "ho-ten": {"full_name": NAME}, "ngay-sinh": {"birth_day": "27", "birth_month": "3", "birth_year": "1951"},
    "so-giay-to": {"number": "79151990132"}, "dien-thoai": {"phone": PHONE}, "noi-o": {"q": "phuong 22 binh thanh"}, "so-nha": {"address": "12 Đường Thử"},
}  # fmt: skip
TICKED = {
    "cho-ai": ["whom=relative"], "nguoi-giup": ["relation=grandparent"], "gioi-tinh": ["sex=female"], "giay-to": ["paper=cccd"], "nhom-uu-tien": ["groups=9"],
    "mui-tiem": ["dose=first"], "suc-khoe": [f"{question}=no" for question in rules.HISTORY], "dong-y": ["agree=on"],
}  # fmt: skip


def register(hands: Hands) -> None:
    """Answer page after page; what a page repairs or asks to be picked is looked at and taken."""
    hands.go("/").follow("Đăng ký tiêm")
    page = hands.page
    for _ in range(30):
        slug = page.url.split("?")[0].rsplit("/", 1)[-1]
        if slug == "xem-lai":
            return
        for name, value in TYPED.get(slug, {}).items():
            page.fill(f"[name={name}]", value)
        for name, value in (choice.split("=") for choice in TICKED.get(slug, [])):
            box = page.locator(f"[name={name}][value='{value}']").or_(page.locator(f"input[type=checkbox][name={name}]:not([value])"))
            if box.count():  # nobody is asked what cannot concern them
                box.first.check()
        if (place := page.locator("input[name=place][type=radio]")).count():
            place.first.check()
        browser.led(page, lambda page=page: page.click("main button.kh-button--main"))
        hands.look()
    raise AssertionError(f"the questions never end: {page.url}")


def test_a_granddaughter_registers_her_grandmother_and_keeps_her_book(town: Town) -> None:
    # given: a phone whose browser runs no script; when: she answers for her grandmother
    ha = town.visitor(java_script_enabled=False)
    register(ha)
    gone_back = []
    while "/dang-ky/cho-ai" not in ha.page.url:  # the browser's own button: no page asks to send a form again
        ha.page.go_back()
        gone_back.append(ha.page.url.rsplit("/", 1)[-1])
    assert gone_back.count("so-giay-to") == 2  # asked, and asked again with the number put right
    ha.go("/dang-ky/xem-lai")
    ha.sees(NAME, "Lê Thu Hà", "Đủ 12 số").press("Gửi đăng ký").sees("Đăng ký đã được lưu")
    ha.page.fill("[name=code]", town.code(PHONE))
    ha.page.click("main button.kh-button--main")
    ha.look().sees("Đã nhận đăng ký của")
    kept = Registration.objects.get()
    her = kept.person_id
    assert (kept.phone_verified, people.person(her).full_name) == (True, NAME)

    # then: the phone opens her book as family
    book = town.visitor()
    steps.sign_in(book, PHONE)
    book.go("/so/gia-dinh").sees(NAME, "Ông hoặc bà tôi")
    book.go(f"/so/{her}/").sees("Đã có tên trong danh sách chờ")
    (link,) = people.links_of(her)
    assert (link.relation, link.proof) == ("grandparent", "registered")

    # places open near her home: an hour is chosen in the book, and its code is a QR
    point = steps.a_point(steps.WEDNESDAY, mode="open")
    book.go(f"/so/{her}/").follow("Chọn giờ tiêm")
    book.page.get_by_role("radio").first.check()
    book.press("Giữ giờ này")
    booked = town.until(lambda: bookings.appointment_of(her), "an appointment")
    book.go(f"/so/{her}/hen").sees("Mã đến tiêm", NAME).press("Sẽ đến").sees("Đã báo sẽ đến")
    expect(book.page.get_by_role("img", name=f"Mã QR đến tiêm của {NAME}")).to_be_visible()

    # the day at the point: her code is scanned, her card seen
    town.at(steps.WEDNESDAY, 8, 0)
    desks = steps.at_the_desks(town, point)
    desks.scan(booked.code)
    desks.sees("Tiếp đón, lấy số")
    desks.scan(f"{NUMBER}|024990132|{NAME}|27031951|Nữ|12 Đường Thử, Phường 22, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021")
    desks.sees("Khớp căn cước")
    desks.press("Enter")
    desks.sees("Đã đón, số 1", "Đồng ý tiêm")
    desks.press("Enter")
    desks.synced()
    card = desks.card(1)
    desks.screen(card)
    desks.inject(card)
    book.go(f"/so/{her}/").sees("Mời bà ngồi lại đến")
    desks.observe(card)
    desks.close(card)

    # the certificate comes to the book, is kept, and is shown without a network
    issued = town.until(lambda: (one := certificates.by_record(desks.card(1).record_id)) and one.state == "issued" and one, "the certificate")
    town.until(lambda: len(town.texts(PHONE)) >= 3, "a text about the dose")
    where = f"/so/{her}/chung-nhan/{issued.id}"
    book.go(where).sees("Hợp lệ").page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    book.page.reload()
    book.page.wait_for_function("navigator.serviceWorker.controller !== null")
    book.press("Lưu vào máy này").page.get_by_text("Dùng được khi mất mạng").wait_for()
    book.page.context.set_offline(True)
    book.page.goto(town.server + where)
    book.sees("Hợp lệ", "Không có mạng. Đây là bản lưu trên máy").page.context.set_offline(False)

    # ten weeks later the second dose is due: she is registered for it from the book and gets it
    town.at(LATER, 8, 0)
    steps.sign_in(book, PHONE) if "dang-nhap" in book.go("/so/").page.url else book
    book.go(f"/so/{her}/").sees("mũi 2")
    second = steps.a_point(LATER, mode="open", site_id=point.site_id)
    again, _paper = steps.at_the_desks(town, second).through(NUMBER)
    assert again.person_id == her
    book.go(f"/so/{her}/lich-su").sees("15/12/2021", "22/02/2022")
    latest = town.until(lambda: (one := certificates.by_record(again.record_id)) and one.state == "issued" and one, "the second certificate")
    book.go(f"/so/{her}/chung-nhan/{latest.id}").sees("Hợp lệ")

    # one person, two doses, one registration done; nothing of it under the granddaughter's own name
    assert [dose.ordinal for dose in immunizations.history(her, LATER).doses] == [1, 2]
    assert registrations.history_of_person(her)[0].person_id == her
    assert make.WARD.endswith(people.person(her).place.commune_2021)
