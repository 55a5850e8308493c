"""The desk's short handbook: passages found by words, with or without accents; the most words found come first."""

import json
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from khien.kernel import names


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage, ready to be read out or sent; `found` counts the key words that the question spoke of."""

    id: str
    section: str
    title_vi: str
    title_en: str
    text_vi: str
    text_en: str
    words: tuple[str, ...] = ()
    found: int = 0

    def title(self, language: str) -> str:
        return self.title_en if language == "en" else self.title_vi

    def text(self, language: str) -> str:
        return self.text_en if language == "en" else self.text_vi


@cache
def passages() -> tuple[Passage, ...]:
    """Every passage, in the handbook's order."""
    raw = json.loads(resources.files("khien.cases").joinpath("data/knowledge.json").read_text(encoding="utf-8"))
    return tuple(Passage(**{**one, "words": tuple(_folded(word) for word in one["words"])}) for one in raw)


def passage(id: str) -> Passage | None:
    """One passage by its id."""
    return next((one for one in passages() if one.id == id), None)


def suggest(text: str, *, limit: int = 3) -> list[Passage]:
    """The passages that a question speaks of, the best first; none for a question of other things."""
    asked = f" {_folded(text)} "
    scored = []
    for one in passages():
        found = sum(f" {word} " in asked for word in one.words)
        title = len(set(_folded(one.title_vi).split()) & set(asked.split()))
        if found:
            scored.append((-found, -title, one))
    scored.sort(key=lambda each: each[:2])
    return [replace(one, found=-found) for found, _, one in scored[:limit]]


def _folded(text: str) -> str:
    return " ".join(names.words(text))
