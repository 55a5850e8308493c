"""Names: kept as on the ID, searched without accents, ordered the Vietnamese way, compared in tiers."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.kernel import legacy_text, names, vietnamese
from khien.kernel.errors import Refused
from khien.kernel.names import Match

SYLLABLES = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Võ", "Đặng", "Đỗ", "Dương", "Văn", "Thị", "Ngọc", "Thuý", "Hòa", "Khương",
             "Quyên", "Uyên", "Nghĩa", "Giang", "Phượng", "Thỏa", "Khải", "Ý", "Ánh", "Ân", "Ấu", "Tuyết", "Xuân", "Quý", "Kỳ", "Bưởi", "Thuở"]
people = st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=5).map(" ".join)


@pytest.mark.parametrize(("typed", "kept"), [
    ("  Nguyễn   Văn  An ", "Nguyễn Văn An"), (unicodedata.normalize("NFD", "Nguyễn Thị Hoà"), "Nguyễn Thị Hoà"), ("Ðặng Thuý", "Đặng Thuý"),
    ("NGUYỄN VĂN AN", "Nguyễn Văn An"), ("nguyễn văn an", "Nguyễn Văn An"), ("H’Hen Niê", "H'Hen Niê"), ("H'HEN NIÊ", "H'Hen Niê"),
    ("Y", "Y"), ("Anne-Marie O'Brien", "Anne-Marie O'Brien"), ("12. Lê Thị Hoa", "Lê Thị Hoa"), ("Lê\u00a0Thị\u200b Hoa", "Lê Thị Hoa"), ("\u202eLê Thị\x00 Hoa\u2069", "Lê Thị Hoa"),
    ("José Núñez", "José Núñez"), ("McDonald Ross", "McDonald Ross"), ("Hơ Ru Byă", "Hơ Ru Byă"),
])
def test_a_name_is_kept_as_on_the_id(typed, kept):
    assert names.read_name(typed).value == kept


@pytest.mark.parametrize(("typed", "code"), [
    ("", "names.empty"), ("   ", "names.empty"), ("Nguyễn Văn 2", "names.digits"), ("Nguy?n V?n An", "names.damaged"),
    ("Nguy\ufffdn An", "names.damaged"), ("An@", "names.characters"), ("An (con)", "names.characters"), ("=HYPERLINK(A)", "names.characters"),
    ("A" * 101, "names.too_long"), ("'-'", "names.no_letter"),
])
def test_what_cannot_be_a_name_is_refused_by_name(typed, code):
    with pytest.raises(Refused) as refusal:
        names.read_name(typed)
    assert refusal.value.code == code


@pytest.mark.parametrize(("damaged", "meant", "how"), [
    ("NguyÔn V¨n An", "Nguyễn Văn An", "tcvn3"), ("D\u00ad¬ng ThÞ Thu", "Dương Thị Thu", "tcvn3"), ("Vâ ThÞ S¸u", "Võ Thị Sáu", "tcvn3"), ("Lª V¨n ¸nh", "Lê Văn Ánh", "tcvn3"),
    ("§Æng ThÞ Ph\u00adîng", "Đặng Thị Phượng", "tcvn3"), ("Nguyeãn Vaên An", "Nguyễn Văn An", "vni"), ("Döông Coâng Minh", "Dương Công Minh", "vni"),
    ("Ñoã Thò Thuyù", "Đỗ Thị Thuý", "vni"), ("Nguyá»…n VÄƒn A", "Nguyễn Văn A", "utf8"),
    ("Nguyễn Thị Ánh".encode().decode("latin1"), "Nguyễn Thị Ánh", "utf8"),
])
def test_a_name_from_an_old_font_or_a_wrong_decoding_is_repaired_and_says_so(damaged, meant, how):
    read = names.read_name(damaged)
    assert read.value == meant
    assert f"legacy.{how}" in read.repairs


@given(people)
def test_a_true_vietnamese_name_is_never_taken_for_damage(name):
    assert legacy_text.repair(name) is None
    assert vietnamese.is_vietnamese(name)
    assert names.read_name(name).value == name


@given(people)
def test_a_name_read_twice_wrongly_as_latin_comes_back(name):
    once = name.encode().decode("latin1")
    assert names.read_name(once).value == name


@pytest.mark.parametrize(("one", "other", "tier"), [
    ("Nguyễn Thị Hoà", "Nguyễn Thị Hoà", Match.EXACT), ("NGUYỄN THỊ HOÀ", "Nguyễn Thị Hoà", Match.EXACT),
    ("Nguyễn Thị Hoà", "Nguyễn Thị Hòa", Match.SPELLING), ("Lê Thuý", "Lê Thúy", Match.SPELLING), ("Lý Quý", "Lí Quí", Match.SPELLING),
    ("Nguyen Thi Hoa", "Nguyễn Thị Hoà", Match.FOLDED), ("Dang Van Do", "Đặng Văn Đỗ", Match.FOLDED),
    ("Nguyễn Thị Hoa", "Nguyễn Thị Hoan", Match.NEAR), ("Nguyễn Hoa", "Nguyễn Thị Hoa", Match.NEAR), ("Văn An Nguyễn", "Nguyễn Văn An", Match.NEAR),
    ("Nguyễn Vna An", "Nguyễn Văn An", Match.NEAR), ("Bảo Lộc", "Bửu Lộc", Match.DIFFERENT), ("Trà My", "Trà Mi", Match.NEAR),
    ("Nguyễn Văn An", "Trần Văn An", Match.DIFFERENT), ("An", "Bình", Match.DIFFERENT),
])
def test_two_names_are_compared_in_tiers(one, other, tier):
    assert names.compare(one, other) is tier
    assert names.compare(other, one) is tier


@given(people, st.randoms())
def test_a_name_is_found_by_any_of_its_words_in_any_order_without_accents(name, chance: random.Random):
    wanted = [word[:chance.randint(1, len(word))] for word in vietnamese.fold(name).split()]
    chance.shuffle(wanted)
    assert names.finds(" ".join(wanted), names.name_key(name))
    assert names.finds(name, names.name_key(name.upper()))


def test_a_search_word_must_begin_a_word_of_the_name():
    key = names.name_key("Nguyễn Văn An")
    assert names.finds("an ngu", key)
    assert not names.finds("uyen", key)


def test_people_are_listed_by_given_name_in_vietnamese_order():
    listed = ["Lê An", "Nguyễn An", "Nguyễn Văn An", "Trần Văn Ăn", "Lê Ân", "Lê Dương", "Lê Đặng", "Lê Đỗ", "Lê Hoa", "Lê Hoà", "Lê Hoả", "Lê Hoan"]
    shuffled = listed[:]
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=lambda name: names.sort_key(name).encode()) == listed


@given(people)
def test_both_tone_placements_sort_and_match_together(name):
    assert names.sort_key(name.replace("Hòa", "Hoà")) == names.sort_key(name)
    assert names.spelling_key(name.replace("Thuý", "Thúy")) == names.spelling_key(name)


def test_a_certificate_gets_family_and_given_names_and_the_machine_form():
    assert names.split("Nguyễn Thị Minh Đức") == names.NameParts("Nguyễn", "Thị Minh Đức")
    assert names.split("Y") == names.NameParts("Y", "")
    assert names.transliterate("Đỗ Thị H'Hen-Ưng") == "DO<THI<HHEN<UNG"


@given(st.text(max_size=120))
def test_anything_typed_as_a_name_is_read_or_refused_by_name(text):
    try:
        kept = names.read_name(text).value
    except Refused as refusal:
        if not refusal.code.startswith("names."):
            raise
    else:
        assert names.compare(kept, kept) is Match.EXACT
        assert kept == unicodedata.normalize("NFC", kept)
        assert not names.transliterate(kept).strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ<")


@given(st.text(max_size=12), st.text(max_size=12))
def test_one_edit_means_the_same_both_ways(a, b):
    assert names.one_edit(a, b) == names.one_edit(b, a)


@pytest.mark.parametrize("name", ["Tran Thi Man", "NGUYEN VAN AN", "le thu ha"])
def test_a_name_typed_without_marks_is_known_by_its_family_name(name):
    assert names.lacks_marks(name)


@pytest.mark.parametrize("name", ["Trần Thi Man", "Mai Thu Trang", "Phan Anh Thu", "Le Page Marie-Claire", "John Smith", ""])
def test_names_that_are_right_without_marks_are_not_doubted(name):
    assert not names.lacks_marks(name)
