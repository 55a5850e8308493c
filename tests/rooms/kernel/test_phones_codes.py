"""Telephone numbers, and the codes people carry on paper."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from khien.kernel import codes
from khien.kernel.countries import COUNTRIES, read_country
from khien.kernel.errors import Refused
from khien.kernel.phones import OLD_PREFIXES, for_sms, read_phone, takes_sms

mobiles = st.from_regex(r"0[35789][0-9]{3}99[0-9]{3}", fullmatch=True).filter(lambda n: len(set(n[2:])) > 1)


@given(mobiles)
def test_every_way_of_writing_a_mobile_number_is_one_number(number):
    tail = number[1:]
    ways = [number, f"+84{tail}", f"84{tail}", f"0084{tail}", f"+84 (0){tail}", f"{number[:4]}.{number[4:7]}.{number[7:]}", float(tail), int(tail),
            f"{tail}.0", f"ĐT: {number}", f" {number} "]
    assert {read_phone(way).e164 for way in ways} == {f"+84{tail}"}
    assert read_phone(read_phone(number).display).e164 == f"+84{tail}"


@given(st.from_regex(r"02[0-9]{2}99[0-9]{4,5}", fullmatch=True).filter(lambda n: len(set(n[2:])) > 1))
def test_no_text_message_is_sent_to_a_landline_however_it_is_written(number):
    tail = number[1:]
    for way in (number, f"+84{tail}", f"0084{tail}", f"+84 (0){tail}", f"{number[:3]}.{number[3:]}", f"ĐT bàn: {number} (nhà)"):
        read = read_phone(way)
        assert read.kind == "landline"
        assert not takes_sms(read.e164)
        with pytest.raises(Refused, match=r"phones\.landline"):
            for_sms(read.e164)


@given(st.one_of(mobiles, st.just("+1 415 555 0199"), st.just("+82 10 5550 1999")))
def test_mobile_and_foreign_numbers_take_text_messages_and_no_number_takes_none(number):
    e164 = read_phone(number).e164
    assert takes_sms(e164)
    assert for_sms(e164) == e164
    assert not takes_sms("")
    assert for_sms("") == ""


@given(st.sampled_from(sorted(OLD_PREFIXES)), st.from_regex(r"99[0-9]{5}", fullmatch=True))
def test_an_eleven_digit_number_of_before_2018_becomes_todays(prefix, tail):
    assume(len(set(tail)) > 1)
    read = read_phone(prefix + tail)
    assert read.e164 == "+84" + OLD_PREFIXES[prefix][1:] + tail
    assert read.repairs == ("old_number",)
    assert read_phone(float(prefix + tail)).e164 == read.e164


@pytest.mark.parametrize(("typed", "e164", "kind"), [
    ("028 3812 9912", "+842838129912", "landline"), ("0203 3812 991", "+842033812991", "landline"), (2838129912.0, "+842838129912", "landline"),
    ("+1 415 555 0199", "+14155550199", "foreign"), ("0082 10 5550 1999", "+821055501999", "foreign"),
    ("0901 299 123 / 0912 399 456", "+84901299123", "mobile"), ("9.01299123E+8", "+84901299123", "mobile"), ("O9O1299l23", "+84901299123", "mobile"),
])
def test_landlines_foreign_numbers_and_spoilt_cells_are_read(typed, e164, kind):
    read = read_phone(typed)
    assert (read.e164, read.kind) == (e164, kind)


@pytest.mark.parametrize(("typed", "code"), [
    ("", "phones.empty"), ("0000000000", "phones.placeholder"), ("0999999999", "phones.placeholder"), ("09012345", "phones.length"),
    ("090129912345", "phones.length"), ("0123456789", "phones.prefix"), ("9,1E+08", "phones.exponent"), ("không có", "phones.characters"),
    (901299123.5, "phones.characters"), ("1900", "phones.length"),
])
def test_what_is_no_telephone_number_is_refused_by_name(typed, code):
    with pytest.raises(Refused) as refusal:
        read_phone(typed)
    assert refusal.value.code == code


@pytest.mark.parametrize("typed", ["0901990001;", "Zalo 0901990001", "zalo:0901990001", "0901990001 (mẹ)", "0901990001 mẹ", "Mẹ: 0901 990 001", "Chị Lan - 0901990001",
                                   "SĐT mẹ 0901990001", "(Zalo) +84901990001", "0901990001?", "0901990001 (me) / 0902990002 (bo)", "Zalo O901990001"])
def test_words_and_signs_around_a_number_are_taken_off_and_said_so(typed):
    read = read_phone(typed)
    assert (read.e164, "words_dropped" in read.repairs) == ("+84901990001", True)


@pytest.mark.parametrize("typed", ["0901990001", "(090) 199 0001", "ĐT: 0901990001", "+84 (0)901990001", "O9O199OOO1", "090l99000l", "Tel. 0901-990-001"])
def test_a_number_that_stands_alone_loses_no_word(typed):
    assert "words_dropped" not in read_phone(typed).repairs


@pytest.mark.parametrize(("typed", "code"), [
    ("0901ab990001", "phones.characters"), ("tổ 3: 0901990001", "phones.characters"), ("tổ 3 0901990001", "phones.length"), ("0901990001 máy lẻ 12", "phones.characters"),
    ("Zalo", "phones.characters"), ("an.0901990001@thu.example", "phones.characters"), ("A0901990001", "phones.characters"), ("0901990001B", "phones.characters"), ("0901990001 (2 con)", "phones.length"),
])
def test_a_number_with_others_or_letters_inside_is_not_guessed(typed, code):
    with pytest.raises(Refused) as refusal:
        read_phone(typed)
    assert refusal.value.code == code


def test_a_masked_number_shows_its_last_three_digits_only():
    assert read_phone("0901299123").masked == "•••• ••• 123"


@given(st.one_of(st.text(max_size=25), st.floats(), st.integers(), st.from_regex(r"[0-9+ ./()-]{1,20}", fullmatch=True)))
def test_anything_typed_as_a_phone_is_read_or_refused_by_name(raw):
    try:
        read = read_phone(raw)
    except Refused as refusal:
        if not refusal.code.startswith("phones."):
            raise
    else:
        assert read_phone(read.e164).e164 == read.e164


@given(st.integers(0, 2**80))
def test_a_slip_code_is_eleven_digits_that_read_back_from_groups(randomness):
    code = codes.slip_code(randomness)
    assert len(code) == 11
    assert code[0] != "0"
    assert codes.read_slip_code(codes.display(code)) == code
    assert codes.is_slip_code(code)


@given(st.integers(0, 2**64), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_in_a_slip_code_is_caught(randomness, place, shift):
    code = codes.slip_code(randomness)
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1:]
    assert not codes.is_slip_code(wrong)


@given(st.integers(0, 2**64), st.integers(0, 9))
def test_two_neighbouring_digits_swapped_in_a_slip_code_are_caught(randomness, place):
    code = codes.slip_code(randomness)
    assume(code[place] != code[place + 1])
    assert not codes.is_slip_code(code[:place] + code[place + 1] + code[place] + code[place + 2:])


@given(st.integers(0, 10**9 - 1), st.integers(1, 999))
def test_a_paper_serial_names_its_pack_and_its_sheet(pack, sheet):
    serial = codes.paper_serial(pack, sheet)
    assert codes.read_paper_serial(codes.display(serial.text)) == serial
    assert not codes.is_slip_code(serial.text)


def test_a_code_with_letters_or_of_another_length_is_refused_by_name():
    for text, code in [("abc", "codes.characters"), ("123", "codes.length"), ("12345678901", "codes.check_digit"), ("", "codes.characters")]:
        with pytest.raises(Refused) as refusal:
            codes.read_slip_code(text)
        assert refusal.value.code == code
    with pytest.raises(Refused):
        codes.paper_serial(1, 1000)


@pytest.mark.parametrize(("word", "code"), [("Việt Nam", "VN"), ("VNM", "VN"), ("Hàn Quốc", "KR"), ("hoa ky", "US"), ("Mỹ", "US"), ("Japan", "JP"), ("Quốc tịch Pháp", "FR")])
def test_nationality_words_become_iso_codes(word, code):
    assert read_country(word) == code
    assert len(COUNTRIES) == 249
