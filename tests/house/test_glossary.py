"""The glossary names every thing that has a table, once, with its Vietnamese word and its meaning."""

from collections import Counter
from pathlib import Path

from tests.house.test_tables import tables

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
HEAD = ("term", "---")


def entries() -> list[list[str]]:
    rows = (line.strip("|").split("|") for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("|"))
    return [[cell.strip() for cell in row] for row in rows if row[0].strip() not in HEAD]


def test_every_table_is_in_the_glossary():
    terms = {row[0] for row in entries()}
    assert [model.__name__ for model in tables() if model.__name__ not in terms] == []


def test_every_entry_has_its_vietnamese_word_and_its_meaning():
    assert [row for row in entries() if len(row) != 3 or not all(row)] == []


def test_no_word_stands_for_two_things():
    terms = Counter(row[0] for row in entries())
    words = Counter(row[1].lower() for row in entries())
    assert [term for term, times in (terms + words).items() if times > 1] == []


def test_the_words_that_lost_are_not_used_for_tables_or_columns():
    lost = {"batch", "patient", "vaccination"}
    names = {f"{model.__name__}.{field.name}".lower() for model in tables() for field in model._meta.fields}
    assert [name for name in names if any(word in name for word in lost)] == []
