"""The family: whose books are open here, one more added with proof, a link ended; who else may open a book."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from khien.kernel import codes, identifiers
from khien.kernel.errors import Refused
from khien.people import actions as people
from khien.people import queries
from khien.registration import actions as registration
from khien.surfaces.healthbook.book import Book, mine, missing, open_book, posted, render
from khien.surfaces.web import slips, visitor
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang

CHALLENGE, RELATION = "link_challenge", "link_relation"
NOBODY = UUID(int=0)
RELATIONS = {
    "self": _("Sổ của chính tôi"), "child": pgettext_lazy("sổ", "Con tôi"), "parent": pgettext_lazy("sổ", "Cha hoặc mẹ tôi"), "spouse": pgettext_lazy("sổ", "Vợ hoặc chồng tôi"),
    "grandparent": pgettext_lazy("sổ", "Ông hoặc bà tôi"), "other": _("Người khác tôi chăm"),
}  # fmt: skip
PAPERS = {"cccd": _("Căn cước hoặc số định danh"), "passport": _("Hộ chiếu Việt Nam"), "cmnd": _("Chứng minh nhân dân cũ")}


class LinkForm(PageForm):
    """The number and the slip of one person: both must name the same record."""

    relation = forms.ChoiceField(label=_("Đây là sổ của ai?"), widget=forms.RadioSelect, choices=list(RELATIONS.items()))
    paper = forms.ChoiceField(label=_("Loại giấy tờ"), choices=list(PAPERS.items()))
    number = forms.CharField(label=_("Số giấy tờ của người đó"), max_length=40)
    slip = forms.CharField(label=_("Mã trên phiếu"), max_length=40)


class RegisteredForm(PageForm):
    """The registration's code: the phone that is signed in must be the one that the registration gave."""

    relation = forms.ChoiceField(label=_("Đây là sổ của ai?"), widget=forms.RadioSelect, choices=list(RELATIONS.items()))
    code = forms.CharField(label=_("Mã đăng ký"), max_length=40)


class LinkCodeForm(PageForm):
    """The code that came to the phone on that person's record."""

    code = forms.CharField(label=_("Mã xác nhận"), max_length=20)


def family(request: Any) -> HttpResponse:
    """Everyone whose book opens here, and how to add one more."""
    return render(request, "family.html", open_book(request), tab="family", relations=RELATIONS)


def add(request: Any) -> HttpResponse:
    """Two ways: register somebody, or join a book that there is already."""
    return render(request, "family_add.html", open_book(request), tab="family")


def join(request: Any) -> HttpResponse:
    """Ask for number and slip, then send a code to the phone on that record; whoever asks is answered the same."""
    book = open_book(request)
    form = LinkForm(posted(request))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            number = identifiers.read_identifier(told["number"], told["paper"])
            holder, named = queries.find_by_identifier(number), slips.holder_of(codes.read_slip_code(told["slip"]))
            challenge = people.ask_code_of_record(
                person=holder if queries.current_id(holder or NOBODY) == queries.current_id(named or NOBODY) else None, purpose="link", device=visitor.device(request), at=book.at,
                asked=number.value, language=lang(), address=visitor.address(request),
            )  # fmt: skip
        except Refused as refusal:
            form.refused(refusal, "slip" if refusal.code.startswith("codes.") else "number")
        else:
            request.session[CHALLENGE], request.session[RELATION] = str(challenge), told["relation"]
            return HttpResponseRedirect(reverse("healthbook:family_code"))
    return render(request, "family_join.html", book, tab="family", form=form)


def registered(request: Any) -> HttpResponse:
    """Open the book of whom this phone registered: the registration's code is enough, for signing in proved the phone."""
    book = open_book(request)
    form = RegisteredForm(posted(request))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            person = registration.link_by_registration(
                account=book.account.id, code=told["code"], relation=told["relation"], by=book.actor, at=book.at
            )
        except Refused as refusal:
            form.refused(refusal, "code")
        else:
            return HttpResponseRedirect(reverse("healthbook:person", kwargs={"person": person}))
    return render(request, "family_registered.html", book, tab="family", form=form)


def join_code(request: Any) -> HttpResponse:
    """The code proves that the phone's owner agrees; then the book opens here."""
    challenge, relation = request.session.get(CHALLENGE), request.session.get(RELATION)
    if not challenge or relation not in RELATIONS:
        return HttpResponseRedirect(reverse("healthbook:family_join"))
    book = open_book(request)
    form = LinkCodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            proof = people.check_code(challenge=UUID(challenge), code=form.cleaned_data["code"], device=visitor.device(request), at=book.at)
            if proof.purpose != "link" or proof.person_id is None:
                raise Refused("people.code_over")
            people.link(account=book.account.id, person=proof.person_id, relation=relation, proof="slip", by=book.actor, at=book.at)
        except Refused as refusal:
            form.refused(refusal, "code")
        else:
            for key in (CHALLENGE, RELATION):
                request.session.pop(key, None)
            return HttpResponseRedirect(reverse("healthbook:person", kwargs={"person": proof.person_id}))
    return render(request, "family_code.html", book, tab="family", form=form)


@mine
def openers(request: Any, book: Book) -> HttpResponse:
    """Which phones open this book now; any of them may be ended here."""
    mine_first = sorted(queries.links_of(book.person_id), key=lambda one: (not _own(book, one.link_id), one.linked_at))
    return render(request, "openers.html", book, tab="family", links=[(one, _own(book, one.link_id)) for one in mine_first], relations=RELATIONS)


def _own(book: Book, link: UUID) -> bool:
    return book.member is not None and book.member.link.link_id == link


@mine
def end(request: Any, book: Book, link: UUID) -> HttpResponse:
    """End one phone's right to open this book, after asking; one's own is closed here."""
    found = next((one for one in queries.links_of(book.person_id) if one.link_id == link), None)
    if found is None:
        return missing(request)
    if request.method == "POST":
        people.end_link(link=link, why="asked", by=book.actor, at=book.at)
        if _own(book, link):
            request.session.pop("person_id", None)
            return HttpResponseRedirect(reverse("healthbook:family"))
        return HttpResponseRedirect(reverse("healthbook:openers", kwargs={"person": book.person_id}))
    return render(request, "end_link.html", book, tab="family", link=found, own=_own(book, link), relations=RELATIONS)
