"""Public numbers: kept in memory for half a minute, so that a crowd at the page costs the database nothing."""

import csv
import io
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from markupsafe import Markup

from khien.booking import queries as booking
from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.reporting import queries as reporting
from khien.reporting.types import PublicNumbers, UnitNumbers
from khien.surfaces.web import charts, maps, say
from khien.surfaces.web.locale import lang

KEEP_SECONDS = 30
DAYS = 14
ROWS = 16  # of the table on a page; the file holds all
FEWEST = 10  # smaller groups are not shown: a number must not point at a person
_kept: dict[Any, tuple[float, Any]] = {}


def kept(key: Any, find: Callable[[], Any]) -> Any:
    """What was found less than half a minute ago, or found anew."""
    due, value = _kept.get(key, (0.0, None))
    if time.monotonic() >= due:
        if len(_kept) > 500:
            _kept.clear()
        value = find()
        _kept[key] = (time.monotonic() + KEEP_SECONDS, value)
    return value


def drawn(what: tuple[Any, ...], values: Mapping[str, float | None], draw: Callable[[], Markup]) -> Markup:
    """A map of these very values, drawn at most twice a minute in each language: everybody sees the same one."""
    picture: Markup = kept(("drawn", *what, lang(), tuple(values.items())), draw)
    return picture


@dataclass(frozen=True)
class Today:
    """The line on the first page."""

    doses: int
    sites: int
    as_of: datetime
    trend: tuple[int, ...]


def today() -> Today:
    """Doses of today so far, points with a session today, the last two weeks."""
    return kept(("today", clock.on_date(clock.now())), _today)


def _today() -> Today:
    at = clock.now()
    on = clock.on_date(at)
    days = reporting.by_day(first=on - timedelta(days=DAYS - 1), last=on)
    open_sites = {session.site_id for session in booking.sessions(on=on, states=("planned", "open", "paused"))}
    return Today(days[-1][1], len(open_sites), reporting.as_of() or at, tuple(n for _day, n in days))


@dataclass(frozen=True)
class Facts:
    """Everything on the page of numbers."""

    numbers: PublicNumbers
    units: tuple[UnitNumbers, ...]
    days: tuple[tuple[date, int], ...]
    groups: tuple[tuple[str, int], ...]
    vaccines: tuple[tuple[str, int], ...]
    as_of: datetime


def facts(epoch: str) -> Facts:
    """The numbers of one geography."""
    return kept(("facts", epoch, clock.on_date(clock.now())), lambda: _facts(epoch))


def _facts(epoch: str) -> Facts:
    at = clock.now()
    on = clock.on_date(at)
    numbers = reporting.public_numbers(on)
    return Facts(
        numbers, tuple(reporting.by_unit(on=on, epoch=epoch)), tuple(reporting.by_day(first=on - timedelta(days=DAYS - 1), last=on)),
        tuple(reporting.by_group(on=on)), tuple(reporting.by_vaccine(on=on)), numbers.as_of or at,
    )  # fmt: skip


def scale(values: Iterable[float | None]) -> maps.Scale:
    """Five classes of counts; where few places have any, even steps up to the highest."""
    known = [value for value in values if value]
    if len(set(known)) >= 10:
        return maps.Scale.counts(known)
    most = max(known, default=5)
    step = next(n * 10**power for power in count() for n in (1, 2, 5) if n * 10**power * 5 >= most)
    if step == 1:
        told = (*(say.thousands(n, lang()) for n in (1, 2, 3, 4)), _("từ %(n)s") % {"n": say.thousands(5, lang())})
        return maps.Scale((2, 3, 4, 5), told, lambda n: say.thousands(n, lang()), zero_apart=True)
    a, b, c, d = (step * n for n in (1, 2, 3, 4))
    named = [say.thousands(n, lang()) for n in (a, b, c, d)]
    spans = [_("dưới %(n)s") % {"n": named[0]}, *(_("%(a)s đến %(b)s") % {"a": x, "b": y} for x, y in pairwise(named))]
    return maps.Scale(
        (a, b, c, d),
        (spans[0], spans[1], spans[2], spans[3], _("từ %(n)s") % {"n": named[3]}),
        lambda n: say.thousands(n, lang()),
        zero_apart=True,
    )


def numbers(request: HttpRequest) -> HttpResponse:
    """Doses by province on a map and in a table, by day, by group."""
    epoch = "2025" if request.GET.get("dia-gioi") == "2025" else "2021"
    found = facts(epoch)
    by_need = request.GET.get("xep") == "ten"
    units = sorted(found.units, key=lambda unit: (0, unit.name) if by_need else (-unit.doses, unit.name))
    page = max(1, min(_whole(request.GET.get("trang")), -(-len(units) // ROWS)))
    values: dict[str, float | None] = {unit.code: float(unit.doses) for unit in found.units}
    title = _("Mũi tiêm theo tỉnh")
    context = {
        "facts": found, "units": units[(page - 1) * ROWS : page * ROWS], "table_page": page, "table_pages": -(-len(units) // ROWS), "epoch": epoch, "by_name": by_need, "peopled": any(unit.per_hundred is not None for unit in units),
        "map": drawn(("doses", epoch), values, lambda: maps.figure(values, scale(values.values()), title=title, epoch=epoch)),
        "days": charts.columns([n for _day, n in found.days], [say.dm(day) for day, _n in found.days], label=_days_label(found), now=DAYS - 1),
        "groups": charts.bars(_group_lines(found)), "vaccines": charts.bars(_vaccine_lines(found)), "fewest": FEWEST,
    }  # fmt: skip
    return render(request, "portal/numbers.html", context)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 4 else 1


def _days_label(found: Facts) -> str:
    most = max(found.days, key=lambda pair: pair[1])
    return _("Số mũi tiêm mỗi ngày trong %(days)s ngày; nhiều nhất %(most)s mũi ngày %(day)s") % {
        "days": len(found.days), "most": say.thousands(most[1], lang()), "day": say.dm(most[0]),
    }  # fmt: skip


def _group_lines(found: Facts) -> list[charts.Line]:
    named = {group.code: group.en if lang() == "en" else group.vi for group in campaigns.groups(clock.on_date(clock.now()))}
    shown = [(code, n) for code, n in found.groups if n >= FEWEST]
    most = max((n for _code, n in shown), default=1)
    return [charts.Line(named.get(code, _("Không ghi nhóm")), n / most, say.thousands(n, lang())) for code, n in shown]


def _vaccine_lines(found: Facts) -> list[charts.Line]:
    on = clock.on_date(clock.now())
    named = {vaccine.code: vaccine.short(lang()) for vaccine in campaigns.vaccines(on)}
    shown = [(code, n) for code, n in found.vaccines if n >= FEWEST]
    most = max((n for _code, n in shown), default=1)
    return [charts.Line(named.get(code, code), n / most, say.thousands(n, lang())) for code, n in shown]


HEADS = ("epoch", "province_code", "province", "doses", "first_doses", "doses_today", "population", "as_of")


def table(request: HttpRequest) -> HttpResponse:
    """The table as CSV: UTF-8 with a BOM, so that every spreadsheet reads its accents."""
    epoch = "2025" if request.GET.get("dia-gioi") == "2025" else "2021"
    found = facts(epoch)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    as_of = clock.local(found.as_of).isoformat(timespec="minutes")
    for unit in found.units:
        writer.writerow([epoch, unit.code, unit.name, unit.doses, unit.first, unit.today, unit.population or "", as_of])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="khien-mui-tiem-theo-tinh-{epoch}.csv"'
    return response
