"""What every page of the command surface stands in: who acts, what they may reach, the line of sections above."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.access.permissions import StaffRef
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, PlaceFacts, Scope
from khien.places import queries as places
from khien.plumbing import audit
from khien.surfaces.command.words import post_words
from khien.surfaces.web import door
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.surfaces.web.say_doses import birth_words

# Sections in the order of the line above: key, words, address, the permission that shows it.
SECTIONS = (
    ("board", _("Bảng chung"), "command:home", "command.board"),
    ("plan", _("Kế hoạch"), "command:unit_plans", "command.board"),
    ("allocate", _("Phân bổ"), "command:allocations", "plan.allocate"),
    ("invite", _("Mời tiêm"), "command:waiting", "command.lists"),
    ("people", _("Hồ sơ"), "command:people", "people.search"),
    ("doubts", _("Mũi cần quyết định"), "command:doubts", "doses.decide"),
    ("safety", _("An toàn"), "command:safety", "safety.see"),
    ("safety", _("Tỷ lệ phản ứng"), "command:safety_rates", "safety.rates"),
    ("stock", _("Kho"), "command:stock", "stock.see"),
    ("reports", _("Báo cáo"), "command:reports", "reports.see"),
    ("ready", _("Sẵn sàng"), "command:ready", "readiness.see"),
    ("sign", _("Ký chứng nhận"), "command:signing", "certificates.sign"),
    ("register", _("Cơ sở, điểm tiêm"), "command:register", "places.manage"),
    ("staff", _("Nhân lực"), "command:staff", "staff.manage"),
    ("rules", _("Quy định"), "command:rules", "rules.see"),
    ("audit", _("Nhật ký"), "command:audit", "audit.see"),
)
ELSEWHERE = (
    (_("Danh sách gửi lên"), "/to-chuc/danh-sach", "lists.upload"),
    (_("Bàn trả lời"), "/mcc/", "cases.see"),
    (_("Điểm tiêm"), "/diem/", "station.see"),
)


@dataclass(frozen=True)
class Here:
    """Who acts at this request, when, and under which right."""

    staff: StaffRef
    by: Actor
    at: datetime
    may: str
    place: PlaceFacts | None = None

    def looked(self, *persons: UUID, purpose: str, once_since: datetime | None = None) -> None:
        """Log that these records were opened; each person sees it."""
        audit.read_many(
            persons=list(persons), by=self.by, at=self.at, purpose=purpose, office=self.staff.office(self.may, self.place),
            route=f"command.{self.may}", once_since=once_since,
        )  # fmt: skip

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Where this right holds."""
        return self.staff.scopes(self.may)

    @property
    def on(self) -> Any:
        """Today in Viet Nam."""
        return clock.on_date(self.at)


def here(request: HttpRequest, may: str, place: PlaceFacts | None = None) -> Here:
    """Who acts, with the post that gives this right at that place."""
    staff: StaffRef = request.staff  # type: ignore[attr-defined]
    return Here(staff, staff.actor(may if may != "signed_in" else "", place), clock.now(), may, place)


def page(request: HttpRequest, template: str, section: str = "", status: int = 200, **facts: Any) -> HttpResponse:
    """Draw a page with the sections that this person may open."""
    staff: StaffRef = request.staff  # type: ignore[attr-defined]
    nav = [(text, reverse(name), key == section) for key, text, name, may in SECTIONS if staff.may(may) and not (may == "safety.rates" and staff.may("safety.see"))]
    nav += [(text, href, False) for text, href, may in ELSEWHERE if staff.may(may)]
    frame = {
        "nav": nav, "me": staff.full_name, "me_role": post_words(staff.posts[0]) if staff.posts else "", "may": staff.may,
        "birth_words": birth_words,
        "brand_href": reverse("command:home") if staff.may("command.board") else door.home_of(staff),
    }  # fmt: skip
    return render(request, f"command/{template}.html", frame | facts, status=status)


def said(refusal: Refused) -> str:
    """A refusal in the page's language."""
    return word(refusal, lang())


def reach(scopes: tuple[Scope, ...]) -> tuple[Scope, ...] | None:
    """The scopes as the rooms' reads take them: None for the whole country."""
    return None if any(scope.kind == "nation" for scope in scopes) else scopes


def unit_scope(unit_key: str) -> tuple[Scope, ...] | None:
    """The scope of one unit; None for the country ("")."""
    unit = places.unit(unit_key) if unit_key else None
    return (Scope(unit.level, unit.code, unit.epoch),) if unit else None
