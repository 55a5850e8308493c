"""The papers of the rules, read by a Vietnamese officer."""

import json
import re
from importlib.resources import files

import pytest
from django.utils import translation

from khien.surfaces.command.rule_sources import source

FOLDER = files("khien.campaigns").joinpath("data")
TEXTS = sorted(
    {row["source"] for row in json.loads(FOLDER.joinpath("rulebook.json").read_text("utf-8"))["entries"]}
    | set(re.findall(r'"source": "([^"]*)"', FOLDER.joinpath("consent_texts.json").read_text("utf-8")))
)
ENGLISH = re.compile(r"\b(the|of|to be|and|at|with|dose|doses|weeks|days|years|when|approval|guidance|Decision|Decree|knowledge|same|between)\b", re.IGNORECASE)


@pytest.mark.parametrize("text", TEXTS)
def test_the_source_of_a_rule_is_told_in_vietnamese_with_days_as_people_write_them(text):
    with translation.override("vi"):
        told = source(text)
    assert not ENGLISH.search(told), told
    assert not re.search(r"\d{4}-\d\d", told), told
    with translation.override("en"):
        assert not re.search(r"\d{4}-\d\d", source(text))


def test_what_an_officer_wrote_stays_as_written():
    with translation.override("vi"):
        assert source("Công văn 12/SYT, theo Quyết định 3355") == "Công văn 12/SYT, theo Quyết định 3355"
