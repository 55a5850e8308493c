"""What every page of the response centre stands in: who acts, what they may reach, how many wait."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.access.permissions import StaffRef
from khien.access.roles import ROLES
from khien.cases import queries as cases
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, PlaceFacts, Scope
from khien.plumbing import audit
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word

SECTIONS = (
    (_("Bàn trả lời"), "response:home", "cases.see"), (_("Người mới gọi"), "response:contact", "cases.open"),
    (_("Vận hành"), "response:operations", "operations.board"),
)  # fmt: skip


@dataclass(frozen=True)
class Here:
    """Who acts at this request, when, and under which right."""

    staff: StaffRef
    by: Actor
    at: datetime
    may: str
    place: PlaceFacts | None = None

    def looked(self, *persons: UUID, purpose: str, once_since: datetime | None = None) -> None:
        """Log that these records were seen; each person sees it."""
        audit.read_many(
            persons=list(persons), by=self.by, at=self.at, purpose=purpose, office=self.staff.office(self.may, self.place),
            route=f"response.{self.may}", once_since=once_since,
        )  # fmt: skip

    @property
    def scopes(self) -> tuple[Scope, ...] | None:
        """Where this right holds, as the rooms' reads take it: None for the whole country."""
        return reach(self.staff.scopes(self.may))


def reach(scopes: tuple[Scope, ...]) -> tuple[Scope, ...] | None:
    """These scopes as the rooms' reads take them: None for the whole country."""
    return None if any(scope.kind == "nation" for scope in scopes) else scopes


def here(request: HttpRequest, may: str, place: PlaceFacts | None = None) -> Here:
    """Who acts, with the post that gives this right at that place."""
    staff: StaffRef = request.staff  # type: ignore[attr-defined]
    return Here(staff, staff.actor(may, place), clock.now(), may, place)


def page(request: HttpRequest, template: str, status: int = 200, **facts: Any) -> HttpResponse:
    """Draw a page with the line above: the sections, and how the queue stands."""
    staff: StaffRef = request.staff  # type: ignore[attr-defined]
    at = clock.now()
    nav = [(text, reverse(name), reverse(name) == request.path) for text, name, may in SECTIONS if staff.may(may)]
    frame = {
        "nav": nav, "me": staff.full_name, "me_role": ROLES[staff.posts[0].role] if staff.posts else "", "may": staff.may, "at": at,
        "counts": cases.counts(reach(staff.scopes("cases.see")), at=at), "brand_name": _("Trung tâm hỏi đáp"), "brand_href": reverse("response:home"),
    }  # fmt: skip
    return render(request, f"response/{template}.html", frame | facts, status=status)


def said(refusal: Refused) -> str:
    """A refusal in the page's language."""
    return word(refusal, lang())
