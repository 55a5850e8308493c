"""How soon a dose can be seen by its person, by point and hour, for everyone to check against what was promised."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.kernel import clock
from khien.places import queries as places
from khien.reporting import queries as reporting
from khien.reporting.types import Timely
from khien.surfaces.portal import figures

PROMISE = 0.99  # of the doses recorded at a desk, within two minutes; of those from paper, all on their day
SPANS = {"hom-nay": (1, _("Hôm nay")), "7-ngay": (7, _("7 ngày")), "28-ngay": (28, _("28 ngày"))}
ROWS = 30


@dataclass(frozen=True, slots=True)
class Point:
    """One point: what was recorded at its desks, what was keyed from its papers."""

    name: str
    desk: Timely | None
    paper: Timely | None

    @property
    def doses(self) -> int:
        return sum(one.doses for one in (self.desk, self.paper) if one)

    @property
    def kept(self) -> bool:
        """Whether both promises were kept here."""
        return not (self.desk and (self.desk.share("2min") or 0) < PROMISE) and not (self.paper and (self.paper.share("same_day") or 0) < 1)

    @property
    def order(self) -> tuple[float, float, str]:
        """The slowest first."""
        shares = (self.desk.share("2min") if self.desk else None, self.paper.share("same_day") if self.paper else None)
        worst = [part for part in shares if part is not None]
        return (min(worst, default=1.0), -self.doses, self.name)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything on the page."""

    desk: Timely | None
    paper: Timely | None
    points: tuple[Point, ...]
    hours: tuple[Timely, ...]


def _facts(first: date, last: date) -> Facts:
    ways = {one.key: one for one in reporting.timeliness(first=first, last=last, by="way")}
    desk, paper = ({one.key: one for one in reporting.timeliness(first=first, last=last, by="site_id", way=way)} for way in ("desk", "paper"))
    names = {str(one.id): one.name for one in places.sites_by_id(UUID(key) for key in {*desk, *paper}).values()}
    points = (Point(names.get(key, ""), desk.get(key), paper.get(key)) for key in {*desk, *paper})
    shown = (one for one in points if one.doses >= figures.FEWEST)
    hours = reporting.timeliness(first=first, last=last, by="hour", way="desk")
    return Facts(ways.get("desk"), ways.get("paper"), tuple(sorted(shown, key=lambda one: one.order)), tuple(hours))


def timely(request: HttpRequest) -> HttpResponse:
    """Injection to visible: the promise, what was kept, each point with the slowest first, each hour."""
    at = clock.now()
    chosen = request.GET.get("ky", "") if request.GET.get("ky") in SPANS else "7-ngay"
    last = clock.on_date(at)
    first = last - timedelta(days=SPANS[chosen][0] - 1)
    found: Facts = figures.kept(("timely", first, last), lambda: _facts(first, last))
    pages = max(1, -(-len(found.points) // ROWS))
    page = max(1, min(int(told) if (told := request.GET.get("trang", "")).isdecimal() and len(told) < 4 else 1, pages))
    context = {
        "facts": found, "points": found.points[(page - 1) * ROWS : page * ROWS], "table_page": page, "table_pages": pages, "first": first, "last": last,
        "spans": [(words, key, key == chosen) for key, (_days, words) in SPANS.items()], "promise": PROMISE, "fewest": figures.FEWEST,
        "kept": sum(one.kept for one in found.points), "back_to": reverse("portal:transparency"),
    }  # fmt: skip
    return render(request, "portal/timely.html", context)
