"""The portal: what everyone sees, the registration question by question, the look-up of a record, the lists of firms and wards."""

from tests.pictures.answering import answer_until, ask_correction, look_up, send_registration, wrong_answer
from tests.pictures.listing import mend_row, upload_list
from tests.pictures.making import certified
from tests.pictures.stops import Stop, Visit, at, link, nobody, steps

QUESTIONS = (
    "cho-ai", "nguoi-giup", "ho-ten", "ngay-sinh", "gioi-tinh", "giay-to", "so-giay-to", "dien-thoai", "noi-o", "so-nha", "cong-viec",
    "bao-hiem", "nhom-uu-tien", "mui-tiem", "suc-khoe", "ngay-tiem", "dong-y",
)  # fmt: skip

EVERYONE = Visit("portal", "everyone", nobody, (
    Stop("trang-chu", "portal:home", at("/"), "the home"),
    Stop("diem-tiem", "portal:sites", at("/diem-tiem?tinh=79"), "points near me"),
    Stop("diem-tiem-ca-nuoc", "portal:sites", at("/diem-tiem"), "points of the country"),
    Stop("mot-diem-tiem", "portal:site", link("portal:site", on="/diem-tiem?tinh=79"), "one point: hours, vaccines, free places"),
    Stop("so-lieu", "portal:numbers", at("/so-lieu"), "numbers: map, table, days"),
    Stop("so-lieu-34-tinh", "portal:numbers", at("/so-lieu?dia-gioi=2025"), "numbers in the provinces of 2025"),
    Stop("kiem-tra", "portal:verify", at("/kiem-tra"), "check a certificate"),
    Stop("sua-sai", "portal:correction", at("/sua-sai"), "ask for a correction"),
    Stop("sua-sai-mot-loai", "portal:correction_ask", link("portal:correction_ask", on="/sua-sai"), "what is wrong, and the right value"),
    Stop("tra-cuu", "portal:lookup", at("/tra-cuu"), "look up by number and birth date"),
    Stop("tra-cuu-ma", "portal:lookup", at("/tra-cuu?cach=ma"), "look up by the slip's code"),
    Stop("to-chuc", "portal:lists", at("/to-chuc"), "lists of firms, wards, classes"),
    Stop("cam-nang", "portal:guidance", at("/cam-nang"), "guidance"),
    Stop("minh-bach", "portal:transparency", at("/minh-bach"), "draws and clocks, for everyone to check"),
    Stop("minh-bach-mot-dot", "portal:draw", link("portal:draw", on="/minh-bach"), "one draw with its seed"),
    Stop("minh-bach-sua-sai", "portal:clocks", at("/minh-bach/sua-sai"), "how fast corrections are answered"),
    Stop("minh-bach-kip-thoi", "portal:timely", at("/minh-bach/kip-thoi"), "how soon a dose can be seen, by point and hour"),
    Stop("tinh-trang", "portal:status", at("/tinh-trang"), "the state of the system"),
    Stop("quyen-rieng-tu", "portal:privacy", at("/quyen-rieng-tu"), "privacy"),
    Stop("tro-giup", "portal:help", at("/tro-giup"), "help"),
    Stop("tro-nang", "portal:accessibility", at("/tro-nang"), "accessibility"),
    Stop("ma-nguon", "portal:source", at("/ma-nguon"), "the source"),
    Stop("demo-tin-nhan", "portal:demo_messages", at("/demo/tin-nhan"), "the demo's messages", whole=False),
))  # fmt: skip
REGISTERING = Visit("portal", "a granddaughter who registers her grandmother", nobody, (
    *(Stop(f"dang-ky-{slug}", "portal:register_step", answer_until(slug), f"question: {slug}") for slug in QUESTIONS),
    Stop("dang-ky-loi", "portal:register_step", wrong_answer, "an answer that is missing"),
    Stop("dang-ky-xem-lai", "portal:register_review", answer_until("xem-lai"), "all answers, each with Change"),
    Stop("dang-ky-do-dang", "portal:register", at("/dang-ky"), "go on with a form half filled in"),
    Stop("dang-ky-ma", "portal:register_code", steps(at("/dang-ky/xem-lai"), send_registration), "the code to the phone"),
    Stop("dang-ky-xong", "portal:register_done", at("/dang-ky/xong"), "registered: code, QR, what happens next"),
))  # fmt: skip
LOOKING_UP = Visit("portal", "a person with a slip", nobody, (
    Stop("tra-cuu-nhap-ma", "portal:lookup_code", look_up("asked"), "if it matches, a code was sent"),
    Stop("ho-so", "portal:record", look_up("opened"), "the record: registration, appointment, doses"),
    Stop("rut-lai", "portal:withdraw", at("/tra-cuu/rut-lai"), "take the registration back"),
    Stop("chon-gio", "portal:book", at("/tra-cuu/chon-gio"), "choose an hour"),
    Stop("sua-sai-xong", "portal:correction_done", ask_correction, "a code, and the day by which it is answered"),
    Stop("tra-loi", "portal:answer", look_up("answered"), "where the request stands"),
))  # fmt: skip
FIRM = Visit("portal", "a firm's clerk (congty)", lambda walk: walk.staff("congty"), (
    Stop("don-vi", "portal:lists_organization", at("/to-chuc/danh-sach"), "one firm: template and upload"),
    Stop("mot-danh-sach", "portal:list", upload_list, "staged rows: accepted, repaired, refused, possibly twice"),
    Stop("mot-dong", "portal:list_row", mend_row, "one row, edited in place"),
    Stop("danh-sach-da-gui", "portal:list", link("portal:list", on="/to-chuc/danh-sach", nth=-1), "a list that was sent: who is invited and when"),
))  # fmt: skip
OFFICER = Visit("portal", "an officer of a district (quan3)", lambda walk: walk.staff("quan3"), (
    Stop("danh-sach", "portal:lists_mine", at("/to-chuc/danh-sach"), "whose list is it"),
))  # fmt: skip
CERTIFIED = Visit("portal", "a person with a certificate", nobody, (
    Stop("chung-nhan", "portal:certificate", certified, "the certificate, looked up with a code to the phone"),
))  # fmt: skip
VISITS = (EVERYONE, REGISTERING, LOOKING_UP, CERTIFIED, FIRM, OFFICER)
