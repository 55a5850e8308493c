"""A page for each role in Vietnamese and in English, with pictures that are there."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "howto"
ROLES = ("citizen", "lists", "point", "officer", "stock", "safety", "reports", "response", "offline")


@pytest.mark.parametrize("name", [*ROLES, *(f"{name}.vi" for name in ROLES)])
def test_a_role_has_its_page_in_both_languages_with_pictures(name):
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    other = f"{name.removesuffix('.vi')}.md" if name.endswith(".vi") else f"{name}.vi.md"
    assert f"]({other})" in text
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(pictures) >= 3
    assert [path for path in pictures if not (FOLDER / path).exists()] == []
