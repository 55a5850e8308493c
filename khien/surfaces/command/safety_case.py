"""One AEFI case: what is known, its clocks and story, and the steps that whoever looks at it may take."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.places import queries as places
from khien.safety import actions, core, queries
from khien.surfaces.command import frame, where
from khien.surfaces.command import safety_words as words
from khien.surfaces.command.safety_list import moment
from khien.surfaces.web import days, slips, whole
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm

MAY = ("safety.edit", "safety.report", "safety.investigate", "safety.decide", "safety.export", "people.search")


def show(request: HttpRequest, aefi_id: UUID) -> HttpResponse:
    """The case; the person sees that it was read."""
    return _page(request, aefi_id, frame.here(request, "safety.see", where.aefi(aefi_id)))


def _page(request: HttpRequest, aefi_id: UUID, at: frame.Here, wrong: str = "") -> HttpResponse:
    told: Mapping[str, Any] = request.POST if wrong else {}
    view = queries.aefi(aefi_id, at=at.at)
    if view is None:
        return not_found(request)
    if view.line.person_id:
        at.looked(view.line.person_id, purpose="reaction")
    card = people.person(view.line.person_id) if view.line.person_id else None
    values = queries.core_values(view, card)
    site = places.site(view.line.site_id) if view.line.site_id else None
    return frame.page(
        request, "safety_case", "safety", 409 if wrong else 200, view=view, line=view.line, card=card, site=site, values=values,
        missing=queries.missing(values, critical=False), critical=core.CRITICAL, variables=core.VARIABLES, more=core.MORE, words=words, wrong=wrong, told=told, today=at.on,
        alarm=queries.alarm_of_reaction([one.id for one in view.reports]), can={may: at.staff.may(may, where.aefi(aefi_id)) for may in MAY},
        causes=core.CAUSES, steps=core.STEPS, now_at=at.at, names=words.FIELDS,
    )  # fmt: skip


def _step(permission: str) -> Callable[[Callable[[Any, frame.Here, UUID], None]], Callable[..., HttpResponse]]:
    """A step sent by POST: done, and back to the case; refused, and the case says why."""

    def wrap(step: Callable[[Any, frame.Here, UUID], None]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, aefi_id: UUID) -> HttpResponse:
            at = frame.here(request, permission, where.aefi(aefi_id))
            if request.method == "POST":
                try:
                    step(request.POST, at, aefi_id)
                except Refused as refusal:
                    return _page(request, aefi_id, frame.here(request, "safety.see", where.aefi(aefi_id)), frame.said(refusal))
            return HttpResponseRedirect(reverse("command:aefi", kwargs={"aefi_id": aefi_id}))

        return view

    return wrap


def _done_at(told: Any, at: frame.Here) -> Any:
    """When a step was done: as typed, today where no day is; None is now. Raises Refused: safety.day_unreadable, safety.hour_unreadable."""
    day, hour = told.get("day", "").strip(), told.get("hour", "").strip()
    on = days.read(day) if day else at.on
    if on is None:
        raise Refused("safety.day_unreadable")
    if not hour and on != at.on:
        raise Refused("safety.hour_unreadable")
    return moment(on, hour) if hour else None


@_step("safety.report")
def report(told: Any, at: frame.Here, aefi_id: UUID) -> None:
    """The Department of Health has the report."""
    actions.report_aefi(aefi_id=aefi_id, done_at=_done_at(told, at), by=at.by, at=at.at)


@_step("safety.investigate")
def investigate(told: Any, at: frame.Here, aefi_id: UUID) -> None:
    """Begin, or write what was found."""
    if told.get("act") == "found":
        actions.finish_investigation(aefi_id=aefi_id, findings=told.get("findings", ""), done_at=_done_at(told, at), by=at.by, at=at.at)
    else:
        actions.investigate_aefi(aefi_id=aefi_id, done_at=_done_at(told, at), reason=told.get("reason", ""), by=at.by, at=at.at)


@_step("safety.decide")
def decide(told: Any, at: frame.Here, aefi_id: UUID) -> None:
    """The council's class of cause, or its wish to know more."""
    if told.get("act") == "more":
        actions.investigate_aefi(aefi_id=aefi_id, reason=told.get("reason", ""), by=at.by, at=at.at)
        return
    answers = {code: {"1": True, "0": False}.get(told.get(f"q_{code}", "")) for code, *_rest in core.STEPS}
    actions.assess_aefi(
        aefi_id=aefi_id, cause=told.get("cause", ""), reason=told.get("reason", ""), answers=answers, done_at=_done_at(told, at), by=at.by, at=at.at
    )


@_step("safety.edit")
def settle(told: Any, at: frame.Here, aefi_id: UUID) -> None:
    """Close, open again, withdraw, join to another case, tell a report apart, or say who it is about."""
    reason, act = told.get("reason", ""), told.get("act", "")
    if act == "close":
        actions.close_aefi(aefi_id=aefi_id, reason=reason, by=at.by, at=at.at)
    elif act == "reopen":
        actions.reopen_aefi(aefi_id=aefi_id, reason=reason, by=at.by, at=at.at)
    elif act == "withdraw":
        actions.withdraw_aefi(aefi_id=aefi_id, reason=reason, by=at.by, at=at.at)
    elif act == "join":
        actions.join_aefi(aefi_id=aefi_id, into=_uuid(told.get("into")), reason=reason, by=at.by, at=at.at)
    elif act == "apart":
        actions.tell_apart(reaction_id=_uuid(told.get("reaction")), reason=reason, by=at.by, at=at.at)
    elif act == "identify":
        _identify(told, at, aefi_id)


def _identify(told: Any, at: frame.Here, aefi_id: UUID) -> None:
    """By the code of a slip that the person holds, else by the record that a search found. Raises Refused: safety.slip_missing."""
    if not told.get("slip", "").strip() and not told.get("person"):
        raise Refused("safety.slip_missing")
    person_id = slips.person_of(told.get("slip", "")) if told.get("slip", "").strip() else _uuid(told.get("person"))
    if person_id is None:
        raise Refused("people.unknown")
    actions.identify_aefi(aefi_id=aefi_id, person_id=person_id, by=at.by, at=at.at)


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise Refused("safety.aefi_unknown") from None


class Edit(PageForm):
    """The variables that people type, and how grave it is."""

    onset_on = DayField(label=_("Ngày bắt đầu"))
    onset_hour = forms.CharField(label=_("Giờ bắt đầu"), max_length=5, help_text=_("Ví dụ: 14:30"))
    severe = forms.BooleanField(label=_("Phản ứng nặng"), required=False)
    serious = forms.MultipleChoiceField(label=_("Nghiêm trọng vì"), choices=list(words.SERIOUS.items()), widget=forms.CheckboxSelectMultiple, required=False)
    outcome = forms.ChoiceField(label=_("Tình trạng"), choices=list(words.OUTCOMES.items()))
    died_on = DayField(label=_("Ngày mất"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in core.TYPED.values():
            area = one.code in ("history", "description", "findings", "treatment", "comments")
            self.fields[one.code] = forms.CharField(
                label=words.variable_words(one.code), required=False, max_length=core.LONGEST, widget=forms.Textarea if area else forms.TextInput
            )
        choices = [("", _("Chưa rõ")), *((one.value, words.qualification_words(one.value)) for one in core.Qualification)]
        self.fields["qualification"] = forms.ChoiceField(label=words.variable_words("qualification"), required=False, choices=choices)
        self.fields["email"] = forms.EmailField(label=words.variable_words("email"), required=False)


def edit(request: HttpRequest, aefi_id: UUID) -> HttpResponse:
    """Write what is known better now; somebody else's change meanwhile is told."""
    at = frame.here(request, "safety.edit", where.aefi(aefi_id))
    view = queries.aefi(aefi_id, at=at.at)
    if view is None:
        return not_found(request)
    if view.line.person_id:
        at.looked(view.line.person_id, purpose="reaction")
    line = view.line
    first = {
        "onset_on": _day(line.onset_at), "onset_hour": _hour(line.onset_at), "severe": line.severe, "serious": list(line.serious), "outcome": line.outcome,
        "died_on": view.died_on, **view.facts,
    }  # fmt: skip
    form = Edit(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            onset = moment(told["onset_on"], told["onset_hour"]) if {"onset_on", "onset_hour"} & set(form.changed_data) else None
            actions.edit_aefi(
                aefi_id=aefi_id, version=whole.read(request.POST.get("version", "")) or 0, facts={code: told[code] for code in core.TYPED}, serious=told["serious"],
                severe=told["severe"], outcome=told["outcome"], died_on=told["died_on"], onset_at=onset, by=at.by, at=at.at,
            )  # fmt: skip
        except Refused as refusal:
            form.refused(refusal, {"safety.died_before_onset": "died_on", "safety.hour_unreadable": "onset_hour"}.get(refusal.code, "onset_on"))
        else:
            return HttpResponseRedirect(reverse("command:aefi", kwargs={"aefi_id": aefi_id}))
    asked = [one.code for one in core.VARIABLES if one.asked]
    asked.insert(asked.index("position") + 1, "qualification")
    groups = {"variables": asked, "more": [one.code for one in core.MORE if one.code not in asked]}
    return frame.page(request, "safety_edit", "safety", form=form, view=view, line=line, groups=groups, words=words)


def _day(at: Any) -> Any:
    from khien.kernel import clock

    return clock.on_date(at)


def _hour(at: Any) -> str:
    from khien.surfaces.web import say

    return say.hm(at)
