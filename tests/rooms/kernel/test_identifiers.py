"""Numbers on papers: told by shape, repaired where certain, refused by name otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.identifiers import PROVINCES, IdType, hash_value, number_facts, read_identifier, without_papers
from khien.kernel.sex import Sex, read_sex

numbers = st.builds(lambda p, g, yy, s: f"{p}{g}{yy:02}99{s:04}", st.sampled_from(sorted(PROVINCES)), st.integers(0, 3), st.integers(0, 99),
                    st.integers(0, 9999))


def born(value: str) -> tuple[Sex, PartialDate]:
    facts = number_facts(value)
    return facts.sex, PartialDate(facts.year)


@given(numbers)
def test_a_personal_number_is_read_whole_and_says_where_when_and_which_sex(value):
    sex, birth = born(value)
    read = read_identifier(value, sex=sex, birth=birth)
    assert (read.type, read.country, read.value, read.repairs) == (IdType.CCCD, "VN", value, ())
    assert not set(read.warnings) - {"looks_made_up"}


@given(numbers, st.sampled_from([float, str, lambda n: f"{n}.0", lambda n: f"'{n}", lambda n: f" {n} "]))
def test_a_personal_number_that_lost_its_first_zeros_in_a_spreadsheet_is_restored(value, spoil):
    sex, birth = born(value)
    read = read_identifier(spoil(int(value)), IdType.CCCD, sex, birth)
    assert read.value == value
    assert "leading_zero" in read.repairs


@pytest.mark.parametrize(("typed", "type", "value", "repair"), [
    ("079099991234", IdType.CCCD, "079099991234", None), ("079 099 991 234", IdType.CCCD, "079099991234", "separators"),
    ("079.099.991.234", IdType.CCCD, "079099991234", "separators"), ("O79O9999I234", IdType.CCCD, "079099991234", "letters_for_digits"),
    ("79099991234", IdType.CCCD, "079099991234", "leading_zero"), ("79099991234.0", IdType.CCCD, "079099991234", "float"),
    ("7.9099991234E+10", IdType.CCCD, "079099991234", "float"), ("7,9099991234E+10", IdType.CCCD, "079099991234", "float"),
    ("CCCD: 079099991234", IdType.CCCD, "079099991234", None), ("CMND số 025991234", IdType.CMND, "025991234", None),
    ("025991234", IdType.CMND, "025991234", None), ("25991234", IdType.CMND, "025991234", "leading_zero"),
    ("B9912345", IdType.PASSPORT, "B9912345", None), ("c 9912345", IdType.PASSPORT, "C9912345", "separators"),
    ("dn4797999123456", IdType.BHYT, "DN4797999123456", "case"),
])
def test_a_number_is_told_by_its_shape_and_its_repairs_are_named(typed, type, value, repair):
    read = read_identifier(typed)
    assert (read.type, read.value) == (type, value)
    assert repair in read.repairs if repair else read.repairs == ()


@pytest.mark.parametrize(("typed", "type", "code"), [
    ("", None, "identifiers.empty"), ("7.9099E+10", None, "identifiers.exponent"), ("7,9E+10", None, "identifiers.exponent"),
    (79099991234.5, None, "identifiers.fraction"), (float("nan"), None, "identifiers.fraction"), ("1234567", None, "identifiers.length"),
    ("0790999912345", None, "identifiers.length"), ("111111111", None, "identifiers.placeholder"), ("000000000000", None, "identifiers.placeholder"),
    ("025991234/079099991234", None, "identifiers.several"), ("không có", None, "identifiers.characters"), ("7999123456", None, "identifiers.type_unclear"),
    ("AB123", None, "identifiers.country_missing"), ("025991234", "passport", "identifiers.country_missing"),
    ("XX9797999123456", "bhyt", "identifiers.shape"), ("12345", "bhyt", "identifiers.length"), ("99099991234", "cccd", "identifiers.length"),
])
def test_a_number_that_cannot_be_certain_is_refused_by_name(typed, type, code):
    with pytest.raises(Refused) as refusal:
        read_identifier(typed, type)
    assert refusal.value.code == code
    assert str(typed) not in str(refusal.value.facts) or not str(typed)


def test_a_number_that_disagrees_with_sex_or_birth_is_warned_of_not_refused():
    warned = read_identifier("079099991234", sex=Sex.FEMALE, birth=PartialDate(1987, 5, 1))
    assert warned.warnings == ("sex_mismatch", "year_mismatch")
    assert read_identifier("079199991234", birth=PartialDate(2099, 1, 1)).warnings == ("century_mismatch",)
    assert read_identifier("003099991234").warnings == ("province_unknown",)


def test_an_eleven_digit_number_that_disagrees_with_the_person_is_not_guessed():
    with pytest.raises(Refused, match=r"identifiers\.length"):
        read_identifier("79099991234", birth=PartialDate(1950))


def test_a_number_born_abroad_carries_a_country_code_and_no_warning():
    assert read_identifier("122099991234").warnings == ()


def test_a_twelve_digit_old_card_is_the_same_number_as_the_new_card():
    read = read_identifier("079099991234", IdType.CMND)
    assert read.type is IdType.CCCD
    assert "card_is_cccd" in read.repairs


def test_both_forms_of_an_insurance_number_meet_in_the_hash():
    long, short = read_identifier("HS4797999123456"), read_identifier("7999123456", IdType.BHYT)
    assert hash_value(long.type, long.value) == hash_value(short.type, short.value) == "7999123456"
    assert read_identifier("999123456", IdType.BHYT).value == "0999123456"


def test_a_personal_number_in_the_insurance_box_is_taken_as_what_it_is():
    assert read_identifier("079099991234", IdType.BHYT).type is IdType.CCCD


def test_a_foreign_passport_keeps_its_country():
    read = read_identifier("e 1234567x", country="CN")
    assert (read.type, read.country, read.value) == (IdType.PASSPORT, "CN", "E1234567X")
    assert read_identifier("123456789", "passport", country="US").value == "123456789"
    with pytest.raises(Refused, match="country_unknown"):
        read_identifier("E1234567", country="ZZ")


def test_a_person_without_papers_has_a_reason():
    assert without_papers("newborn").type is IdType.NONE
    with pytest.raises(Refused):
        without_papers("because")


def test_a_birth_certificate_number_is_kept_as_written():
    assert read_identifier("123 / 2019", IdType.BIRTH_CERTIFICATE).value == "123/2019"


@pytest.mark.parametrize(("word", "sex"), [("Nam", Sex.MALE), ("NỮ", Sex.FEMALE), ("nu", Sex.FEMALE), ("M", Sex.MALE), ("F", Sex.FEMALE), (1, Sex.MALE),
                                           (2.0, Sex.FEMALE), ("2.0", Sex.FEMALE), ("male", Sex.MALE), ("Nam giới", Sex.MALE), ("Nu\u031b\u0303", Sex.FEMALE)])
def test_sex_words_of_lists_are_read(word, sex):
    assert read_sex(word) is sex


@pytest.mark.parametrize("word", ["", "?", "9", "nguyen"])
def test_an_unknown_sex_word_is_refused(word):
    with pytest.raises(Refused):
        read_sex(word)


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.from_regex(r"[0-9A-Za-z .,/E+-]{1,18}", fullmatch=True)),
       st.sampled_from([None, *IdType]))
def test_anything_typed_as_a_number_is_read_or_refused_by_name(raw, type):
    try:
        read = read_identifier(raw, None if type is IdType.NONE else type)
    except Refused as refusal:
        if not refusal.code.startswith("identifiers."):
            raise
    else:
        again = read_identifier(read.value, read.type, country=read.country)
        assert again.value == read.value
