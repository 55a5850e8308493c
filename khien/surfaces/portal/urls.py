"""The addresses of this system; each says who may use it."""

from khien.surfaces.portal import booking, corrections, demo, figures, home, info, lists, lookup, record, sites, timely, verify
from khien.surfaces.web import guard
from khien.surfaces.web.guard import public, staff
from khien.surfaces.web.registering import Wizard

app_name = "portal"
# Whoever is signed in to the health book registers into the family there.
registering = Wizard(way="portal", namespace="portal", account=lambda request: request.account.id if request.account else None)  # type: ignore[attr-defined]
BY_LIST, BY_ROW = lists.place_of_list, lists.place_of_row

urlpatterns = [
    public("", home.home, "home"),
    public("robots.txt", home.robots, "robots"),
    *registering.urls("dang-ky", public),
    public("tra-cuu", lookup.index, "lookup"),
    public("tra-cuu/ma", lookup.code, "lookup_code"),
    public("tra-cuu/dong", lookup.leave, "lookup_leave"),
    public("tra-cuu/ho-so", record.record, "record"),
    public("tra-cuu/hen/<uuid:appointment>", record.appointment, "appointment"),
    public("tra-cuu/rut-lai", record.withdraw, "withdraw"),
    public("tra-cuu/chon-gio", booking.book, "book"),
    public("tra-cuu/xac-nhan/<uuid:record>.pdf", record.confirmation, "confirmation"),
    public("tra-cuu/chung-nhan/<uuid:certificate>", record.certificate, "certificate"),
    public("tra-loi", corrections.answer, "answer"),
    public("diem-tiem", sites.index, "sites"),
    public("diem-tiem/toa-do.json", sites.coordinates, "sites_coordinates"),
    public("diem-tiem/<uuid:site>", sites.site, "site"),
    public("so-lieu", figures.numbers, "numbers"),
    public("so-lieu.csv", figures.table, "numbers_csv"),
    public("kiem-tra", verify.verify, "verify"),
    public("kiem-tra/danh-sach.json", verify.signers_and_revoked, "verify_list"),
    public("kiem-tra/sw.js", verify.worker, "verify_worker"),
    public("sua-sai", corrections.index, "correction"),
    public("sua-sai/xong", corrections.done, "correction_done"),
    public("sua-sai/<slug:kind>", corrections.ask, "correction_ask"),
    public("to-chuc", lists.welcome, "lists"),
    public("to-chuc/mau/<slug:kind>.xlsx", lists.template, "lists_template"),
    staff("to-chuc/danh-sach", lists.index, "lists_mine", may="lists.upload"),
    staff(
        "to-chuc/<uuid:organization_id>",
        lists.organization,
        "lists_organization",
        may="lists.upload",
        place=lists.place_of_organization,
    ),
    staff("to-chuc/danh-sach/<uuid:list_id>", lists.one, "list", may="lists.upload", place=BY_LIST),
    staff("to-chuc/danh-sach/<uuid:list_id>/tien-do", lists.progress, "list_progress", may="lists.upload", place=BY_LIST),
    staff("to-chuc/danh-sach/<uuid:list_id>/gui", lists.send, "list_send", may="lists.decide", place=BY_LIST),
    staff("to-chuc/danh-sach/<uuid:list_id>/dong-can-sua.xlsx", lists.errors, "list_errors", may="lists.upload", place=BY_LIST),
    staff("to-chuc/danh-sach/<uuid:list_id>/sua", lists.corrections, "list_corrections", may="lists.upload", place=BY_LIST),
    staff("to-chuc/dong/<uuid:row_id>", lists.row, "list_row", may="lists.decide", place=BY_ROW),
    staff("to-chuc/dong/<uuid:row_id>/quyet-dinh", lists.decide, "list_decide", may="lists.decide", place=BY_ROW),
    public("cam-nang", info.guidance, "guidance"),
    public("minh-bach", info.transparency, "transparency"),
    public("minh-bach/sua-sai", info.clocks, "clocks"),
    public("minh-bach/kip-thoi", timely.timely, "timely"),
    public("minh-bach/<slug:code>", info.draw, "draw"),
    public("tinh-trang", info.status, "status"),
    public("quyen-rieng-tu", info.plain("privacy"), "privacy"),
    public("tro-giup", info.plain("help"), "help"),
    public("tro-nang", info.plain("accessibility"), "accessibility"),
    public("ma-nguon", info.plain("source"), "source"),
    guard.demo("demo/tin-nhan", demo.messages, "demo_messages"),
]
