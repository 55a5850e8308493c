"""Command: boards, plans, allocation, invitations, records, stock, rules, staff, reports."""

from tests.pictures.making import doubted, sent_on
from tests.pictures.stops import Stop, Visit, at, beside, link, nobody, steps
from tests.pictures.walk import Walk


def found_person(walk: Walk) -> None:
    """Find somebody by a part of their name."""
    walk.to("/dieu-phoi/ho-so")
    walk.page.fill("#text", "nguyen")
    walk.press_main()
    walk.to(walk.link("command:person"))


def stored(walk: Walk) -> None:
    """Open the city's store; where there is none it is added."""
    walk.to("/dieu-phoi/noi?loai=kho")
    if walk.links("command:register_store"):
        walk.to(walk.link("command:register_store"))
        return
    walk.to("/dieu-phoi/noi/moi/kho")
    walk.page.fill("#name", "Kho vắc xin Thành phố Hồ Chí Minh")
    walk.page.fill("#unit", "Thành phố Hồ Chí Minh")
    walk.press_main()
    walk.remember()


def held(walk: Walk) -> None:
    """Follow what was held at a point from the work of the store."""
    walk.to("/dieu-phoi/kho/viec")
    for page in walk.links("command:stock_site"):
        walk.to(page)
        if held_there := walk.links("command:stock_hold"):
            walk.to(held_there[0])
            return


DOOR = Visit("dieu-phoi", "any staff", nobody, (Stop("dang-nhap", "command:sign_in", at("/dieu-phoi/dang-nhap"), "sign in"),))
PLANNER = Visit("dieu-phoi", "the city's planner (thanhpho)", lambda walk: walk.staff("thanhpho"), (
    Stop("bang", "command:home", at("/dieu-phoi/"), "the board of my place"),
    Stop("bang-dau", "command:home", at("/dieu-phoi/"), "the board as it opens", whole=False),
    Stop("bang-quan", "command:unit", at("/dieu-phoi/dia-ban/2021-770"), "the board of a district"),
    Stop("chon-noi", "command:jump", at("/dieu-phoi/chon"), "go to another place"),
    Stop("ke-hoach", "command:unit_plans", at("/dieu-phoi/ke-hoach"), "the plan of my place: when everyone will be done, and what if"),
    Stop("ke-hoach-sua", "command:unit_plan_edit", at("/dieu-phoi/ke-hoach/2021-79/sua"), "record the plan anew"),
    Stop("ke-hoach-de-xuat", "command:proposals", at("/dieu-phoi/ke-hoach/2021-770/de-xuat"), "sessions that the plan needs"),
    Stop("so-mui", "command:number", at("/dieu-phoi/dia-ban/2021-79/so/injected"), "the list behind a number"),
    Stop("buoi", "command:sessions", at("/dieu-phoi/buoi"), "sessions"),
    Stop("lo-trinh", "command:route", link("command:route", on="/dieu-phoi/buoi"), "the route of a mobile team: stops, doses carried, whose people come"),
    Stop("buoi-moi", "command:plan", at("/dieu-phoi/buoi/moi"), "plan a session"),
    Stop("mot-buoi", "command:session", link("command:session", on="/dieu-phoi/buoi"), "one session"),
    Stop("buoi-sua", "command:session_change", beside("command:session_change"), "change a session"),
    Stop("buoi-hen", "command:appointments", beside("command:appointments"), "its appointments"),
    Stop("buoi-so", "command:session_number", beside("command:session_number", kind="injected"), "the people behind a number"),
    Stop("buoi-hang-cho", "command:session_queue", beside("command:session_queue"), "how the session's queue will go, hour by hour"),
    Stop("buoi-phan-cong", "command:session_roster", beside("command:session_roster"), "who stands where at the session"),
    Stop("du-phong", "command:standby", beside("command:standby"), "the standby list of the last hours"),
    Stop("phan-bo", "command:allocations", at("/dieu-phoi/phan-bo"), "draws"),
    Stop("phan-bo-moi", "command:allocation_new", at("/dieu-phoi/phan-bo/moi"), "a new draw"),
    Stop("mot-phan-bo", "command:allocation", link("command:allocation", on="/dieu-phoi/phan-bo"), "one draw"),
    Stop("cho-tiem", "command:waiting", at("/dieu-phoi/cho-tiem"), "who waits"),
    Stop("kho", "command:stock", at("/dieu-phoi/kho"), "stock"),
    Stop("lo", "command:lots", at("/dieu-phoi/kho/lo"), "lots"),
    Stop("mot-lo", "command:lots", link("command:lots", on="/dieu-phoi/kho/lo", text="ABV"), "where one lot lies"),
    Stop("quy-dinh", "command:rules", at("/dieu-phoi/quy-dinh"), "rules in force"),
    Stop("mot-quy-dinh", "command:rule", link("command:rule", on="/dieu-phoi/quy-dinh", nth=2), "one rule with its history"),
    Stop("san-sang", "command:ready", at("/dieu-phoi/san-sang"), "which points are ready, what each must still fix"),
    Stop("san-sang-diem", "command:ready_point", link("command:ready_point", on="/dieu-phoi/san-sang"), "one point: its looks, its practices"),
    Stop("san-sang-kiem", "command:ready_check", beside("command:ready_check"), "a supervisor's look by the opening checklist"),
    Stop("mo-hay-chua", "command:go", at("/dieu-phoi/san-sang/quyet/2021-79"), "go or no-go, signed by the committee"),
    Stop("bao-cao", "command:reports", at("/dieu-phoi/bao-cao"), "reports"),
    Stop("bao-phu", "command:coverage", at("/dieu-phoi/bao-cao/bao-phu"), "coverage against dated figures"),
    Stop("dan-so", "command:figures", at("/dieu-phoi/bao-cao/dan-so"), "import figures of population"),
    Stop("bao-cao-sua-sai", "command:corrections", at("/dieu-phoi/bao-cao/sua-sai"), "how fast corrections are answered"),
    Stop("bao-cao-diem", "command:site_report", link("command:site_report", on="/dieu-phoi/bao-cao"), "the daily report of a point"),
    Stop("dot", "command:rounds", at("/dieu-phoi/bao-cao/dot"), "the rounds of the campaign"),
    Stop("mot-dot", "command:round", link("command:round", on="/dieu-phoi/bao-cao/dot"), "one round: its figures, its end, its report"),
    Stop("thu-hoi", "command:recall", steps(link("command:lots", on="/dieu-phoi/kho/lo", text="ABV7003"), link("command:recall")), "a recall that waits for a second person"),
    Stop("thu-hoi-moi", "command:recall_ask", steps(link("command:lots", on="/dieu-phoi/kho/lo", text="ABV5297"), link("command:recall_ask")), "ask for a recall"),
    Stop("kip-thoi", "command:timely", at("/dieu-phoi/bao-cao/kip-thoi"), "how timely doses are recorded"),
    Stop("toi", "command:account", at("/dieu-phoi/toi"), "my account"),
))  # fmt: skip
DISTRICT = Visit("dieu-phoi", "an officer of a district (quan3)", lambda walk: walk.staff("quan3"), (
    Stop("goi-noi", "command:calls", at("/dieu-phoi/goi"), "where to call"),
    Stop("goi", "command:calls", link("command:calls", on="/dieu-phoi/goi"), "who is to be called"),
    Stop("ho-so", "command:people", at("/dieu-phoi/ho-so"), "find a person"),
    Stop("vi-sao", "command:person", steps(link("command:person", on="/dieu-phoi/cho-tiem"), beside("command:person")), "why the record is opened"),
    Stop("mot-ho-so", "command:person", beside("command:person", "?vi=registration"), "one record"),
    Stop("ho-so-sua", "command:person_correct", beside("command:person_correct"), "correct particulars"),
    Stop("ho-so-giay-to", "command:person_papers", beside("command:person_papers"), "papers that were seen"),
    Stop("ho-so-noi-so", "command:person_link", beside("command:person_link"), "link a phone in person"),
    Stop("ho-so-mui", "command:person_dose", beside("command:person_dose"), "a dose given elsewhere"),
))  # fmt: skip
TECHNICIAN = Visit("dieu-phoi", "a technician of the second tier (hotro2)", lambda walk: walk.staff("hotro2"), (
    Stop("trung", "command:duplicates", at("/dieu-phoi/ho-so/trung"), "possible duplicates"),
    Stop("so-va-gop", "command:person_decide", steps(found_person, beside("command:person_decide")), "whose number it is, and merges taken apart"),
    Stop("tap", "command:practice_now", at("/dieu-phoi/san-sang/tap"), "the practice that is open"),
    Stop("tap-mo", "command:practice_open", steps(link("command:ready_point", on="/dieu-phoi/san-sang"), link("command:practice_open")), "open a practice: people, scripts, crowd"),
))  # fmt: skip
MINISTRY = Visit("dieu-phoi", "the ministry (boyte)", lambda walk: walk.staff("boyte"), (
    Stop("bang-ca-nuoc", "command:home", at("/dieu-phoi/"), "the board of the nation"),
    Stop("giu-lo", "command:lot_state", steps(link("command:lots", on="/dieu-phoi/kho/lo", text="ABV5297"), link("command:lot_state")), "hold a lot back everywhere"),
    Stop("nhom-cua-tinh", "command:local_group", at("/dieu-phoi/quy-dinh/nhom-cua-tinh"), "a province's own group"),
    Stop("ghi-quy-dinh", "command:rule", link("command:rule", on="/dieu-phoi/quy-dinh", nth=2), "a rule changed from a date"),
    Stop("loi-dong-y", "command:consents", at("/dieu-phoi/quy-dinh/loi-dong-y"), "texts of consent and their versions"),
    Stop("loi-dong-y-moi", "command:consent_new", at("/dieu-phoi/quy-dinh/loi-dong-y/moi"), "a new version of a text of consent"),
    Stop("quy-dinh-moi", "command:rule_new", link("command:rule_new", on="/dieu-phoi/quy-dinh"), "a new rule, with its effect shown first"),
    Stop("noi", "command:register", at("/dieu-phoi/noi"), "the register of places"),
    Stop("noi-co-so", "command:register_facility", link("command:register_facility", on="/dieu-phoi/noi?loai=co-so"), "one facility: its points, who takes it over"),
    Stop("noi-diem", "command:register_site", link("command:register_site", on="/dieu-phoi/noi"), "one point put right"),
    Stop("noi-don-vi", "command:register_organization", link("command:register_organization", on="/dieu-phoi/noi?loai=don-vi"), "an organisation that sends lists"),
    Stop("noi-kho", "command:register_store", stored, "one store: its name, where it stands, how to reach it"),
    Stop("noi-moi", "command:register_add", at("/dieu-phoi/noi/moi/diem"), "a new point"),
    Stop("nhan-luc", "command:staff", at("/dieu-phoi/nhan-luc"), "staff"),
    Stop("nhan-luc-moi", "command:staff_add", at("/dieu-phoi/nhan-luc/moi"), "a new account"),
    Stop("mot-nguoi", "command:staff_one", link("command:staff_one", on="/dieu-phoi/nhan-luc"), "posts of one person"),
    Stop("may", "command:devices", link("command:devices", on="/dieu-phoi/nhan-luc"), "devices of a point"),
    Stop("nhat-ky", "command:audit", at("/dieu-phoi/nhat-ky"), "the audit"),
    Stop("bat-bien", "command:promises", at("/dieu-phoi/bat-bien"), "the demo's invariants"),
))  # fmt: skip
SIGNER = Visit("dieu-phoi", "a signer (kyten)", lambda walk: walk.staff("kyten"), (
    Stop("ky", "command:signing", at("/dieu-phoi/ky"), "certificates to sign"),
))  # fmt: skip
SAFETY = Visit("dieu-phoi", "a safety officer (antoan)", lambda walk: walk.staff("antoan"), (
    Stop("an-toan", "command:safety", at("/dieu-phoi/an-toan"), "safety: cases after vaccination"),
    Stop("an-toan-ca", "command:aefi", link("command:aefi", on="/dieu-phoi/an-toan"), "one case: facts, clocks, story, the next step"),
    Stop("an-toan-ca-sua", "command:aefi_edit", beside("command:aefi_edit"), "the facts of a case"),
    Stop("an-toan-ty-le", "command:safety_rates", at("/dieu-phoi/an-toan/ty-le"), "rates by vaccine and lot"),
    Stop("an-toan-tin-hieu", "command:safety_signals", at("/dieu-phoi/an-toan/tin-hieu"), "signals"),
    Stop("an-toan-ban-do", "command:safety_map", at("/dieu-phoi/an-toan/ban-do"), "the map of cases"),
))  # fmt: skip
COUNCIL = Visit("dieu-phoi", "the expert council (hoidong)", lambda walk: walk.staff("hoidong"), (
    Stop("an-toan-hoi-dong", "command:aefi", link("command:aefi", on="/dieu-phoi/an-toan?buoc=investigated"), "a case before the council"),
))  # fmt: skip
OPERATIONS = Visit("dieu-phoi", "operations of the third tier (hotro3)", lambda walk: walk.staff("hotro3"), (
    Stop("mui-can-quyet", "command:doubts", at("/dieu-phoi/mui-can-quyet"), "doses that a person decides"),
    Stop("mui-quyet", "command:doubt", doubted, "one such dose: everything it says, and the decision"),
    Stop("kho-chuyen", "command:consignments", at("/dieu-phoi/kho/chuyen"), "consignments on their way"),
    Stop("kho-chuyen-den", "command:incoming", link("command:incoming", on="/dieu-phoi/kho/chuyen"), "a consignment as its receiver sees it"),
    Stop("kho-viec", "command:stock_work", at("/dieu-phoi/kho/viec"), "work of the store"),
    Stop("kho-giu", "command:stock_hold", held, "what lay in a fridge that failed: released or destroyed"),
    Stop("kho-lanh", "command:cold", at("/dieu-phoi/kho/lanh"), "the cold chain"),
    Stop("kho-mot-tu", "command:fridge", link("command:fridge", on="/dieu-phoi/kho/lanh"), "one fridge: its line, its times out of range"),
))  # fmt: skip
LEAD = Visit("dieu-phoi", "the lead of a point (diem01.truong)", lambda walk: walk.staff("diem01.truong"), (
    Stop("an-toan-moi", "command:aefi_new", at("/dieu-phoi/an-toan/moi"), "a new case"),
    Stop("an-toan-hoi-tham", "command:safety_calls", at("/dieu-phoi/an-toan/hoi-tham"), "whom to call after their dose"),
    Stop("kho-cua-diem", "command:stock_site", link("command:stock_site", on="/dieu-phoi/kho"), "the ledger of my point"),
    Stop("kho-doi-chieu", "command:stock_day", beside("command:stock_day"), "the day's count"),
    Stop("kho-tu", "command:fridges", beside("command:fridges"), "the fridges of a point"),
    Stop("kho-gui", "command:consignment_send", beside("command:consignment_send"), "send doses on"),
    Stop("kho-chuyen-di", "command:outgoing", sent_on, "a consignment as its sender sees it"),
))  # fmt: skip
VISITS = (DOOR, PLANNER, DISTRICT, TECHNICIAN, MINISTRY, SIGNER, SAFETY, COUNCIL, OPERATIONS, LEAD)
