"""The daily report that nobody types (Appendix 5): by unit and by site, as page, workbook and paper; its signature by the lead of the point."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.interchange import exports
from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.reporting import actions
from khien.reporting import queries as reporting
from khien.reporting.rules import REPORT
from khien.reporting.types import DailyReport, SiteDay, UnitDay
from khien.stock import queries as stock
from khien.surfaces.command import choosing, frame, stock_words
from khien.surfaces.command.report_words import BEHIND, CAUSES, COLUMNS, STATES
from khien.surfaces.command.spot import EPOCHS, read_day
from khien.surfaces.command.words import MOVEMENTS
from khien.surfaces.web import downloads, say
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.paper.report import Table, report_pdf
from khien.surfaces.web.say_stock import WASTES


def _asked(request: HttpRequest, may: str) -> tuple[frame.Here, choosing.Chosen, DailyReport]:
    """The report that the address asks for."""
    at = frame.here(request, may)
    day, chosen = read_day(request.GET.get("ngay"), at.on), choosing.choose(request, at)
    epoch = request.GET.get("ky", "") if request.GET.get("ky") in EPOCHS else (chosen.key or choosing.own_unit(at))[:4] or EPOCHS[0]
    key = chosen.key or (choosing.own_unit(at) if len(set(at.scopes)) == 1 else "")
    return at, chosen, reporting.daily_report(on=day, at=at.at, unit_key=key, epoch=epoch, scopes=chosen.scopes)


def index(request: HttpRequest) -> HttpResponse:
    """The day of my places: how many sites signed, who is late, the sums by unit, each site."""
    at, chosen, report = _asked(request, "reports.see")
    order = {"late": 0, "changed": 1, "due": 2, "waiting": 3, "signed": 4}
    sites = sorted(report.sites, key=lambda site: (order[site.state], site.name))
    query = f"?ngay={report.on.isoformat()}&ky={report.epoch}" + (f"&noi={chosen.key}" if chosen.key else "")
    return frame.page(
        request, "daily_report", "reports", report=report, sites=sites, chosen=chosen, columns=COLUMNS, states=STATES, behind=BEHIND, query=query,
        shown=_shown(report), today=at.on,
    )  # fmt: skip


def _shown(report: DailyReport) -> list[str]:
    """The columns with a number, and those that the form always has."""
    always = {"received", "referred", "refused", "deferred", "contraindicated", "dose_1", "dose_2", "injected", "used", "wasted", "common", "severe"}
    return [name for name in REPORT if name in always or report.total.n(name)]


def _table(report: DailyReport) -> tuple[list[str], list[list[Any]]]:
    """Heads and lines of the report for a workbook or paper: a line for each site and product, then the sum."""
    heads = [_("Điểm tiêm"), _("Mã cơ sở"), _("Đợt"), _("Vắc xin"), *(str(COLUMNS[name]) for name in REPORT), _("Tình trạng"), _("Ghi chú")]
    lines: list[list[Any]] = []
    for site in report.sites:
        state = str(STATES[site.state][0])
        note = site.signed.note if site.signed else ""
        lines.append([site.name, site.facility_code, site.round_number, ", ".join(site.vaccines), *(site.n(name) for name in REPORT), state, note])
    lines.append([_("Cộng"), "", None, "", *(report.total.n(name) for name in REPORT), "", ""])
    return heads, lines


def _products(report: DailyReport) -> list[list[Any]]:
    """A line for each site and product."""
    return [
        [site.name, site.facility_code, vaccine, *(numbers.get(name) for name in REPORT if name in numbers)]
        for site in report.sites
        for vaccine, numbers in site.vaccines.items()
    ]


def _title(report: DailyReport) -> str:
    return _("Báo cáo tiêm chủng ngày %(day)s, %(place)s") % {"day": say.dmy(report.on), "place": report.unit_name or _("mọi nơi phụ trách")}


def _notes(report: DailyReport) -> list[str]:
    moment = say.dmyhm(report.as_of) if report.as_of else ""
    signed = sum(site.signed is not None for site in report.sites)
    return [
        _("Số liệu đến %(moment)s") % {"moment": moment}, _("Nguồn: hồ sơ tiêm chủng trong Khiên"),
        _("%(signed)s trên %(sites)s điểm đã ký") % {"signed": signed, "sites": len(report.sites)},
    ]  # fmt: skip


def workbook(request: HttpRequest) -> HttpResponse:
    """The report as an Excel file: sites, products, units."""
    _at, _chosen, report = _asked(request, "reports.export")
    heads, lines = _table(report)
    product_heads = [_("Điểm tiêm"), _("Mã cơ sở"), _("Vắc xin"), *(str(COLUMNS[name]) for name in REPORT if name in _product_columns(report))]
    units = [[unit.name or _("Chưa rõ nơi"), unit.sites, unit.signed, *(unit.n(name) for name in REPORT)] for unit in report.units]
    unit_heads = [_("Nơi"), _("Điểm tiêm"), _("Đã ký"), *(str(COLUMNS[name]) for name in REPORT)]
    sheets = [
        exports.Sheet(_("Theo điểm tiêm"), heads, lines, title=_title(report), notes=_notes(report)),
        exports.Sheet(_("Theo vắc xin"), product_heads, _products(report)),
        exports.Sheet(_("Theo địa bàn"), unit_heads, units),
    ]
    return downloads.answer(exports.workbook(sheets), f"bao-cao-{report.on:%Y%m%d}.xlsx")


def _product_columns(report: DailyReport) -> Sequence[str]:
    return next((list(numbers) for site in report.sites for numbers in site.vaccines.values()), [])


def _paper_lines(report: DailyReport, shown: Sequence[str]) -> tuple[list[list[str]], frozenset[int]]:
    """The lines of the paper: each unit with its sum over its sites; the sites alone where there is one unit only. Which lines are units."""

    def numbers(of: SiteDay | UnitDay) -> list[str]:
        return [say.thousands(of.n(name), "vi") for name in shown]

    column = places.column(report.epoch, report.level) if report.level and len(report.units) > 1 else ""
    lines: list[list[str]] = []
    headings = set()
    left = list(report.sites)
    for unit in report.units if column else ():
        headings.add(len(lines))
        lines.append([unit.name or _("Điểm chưa rõ địa bàn"), *numbers(unit), _("%(signed)s/%(sites)s điểm đã ký") % {"signed": unit.signed, "sites": unit.sites}])
        own = [site for site in left if unit.key == f"{report.epoch}-{site.place.get(column)}"] if unit.key else left
        left = [site for site in left if site not in own]
        lines += [_paper_line(site, numbers(site)) for site in own]
    lines += [_paper_line(site, numbers(site)) for site in left]
    lines.append([_("Cộng"), *numbers(report.total), ""])
    return lines, frozenset(headings)


def _paper_line(site: SiteDay, numbers: list[str]) -> list[str]:
    """A site: its facility's code, round and vaccines under its name, its note under its state, as the form has them."""
    vaccines = ", ".join(short_vaccine(code) for code in site.vaccines)
    about = [site.facility_code, _("đợt %(n)s") % {"n": site.round_number} if site.round_number else "", vaccines]
    note = site.signed.note if site.signed else ""
    return ["\n".join(filter(None, (site.name, ", ".join(filter(None, about))))), *numbers, "\n".join(filter(None, (str(STATES[site.state][0]), note)))]


def paper(request: HttpRequest) -> HttpResponse:
    """The report on paper, with the columns that have a number."""
    at, _chosen, report = _asked(request, "reports.export")
    shown = _shown(report)
    lines, headings = _paper_lines(report, shown)
    heads = [_("Nơi, điểm tiêm") if headings else _("Điểm tiêm"), *(str(COLUMNS[name]) for name in shown), _("Tình trạng, ghi chú")]
    table = Table(heads, lines, wide=52.0, last=28.0, headings=headings)
    data = report_pdf(title=_title(report), form=_("Theo Phụ lục 5, Quyết định 3588/QĐ-BYT"), tables=[table], notes=_notes(report), signer=_("Người lập báo cáo"), made=at.at)
    return downloads.answer(data, f"bao-cao-{report.on:%Y%m%d}.pdf")


def _day_of(request: HttpRequest, site_id: UUID, may: str) -> tuple[frame.Here, date, SiteDay | None]:
    at = frame.here(request, may)
    on = read_day(request.GET.get("ngay") or request.POST.get("ngay"), at.on)
    return at, on, reporting.site_day(site_id, on, at=at.at)


def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """One site's day: the numbers, what was signed, what changed since and why, and the signature."""
    _at, on, day = _day_of(request, site_id, "reports.see")
    return _site_page(request, site_id, on, day)


def _site_page(request: HttpRequest, site_id: UUID, on: date, day: SiteDay | None, *, wrong: str = "", note: str = "", status: int = 200) -> HttpResponse:
    if day is None:
        return not_found(request, None)
    facts: dict[str, Any] = {
        "day": day, "on": on, "columns": COLUMNS, "order": REPORT, "state": STATES[day.state], "versions": reporting.versions(site_id, on),
        "changes": reporting.changes(site_id, on) if day.state == "changed" else [], "causes": CAUSES, "wrong": wrong, "note": note,
        "done": request.GET.get("xong", ""), "products": list(day.vaccines.items()), "behind": BEHIND,
        "supplies": _supplies(day), "differences": _differences(day), **_entered_since(day),
    }  # fmt: skip
    return frame.page(request, "site_report", "reports", status=status, **facts)


def _differences(day: SiteDay) -> list[tuple[str, str, int, int]]:
    """(Product, column, as signed, now) of what differs: the columns, then those of each product where more than one differs or no column does."""
    if day.signed is None:
        return []
    found = [("", column, day.signed.numbers.get(column, 0), day.n(column)) for column in day.changed]
    products = day.changed_products if len(day.changed_products) > 1 or not found else {}
    nothing: dict[str, int] = {}
    return found + [
        (code, column, day.signed.vaccines.get(code, nothing).get(column, 0), day.vaccines.get(code, nothing).get(column, 0))
        for code, columns in products.items() for column in columns
    ]  # fmt: skip


def _entered_since(day: SiteDay) -> dict[str, Any]:
    """The lines of the ledger behind used and wasted doses that are others than were signed."""
    moved = {*day.changed, *(column for columns in day.changed_products.values() for column in columns)}
    rows = stock.used_since(day.site_id, day.on, day.signed.signed_at) if day.signed and moved & {"used", "wasted"} else []
    return {
        "entered": rows, "lots": stock.lots({row.lot_id for row in rows}), "kinds": MOVEMENTS, "wastes": WASTES,
        "who": stock_words.people_of(row.recorded_by for row in rows),
    }  # fmt: skip


def _supplies(day: SiteDay) -> int:
    """How many syringes and other supplies were signed as doses wasted, when they were counted with them."""
    told = day.signed.vaccines.items() if day.signed else ()
    return sum(numbers.get("wasted", 0) for code, numbers in told if not stock.rules.is_vaccine(code))


def sign(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Sign the day as it stands."""
    at, on, day = _day_of(request, site_id, "reports.sign")
    here = f"{reverse('command:site_report', kwargs={'site_id': site_id})}?ngay={on.isoformat()}"
    if request.method != "POST":
        return HttpResponseRedirect(here)
    note = request.POST.get("ghi_chu", "")
    try:
        actions.sign_day(site_id=site_id, on=on, note=note, name=at.staff.full_name, by=at.by, at=at.at)
    except Refused as refusal:
        return _site_page(request, site_id, on, day, wrong=frame.said(refusal), note=note, status=409)
    return HttpResponseRedirect(here + "&xong=1")
