"""The QR code of a citizen's card answers name, birth date, sex, number and home at once: every answer is still asked, filled in.

By the camera where the browser reads codes, by a picture elsewhere; the picture is read and not kept.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.certificates import picture
from khien.kernel import cccd_card, clock
from khien.kernel.cccd_card import Card
from khien.kernel.errors import Refused
from khien.plumbing import limits
from khien.registration import actions as registration
from khien.surfaces.web import visitor
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.registering.mount import Mount, Route

PER_HOUR = 600  # one address: a ward's or a firm's people at one table


class CardForm(PageForm):
    """The card's code: its text from the camera, or a picture of it."""

    photo = forms.FileField(
        label=_("Hình chụp mã QR ở góc thẻ căn cước"), required=False, help_text=_("Chụp gần, đủ sáng, thấy cả mã. Hình không được lưu lại.")
    )
    text = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        try:
            texts = picture.read(told["photo"].read()) if told.get("photo") else [told.get("text") or ""]
        except picture.Unreadable as trouble:
            self.refused(trouble, "photo")
            return told
        if not any(texts) and "photo" not in self.errors:
            self.add_error("photo", gettext("Mời chọn hình chụp mã QR trên thẻ, hoặc quay lại để ghi tay"))
        elif any(texts):
            self._read(next(filter(cccd_card.looks_like_card, texts), texts[0]))
        return told

    def _read(self, text: str) -> None:
        try:
            self.cleaned_data["card"] = cccd_card.read_card(text)
        except Refused as refusal:
            self.refused(refusal, "photo")


def answers_of(card: Card) -> dict[str, Any]:
    """What the draft keeps of a card; a name or an address that was damaged on its way is typed by the person."""
    house, _sign, rest = card.address.partition(",")
    told: dict[str, Any] = {
        "full_name": card.name, "birth": [card.birth.year, card.birth.month, card.birth.day], "sex": str(card.sex), "paper": "cccd",
        "number": card.number.value, "number_type": str(card.number.type), "country": card.number.country, "no_paper": None,
    }  # fmt: skip
    if rest and not card.mangled:
        told |= {"address": house.strip(), "place_asked": rest.strip(), "place": None, "commune_2025": None}
    if card.mangled:
        told.pop("full_name")
    return told


ANSWERED = ("ho-ten", "ngay-sinh", "gioi-tinh", "giay-to", "so-giay-to", "ly-do-chua-co", "noi-o", "xa-moi", "so-nha")


class CardPage:
    """The page of the card."""

    def __init__(self, wizard: Mount) -> None:
        self.wizard = wizard

    def urls(self, prefix: str, route: Route) -> list[URLPattern]:
        """Its address."""
        return [route(f"{prefix}/can-cuoc", self.page, "register_card")]

    def page(self, request: HttpRequest) -> HttpResponse:
        """Read the card and go on with the questions, which show what it says."""
        at, back = clock.now(), self.wizard.to("register_step", step="ho-ten")
        id, answers = self.wizard.answers(request, at)
        if id is None:
            return HttpResponseRedirect(self.wizard.to("register"))
        form = CardForm(request.POST or None, request.FILES or None)
        if request.method == "POST":
            try:
                limits.brake("card", visitor.address(request), most=PER_HOUR, within=timedelta(hours=1), at=at)
            except Refused as refusal:
                form.is_valid()
                return self._asked(request, form.refused(refusal), back, 429)
            if form.is_valid():
                told = answers_of(form.cleaned_data["card"])
                # What the card answers is looked at by the person once more.
                told["typed"] = None
                told["done"] = [slug for slug in answers.done if slug not in ANSWERED]
                registration.save_draft(draft=id, data=told, at=at, step="ho-ten")
                return HttpResponseRedirect(back)
        return self._asked(request, form, back, 422 if request.method == "POST" else 200)

    def _asked(self, request: HttpRequest, form: CardForm, back: str, status: int) -> HttpResponse:
        return self.wizard.draw(request, "registering/card.html", {"form": form, "back_to": back}, status)
