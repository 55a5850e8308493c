"""What a visitor does first, so that a page has something to show: a dose from a strange vial, a number of two people, doses sent on."""

import re
from datetime import datetime, timedelta, timezone

from tests.pictures.answering import TYPED, answer_until, send_registration
from tests.pictures.finding import done_person, messages
from tests.pictures.walk import Lost, Walk

VIAL = "TAM0001"  # a lot that the store never saw
SHARED = "079151990199"


def doubted(walk: Walk) -> None:
    """Open a dose that a person must decide; where none waits, one is keyed from paper with a lot that nobody knows."""
    walk.to("/dieu-phoi/mui-can-quyet")
    if not walk.links("command:doubt"):
        walk.page.context.clear_cookies()
        _keyed_from_paper(walk)
        walk.page.context.clear_cookies()
        walk.staff("hotro3")
        walk.to("/dieu-phoi/mui-can-quyet")
    walk.to(walk.link("command:doubt"))


def _keyed_from_paper(walk: Walk) -> None:
    walk.staff("diem01.truong")
    walk.to("/diem/")
    walk.to(walk.link("station:desk"))
    walk.to(walk.address("station:papers"))
    walk.page.fill("#count", "1")
    walk.press_main()
    walk.to(walk.links("station:key")[-1])
    page, then = walk.page, datetime.now(timezone(timedelta(hours=7))) - timedelta(minutes=50)
    told = {
        "full_name": "Phạm Thị Giấy", "birth_day": "3", "birth_month": "5", "birth_year": "1961", "identifier": "079161990777", "temperature": "36,5",
        "doctor": "BS. Thử", "injector": "ĐD. Thử", "lot_number": VIAL,
        **{name: f"{then + timedelta(minutes=after):%H:%M}" for name, after in (("received", 0), ("screened", 5), ("injected", 10), ("ended", 41))},
    }  # fmt: skip
    for name, value in told.items():
        page.fill(f"[name={name}]", value)
    for name, value in (("sex", "female"), ("agreed", "yes")):
        page.check(f"[name={name}][value={value}]")
    page.select_option("[name=decision]", "eligible")
    page.check("[name=all_no]")
    with page.expect_navigation():
        page.locator("button[value=key]").click()


def disputed(walk: Walk) -> None:
    """Open the case of a number that two people named; where there is none, two register with one number."""
    walk.to("/mcc/?xem=tat-ca&loai=identity")
    if not walk.links("response:case"):
        walk.page.context.clear_cookies()
        for name in ("Lê Văn Một", "Trần Văn Hai"):
            _registers(walk, name)
        walk.page.context.clear_cookies()
        walk.staff("hotro2")
        walk.to("/mcc/?xem=tat-ca&loai=identity")
    walk.to(walk.link("response:case"))
    walk.to(walk.address("response:identity"))


def _registers(walk: Walk, name: str) -> None:
    usual = {step: dict(fields) for step, fields in TYPED.items()}
    TYPED["ho-ten"], TYPED["so-giay-to"] = {"full_name": name}, {"number": SHARED}
    try:
        walk.to("/dang-ky")
        answer_until("xem-lai")(walk)
        send_registration(walk)
    finally:
        TYPED.update(usual)
    walk.page.context.clear_cookies()


def sent_on(walk: Walk) -> None:
    """Open what my point sent; where nothing was, a few doses are sent on."""
    walk.to("/dieu-phoi/kho/chuyen")
    if not walk.links("command:outgoing"):
        walk.to(walk.address("command:consignment_send"))
        page = walk.page
        page.locator("input[name^=lo-]").first.fill("10")
        page.fill("#document", "PX-ANH-01")
        page.select_option("#to", index=1)
        walk.press_main()
        walk.remember()
        return
    walk.to(walk.link("command:outgoing"))


def certified(walk: Walk) -> None:
    """Look up somebody who holds a certificate, by the registration's code and the code to the phone; open the certificate."""
    done_person(walk)
    said = walk.page.inner_text("main")
    phone, code = re.search(r"\b0\d{3} \d{3} \d{3}\b", said), re.search(r"\b\d{3} \d{4} \d{4}\b", said)
    if phone is None or code is None:
        raise Lost("the vaccinated person's page tells no phone or no registration")
    number = phone[0].replace(" ", "")
    walk.page.context.clear_cookies()
    walk.to("/tra-cuu?cach=ma")
    walk.page.fill("#code", code[0])
    walk.press_main()
    walk.page.fill("#code", walk.code_sent_to(number))
    walk.press_main()
    walk.to("/tra-cuu/ho-so")
    walk.to(walk.link("portal:certificate"))


def asked_by_link(walk: Walk) -> None:
    """Open the question behind the link of a follow-up message."""
    for one in messages(walk, template="follow_up"):
        if found := re.search(r"/so/tham/\S+", one["text"]):
            walk.to(found[0].rstrip("."))
            return
    raise Lost("no follow-up message was sent yet: they go out within the hour of the first start")
