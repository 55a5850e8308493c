"""Every page is pictured: an address stands in docs/pages.md with its pictures, or in the short list of those that need none."""

from pathlib import Path

from tests.house.routes import routes
from tests.pictures import index, unpictured
from tests.pictures.tour import VISITS

DOCS = Path(__file__).resolve().parents[2] / "docs"
MOST_BYTES = 12_000_000
REMEDY = "see tests/pictures: a Stop for the page, then bin/dev pictures NAME; or a line in unpictured.py"


def pictured() -> set[str]:
    return {stop.route for visit in VISITS for stop in visit.stops}


def test_every_address_is_pictured_or_has_a_reason():
    lacking = [route.name for route in routes() if route.name not in pictured() and route.name not in unpictured.REASONS]
    assert lacking == [], REMEDY


def test_no_address_is_both_pictured_and_excused():
    assert sorted(pictured() & set(unpictured.REASONS)) == []


def test_every_page_of_the_index_has_its_pictures():
    missing = [name for name in index.files() if not (DOCS / "pictures" / name).is_file()]
    assert missing == [], REMEDY


def test_the_index_of_pages_is_the_one_that_the_stops_make():
    assert (DOCS / "pages.md").read_text(encoding="utf-8") == index.text(), "bin/dev pictures --index"


def test_pictures_have_names_of_their_own_and_stay_small():
    names = list(index.files())
    assert len(names) == len(set(names))
    kept = [path for path in (DOCS / "pictures").rglob("*") if path.is_file()]
    assert sorted(str(path.relative_to(DOCS / "pictures")) for path in kept if path.suffix == ".webp") == sorted(names)
    assert sum(path.stat().st_size for path in kept) < MOST_BYTES
