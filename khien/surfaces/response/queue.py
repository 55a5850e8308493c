"""The left column: which cases, in which order, and where the next page begins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from khien.access.permissions import StaffRef
from khien.cases import queries as cases
from khien.cases.types import CaseLine, QueueFilter
from khien.surfaces.response.frame import reach
from khien.surfaces.response.lines import Shown, shown_all
from khien.surfaces.web import case_words

VIEWS = (("cua-toi", _("Của tôi")), ("cho-nhan", _("Chờ nhận")), ("qua-han", _("Quá hạn")), ("tat-ca", _("Tất cả")), ("da-xong", _("Đã xong")))
KEPT = ("xem", "loai", "sau")
PAGE = 25


@dataclass(frozen=True)
class Queue:
    """One page of the queue, with the choices that made it."""

    view: str
    kind: str
    lines: list[Shown]
    after: str
    query: str
    code: str = ""

    @property
    def views(self) -> list[tuple[Any, str, bool]]:
        """The views to choose from: words, address, which is shown."""
        return [(words, "?" + urlencode({"xem": key, **({"loai": self.kind} if self.kind else {})}), key == self.view) for key, words in VIEWS]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(key, str(words)) for key, words in case_words.KINDS.items()]


def read(request: HttpRequest, at: datetime) -> Queue:
    """The page that the address asks for, within the places of whoever asks."""
    staff: StaffRef = request.staff  # type: ignore[attr-defined]
    view, kind = _known(request.GET.get("xem", "")), request.GET.get("loai", "")
    kind = kind if kind in case_words.KINDS else ""
    code = "".join(c for c in request.GET.get("ma", "") if c.isdigit())[:20]
    filters = QueueFilter(
        kinds=(kind,) if kind else (), owner_id=staff.id if view == "cua-toi" and not code else None, unowned=view == "cho-nhan" and not code,
        overdue=view == "qua-han" and not code, states=_states(view, code), code=code,
    )  # fmt: skip
    found = page(staff, filters, at, _key(request.GET.get("sau", "")))
    more = found[PAGE - 1].key if len(found) > PAGE else ""
    query = urlencode({name: request.GET[name] for name in KEPT if request.GET.get(name)})
    return Queue(view, kind, shown_all(found[:PAGE], at), more, query, code)


def page(staff: StaffRef, filters: QueueFilter, at: datetime, after: str = "", limit: int = PAGE + 1) -> list[CaseLine]:
    """Cases within this person's places."""
    return cases.queue(reach(staff.scopes("cases.see")), at=at, filters=filters, after=after, limit=limit)


def _known(view: str) -> str:
    return view if view in dict(VIEWS) else "cua-toi"


def _states(view: str, code: str) -> tuple[str, ...]:
    if code:
        return ("open", "taken", "waiting_citizen", "resolved")
    return ("resolved",) if view == "da-xong" else ("open",) if view == "cho-nhan" else ()


def _key(text: str) -> str:
    """A page's key as a line gave it; anything else begins at the first page."""
    parts = text.split("|")
    try:
        if len(parts) == 3 and parts[0] in case_words.PRIORITIES and datetime.fromisoformat(parts[1]).tzinfo:
            return f"{parts[0]}|{parts[1]}|{UUID(parts[2])}"
    except ValueError:
        pass
    return ""
