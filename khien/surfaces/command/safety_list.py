"""The line list of adverse events: filtered, paged by key, as a workbook; a case of somebody unknown."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.interchange import exports
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.people import queries as people
from khien.places import queries as places
from khien.safety import actions, queries
from khien.safety.core import VARIABLES
from khien.safety.types import AefiLine, LineFilter, ToldPatient
from khien.surfaces.command import choosing, frame, where
from khien.surfaces.command import safety_words as words
from khien.surfaces.command.register import where_words
from khien.surfaces.web import days, downloads, say
from khien.surfaces.web.forms import DayField, PageForm

type Cards = Mapping[UUID, Any]
PAGE = 50
MOST = 20_000  # lines of one workbook


def _filters(request: HttpRequest) -> LineFilter:
    """What the page is narrowed to, as the address says."""
    told = request.GET
    states = tuple(one for one in told.getlist("buoc") if one in words.TONES)
    return LineFilter(
        states=states, severe=told.get("nang") == "1", overdue=told.get("qua-han") == "1", vaccine=told.get("vx", "")[:40], lot=told.get("lo", "")[:60],
        sign=told.get("dau-hieu", "")[:40], cause=told.get("nn", "")[:2], first=days.read(told.get("tu")), last=days.read(told.get("den")),
        code="".join(letter for letter in told.get("ma", "") if letter.isdigit())[:20],
    )  # fmt: skip


def index(request: HttpRequest) -> HttpResponse:
    """The list of my places, the latest first; each person on it sees that it was read."""
    at = frame.here(request, "safety.see")
    chosen, filters = choosing.choose(request, at), _filters(request)
    after = request.GET.get("sau", "")
    lines = queries.line_list(chosen.scopes, at=at.at, filters=filters, after=after, limit=PAGE + 1)
    more, lines = len(lines) > PAGE, lines[:PAGE]
    named = _names(lines)
    at.looked(*(line.person_id for line in lines if line.person_id), purpose="reaction", once_since=clock.at_local(at.on))
    return frame.page(
        request, "safety", "safety", chosen=chosen, filters=filters, lines=lines, names=named, sites=_sites(lines), counts=queries.counts(chosen.scopes, at=at.at),
        after=lines[-1].key if more else "", first=after, words=words, vaccines=campaigns.vaccines(at.on), now_at=at.at,
    )  # fmt: skip


def _names(lines: list[AefiLine]) -> dict[UUID, str]:
    found = people.basics([line.person_id for line in lines if line.person_id])
    return {person_id: card.full_name for person_id, card in found.items()}


def _sites(lines: list[AefiLine]) -> dict[UUID, Any]:
    return places.sites_by_id({line.site_id for line in lines if line.site_id})


def workbook(request: HttpRequest) -> HttpResponse:
    """The same list as an Excel file: WHO's line list, names as initials."""
    at = frame.here(request, "safety.export")
    chosen, filters = choosing.choose(request, at), _filters(request)
    lines: list[AefiLine] = []
    after = ""
    while len(lines) < MOST and (found := queries.line_list(chosen.scopes, at=at.at, filters=filters, after=after, limit=1000)):
        lines += found
        after = found[-1].key
    at.looked(*(line.person_id for line in lines if line.person_id), purpose="report")
    cards, sites = people.basics([line.person_id for line in lines if line.person_id]), _sites(lines)
    heads = [
        now_("Mã"), now_("Người bệnh"), now_("Giới"), now_("Tuổi"), now_("Tỉnh"), now_("Quận, huyện"), now_("Điểm tiêm"), now_("Vắc xin"), now_("Lô"), now_("Mũi"),
        now_("Ngày giờ tiêm"), now_("Bắt đầu"), now_("Sau tiêm"), now_("Phản ứng"), now_("Nặng"), now_("Nghiêm trọng"), now_("Tình trạng"), now_("Bước"),
        now_("Nhận báo cáo"), now_("Báo Sở Y tế"), now_("Nguyên nhân"),
    ]  # fmt: skip
    core = queries.core_lines(lines)
    rows = [_row(line, cards, sites, core[line.id]) for line in lines]
    asked = [words.variable_words(one.code) for one in VARIABLES]
    told = [[_variable(one.code, core[line.id], line, cards) for one in VARIABLES] for line in lines]
    notes = [now_("Số liệu đến %(moment)s") % {"moment": say.dmyhm(at.at)}, now_("Nguồn: hồ sơ phản ứng sau tiêm trong Khiên. Tên viết tắt.")]
    title = now_("Danh sách phản ứng sau tiêm, %(place)s") % {"place": chosen.unit.full_name if chosen.unit else now_("mọi nơi phụ trách")}
    sheets = [exports.Sheet(now_("Phản ứng sau tiêm"), heads, rows, title=title, notes=notes), exports.Sheet(now_("25 biến cốt lõi"), asked, told, title=title, notes=notes)]
    data = exports.workbook(sheets)
    return downloads.answer(data, f"phan-ung-{at.on:%Y%m%d}.xlsx")


def _variable(code: str, core: dict[str, Any], line: AefiLine, cards: Cards) -> Any:
    """One of the 25 as the workbook has it: dates stay dates; a known person by initials and the commune."""
    if code == "patient":
        return _initials_of(line, cards, core)
    if code == "location" and (card := _card(line, cards)):
        return where_words(card.place)
    if code == "position":
        return words.position_words(core[code], core["qualification"])
    value = core[code]
    return value if hasattr(value, "year") or (isinstance(value, int) and not isinstance(value, bool)) else words.value_words(code, value, line)


def _initials_of(line: AefiLine, cards: Cards, core: dict[str, Any]) -> str:
    card = _card(line, cards)
    return initials(card.full_name if card else core["patient"])


def _card(line: AefiLine, cards: Cards) -> Any:
    return cards.get(line.person_id) if line.person_id else None


def _row(line: AefiLine, cards: Cards, sites: dict[UUID, Any], core: dict[str, Any]) -> list[Any]:
    site = sites.get(line.site_id) if line.site_id else None
    units = [places.unit(f"2021-{code}") if code else None for code in (line.province_2021, line.district_2021)]
    return [
        line.code, _initials_of(line, cards, core), str(words.SEXES.get(line.sex, "")), line.age_years,
        *(unit.full_name if unit else "" for unit in units), site.name if site else "", words.value_words("vaccine", line.vaccine, line), line.lot_number,
        f"{words.DOSES.get(line.dose_type, '')} {line.ordinal}" if line.dose_type else "", line.dosed_at or line.dosed_on, line.onset_at, words.span_words(line.interval),
        words.sign_words(line), line.severe or line.anaphylaxis, ", ".join(str(words.SERIOUS[one]) for one in line.serious), str(words.OUTCOMES[line.outcome]),
        words.state_words(line.state), line.opened_at, line.reported_at, words.cause_words(line.cause),
    ]  # fmt: skip


def initials(name: str) -> str:
    """A name as files for others carry it."""
    return "".join(f"{part[0].upper()}." for part in name.split())


class Unknown(PageForm):
    """A reaction of somebody for whom no record was found."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=120, required=False)
    birth = forms.CharField(label=_("Ngày sinh hoặc tuổi"), max_length=20, required=False)
    sex = forms.ChoiceField(label=_("Giới tính"), choices=[("", _("Không rõ")), ("female", _("Nữ")), ("male", _("Nam"))], required=False)
    phone = forms.CharField(label=_("Điện thoại"), max_length=20, required=False)
    address = forms.CharField(label=_("Nơi ở"), max_length=200, required=False)
    vaccine = forms.ChoiceField(label=_("Vắc xin"), required=False)
    lot = forms.CharField(label=_("Số lô"), max_length=40, required=False)
    dosed_on = DayField(label=_("Ngày tiêm"), required=False)
    place = forms.CharField(label=_("Tiêm ở đâu"), max_length=200, required=False)
    symptoms = forms.MultipleChoiceField(label=_("Dấu hiệu"), widget=forms.CheckboxSelectMultiple, required=False)
    onset_on = DayField(label=_("Ngày bắt đầu"))
    onset_hour = forms.CharField(label=_("Giờ bắt đầu"), max_length=5, required=False, help_text=_("Ví dụ: 14:30"))
    serious = forms.MultipleChoiceField(label=_("Nghiêm trọng"), choices=list(words.SERIOUS.items()), widget=forms.CheckboxSelectMultiple, required=False)
    description = forms.CharField(label=_("Kể lại"), widget=forms.Textarea, max_length=2000, required=False)


def new(request: HttpRequest) -> HttpResponse:
    """Open a case of somebody unknown; it becomes work until somebody finds who it is."""
    at = frame.here(request, "safety.edit")
    form = Unknown(request.POST or None, initial={"onset_on": at.on})
    form.fields["vaccine"].choices = [("", _("Không rõ")), *((one.code, one.short_vi) for one in campaigns.vaccines(at.on))]  # type: ignore[attr-defined]
    form.fields["symptoms"].choices = words.sign_choices()  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        patient = ToldPatient(**{name: told[name] or "" for name in ("full_name", "birth", "sex", "phone", "address", "vaccine", "lot", "place")}, dosed_on=told["dosed_on"])
        try:
            aefi_id = actions.open_unknown(
                told=patient, symptoms=tuple(told["symptoms"]), serious=tuple(told["serious"]), onset_at=moment(told["onset_on"], told["onset_hour"]),
                description=told["description"], place=_my_place(at), source="hotline", by=at.by, at=at.at,
            )  # fmt: skip
        except Refused as refusal:
            form.refused(refusal, {"safety.nobody_told": "full_name", "safety.nothing_told": "symptoms", "safety.hour_unreadable": "onset_hour"}.get(refusal.code, "onset_on"))
        else:
            return HttpResponseRedirect(reverse("command:aefi", kwargs={"aefi_id": aefi_id}))
    return frame.page(request, "safety_new", "safety", form=form)


def moment(day: date, hour: str) -> Any:
    """A day and an hour as typed; without an hour the first minute of the day. Raises Refused: safety.hour_unreadable."""
    text = (hour or "").strip().replace("h", ":").replace(".", ":").replace("g", ":")
    parts = text.split(":") if text else ["0", "0"]
    try:
        hours, minutes = int(parts[0]), int(parts[1] or 0) if len(parts) > 1 else 0
        if not (0 <= hours < 24 and 0 <= minutes < 60):
            raise ValueError
    except ValueError:
        raise Refused("safety.hour_unreadable") from None
    return clock.at_local(day, hours, minutes)


def _my_place(at: frame.Here) -> PlaceFacts:
    """Where who writes works: the case of somebody unknown belongs there until it is known better."""
    key = choosing.own_unit(at)
    if key:
        return where.unit(key) or PlaceFacts()
    site = next((scope for scope in at.scopes if scope.kind == "site"), None)
    return places.site_place(UUID(site.key)) or PlaceFacts() if site else PlaceFacts()

