"""Rounds of the campaign and their end (Appendix 6): opened and closed by the planner, counted from the records, signed."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.campaigns import actions as campaign_acts
from khien.campaigns import queries as campaigns
from khien.campaigns.types import RoundInfo
from khien.interchange import exports
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.places import queries as places
from khien.reporting import actions
from khien.reporting import queries as reporting
from khien.reporting.types import GroupLine
from khien.surfaces.command import choosing, frame, where
from khien.surfaces.command.report_words import CAUSES
from khien.surfaces.web import downloads, say
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.paper.report import Table, report_pdf


class Opening(PageForm):
    """The first day of the next round."""

    first_on = DayField(label=_("Ngày đầu của đợt"))


class Closing(PageForm):
    """The last day of a round."""

    last_on = DayField(label=_("Ngày cuối của đợt"))


def place_of(round_id: UUID, **_: Any) -> PlaceFacts | None:
    """Where a round holds."""
    found = campaigns.round_of(round_id)
    return where.unit(found.unit_key or where.NATION) if found else None


def index(request: HttpRequest) -> HttpResponse:
    """The rounds of my places, and the form that opens the next one of the chosen place."""
    at = frame.here(request, "reports.see")
    chosen = choosing.choose(request, at)
    key = chosen.key or choosing.own_unit(at)
    rounds = [one for one in campaigns.rounds() if at.staff.may("reports.see", where.unit(one.unit_key or where.NATION))]
    form = Opening(request.POST or None, initial={"first_on": at.on})
    may_open = at.staff.may("rounds.manage", where.unit(key or where.NATION))
    if request.method == "POST" and may_open and form.is_valid():
        try:
            opened = campaign_acts.open_round(unit_key=key, first_on=form.cleaned_data["first_on"], by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal, "first_on")
        else:
            return HttpResponseRedirect(reverse("command:round", kwargs={"round_id": opened.id}))
    rows = [(one, _place_words(one.unit_key), next(iter(reporting.signed_rounds(one.id)), None)) for one in rounds]
    return frame.page(
        request, "rounds", "reports", rows=rows, form=form, may_open=may_open, chosen=chosen, place=_place_words(key),
        status=409 if request.method == "POST" else 200,
    )  # fmt: skip


def _place_words(unit_key: str) -> str:
    unit = places.unit(unit_key) if unit_key else None
    return unit.full_name if unit else gettext("Toàn quốc")


def _names(found: RoundInfo) -> dict[str, str]:
    """What the groups are called in force on the round's first day."""
    provinces = places.old_provinces(found.unit_key) if found.unit_key else ()
    return {group.code: group.en if lang() == "en" else group.vi for group in campaigns.groups(found.first_on, *provinces)}


def show(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """One round: each group's target, done before, done now; closing it, signing it."""
    return _page(request, round_id)


def _page(request: HttpRequest, round_id: UUID, *, wrong: str = "", status: int = 200, closing: Closing | None = None) -> HttpResponse:
    at = frame.here(request, "reports.see")
    found = campaigns.round_of(round_id)
    if found is None:
        return not_found(request)
    report, place = reporting.round_report(found, until=at.on), where.unit(found.unit_key or where.NATION)
    signed = reporting.signed_rounds(round_id)
    moved = reporting.moved_since(found, signed[0].signed_at) if signed else []
    return frame.page(
        request, "round", "reports", round=found, report=report, names=_names(found), place=_place_words(found.unit_key), wrong=wrong, status=status,
        may_close=found.closed_at is None and at.staff.may("rounds.manage", place), may_sign=found.closed_at is not None and at.staff.may("rounds.sign", place),
        signed=signed, closing=closing or Closing(initial={"last_on": at.on}), done=request.GET.get("xong", ""),
        differs=reporting.differences(signed[0], report) if signed else [], moved=moved, sites=places.sites_by_id({one.site_id for one in moved}),
        heads=dict(zip(reporting.ROUND_COLUMNS, _heads()[1:6], strict=True)), causes=CAUSES,
    )  # fmt: skip


def close(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Close the round with its last day."""
    at = frame.here(request, "rounds.manage")
    form = Closing(request.POST or None)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("command:round", kwargs={"round_id": round_id}))
    if form.is_valid():
        try:
            campaign_acts.close_round(round_id=round_id, last_on=form.cleaned_data["last_on"], by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal, "last_on")
        else:
            return HttpResponseRedirect(reverse("command:round", kwargs={"round_id": round_id}) + "?xong=dong")
    return _page(request, round_id, closing=form, status=409)


def sign(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Sign the end-of-round report."""
    at = frame.here(request, "rounds.sign")
    here = reverse("command:round", kwargs={"round_id": round_id})
    if request.method == "POST":
        try:
            actions.sign_round(round_id=round_id, note=request.POST.get("ghi_chu", ""), name=at.staff.full_name, by=at.by, at=at.at)
        except Refused as refusal:
            return _page(request, round_id, wrong=frame.said(refusal), status=409)
    return HttpResponseRedirect(here + "?xong=ky")


def _lines(found: RoundInfo, until: date) -> list[tuple[str, GroupLine]]:
    report, names = reporting.round_report(found, until=until), _names(found)
    lines = [(names.get(line.group, line.group) or gettext("Không rõ nhóm"), line) for line in report.lines]
    return [*lines, (gettext("Cộng"), report.total)]


def _title(found: RoundInfo) -> str:
    return gettext("Báo cáo kết thúc đợt %(n)s, %(place)s") % {"n": found.number, "place": _place_words(found.unit_key)}


def _heads() -> list[str]:
    return [
        gettext("Nhóm đối tượng"), gettext("Chỉ tiêu"), gettext("Mũi 1 trước đợt"), gettext("Mũi 1 trong đợt"), gettext("Mũi 2 trong đợt"), gettext("Cộng mũi trong đợt"),
        gettext("Tỷ lệ mũi 1"),
    ]  # fmt: skip


def workbook(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """The end-of-round report as an Excel file."""
    at, found = frame.here(request, "reports.export"), campaigns.round_of(round_id)
    assert found is not None
    rows: list[list[Any]] = [
        [name, line.target, line.before, line.now, line.second, line.doses, say.percent(line.share, lang(), 1) if line.share is not None else ""]
        for name, line in _lines(found, at.on)
    ]
    sheet = exports.Sheet(gettext("Kết thúc đợt"), _heads(), rows, title=_title(found), notes=[gettext("Theo Phụ lục 6, Quyết định 3588/QĐ-BYT")])
    return downloads.answer(exports.workbook([sheet]), f"dot-{found.number}.xlsx")


def paper(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """The end-of-round report on paper."""
    at, found = frame.here(request, "reports.export"), campaigns.round_of(round_id)
    assert found is not None

    def n(value: int | None) -> str:
        return say.thousands(value, "vi") if value is not None else ""

    lines = [
        [name, n(line.target), n(line.before), n(line.now), n(line.second), n(line.doses), say.percent(line.share, "vi", 1) if line.share is not None else ""]
        for name, line in _lines(found, at.on)
    ]
    last = say.dmy(found.last_on) if found.last_on else gettext("nay")
    notes = [gettext("Từ %(first)s đến %(last)s") % {"first": say.dmy(found.first_on), "last": last}]
    data = report_pdf(
        title=_title(found), form=gettext("Theo Phụ lục 6, Quyết định 3588/QĐ-BYT"), tables=[Table(_heads(), lines, wide=110.0)], notes=notes,
        signer=gettext("Người lập báo cáo"), made=at.at,
    )  # fmt: skip
    return downloads.answer(data, f"dot-{found.number}.pdf")
