"""A character no database keeps, pasted into a box, is told in the language of the page."""

import pytest
from django import forms
from django.utils import translation

from khien.surfaces.web.forms import PageForm


class Note(PageForm):
    note = forms.CharField(label="Ghi chú")


@pytest.mark.parametrize(("language", "words"), [("vi", "Mời xóa ô này rồi gõ lại"), ("en", "clear this box and type it again")])
def test_a_null_character_is_refused_in_the_language_of_the_page(language: str, words: str) -> None:
    with translation.override(language):
        (told,) = Note({"note": "sốt\x00 nhẹ"}).errors["note"]
    assert words in told
