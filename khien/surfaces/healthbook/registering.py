"""Registering from the book: the shared questions for somebody new, one short page for a person whose book is open."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.kernel.errors import Refused
from khien.people import rules as people_rules
from khien.registration import actions as registration
from khien.registration import queries
from khien.registration.types import Wish
from khien.surfaces.healthbook.book import Book, mine, posted, render
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.registering import Wizard

WIZARD = Wizard(
    way="health_book", namespace="healthbook", layout="healthbook/wizard.html", home="/so/", account=lambda request: request.account.id  # type: ignore[attr-defined]
)


class WishForm(PageForm):
    """When it suits, and the consent; the record knows the rest."""

    shift = forms.ChoiceField(
        label=_("Buổi nào tiện?"), widget=forms.RadioSelect, required=False, initial="any",
        choices=[("any", _("Buổi nào cũng được")), ("morning", _("Buổi sáng")), ("afternoon", _("Buổi chiều"))],
    )  # fmt: skip
    wished_from = DayField(label=_("Từ ngày nào?"), required=False)
    agree = forms.BooleanField(label=_("Tôi đã đọc và đồng ý đăng ký tiêm"))


@mine
def register(request: Any, book: Book) -> HttpResponse:
    """Put the person whose book is open into the queue; asked twice it is one registration."""
    consent = campaigns.consent_text(for_minor=people_rules.is_minor(book.card.birth, book.on), on=book.on)
    form = WishForm(posted(request))
    if request.method == "POST" and form.is_valid():
        wish = Wish(wished_from=form.cleaned_data["wished_from"], wished_shift=form.cleaned_data["shift"].replace("any", ""), consent_version=consent.version)
        try:
            registration.register(person_id=book.person_id, way="health_book", wish=wish, phone_verified=True, by=book.actor, at=book.at)
        except Refused as refusal:
            form.refused(refusal)
        else:
            return HttpResponseRedirect(reverse("healthbook:person", kwargs={"person": book.person_id}))
    return render(request, "register.html", book, form=form, consent=consent, asked=queries.of_person(book.person_id))
