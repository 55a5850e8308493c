"""The operations board: cases by place, calls for help by tier, the day's numbers, and whether messages get through."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from khien.cases import queries as cases
from khien.kernel import clock
from khien.messaging import queries as messaging
from khien.plumbing import outbox
from khien.reporting import queries as reporting
from khien.surfaces.response import lines
from khien.surfaces.response.frame import here, page
from khien.surfaces.web import case_words

DAY = timedelta(hours=24)
LATE_SECONDS = 300
COLUMNS = ("registered", "invited", "received", "injected", "observed", "reactions")


def board(request: HttpRequest) -> HttpResponse:
    """How the response runs now, within the places of whoever looks."""
    at = here(request, "operations.board")
    scopes, since = at.scopes, at.at - DAY
    counts = cases.counts(scopes, at=at.at)
    numbers = reporting.board(unit_key=_unit(at.staff), on=clock.on_date(at.at), scopes=scopes)
    facts: dict[str, Any] = {
        "counts_now": counts, "places": cases.by_district(scopes, at=at.at), "help": cases.help_clock(scopes, since=since, at=at.at),
        "late": lines.shown_all(cases.overdue(scopes, at=at.at, limit=12), at.at), "numbers": numbers, "columns": COLUMNS,
        "outbox": outbox.standing(at.at), "messages": messaging.counts(since), "troubled": messaging.troubled(limit=8), "words": case_words,
        "late_seconds": LATE_SECONDS, "span_words": lambda seconds: lines.span_words(timedelta(seconds=seconds)), "desk": reverse("response:home"),
    }  # fmt: skip
    return page(request, "operations", **facts)


def _unit(staff: Any) -> str:
    """The unit that the post stands for; the nation for a post over all or at a point."""
    scope = staff.scopes("operations.board")[0]
    return f"{scope.epoch}-{scope.key}" if scope.kind in ("province", "district", "commune") and scope.epoch else ""
