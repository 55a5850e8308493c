"""The response centre: the contact desk's three columns, the acts on a case, the board of operations."""

from tests.pictures.making import disputed
from tests.pictures.stops import Stop, Visit, at, beside, link, press, steps

AGENT = Visit("mcc", "a contact agent (tongdai)", lambda walk: walk.staff("tongdai"), (
    Stop("ban", "response:home", at("/mcc/"), "the queue"),
    Stop("viec", "response:case", link("response:case", on="/mcc/?xem=tat-ca"), "one case: queue, talk, person"),
    Stop("moi", "response:contact", at("/mcc/moi"), "take a contact"),
    Stop("nguoi", "response:who", beside("response:who"), "who is it: verified by two facts"),
    Stop("viec-mo-so", "response:case", press("button[value=work]", then=".kh-mcc__open"), "the person verified: the record is open"),
    Stop("dang-ky", "response:register", beside("response:register"), "register the caller"),
    Stop("lich", "response:appointment", beside("response:appointment"), "the caller's appointment"),
    Stop("gui-lai", "response:resend", beside("response:resend"), "send it again"),
    Stop("mat-may", "response:lost_phone", beside("response:lost_phone"), "a lost phone"),
    Stop("phan-ung", "response:reaction", beside("response:reaction"), "a reaction told on the phone"),
    Stop("yeu-cau-sua", "response:ask", beside("response:ask"), "a correction asked on the phone"),
))  # fmt: skip
TECHNICIAN = Visit("mcc", "a technician of the second tier (hotro2)", lambda walk: walk.staff("hotro2"), (
    Stop("de-nghi", "response:propose", steps(link("response:case", on="/mcc/?xem=tat-ca&loai=correction"), beside("response:propose")), "propose a correction"),
    Stop("so-cua-ai", "response:identity", disputed, "two people, one number: whose it is"),
))  # fmt: skip
SUPERVISOR = Visit("mcc", "a supervisor (giamsat)", lambda walk: walk.staff("giamsat"), (
    Stop("van-hanh", "response:operations", at("/mcc/van-hanh"), "the board of operations"),
    Stop("duyet", "response:decide", steps(link("response:case", on="/mcc/?xem=tat-ca&loai=correction"), beside("response:decide")), "decide a correction"),
))  # fmt: skip
VISITS = (AGENT, TECHNICIAN, SUPERVISOR)
