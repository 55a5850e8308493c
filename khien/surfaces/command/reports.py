"""Reports: the day by session as the ministry's form has it, doses against people by unit, figures imported with date and source."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from khien.booking import queries as booking
from khien.cases import queries as cases
from khien.cases.types import QueueFilter
from khien.interchange import exports
from khien.interchange.sheets.grid import read_grid
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.reporting import actions as reporting_acts
from khien.reporting import queries as reporting
from khien.reporting.actions import FigureLine
from khien.reporting.types import BoardRow
from khien.surfaces.command import choosing, frame, where
from khien.surfaces.command.spot import read_day
from khien.surfaces.command.words import INDICATORS
from khien.surfaces.web import downloads, say
from khien.surfaces.web.case_words import STATES, SUBJECTS
from khien.surfaces.web.forms import DayField, PageForm

# The columns of the daily report, in the order of Appendix 5 of Decision 3588.
COLUMNS = (
    "invited", "received", "injected", "observed", "deferred", "referred", "contraindicated", "refused", "withdrawn", "left_early", "no_show", "reactions",
    "severe",
)  # fmt: skip
SIXTY = timedelta(days=60)
MOST_WAITING = 50


def index(request: HttpRequest) -> HttpResponse:
    """The day's lines, one for each session, and their sum."""
    at = frame.here(request, "reports.see")
    day, chosen = read_day(request.GET.get("ngay"), at.on), choosing.choose(request, at)
    rows = _lines(day, chosen, at)
    return frame.page(
        request, "reports", "reports", day=day, chosen=chosen, rows=rows, total=_sum(rows), columns=COLUMNS, indicators=INDICATORS, as_of=reporting.as_of(),
        facilities={one.id: one.site.facility_name for one in booking.sessions(None, ids=[row.session_id for row, _ in rows if row.session_id])},
    )  # fmt: skip


def _lines(day: date, chosen: choosing.Chosen, at: frame.Here) -> list[tuple[BoardRow, int]]:
    """Each session with its numbers and places."""
    rows = reporting.daily_lines(on=day, scopes=chosen.scopes)
    infos = {one.id: one for one in booking.sessions(None, ids=[row.session_id for row in rows if row.session_id])}
    return [(row, infos[row.session_id].capacity if row.session_id in infos else 0) for row in rows]


def _sum(rows: list[tuple[BoardRow, int]]) -> dict[str, int]:
    return {name: sum(row.n(name) for row, _capacity in rows) for name in COLUMNS} | {
        "capacity": sum(capacity for _row, capacity in rows), "paper": sum(row.paper_open for row, _capacity in rows),
    }  # fmt: skip


def workbook(request: HttpRequest) -> HttpResponse:
    """The same lines as an Excel file, with the moment and the source of the numbers."""
    at = frame.here(request, "reports.export")
    day, chosen = read_day(request.GET.get("ngay"), at.on), choosing.choose(request, at)
    rows = _lines(day, chosen, at)
    infos = {one.id: one for one in booking.sessions(None, ids=[row.session_id for row, _ in rows if row.session_id])}
    heads = [now_("Cơ sở"), now_("Điểm tiêm"), now_("Giờ"), now_("Vắc xin"), now_("Chỗ"), *(str(INDICATORS[name]) for name in COLUMNS), now_("Phiếu chưa nhập")]
    lines: list[list[Any]] = []
    for row, capacity in rows:
        info = infos.get(row.session_id) if row.session_id else None
        said = [info.site.facility_name, row.name, f"{say.hm(info.starts_at)}-{say.hm(info.ends_at)}", ", ".join(info.vaccines)] if info else ["", row.name, "", ""]
        lines.append([*said, capacity, *(row.n(name) for name in COLUMNS), row.paper_open])
    total = _sum(rows)
    lines.append([now_("Cộng"), "", "", "", total["capacity"], *(total[name] for name in COLUMNS), total["paper"]])
    title = now_("Báo cáo tiêm chủng ngày %(day)s, %(place)s") % {"day": say.dmy(day), "place": chosen.unit.full_name if chosen.unit else now_("mọi nơi phụ trách")}
    notes = [now_("Số liệu đến %(moment)s") % {"moment": say.dmyhm(reporting.as_of())}, now_("Nguồn: hồ sơ tiêm chủng trong Khiên")]
    data = exports.workbook([exports.Sheet(now_("Theo buổi tiêm"), heads, lines, title=title, notes=notes)])
    return downloads.answer(data, f"bao-cao-{day:%Y%m%d}.xlsx")


def coverage(request: HttpRequest) -> HttpResponse:
    """Doses by place of injection against imported people, unit by unit, in either geography."""
    at = frame.here(request, "reports.see")
    chosen = choosing.choose(request, at)
    epoch = "2025" if request.GET.get("ky") == "2025" else "2021"
    key = chosen.key or choosing.own_unit(at)
    open_to_me = bool(key) or frame.reach(at.scopes) is None
    rows = reporting.by_unit(on=at.on, epoch=epoch, unit_key=key) if open_to_me else []
    rows = [row for row in rows if not key or epoch == key[:4] or at.staff.may("reports.see", where.unit(row.key))]
    unit = places.unit(key) if key else None
    figures = reporting.figures("population", unit_keys=[row.key for row in rows], limit=1)
    return frame.page(request, "coverage", "reports", chosen=chosen, unit=unit, epoch=epoch, rows=rows, open_to_me=open_to_me, source=figures[0] if figures else None)


class Figures(PageForm):
    """Dated figures: pasted lines or a file of columns unit, age from, age to, people."""

    kind = forms.ChoiceField(label=_("Số gì"), choices=[("population", _("Dân số")), ("target", _("Chỉ tiêu tiêm"))], widget=forms.RadioSelect, initial="population")
    as_of = DayField(label=_("Số của ngày"))
    source = forms.CharField(label=_("Nguồn"), max_length=300, help_text=_("Ví dụ: Niên giám thống kê 2020, Cục Thống kê thành phố"))
    lines = forms.CharField(
        label=_("Dán từ bảng tính"), required=False, widget=forms.Textarea, help_text=_("Mỗi dòng: mã đơn vị, từ tuổi, đến tuổi, số người. Ví dụ: 770, 18, 64, 150000"),
    )  # fmt: skip
    file = forms.FileField(label=_("Hoặc tệp .xlsx, .csv cùng bốn cột"), required=False)


def figures(request: HttpRequest) -> HttpResponse:
    """Import figures for units within my places; each import keeps its date and source."""
    at = frame.here(request, "figures.import")
    form = Figures(request.POST or None, request.FILES or None, initial={"as_of": at.on})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            lines = _read(told["file"], told["lines"])
            _check_mine(lines, at)
            count = reporting_acts.import_figures(kind=told["kind"], lines=lines, as_of=told["as_of"], source=told["source"], by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal, "source" if refusal.code == "reporting.source_needed" else "lines")
        else:
            return HttpResponseRedirect(f"{reverse('command:figures')}?xong={count}")
    shown = reporting.figures("population", limit=40) + reporting.figures("target", limit=40)
    shown = [one for one in shown if at.staff.may("figures.import", where.unit(one.unit_key))]
    return frame.page(request, "figures", "reports", form=form, rows=[(one, places.unit(one.unit_key)) for one in shown], done=request.GET.get("xong", ""))


def _read(file: Any, text: str) -> list[FigureLine]:
    """Lines of figures; a first line of words is a heading."""
    rows = read_grid(file.read() if file else text.encode())
    found = []
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row if cell.strip()]
        if not cells or (number == 1 and not any(character.isdigit() for character in "".join(cells))):
            continue
        if len(cells) < 4:
            raise Refused("reporting.figure_line", line=number)
        found.append(_line(cells, number))
    return found


def _line(cells: list[str], number: int) -> FigureLine:
    code = cells[0]
    keys = [code] if code[:5] in ("2021-", "2025-") else [f"{epoch}-{code}" for epoch in ("2021", "2025")]
    key = next((one for one in keys if places.unit(one)), None)
    if key is None:
        raise Refused("reporting.unit_unknown", line=number)
    try:
        low, high, people = (int(float(re.sub(r"[.\s](?=\d{3}\b)", "", cell))) for cell in cells[1:4])
    except ValueError:
        raise Refused("reporting.figure_line", line=number) from None
    return FigureLine(key, low, high, people)


def _check_mine(lines: list[FigureLine], at: frame.Here) -> None:
    for number, line in enumerate(lines, 1):
        if not at.staff.may("figures.import", where.unit(line.unit_key)):
            raise Refused("reporting.unit_not_yours", line=number)


def corrections(request: HttpRequest) -> HttpResponse:
    """How requests to put something right stand, unit by unit: the clock that the public page shows."""
    at = frame.here(request, "command.board")
    chosen = choosing.choose(request, at)
    key = chosen.key or choosing.own_unit(at)
    parted = places.breakdown(key, key[:4] or "2021") if key or frame.reach(at.scopes) is None else None
    clocks = {one.code: one for one in cases.correction_clocks(parted.column, at=at.at, since=at.at - SIXTY)} if parted and parted.level else {}
    rows = [(unit, clocks[unit.code]) for unit in parted.units if unit.code in clocks] if parted else []
    scopes: tuple[Scope, ...] | None = frame.unit_scope(key) if key else chosen.scopes
    waiting = []
    if at.staff.may("cases.decide_correction"):
        mine = frame.reach(at.staff.scopes("cases.decide_correction"))
        waiting = cases.queue(mine, at=at.at, filters=QueueFilter(kinds=("correction",)), limit=MOST_WAITING)
    return frame.page(
        request, "corrections", "board", chosen=chosen, unit=places.unit(key) if key else None, rows=rows, counts=cases.counts(scopes, at=at.at), waiting=waiting,
        subjects=SUBJECTS, states=STATES,
    )  # fmt: skip
