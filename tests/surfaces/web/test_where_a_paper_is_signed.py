"""Where a confirmation says that it was signed."""

from typing import Any

import pytest

from khien.places import queries as places
from khien.surfaces.web.confirmations import confirmation_of
from khien.visits import queries
from tests import make
from tests.make_day import make_day, make_visit


@pytest.mark.parametrize(
    ("commune", "words"),
    [
        pytest.param("2021-26896", "Phường 01", id="a ward that is only a number keeps its kind"),
        pytest.param("2021-26740", "Bến Nghé", id="a ward with a name of its own"),
        pytest.param("2025-25747", "Thủ Dầu Một", id="a point that has only a commune of today"),
    ],
)
def test_a_confirmation_is_signed_at_a_place_that_reads_as_one(db: None, commune: str, words: str) -> None:
    found = places.unit(commune)
    assert found is not None
    site = make.make_site(commune_key=commune)
    day = make_day(site_id=site)
    made = make_visit(day, state="closed")
    card: Any = queries.visit(made.visit.visit_id)
    facts = confirmation_of(card.record_id, at=make.AT)
    assert facts is not None
    assert facts.sign_place == words
