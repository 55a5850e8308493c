"""The health book: a family's books on one phone, by day and in the dark."""

from tests.pictures.answering import PHONE, answer_until, sign_in_book
from tests.pictures.finding import BEARER, link_family
from tests.pictures.making import asked_by_link
from tests.pictures.stops import Stop, Visit, at, beside, link, nobody, steps
from tests.pictures.walk import Walk


def asked_for_code(walk: Walk) -> None:
    """Ask for a code for a phone."""
    walk.to("/so/dang-nhap")
    walk.page.fill("#phone", PHONE)
    walk.press_main()


def family(walk: Walk) -> None:
    """Sign in with the phone that opens the family's books; an officer links it first where it opens none."""
    _sign_in(walk)
    walk.to("/so/gia-dinh")
    if not walk.links("healthbook:person"):
        walk.page.context.clear_cookies()
        link_family(walk)
        walk.page.context.clear_cookies()
        _sign_in(walk)


def _sign_in(walk: Walk) -> None:
    sign_in_book(BEARER)(walk)
    walk.to("/so/")


def member(nth: int, route: str = "", query: str = "", **fixed: str):  # type: ignore[no-untyped-def]
    """A page of the nth member of the family."""
    page = beside(route, query, **fixed) if route else lambda walk: None
    return steps(link("healthbook:person", on="/so/gia-dinh", nth=nth), page)


def asks(walk: Walk) -> None:
    """Ask for a correction of the name."""
    walk.page.fill("#words", "Thiếu tên đệm")
    walk.press_main()


def feels(walk: Walk) -> None:
    """Report a fever: nothing dangerous."""
    walk.page.check("#face_1", force=True)
    walk.page.locator("input[name=usual]").first.check()
    walk.press_main()


def joins(walk: Walk) -> None:
    """Name a number and a slip; whoever asks is answered the same."""
    walk.to("/so/gia-dinh/noi")
    walk.page.locator("input[name=relation]").nth(2).check()
    walk.page.fill("#number", "079151990132")
    walk.page.fill("#slip", "19014862725")
    walk.press_main()


STRANGER = Visit("so", "a visitor with a phone", nobody, (
    Stop("dang-nhap", "healthbook:sign_in", at("/so/dang-nhap"), "sign in by phone", dark=True),
    Stop("ma", "healthbook:code", asked_for_code, "the code from the phone"),
    Stop("mat-may", "healthbook:lost_phone", at("/so/mat-may"), "a lost phone"),
    Stop("tro-giup", "healthbook:help", at("/so/tro-giup"), "help"),
    Stop("rieng-tu", "healthbook:privacy", at("/so/rieng-tu"), "privacy"),
    Stop("da-dang-xuat", "healthbook:signed_out", at("/so/da-dang-xuat"), "signed out"),
    Stop("ngoai-tuyen", "healthbook:offline", at("/so/ngoai-tuyen"), "what shows without a network"),
))  # fmt: skip
FAMILY = Visit("so", "a family on one phone", family, (
    Stop("trang-chu", "healthbook:home", member(0), "home: the one next thing", dark=True),
    Stop("da-tiem-hom-nay", "healthbook:person", member(1), "home of one who was vaccinated today"),
    Stop("duoc-moi", "healthbook:person", member(2), "home of one who is invited", dark=True),
    Stop("gia-dinh", "healthbook:family", at("/so/gia-dinh"), "the family", dark=True),
    Stop("gia-dinh-them", "healthbook:family_add", at("/so/gia-dinh/them"), "add a book"),
    Stop("gia-dinh-noi", "healthbook:family_join", at("/so/gia-dinh/noi"), "join a book by number and slip"),
    Stop("gia-dinh-noi-ma", "healthbook:family_code", joins, "the code from the phone on that record"),
    Stop("ma-pin", "healthbook:set_pin", at("/so/ma-pin"), "a PIN for this phone"),
    Stop("lich-su", "healthbook:history", member(0, "healthbook:history"), "doses, their validity, the next date", dark=True),
    Stop("mui-tiem", "healthbook:dose", steps(member(0, "healthbook:history"), link("healthbook:dose")), "one dose"),
    Stop("chung-nhan", "healthbook:certificates", member(0, "healthbook:certificates"), "certificates", dark=True),
    Stop("chung-nhan-toan-man-hinh", "healthbook:show", steps(member(0, "healthbook:certificates"), link("healthbook:show")), "full screen, bright, offline"),
    Stop("hen", "healthbook:appointment_of", member(2, "healthbook:appointment"), "the appointment with its QR", dark=True),
    Stop("khong-den", "healthbook:leave", steps(member(2, "healthbook:appointment"), link("healthbook:leave")), "I cannot come"),
    Stop("doi-gio", "healthbook:move", steps(member(2, "healthbook:appointment"), beside("healthbook:move")), "another hour"),
    Stop("chon-gio", "healthbook:choose", member(2, "healthbook:choose"), "choose an hour"),
    Stop("cam-thay", "healthbook:feeling", member(1, "healthbook:feeling"), "how I feel today: danger signs first", dark=True),
    Stop("sua-sai", "healthbook:correct", member(0, "healthbook:correct"), "something is wrong"),
    Stop("sua-sai-mot-loai", "healthbook:correct_what", steps(member(0, "healthbook:correct"), link("healthbook:correct_what")), "the right value"),
    Stop("yeu-cau", "healthbook:request", steps(member(0, "healthbook:correct_what", what="thong-tin"), asks), "the request, and the day by which it is answered"),
    Stop("da-bao", "healthbook:felt", steps(member(1, "healthbook:feeling"), feels), "what was reported, and what happens now"),
    Stop("ai-da-xem", "healthbook:readers", member(0, "healthbook:readers"), "who looked at my record", dark=True),
    Stop("ai-duoc-mo", "healthbook:openers", member(0, "healthbook:openers"), "which phones open this book"),
    Stop("thoi-mo", "healthbook:end_link", steps(member(0, "healthbook:openers"), link("healthbook:end_link")), "end one phone's right"),
    Stop("dang-ky", "healthbook:register_step", answer_until("ho-ten", "/so/dang-ky"), "register another person, question by question"),
    Stop("dang-ky-xem-lai", "healthbook:register_review", answer_until("xem-lai", "/so/dang-ky"), "all answers"),
    Stop("dang-ky-do-dang", "healthbook:register", at("/so/dang-ky"), "go on with a form half filled in"),
))  # fmt: skip
CALLED = Visit("so", "a person who follows the link of a message", nobody, (
    Stop("hoi-tham", "healthbook:asked", asked_by_link, "how are you today: the question behind a message's link"),
))  # fmt: skip
VISITS = (STRANGER, FAMILY, CALLED)
