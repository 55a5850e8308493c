"""The addresses of this system; each says who may use it."""

from khien.surfaces.response import attached, board, caller, correcting, desk, registering, settling, taking, verifying, where
from khien.surfaces.web.guard import staff

app_name = "response"
C = "<uuid:case_id>"
urlpatterns = [
    staff("", desk.index, "home", may="cases.see"),
    staff("tiep", desk.next_case, "next", may="cases.answer"),
    staff("moi", taking.contact, "contact", may="cases.open"),
    staff("van-hanh", board.board, "operations", may="operations.board"),
    staff(C, desk.case, "case", may="cases.see", place=where.case),
    staff(f"{C}/nguoi", verifying.who, "who", may="people.search", place=where.case),
    staff(f"{C}/dang-ky", registering.register, "register", may="people.register", place=where.case),
    staff(f"{C}/lich", caller.appointment, "appointment", may="people.register", place=where.case),
    staff(f"{C}/gui-lai", caller.resend, "resend", may="cases.answer", place=where.case),
    staff(f"{C}/mat-may", caller.lost_phone, "lost_phone", may="people.lock_phone", place=where.case),
    staff(f"{C}/phan-ung", caller.reaction, "reaction", may="cases.answer", place=where.case),
    staff(f"{C}/yeu-cau-sua", caller.ask, "ask", may="cases.open", place=where.case),
    staff(f"{C}/de-nghi", correcting.propose, "propose", may="people.correct", place=where.case),
    staff(f"{C}/duyet", correcting.decide, "decide", may="cases.decide_correction", place=where.case),
    staff(f"{C}/anh", correcting.photo, "photo", may="cases.decide_correction", place=where.case),
    staff(f"{C}/tra-loi/anh", attached.reply, "reply_photo", may="cases.answer", place=where.case),
    staff(f"{C}/giay-to", settling.identity, "identity", may="people.correct", place=where.case),
]
