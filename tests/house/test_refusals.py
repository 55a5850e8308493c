"""Every refusal that the code can raise is worded, in both languages."""

import ast
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from khien.kernel.errors import Refused
from khien.surfaces.web import refusals

PACKAGE = Path(refusals.__file__).parents[3]


def _raised() -> dict[str, str]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ("Refused", "Unreadable") and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found[first.value] = f"{path.relative_to(PACKAGE.parent)}:{node.lineno}"
    return found


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_every_refusal_in_the_code_has_words():
    known = refusals.wording()
    silent = [f"{place} {code}" for code, place in _raised().items() if code not in known]
    assert not silent, "give these a sentence in khien/surfaces/web/refusals/<room>.py:\n" + "\n".join(sorted(silent))


def test_words_of_refusals_name_only_plain_facts():
    for code, sentence in refusals.wording().items():
        try:
            str(sentence).format_map(_Anything())
        except (ValueError, AttributeError, KeyError) as error:
            pytest.fail(f"{code}: {error}")


class _Anything(dict):
    def __missing__(self, key):
        return key


def test_a_refusal_says_its_days_as_people_read_them(monkeypatch):
    monkeypatch.setattr(refusals, "wording", lambda: {"stock.try": "Lô {lot} hết hạn {on}, còn {left} liều"})
    refused = Refused("stock.try", lot="AZ99-0388", on=date(2021, 12, 9), left=12500)
    assert refusals.word(refused, "vi") == "Lô AZ99-0388 hết hạn 09/12/2021, còn 12.500 liều"


def test_a_refusal_without_words_still_says_something_useful():
    assert "1900 9095" in refusals.word(Refused("nowhere.nothing"), "vi")
    with translation.override("en"):
        assert "could not" in refusals.word(Refused("nowhere.nothing"))
