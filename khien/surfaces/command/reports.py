"""Figures imported with date and source; how requests to put something right stand."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.cases import queries as cases
from khien.cases.types import QueueFilter
from khien.interchange.sheets.grid import read_grid
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.reporting import actions as reporting_acts
from khien.reporting import queries as reporting
from khien.reporting.actions import FigureLine
from khien.surfaces.command import choosing, frame, where
from khien.surfaces.web.case_words import STATES, SUBJECTS
from khien.surfaces.web.forms import DayField, PageForm

SIXTY = timedelta(days=60)
MOST_WAITING = 50


class Figures(PageForm):
    """Dated figures: pasted lines or a file of columns unit, age from, age to, people."""

    kind = forms.ChoiceField(label=_("Số gì"), choices=[("population", _("Dân số")), ("target", _("Chỉ tiêu tiêm"))], widget=forms.RadioSelect, initial="population")
    as_of = DayField(label=_("Số của ngày"))
    source = forms.CharField(label=_("Nguồn"), max_length=300, help_text=_("Ví dụ: Niên giám thống kê 2020, Cục Thống kê thành phố"))
    lines = forms.CharField(
        label=_("Dán từ bảng tính"), required=False, widget=forms.Textarea, help_text=_("Mỗi dòng: mã đơn vị, từ tuổi, đến tuổi, số người; chỉ tiêu theo nhóm thêm cột mã nhóm ưu tiên. Ví dụ: 770, 18, 64, 150000"),
    )  # fmt: skip
    file = forms.FileField(label=_("Hoặc tệp .xlsx, .csv cùng các cột đó"), required=False)


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
    return FigureLine(key, low, high, people, cells[4] if len(cells) > 4 else "")


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
