"""Coverage by residence and by place of injection; how soon a dose could be seen."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from khien.places import queries as places
from khien.reporting import queries as reporting
from khien.surfaces.command import choosing, frame, where
from khien.surfaces.command.report_words import AGES, BUCKETS, DOSES
from khien.surfaces.command.spot import EPOCHS, read_day

WEEK = 6
PROMISE = 0.99  # of the doses of a desk within two minutes


def coverage(request: HttpRequest) -> HttpResponse:
    """People by unit: doses of those who live there and doses given there, against imported people, in either geography."""
    at = frame.here(request, "reports.see")
    chosen = choosing.choose(request, at)
    age = request.GET.get("tuoi", "") if request.GET.get("tuoi") in AGES else ""
    key = chosen.key or choosing.own_unit(at)
    epoch = request.GET.get("ky", "") if request.GET.get("ky") in EPOCHS else key[:4] or EPOCHS[0]
    open_to_me = bool(key) or frame.reach(at.scopes) is None
    rows = reporting.coverage(unit_key=key, epoch=epoch, age=age) if open_to_me else []
    rows = [row for row in rows if not row.key or not key or epoch == key[:4] or at.staff.may("reports.see", where.unit(row.key))]
    doses = [dose for dose in DOSES if any(row.home.get(dose) or row.here.get(dose) for row in rows)] or ["primary-1", "primary-2"]
    figures = [one for kind in ("population", "target") for one in reporting.figures(kind, unit_keys=[row.key for row in rows if row.key], limit=1)]
    return frame.page(
        request, "coverage", "reports", chosen=chosen, unit=places.unit(key) if key else None, epoch=epoch, rows=rows, open_to_me=open_to_me,
        sources=figures, age=age, ages=AGES, doses=doses, dose_words=DOSES, as_of=reporting.coverage_as_of(),
    )  # fmt: skip


def timely(request: HttpRequest) -> HttpResponse:
    """From the injection to the moment the citizen sees it: by point and by hour."""
    at = frame.here(request, "reports.see")
    chosen = choosing.choose(request, at)
    last = read_day(request.GET.get("den"), at.on)
    first = min(read_day(request.GET.get("tu"), last - timedelta(days=WEEK)), last)
    span = {"first": first, "last": last, "scopes": chosen.scopes}
    by_site = reporting.timeliness(by="site_id", **span)  # type: ignore[arg-type]
    names = {str(one.id): one.name for one in places.sites_by_id(UUID(line.key) for line in by_site).values()}
    worst = sorted(by_site, key=lambda line: (line.share("2min") or 0, line.key))
    ways = {line.key: line for line in reporting.timeliness(by="way", **span)}  # type: ignore[arg-type]
    return frame.page(
        request, "timely", "reports", chosen=chosen, first=first, last=last, sites=worst, names=names, buckets=BUCKETS, promise=PROMISE,
        hours=reporting.timeliness(by="hour", **span), ways=ways, as_of=reporting.as_of(),  # type: ignore[arg-type]
    )  # fmt: skip
