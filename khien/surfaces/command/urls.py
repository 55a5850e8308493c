"""The addresses of this system; each says who may use it."""

from khien.surfaces.command import (
    account, allocations, board, duplicates, numbers, people, person_acts, session, sessions, sign_in, stock, waiting, where,
)  # fmt: skip
from khien.surfaces.web.guard import public, staff

app_name = "command"
U, S, P = "dia-ban/<str:unit_key>", "buoi/<uuid:session_id>", "ho-so/<uuid:person_id>"
urlpatterns = [
    public("dang-nhap", sign_in.sign_in, "sign_in"),
    public("thoat", sign_in.sign_out, "sign_out"),
    staff("toi", account.mine, "account", may="signed_in"),
    staff("", board.home, "home", may="command.board"),
    staff(U, board.unit, "unit", may="command.board", place=where.unit),
    staff("chon", board.jump, "jump", may="command.board"),
    staff("so/<str:kind>", numbers.behind, "number_mine", may="command.board"),
    staff(f"{U}/so/<str:kind>", numbers.behind, "number", may="command.board", place=where.unit),
    staff("buoi", sessions.index, "sessions", may="command.board"),
    staff("buoi/moi", sessions.plan, "plan", may="plan.sessions"),
    staff(S, session.show, "session", may="command.board", place=where.session),
    staff(f"{S}/sua", sessions.change, "session_change", may="plan.sessions", place=where.session),
    staff(f"{S}/so/<str:kind>", numbers.session, "session_number", may="command.board", place=where.session),
    staff(f"{S}/hen", session.appointments, "appointments", may="command.lists", place=where.session),
    staff(f"{S}/danh-sach.xlsx", session.workbook, "session_xlsx", may="command.lists", place=where.session),
    staff(f"{S}/giay-moi.pdf", session.slips, "slips", may="plan.invite", place=where.session),
    staff(f"{S}/goi.pdf", session.call_sheet, "session_calls", may="lists.call", place=where.session),
    staff(f"{S}/du-phong", session.standby, "standby", may="plan.invite", place=where.session),
    staff("phan-bo", allocations.index, "allocations", may="plan.allocate"),
    staff("phan-bo/moi", allocations.new, "allocation_new", may="plan.allocate"),
    staff("phan-bo/<str:code>", allocations.show, "allocation", may="plan.allocate", place=where.allocation),
    staff("cho-tiem", waiting.index, "waiting", may="command.lists"),
    staff("goi", waiting.calls, "calls", may="lists.call"),
    staff("goi.pdf", waiting.call_paper, "call_paper", may="lists.call"),
    staff("ho-so", people.search, "people", may="people.search"),
    staff("ho-so/trung", duplicates.index, "duplicates", may="people.merge"),
    staff(P, people.show, "person", may="people.see", place=where.person),
    staff(f"{P}/sua", person_acts.correct, "person_correct", may="people.correct", place=where.person),
    staff(f"{P}/giay-to", person_acts.identity, "person_papers", may="people.correct", place=where.person),
    staff(f"{P}/noi-so", person_acts.link, "person_link", may="people.link", place=where.person),
    staff(f"{P}/mui", person_acts.dose, "person_dose", may="people.correct", place=where.person),
    staff(f"{P}/quyet", duplicates.decide, "person_decide", may="people.merge", place=where.person),
    staff("kho", stock.index, "stock", may="stock.see"),
    staff("kho/lo", stock.lots, "lots", may="stock.see"),
    staff("kho/lo/<uuid:lot_id>", stock.lot_state, "lot_state", may="stock.recall", place=where.lot),
    staff("kho/<uuid:site_id>", stock.site, "stock_site", may="stock.see", place=where.site),
    staff("kho/<uuid:site_id>/ghi", stock.move, "stock_move", may="stock.move", place=where.site),
]
