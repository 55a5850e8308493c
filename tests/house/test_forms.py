"""A page that is only asked for says nothing is wrong."""

import re
from pathlib import Path

SURFACES = Path(__file__).parents[2] / "khien" / "surfaces"
BOUND = re.compile(r"\w+(?:Form|\])\([^()]*(?:\([^()]*\))?[^()]*\brequest\.FILES(?! or None| if )")


def test_no_form_is_bound_to_the_files_of_a_page_that_is_only_asked_for():
    """An empty set of files binds a form: it would open with every box said to be wrong."""
    assert BOUND.search("form = FORMS[what](posted(request), request.FILES, **more)")
    assert [str(path.relative_to(SURFACES)) for path in SURFACES.rglob("*.py") if BOUND.search(path.read_text(encoding="utf-8"))] == []
