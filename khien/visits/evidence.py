"""How identity was proved at visits: what later rooms may lean on."""

from collections.abc import Iterable

from khien.kernel.refs import VisitRef
from khien.visits import models


def identity_hows(visits: Iterable[VisitRef]) -> set[str]:
    """How each of these visits' people proved who they are: card, typed, spoken, slip."""
    asked = list(visits)
    rows = models.Visit.objects.filter(
        site_id__in={visit.site_id for visit in asked}, id__in={visit.visit_id for visit in asked}
    )
    return set(rows.values_list("identity_how", flat=True)) if asked else set()
