"""The QR of a CCCD card, clean and mangled by an input method."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.kernel.births import PartialDate
from khien.kernel.cccd_card import looks_like_card, read_card
from khien.kernel.errors import Refused
from khien.kernel.sex import Sex

CLEAN = "079190991234|025991234|Nguyễn Thị Hoà|02011990|Nữ|12 Lê Lợi, Bến Nghé, Quận 1, TP. Hồ Chí Minh|01052021"


def test_a_clean_card_is_read_whole():
    card = read_card(CLEAN)
    assert card.number.value == "079190991234"
    assert card.number.warnings == ()
    assert card.former
    assert card.former.value == "025991234"
    assert (card.name, card.birth, card.sex) == ("Nguyễn Thị Hoà", PartialDate(1990, 1, 2), Sex.FEMALE)
    assert card.issued_on == date(2021, 5, 1)
    assert not card.mangled


def test_a_card_without_an_old_number_or_with_more_fields_is_read():
    assert read_card(CLEAN.replace("025991234", "")).former is None
    assert read_card(CLEAN + "||||").name == "Nguyễn Thị Hoà"


def test_an_ethnic_name_on_a_clean_card_is_not_taken_for_damage():
    card = read_card("066190991234||H'Hen Niê|02011990|Nữ|Buôn Đôn, Đắk Lắk|01052021")
    assert (card.name, card.mangled) == ("H'Hen Niê", False)


@pytest.mark.parametrize("scan", [
    "079190991234|025991234|Nguyeexn Thij Hoaf|02011990|Nuwx|12 Lee Lowji|01052021",
    "079190991234|025991234|Nguye6n4 Thi5 Hoa2|02011990|Nu74|12 Le6 Lo75i|01052021",
    "079190991234|025991234|Nguyen Thi Hoa|02011990|Nu|12 Le Loi|01052021",
    "079190991234|025991234|Nguyá»…n Thá»‹ HoÃ |02011990|Ná»¯|12 LÃª Lá»£i|01052021",
    "079190991234|025991234|Nguy?n Th? Ho?|02011990|N?|12 L? L?i|01052021",
    "079190991234~025991234~Nguye~n Thi Hoa~02011990~Nu~12 Le Loi~01052021",
    "079190991234Đ025991234ĐNguyễn Thị HoàĐ02011990ĐNữĐ12 Lê LợiĐ01052021",
    "079190991234||Nguyeexn Thij Hoaf|02011990|Nuwx|12 Lee Lowji",
])
def test_a_mangled_scan_still_gives_number_birth_and_sex_and_says_the_name_is_not_to_be_saved(scan):
    assert looks_like_card(scan)
    card = read_card(scan)
    assert card.number.value == "079190991234"
    assert (card.birth, card.sex) == (PartialDate(1990, 1, 2), Sex.FEMALE)
    assert card.mangled


def test_a_sex_word_lost_in_the_scan_is_told_by_the_number():
    assert read_card("079190991234~~02011990~").sex is Sex.FEMALE


@pytest.mark.parametrize(("written", "birth"), [
    ("00001990", PartialDate(1990)), ("1990", PartialDate(1990)), ("00051990", PartialDate(1990, 5)), ("051990", PartialDate(1990, 5)),
])
@pytest.mark.parametrize("sign", ["|", "~"])
def test_a_card_of_a_person_who_knows_only_the_year_or_the_month_is_read(written, birth, sign):
    card = read_card(CLEAN.replace("02011990", written).replace("|", sign))
    assert (card.birth, card.sex, card.issued_on) == (birth, Sex.FEMALE, date(2021, 5, 1))


@pytest.mark.parametrize("text", [
    "079190991234~025991234~Nguye~n Thi Hoa~~Nu~1948/2 Le Loi~", "079190991234||Nguyễn Thị Hoà|190|Nữ|12 Lê Lợi|01052021",
    "079190991234||Nguyễn Thị Hoà|131990|Nữ|12 Lê Lợi|01052021",
])
def test_a_house_number_or_half_a_date_is_no_birth(text):
    with pytest.raises(Refused, match=r"cards\.birth_unreadable"):
        read_card(text)


@pytest.mark.parametrize("text", ["", "12345678901", "079190991234", "079190991234|||||", "hello", "1" * 400])
def test_other_scans_are_refused_by_name(text):
    with pytest.raises(Refused):
        read_card(text)


@given(st.text(max_size=200))
def test_any_scan_is_read_or_refused_by_name(tail):
    for scan in (tail, "079190991234|" + tail, CLEAN[:len(tail)] + tail):
        code = "cards.read"
        try:
            read_card(scan)
        except Refused as refusal:
            code = refusal.code
        assert code.split(".")[0] in ("cards", "identifiers")
