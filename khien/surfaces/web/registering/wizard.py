"""The registration's pages: ask, keep, go on; look at everything; send once; prove the phone; done."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.registration import actions as registration
from khien.registration import queries as registrations
from khien.surfaces.web import visitor
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.surfaces.web.registering import answers as reading
from khien.surfaces.web.registering import path, review
from khien.surfaces.web.registering.answers import Answers
from khien.surfaces.web.registering.asking import Question
from khien.surfaces.web.registering.card import CardPage
from khien.surfaces.web.registering.finish import Finish
from khien.surfaces.web.registering.mount import Route

# Which question a refusal of the whole form sends back to.
AT_FAULT = {"names": "ho-ten", "births": "ngay-sinh", "identifiers": "so-giay-to", "phones": "dien-thoai", "places": "noi-o"}


MOST_KEPT = 4000  # characters of what was typed that the draft keeps; nobody's answer is longer


class Wizard:
    """The questions on one surface. `way` is portal or health_book; `account` gives the signed-in account's id."""

    def __init__(
        self, *, way: str, namespace: str, layout: str = "question.html", home: str = "/",
        account: Callable[[HttpRequest], UUID | None] = lambda request: None,
    ) -> None:  # fmt: skip
        self.way, self.namespace, self.layout, self.home = way, namespace, layout, home
        self.account = account
        self.finish, self.card = Finish(self), CardPage(self)

    def urls(self, prefix: str, route: Route) -> list[URLPattern]:
        """The addresses, each guarded by `route` (guard.public or guard.citizen)."""
        return [
            route(prefix, self.start, "register"),
            route(f"{prefix}/xem-lai", self.review, "register_review"),
            *self.finish.urls(prefix, route),
            *self.card.urls(prefix, route),
            route(f"{prefix}/<slug:step>", self.ask, "register_step"),
        ]

    def to(self, name: str, **kwargs: Any) -> str:
        """The address of one of our pages on this surface."""
        return reverse(f"{self.namespace}:{name}", kwargs=kwargs or None)

    def actor(self, request: HttpRequest) -> Actor:
        """Who registers: the account, or a citizen without one."""
        return Actor("citizen", self.account(request), label=self.way)

    def draw(self, request: HttpRequest, template: str, facts: dict[str, Any], status: int = 200) -> HttpResponse:
        """A page on this surface's layout."""
        return render(request, template, {"layout": self.layout, "home": self.home, "wizard": self, **facts}, status=status)

    def answers(self, request: HttpRequest, at: datetime) -> tuple[UUID | None, Answers]:
        """The form half filled in, or an empty one."""
        id = visitor.draft(request)
        kept = registrations.draft(id, at) if id else None
        if kept is None or kept.registration_id is not None:
            return None, Answers({}, clock.on_date(at))
        return id, Answers(kept.data, clock.on_date(at))

    def start(self, request: HttpRequest) -> HttpResponse:
        """Begin, or offer to go on with a form half filled in."""
        id, answers = self.answers(request, clock.now())
        if request.method == "POST" and request.POST.get("act") == "again":
            visitor.keep_draft(request, None)
            return HttpResponseRedirect(self.to("register_step", step=path.QUESTIONS[0].slug))
        if id is None or len(answers.done) < 2:
            return HttpResponseRedirect(self.to("register_step", step=path.QUESTIONS[0].slug))
        return self.draw(request, "registering/resume.html", {"next": self._open(answers), "done": len(answers.done)})

    def _open(self, answers: Answers) -> str:
        question = path.open_question(answers)
        return self.to("register_step", step=question.slug) if question else self.to("register_review")

    def ask(self, request: HttpRequest, step: str) -> HttpResponse:
        """One question: shown with what was answered before, or kept and on to the next."""
        question, at = path.BY_SLUG.get(step), clock.now()
        id, answers = self.answers(request, at)
        if question is None or not question.applies(answers) or not path.reachable(question, answers):
            return HttpResponseRedirect(self._open(answers))
        if request.method != "POST":
            typed = answers.typed(step)
            return self._asked(request, question(answers=answers), answers) if typed is None else self._judged(request, question(typed, answers=answers), answers)
        form = question(request.POST, answers=answers)
        if getattr(form, "searching", False) and form.is_valid() and id is not None:
            return self._asked_again(request, id, {"place_asked": form.cleaned_data["q"], "typed": None}, at)
        if not form.is_valid() or getattr(form, "searching", False) or getattr(form, "to_show", False):
            typed = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
            if len(json.dumps(typed)) > MOST_KEPT:
                return self._judged(request, form, answers)
            return self._asked_again(request, id or self._begin(request, at), {"typed": [step, typed]}, at)
        answers = self._keep(request, id, form, answers, at)
        if request.GET.get("ve") == "xem-lai":
            return HttpResponseRedirect(self._open(answers))
        after = path.after(question, answers)
        return HttpResponseRedirect(self.to("register_step", step=after.slug) if after else self._open(answers))

    def _judged(self, request: HttpRequest, form: Question, answers: Answers) -> HttpResponse:
        """The question with what was typed, and what is wrong or should be looked at in it."""
        if not form.is_valid():
            return self._asked(request, form, answers, 422)
        return self._asked(request, form.as_read() if getattr(form, "to_show", False) else form, answers)  # type: ignore[attr-defined]

    def _asked_again(self, request: HttpRequest, id: UUID, told: dict[str, Any], at: datetime) -> HttpResponse:
        """The question asked anew by its address: whoever comes back from a later page finds it, not a form to send again."""
        visitor.keep_draft(request, id)
        registration.save_draft(draft=id, data=told, at=at)
        return HttpResponseRedirect(request.get_full_path())

    def _begin(self, request: HttpRequest, at: datetime) -> UUID:
        id = registration.start_draft(at=at)
        visitor.device(request)
        return id

    def _keep(self, request: HttpRequest, id: UUID | None, form: Question, answers: Answers, at: datetime) -> Answers:
        told = form.kept()
        told["done"] = path.settled(type(form), told, answers)
        if answers.typed(form.slug) is not None:
            told["typed"] = None
        if id is None:
            id = self._begin(request, at)
            # Only who asks for it, or registers from an open book: on a shared device the next family is not shown this one's home.
            if request.GET.get("nha") or self.account(request):
                told = {**self.finish.household(request), **told}
        visitor.keep_draft(request, id)
        kept = registration.save_draft(draft=id, data=told, at=at, step=form.slug)
        return Answers(kept.data, answers.on)

    def _asked(self, request: HttpRequest, form: Question, answers: Answers, status: int = 200) -> HttpResponse:
        question = type(form)
        step, steps = path.progress(question, answers)
        before = path.before(question, answers)
        changing = request.GET.get("ve") == "xem-lai"
        back = self.to("register_review") if changing else self.to("register_step", step=before.slug) if before else self.home
        progress = _("Đăng ký tiêm, bước %(step)s trong %(steps)s") % {"step": step, "steps": steps}
        facts = {"form": form, "answers": answers, "progress": progress, "back_to": back, "title": str(question.page_title)}
        return self.draw(request, question.template, facts, status)

    def review(self, request: HttpRequest) -> HttpResponse:
        """All answers, each with its way back; sending registers once, however often it is pressed."""
        at = clock.now()
        id, answers = self.answers(request, at)
        if id is None:
            pressed_twice = request.method == "POST" and self.finish.known(request)
            return HttpResponseRedirect(self.to("register_code" if pressed_twice else "register_done" if self.finish.known(request) else "register"))
        if path.open_question(answers) is not None:
            return HttpResponseRedirect(self._open(answers))
        wrong = ""
        if request.method == "POST":
            try:
                return self._send(request, id, answers, at)
            except Refused as refusal:
                wrong, fault = word(refusal, lang()), AT_FAULT.get(refusal.code.split(".", maxsplit=1)[0], "")
                return self._reviewed(request, answers, wrong, fault, 422)
        return self._reviewed(request, answers, wrong, "", 200)

    def _reviewed(self, request: HttpRequest, answers: Answers, wrong: str, fault: str, status: int) -> HttpResponse:
        last = path.asked(answers)[-1]
        facts = {
            "parts": review.parts(answers), "wrong": wrong, "fault": fault, "answers": answers,
            "back_to": self.to("register_step", step=last.slug),
        }  # fmt: skip
        return self.draw(request, "registering/review.html", facts, status)

    def _send(self, request: HttpRequest, id: UUID, answers: Answers, at: datetime) -> HttpResponse:
        """Register: from here on nothing that happens to the code can lose it."""
        account = self.account(request)
        if account is None:  # who registers a list of guessed numbers is stopped; a family, or a helper at a ward's office, is not
            visitor.brake(request, "register", a_device=60, an_address=600, at=at)
        done = registration.submit_draft(
            draft=id, person=reading.person(answers, lang()), way="health_book" if account else self.way, wish=reading.wish(answers), account=account,
            relation=reading.relation(answers), by=self.actor(request), at=at,
        )  # fmt: skip
        return self.finish.begin(request, id, done, answers, at)
