"""What a person types: the registration's questions, the code from the phone, the slip of somebody who was vaccinated today."""

import re
from collections.abc import Callable

from tests.pictures.walk import Lost, Walk

PHONE = "0909000132"
TYPED = {
    "ho-ten": {"full_name": "Trần Thị Mận"}, "ngay-sinh": {"birth_day": "27", "birth_month": "3", "birth_year": "1951"},
    "so-giay-to": {"number": "079151990132"}, "dien-thoai": {"phone": PHONE}, "noi-o": {"q": "phuong 26 binh thanh"},
    "so-nha": {"address": "12 Đường Thử", "neighbourhood": "Khu phố 2"}, "nguoi-giup": {"helper_name": "Lê Thu Hà"},
    "cong-viec": {"occupation": "Nghỉ hưu"},
}  # fmt: skip
TICKED = {
    "cho-ai": ["whom_1"], "nguoi-giup": ["relation_3"], "gioi-tinh": ["sex_1"], "giay-to": ["paper_0"], "nhom-uu-tien": ["groups_8"],
    "mui-tiem": ["dose_0"], "dong-y": ["agree"],
}  # fmt: skip
MOST_QUESTIONS = 40


def slug(walk: Walk) -> str:
    """The question where one stands."""
    return walk.page.url.split("?")[0].rsplit("/", 1)[-1]


def answer(walk: Walk) -> None:
    """Fill in the question that the page shows, as a person would, and go on."""
    page, here = walk.page, slug(walk)
    if page.query_selector("form button[value=again]"):
        page.click("form button[value=again]")
        return
    for field, value in TYPED.get(here, {}).items():
        if page.query_selector(f"#{field}"):
            page.fill(f"#{field}", value)
    for field in TICKED.get(here, []):
        if page.query_selector(f"#{field}"):
            page.check(f"#{field}")
    if here == "suc-khoe":
        for no in page.query_selector_all("input[type=radio][value=no]"):
            no.check()
    walk.press_main()
    if slug(walk) == here and page.query_selector("input[name=place]"):
        page.query_selector("input[name=place]").check()
        walk.press_main()


def answer_until(wanted: str, start: str = "/dang-ky") -> Callable[[Walk], None]:
    """Answer question after question until the page `wanted` is asked; begin anew where there is nothing to go on with."""

    def way(walk: Walk) -> None:
        if start not in walk.page.url:
            walk.to(start)
        for _ in range(MOST_QUESTIONS):
            if slug(walk) == wanted:
                return
            answer(walk)
        raise Lost(f"the registration never asks {wanted}; it stands at {slug(walk)}")

    return way


def wrong_answer(walk: Walk) -> None:
    """Go on without an answer."""
    walk.to("/dang-ky/ngay-sinh")
    for field in TYPED["ngay-sinh"]:
        walk.page.fill(f"#{field}", "")
    walk.press_main()


def send_registration(walk: Walk) -> None:
    """Press the last button."""
    walk.press_main()


def look_up(step: str) -> Callable[[Walk], None]:
    """Look up somebody by a slip's code: `asked` types it, `opened` types the code from the phone."""

    def way(walk: Walk) -> None:
        from tests.pictures.finding import slip_of_somebody

        if step == "asked":
            phone, code = slip_of_somebody(walk)
            walk.kept["phone"] = phone
            walk.to("/tra-cuu?cach=ma")
            walk.page.fill("#code", code)
            walk.press_main()
        elif step == "opened":
            walk.page.fill("#code", walk.code_sent_to(walk.kept["phone"]))
            walk.press_main()
        else:
            walk.to("/tra-cuu?cach=ma")
            walk.page.fill("#code", walk.kept["request"])
            walk.press_main()
            walk.page.fill("#code", walk.code_sent_to(PHONE))
            walk.press_main()
        walk.remember()

    return way


def ask_correction(walk: Walk) -> None:
    """Ask for a correction of the record that was opened."""
    walk.to("/sua-sai/sai-thong-tin")
    if walk.page.locator("#who_province").count():
        walk.page.select_option("#who_province", "2021-79")
    walk.page.fill("#full_name", "Trần Thị Mận Thử")
    walk.page.fill("#contact", PHONE)
    walk.press_main()
    walk.kept["request"] = "".join(re.findall(r"\d", walk.page.inner_text(".kh-panel .kh-panel__code")))[:11]


def sign_in_book(phone: str) -> Callable[[Walk], None]:
    """Sign in to the health book by a code to the phone."""

    def way(walk: Walk) -> None:
        walk.to("/so/dang-nhap")
        walk.page.fill("#phone", phone)
        walk.press_main()
        walk.page.fill("#code", walk.code_sent_to(phone))
        walk.press_main()

    return way
