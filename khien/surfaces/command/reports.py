"""Figures imported with date and source; how requests to put something right stand."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.cases import queries as cases
from khien.cases.types import QueueFilter
from khien.interchange.sheets import figures as sheet_figures
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
MOST_TOLD = 20  # lines of a file whose faults are told at once


class Figures(PageForm):
    """Dated figures: pasted lines or a file of columns unit, age from, age to, people."""

    kind = forms.ChoiceField(label=_("Số gì"), choices=[("population", _("Dân số")), ("target", _("Chỉ tiêu tiêm"))], widget=forms.RadioSelect, initial="population")
    as_of = DayField(label=_("Số của ngày"))
    source = forms.CharField(label=_("Nguồn"), max_length=300, help_text=_("Ví dụ: Niên giám thống kê 2020, Cục Thống kê thành phố"))
    lines = forms.CharField(
        label=_("Dán từ bảng tính"), required=False, widget=forms.Textarea, help_text=_("Mỗi dòng: mã hoặc tên đơn vị, từ tuổi, đến tuổi, số người; chỉ tiêu theo nhóm thêm cột mã nhóm ưu tiên. Ví dụ: 770; 18; 64; 150.000"),
    )  # fmt: skip
    file = forms.FileField(label=_("Hoặc tệp .xlsx, .csv cùng các cột đó"), required=False)


def figures(request: HttpRequest) -> HttpResponse:
    """Import figures for units within my places; each import keeps its date and source."""
    at = frame.here(request, "figures.import")
    form = Figures(request.POST or None, request.FILES or None, initial={"as_of": at.on})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            lines = _read(form, at)
            count = lines is not None and reporting_acts.import_figures(kind=told["kind"], lines=lines, as_of=told["as_of"], source=told["source"], by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal, "source" if refusal.code == "reporting.source_needed" else "lines")
        else:
            if lines is not None:
                return HttpResponseRedirect(f"{reverse('command:figures')}?xong={count}")
    shown = reporting.figures("population", limit=40) + reporting.figures("target", limit=40)
    shown = [one for one in shown if at.staff.may("figures.import", where.unit(one.unit_key or where.NATION))]
    return frame.page(request, "figures", "reports", form=form, rows=[(one, places.unit(one.unit_key)) for one in shown], done=request.GET.get("xong", ""))


def _read(form: Figures, at: frame.Here) -> list[FigureLine] | None:
    """Lines of figures; None when the form tells, line by line, what cannot be read."""
    told = form.cleaned_data
    rows = read_grid(told["file"].read() if told["file"] else told["lines"].encode())
    codes = {group.code for group in campaigns.rulebook(told["as_of"]).on(told["as_of"]).groups}
    found, wrong = sheet_figures.read(rows, on=told["as_of"], groups=codes, mine=lambda key: at.staff.may("figures.import", where.unit(key)))
    for refusal in wrong[:MOST_TOLD]:
        form.refused(refusal, "lines")
    if len(wrong) > MOST_TOLD:
        form.add_error("lines", gettext("Còn %(n)s dòng nữa cần sửa.") % {"n": len(wrong) - MOST_TOLD})
    return None if wrong else [FigureLine(one.unit_key, one.age_from, one.age_to, one.people, one.group, one.line) for one in found]


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
