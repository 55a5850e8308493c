"""The point: the desks, the opening and the end of a session, papers, helpers, the screen in the hall."""

from tests.pictures.stops import Stop, Visit, at, beside, nobody
from tests.pictures.walk import Walk

DOOR = Visit("diem", "a helper with a badge", nobody, (
    Stop("the", "station:badge", at("/diem/the"), "sign in by badge and PIN"),
), desk=True)  # fmt: skip


def today(walk: Walk) -> None:
    """Sign in as the lead of the first point and stand in the session under way."""
    walk.staff("diem01.truong")
    walk.to("/diem/")
    walk.to(walk.link("station:desk"))


def desk(number: int, *more: str):  # type: ignore[no-untyped-def]
    """Stand at a desk; then press what is named, in order."""

    def way(walk: Walk) -> None:
        walk.to(walk.address("station:desk") + f"#ban{number}")
        walk.page.reload()
        walk.page.wait_for_selector(".kh-top__sync--ready")
        walk.page.wait_for_selector(f".kh-stations a[href='#ban{number}'][aria-current]")
        for selector in more:
            walk.page.locator(selector).first.click()

    return way


FIRST = "main .kh-queue button"


def finds_visit(walk: Walk) -> None:
    """Find the visit of the first number and open it."""
    walk.to(walk.address("station:correct_find"))
    walk.page.fill("main input[type=text], main input:not([type])", "1")
    walk.press_main()
    walk.to(walk.link("station:correct"))


LEAD = Visit("diem", "the lead of a point (diem01.truong)", today, (
    Stop("trang-chu", "station:home", at("/diem/"), "my sessions"),
    Stop("tiep-don", "station:desk", desk(1), "desk 1: reception"),
    Stop("kham", "station:desk", desk(2, FIRST), "desk 2: screening"),
    Stop("tiem", "station:desk", desk(3, FIRST), "desk 3: the dose"),
    Stop("theo-doi", "station:desk", desk(4), "desk 4: observation"),
    Stop("ket-thuc-luot", "station:desk", desk(5), "desk 5: the end of a visit"),
    Stop("mo-buoi", "station:opening", beside("station:opening"), "the checklist and the lots"),
    Stop("lo-mo", "station:vials", beside("station:vials"), "open vials: opened, used until, ended with what is left"),
    Stop("ve-som", "station:early", beside("station:early"), "who left before the 30 minutes: called"),
    Stop("giu-lai", "station:held", beside("station:held"), "what tablets sent and nobody has decided about"),
    Stop("nguoi-giup", "station:helper", beside("station:helper"), "admit a helper in a minute"),
    Stop("phieu", "station:papers", beside("station:papers"), "paper forms and their serials"),
    Stop("nhap-phieu", "station:key", beside("station:key"), "key a paper form"),
    Stop("sua", "station:correct_find", beside("station:correct_find"), "correct a visit: whose"),
    Stop("sua-luot", "station:correct", finds_visit, "correct a visit"),
    Stop("so-cho", "station:number", beside("station:number"), "the number that a person waits with, printed"),
    Stop("mui-cu", "station:earlier", beside("station:earlier"), "a dose given elsewhere, with its evidence"),
    Stop("ket-thuc", "station:ending", beside("station:ending"), "the end of the day"),
    Stop("man-hinh", "station:hall", beside("station:hall"), "the screen in the hall"),
), desk=True)  # fmt: skip


SECRET = "mat khau thu"  # of the pictures' tablet


def carries(walk: Walk) -> None:
    """Enrol this browser as a tablet of the point; show what the tablet says of itself."""
    walk.to(walk.address("station:helper"))
    name = walk.page.locator("#may input[name=name]")
    if name.count():
        name.fill("Máy bàn 3")
        walk.page.get_by_role("button", name="Đăng ký máy này").click()
        walk.page.wait_for_load_state()
    desk(1)(walk)
    walk.page.click("#may-nay")
    walk.page.get_by_role("button", name="Mang buổi này về máy").click()


def takes(walk: Walk) -> None:
    """Take the session along."""
    for field in ("#mk-moi", "#mk-lai"):
        walk.page.fill(field, SECRET)
    walk.page.keyboard.press("Enter")
    walk.page.get_by_text("Đã về máy:").wait_for(timeout=60_000)


def card(walk: Walk) -> None:
    walk.page.get_by_role("button", name="In thẻ mở máy").click()
    walk.page.wait_for_selector(".kh-lock__card svg")


def tells(walk: Walk) -> None:
    walk.page.keyboard.press("Escape")
    walk.page.click("#may-nay")


def hands_on(walk: Walk) -> None:
    """The slip of the first in the queue, large for the next desk."""
    walk.page.keyboard.press("Escape")
    walk.page.locator(FIRST).first.click()
    walk.page.get_by_role("button", name="Mã phiếu").first.click()
    walk.page.wait_for_selector("dialog .kh-qr")


def hall(walk: Walk) -> None:
    walk.page.keyboard.press("Escape")
    walk.page.click("#cac-ban a[href='#sanh']")
    walk.page.wait_for_selector(".kh-st-hall b")


def locks(walk: Walk) -> None:
    walk.page.keyboard.press("Escape")
    walk.page.keyboard.press("Alt+l")
    walk.page.wait_for_selector("#mat-khau")


TABLET = Visit("diem", "a tablet that carries its session (diem01.truong)", today, (
    Stop("mang-ve-may", "station:desk", carries, "take the session along: a passphrase", whole=False, english=False),
    Stop("da-ve-may", "station:desk", takes, "the session is on the tablet", whole=False, english=False),
    Stop("the-mo-may", "station:desk", card, "the unlock card, shown once", whole=False, english=False),
    Stop("may-nay", "station:desk", tells, "what the tablet says of itself", whole=False, english=False),
    Stop("ma-phieu", "station:desk", hands_on, "the slip for the next desk, on the screen and on paper", whole=False, english=False),
    Stop("sanh", "station:desk", hall, "the hall's numbers from the tablet itself", whole=False, english=False),
    Stop("may-khoa", "station:desk", locks, "locked: who, and the passphrase", english=False),
), desk=True)  # fmt: skip
KEPT = Visit("diem", "a tablet without a session", nobody, (
    Stop("may-chua-mang", "station:tablet", at("/diem/may-nay"), "the page that a tablet keeps for when there is no line"),
), desk=True)  # fmt: skip
VISITS = (DOOR, LEAD, TABLET, KEPT)
