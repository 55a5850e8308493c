"""The addresses of this system; each says who may use it."""

from khien.surfaces.station import (
    badges,
    correcting,
    deciding,
    desk,
    earlier,
    ending,
    hall,
    home,
    keying,
    looking,
    opening,
    papers,
    printing,
    where,
)  # fmt: skip
from khien.surfaces.web.guard import public, staff

app_name = "station"
S = "<uuid:session>"
urlpatterns = [
    staff("", home.index, "home", may="station.see"),
    public("the", badges.sign_in, "badge"),
    staff(S, desk.shell, "desk", may="station.see", place=where.session),
    staff(f"{S}/goi", desk.pack, "pack", may="station.see", place=where.session),
    staff(f"{S}/tinh-hinh", desk.state, "state", may="station.see", place=where.session),
    staff(f"{S}/lenh", desk.command, "command", may="station.see", place=where.session),
    staff(f"{S}/tim", looking.search, "search", may="people.search", place=where.session),
    staff(f"{S}/luot/<uuid:visit>", looking.story, "story", may="people.see", place=where.visit),
    staff(f"{S}/de-xuat", deciding.propose, "propose", may="visit.screen", place=where.session),
    staff(f"{S}/truoc-tiem", deciding.before_dose, "before_dose", may="visit.dose", place=where.session),
    staff(f"{S}/so-cho/<uuid:visit>", printing.number, "number", may="visit.receive", place=where.visit),
    staff(f"{S}/giay-xac-nhan/<uuid:visit>.pdf", printing.confirmation, "confirmation", may="visit.end", place=where.visit),
    staff(f"{S}/mui-cu/<uuid:visit>", earlier.add, "earlier", may="visit.history", place=where.visit),
    staff(f"{S}/mo", opening.checklist, "opening", may="station.open", place=where.session),
    staff(f"{S}/mo-lai", opening.open_again, "open_again", may="station.open", place=where.session),
    staff(f"{S}/lo", opening.lots, "lots", may="station.open", place=where.session),
    staff(f"{S}/tam-dung", ending.pause, "pause", may="station.open", place=where.session),
    staff(f"{S}/ket-thuc", ending.ending, "ending", may="station.close", place=where.session),
    staff(f"{S}/nguoi-giup", badges.helper, "helper", may="station.admit_helper", place=where.session),
    staff(f"{S}/may", badges.enrol, "enrol", may="station.admit_helper", place=where.session),
    staff(f"{S}/phieu", papers.index, "papers", may="paper.print", place=where.session),
    staff(f"{S}/phieu/<str:pack>.pdf", papers.sheets, "sheets", may="paper.print", place=where.session),
    staff(f"{S}/phieu/giai-trinh", papers.settle, "settle", may="visit.key_paper", place=where.session),
    staff(f"{S}/nhap-phieu", keying.key, "key", may="visit.key_paper", place=where.session),
    staff(f"{S}/sua", correcting.find, "correct_find", may="visit.correct", place=where.session),
    staff(f"{S}/sua/<uuid:visit>", correcting.correct, "correct", may="visit.correct", place=where.visit),
    staff(f"{S}/man-hinh", hall.screen, "hall", may="station.see", place=where.session),
    staff(f"{S}/man-hinh/bang", hall.board, "hall_board", may="station.see", place=where.session),
]
