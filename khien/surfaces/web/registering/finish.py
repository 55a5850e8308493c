"""After sending: the phone's code (late, lost or skipped, the registration stands), the slip with its QR code."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from khien.kernel import clock, codes, phones
from khien.kernel.errors import Refused
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.places import queries as places
from khien.registration import actions as registration
from khien.registration.types import Registered
from khien.surfaces.web import visitor
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.paper.registration import RegistrationPaper, registration_pdf
from khien.surfaces.web.refusals import word
from khien.surfaces.web.registering.answers import Answers, household, relation
from khien.surfaces.web.registering.mount import Mount, Route

MEMO = "dang_ky"


class CodeForm(PageForm):
    """The code that was sent to the phone."""

    code = forms.CharField(label=_("Mã trong tin nhắn"), max_length=12)


class Finish:
    """The pages behind the last button."""

    def __init__(self, wizard: Mount) -> None:
        self.wizard = wizard

    def urls(self, prefix: str, route: Route) -> list[URLPattern]:
        """Their addresses."""
        return [
            route(f"{prefix}/xac-nhan", self.code, "register_code"),
            route(f"{prefix}/xong", self.done, "register_done"),
            route(f"{prefix}/phieu.pdf", self.paper, "register_paper"),
        ]

    def known(self, request: HttpRequest) -> bool:
        """Whether this browser has just registered somebody."""
        return MEMO in request.session

    def memo(self, request: HttpRequest) -> dict[str, Any] | None:
        """What the last pages need: sealed in the session, for it names a person and a phone."""
        sealed = request.session.get(MEMO)
        if not sealed:
            return None
        found: dict[str, Any] = json.loads(settings.KEYS.open(bytes.fromhex(sealed), purpose="draft"))
        return found

    def household(self, request: HttpRequest) -> dict[str, Any]:
        """What the next person of the same home need not be asked from the beginning: from who was registered here last, or from
        the open book of who registers; {} else."""
        memo, account = self.memo(request), self.wizard.account(request)
        if memo and memo.get("household"):
            return dict(memo["household"])
        own = next((one for one in people.linked(account) if one.relation == "self"), None) if account else None
        card = people.person(own.person_id) if own else None
        if card is None:
            return {}
        home = places.unit(f"2021-{card.place.commune_2021}" if card.place.commune_2021 else f"2025-{card.place.commune_2025}")
        return {"helper_name": card.full_name} | ({"place": home.key, "place_asked": home.path} if home else {})

    def _remember(self, request: HttpRequest, memo: dict[str, Any]) -> None:
        request.session[MEMO] = settings.KEYS.seal(json.dumps(memo, ensure_ascii=False), purpose="draft").hex()

    def begin(self, request: HttpRequest, draft: UUID, done: Registered, answers: Answers, at: datetime) -> HttpResponse:
        """Keep what the slip shows, ask for a code where there is a phone to prove and a code can reach it."""
        phone = answers.get("phone")
        memo: dict[str, Any] = {
            "registration": str(done.registration_id), "code": done.code, "name": answers.name, "phone": phone, "at": at.isoformat(),
            "proved": done.phone_verified, "challenge": "", "unsent": "", "relation": "" if done.linked else relation(answers),
            "household": household(answers),
        }  # fmt: skip
        to_prove = phones.takes_sms(phone) and not done.phone_verified
        if to_prove:
            self._ask(request, memo, at)
        self._remember(request, memo)
        visitor.keep_draft(request, None)
        return HttpResponseRedirect(self.wizard.to("register_code" if to_prove else "register_done"))

    def _ask(self, request: HttpRequest, memo: dict[str, Any], at: datetime) -> None:
        """Send a code; when none may be sent now, say so and go on: the registration is kept."""
        try:
            challenge = people_actions.ask_code(
                phone=memo["phone"], purpose="registration", device=visitor.device(request), at=at, language=lang(), address=visitor.address(request),
            )  # fmt: skip
        except Refused as refusal:
            memo["unsent"] = word(refusal, lang())
        else:
            memo["challenge"], memo["unsent"] = str(challenge), ""

    def code(self, request: HttpRequest) -> HttpResponse:
        """Type the code, ask for another, or go on without."""
        memo = self.memo(request)
        if memo is None:
            return HttpResponseRedirect(self.wizard.to("register"))
        if memo["proved"] or not phones.takes_sms(memo["phone"]):
            return HttpResponseRedirect(self.wizard.to("register_done"))
        if request.method != "POST":
            return self._asked(request, CodeForm(), memo)
        act = request.POST.get("act")
        if act == "skip":
            return HttpResponseRedirect(self.wizard.to("register_done"))
        if act == "again":
            self._ask(request, memo, clock.now())
            memo["again"] = True
            self._remember(request, memo)
            return HttpResponseRedirect(self.wizard.to("register_code"))
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self._asked(request, form, memo, 422)
        try:
            self._prove(request, memo, form.cleaned_data["code"])
        except Refused as refusal:
            form.refused(refusal, "code")
            return self._asked(request, form, memo, 422)
        memo["proved"] = True
        self._remember(request, memo)
        return HttpResponseRedirect(self.wizard.to("register_done"))

    def _prove(self, request: HttpRequest, memo: dict[str, Any], typed: str) -> None:
        if not memo["challenge"]:
            raise Refused("people.code_over")
        at, device, challenge = clock.now(), visitor.device(request), UUID(memo["challenge"])
        people_actions.check_code(challenge=challenge, code=typed, device=device, at=at)
        registration.verify_phone(
            registration=UUID(memo["registration"]), challenge=challenge, device=device, by=self.wizard.actor(request), at=at,
            relation=memo.get("relation", ""),
        )  # fmt: skip

    def _asked(self, request: HttpRequest, form: CodeForm, memo: dict[str, Any], status: int = 200) -> HttpResponse:
        facts = {"form": form, "memo": memo, "phone": phones.masked(memo["phone"]), "back_to": None}
        return self.wizard.draw(request, "registering/code.html", facts, status)

    def done(self, request: HttpRequest) -> HttpResponse:
        """The slip: code, QR, what happens next."""
        memo = self.memo(request)
        if memo is None:
            return HttpResponseRedirect(self.wizard.to("register"))
        facts = {
            "memo": memo, "code": codes.display(memo["code"]), "phone": phones.masked(memo["phone"]) if memo["phone"] else "",
            "landline": bool(memo["phone"]) and not phones.takes_sms(memo["phone"]), "next": self._next(memo),
        }  # fmt: skip
        return self.wizard.draw(request, "registering/done.html", facts)

    def _next(self, memo: dict[str, Any]) -> list[tuple[Any, Any]]:
        invited = (_("Nhận tin mời tiêm"), _("Có ngày, giờ và nơi tiêm. Bận thì gọi hoặc trả lời tin để đổi giờ."))
        if not memo["phone"]:
            invited = (_("Nhận giấy mời tiêm"), _("Trạm y tế xã đưa giấy mời tới nhà, hoặc mời bà con ghé trạm hỏi bằng mã này."))
        elif not phones.takes_sms(memo["phone"]):
            invited = (_("Chờ trạm y tế gọi"), _("Trạm y tế xã gọi số máy bàn đã ghi, hoặc đưa giấy mời tới nhà. Ghé trạm hỏi bằng mã này cũng được."))
        return [
            (_("Chờ đến lượt"), _("Xếp theo nhóm ưu tiên, tuổi và nơi ở. Cách xếp và từng lần rút thăm đều công khai.")),
            invited,
            (_("Đến tiêm, mang giấy tờ"), _("Ăn no, uống thuốc như mọi ngày, mang mã này hoặc căn cước.")),
        ]

    def paper(self, request: HttpRequest) -> HttpResponse:
        """The slip as a PDF of one A5 page."""
        memo = self.memo(request)
        if memo is None:
            return HttpResponseRedirect(self.wizard.to("register"))
        facts = RegistrationPaper(name=memo["name"], code=memo["code"], at=datetime.fromisoformat(memo["at"]))
        response = HttpResponse(registration_pdf(facts, made=clock.now()), content_type="application/pdf")
        response["Content-Disposition"] = 'attachment; filename="phieu-dang-ky.pdf"'
        return response
