"""Which rows of any table lie inside the places where somebody has a right."""

from collections.abc import Iterable

from django.db.models import Q

from khien.kernel.refs import Scope

from . import models

UNIT_KINDS = ("province", "district", "commune")


def within(
    scopes: Iterable[Scope],
    *,
    units: str | None = "",
    site: str | None = None,
    facility: str | None = None,
    session: str | None = None,
    organization: str | None = None,
) -> Q:
    """A filter that keeps the rows inside these scopes; none when there is no scope, or the table cannot tell.

    `units` is the prefix of the columns province_2021, district_2021, commune_2021, province_2025, commune_2025, or None where
    the table has none: then `site` finds them through the points. The others name the columns that hold those ids.
    """  # fmt: skip
    columns = {"site": site, "facility": facility, "session": session, "organization": organization}
    wanted = Q(pk__in=[])
    for scope in scopes:
        if scope.kind == "nation":
            return Q()
        wanted |= _inside(scope, units, columns)
    return wanted


def _inside(scope: Scope, units: str | None, columns: dict[str, str | None]) -> Q:
    through = columns["site"]
    if scope.kind in UNIT_KINDS:
        name = f"{scope.kind}_{scope.epoch}"
        if scope.epoch not in ("2021", "2025") or name == "district_2025":
            return Q(pk__in=[])
        if units is not None:
            return Q(**{f"{units}{name}": scope.key})
        return (
            Q(**{f"{through}__in": models.Site.objects.filter(**{name: scope.key}).values("id")}) if through else Q(pk__in=[])
        )
    if columns.get(scope.kind):
        return Q(**{str(columns[scope.kind]): scope.key})
    if scope.kind == "facility" and through:
        return Q(**{f"{through}__in": models.Site.objects.filter(facility_id=scope.key).values("id")})
    return Q(pk__in=[])
