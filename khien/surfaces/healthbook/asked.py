"""The question behind the link of a follow-up message: how are you today? It opens without signing in and shows nothing of the record."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as draw
from django.urls import reverse

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people import queries as people
from khien.plumbing import limits
from khien.safety import actions, queries, rules
from khien.safety.types import FollowUpView
from khien.surfaces.healthbook.feeling import MOST, SINCE, WITHIN, FeelingForm, face, sign_words
from khien.surfaces.web import say_doses, visitor
from khien.surfaces.web.locale import lang

BY = Actor("citizen", label="follow_up")
GUESSES = 60  # links that are none, from one address in an hour; whoever holds one is never counted: thousands share a carrier's address


def question(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, keep, and say what to do; a link that is over or wrong says where else to tell."""
    at = clock.now()
    asked = queries.follow_up_by_token(token, at)
    if asked is None:
        limits.brake("follow_up_link", visitor.address(request), most=GUESSES, within=WITHIN, at=at)
        return draw(request, "healthbook/asked_over.html", {}, status=404)
    if request.method == "POST" and request.POST.get("act") == "stop":
        actions.stop_follow_ups(person_id=asked.person_id, by=BY, at=at)
        return _back(token)
    form = FeelingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _keep(asked, form, at)
        except Refused as refusal:
            form.refused(refusal)
        else:
            return _back(token)
    if asked.answered_at and not form.is_bound and "lai" not in request.GET:
        return _thanks(request, asked, token)
    card = people.person(asked.person_id)
    who = say_doses.given(card.full_name) if card else ""
    facts = {"form": form, "face": face, "who": who, "asked": asked, "stopped": queries.wants_none(asked.person_id), "back_to": ""}
    return draw(request, "healthbook/asked.html", facts)


def _back(token: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("healthbook:asked", kwargs={"token": token}))


def _keep(asked: FollowUpView, form: FeelingForm, at: Any) -> None:
    limits.brake("felt", str(asked.id), most=MOST, within=WITHIN, at=at)
    told = form.cleaned_data
    unwell = bool(form.signs or told["detail"])
    answer = told["face"] or ("bad" if any(rules.BY_CODE[code].red for code in form.signs) else "soso" if unwell else "well")
    since = SINCE.get(told["since"], SINCE["now"])
    actions.answer_follow_up(
        follow_up_id=asked.id, answer=answer, symptoms=tuple(form.signs), detail=told["detail"], channel="link",
        onset_at=queries.onset_about(asked.person_id, since, at, record_id=asked.record_id), by=BY, at=at,
    )


def _thanks(request: HttpRequest, asked: FollowUpView, token: str) -> HttpResponse:
    """What to do now: 115 when red, a health facility today when grave, rest when usual."""
    reaction = queries.reaction(asked.reaction_id) if asked.reaction_id else None
    known = [code for code in reaction.symptoms if code in rules.BY_CODE] if reaction else []
    weighed = rules.triage(known, since_dose=None if reaction and reaction.urgency == "P1" else rules.RED_FREE)
    facts = {
        "asked": asked, "token": token, "reaction": reaction, "red": bool(reaction and reaction.urgency == "P1"), "signs": [sign_words(code) for code in known],
        "advice": weighed.advice_en if lang() == "en" else weighed.advice_vi, "stopped": queries.wants_none(asked.person_id),
    }  # fmt: skip
    return draw(request, "healthbook/asked_thanks.html", facts)
