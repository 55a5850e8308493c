"""Text from strangers: broken, swollen, looped, altered. Judged, never an error."""

import zlib
from collections.abc import Callable
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khien.certificates import base45, cbor, hcert, schema
from khien.certificates.verify import Verdict

Signs = Callable[..., str]
Judges = Callable[..., Verdict]


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "HC1:",
        "HC1",
        "hc1:NCF",
        "HC2:6BF",
        "NCFOXN",
        "HC1:" + "0" * 100_000,
        "HC1:Việt Nam",
        "HC1:\x00",
        "HC1:NCFOXN%TS3DH",
    ],
)
def test_text_that_is_no_certificate_is_broken(broken: str, judged: Judges) -> None:
    assert judged(broken).reason == "broken_text"


def test_text_cut_or_followed_by_more_is_broken(text: str, judged: Judges) -> None:
    for damaged in (text[:-1], text[:-3], text[:50], text + "000", text + " " + text, text + "\n" + text[4:]):
        assert judged(damaged).reason == "broken_text"


def test_a_compressed_stream_that_swells_is_broken_text(judged: Judges) -> None:
    bomb = hcert.PREFIX + base45.encode(zlib.compress(b"\x00" * 4_000_000))
    assert len(bomb) < hcert.LONGEST_TEXT
    assert judged(bomb).detail == "inflates beyond any certificate"


def test_what_is_not_compressed_or_compressed_with_more_behind_is_broken_text(signed: Signs, judged: Judges) -> None:
    assert judged(signed(wrap=bytes)).reason == "broken_text"
    assert judged(signed(wrap=lambda data: zlib.compress(data) + b"more")).reason == "broken_text"
    assert judged(signed(wrap=lambda data: zlib.compress(data + b"more"))).reason == "broken_text"
    assert judged(signed(wrap=lambda data: zlib.compress(data)[:-4])).reason == "broken_text"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"\x81" * 5000 + b"\x00",  # five thousand lists in each other
        b"\xc1" * 5000 + b"\x00",
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",  # a list of 2**64 items
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\xa2\x01\x61a\x01\x61b",  # the same key twice
        b"\xa1\xf9\x7e\x00\x01",  # a key that is not a number
        b"\xa1\x81\x01\x01",
        b"\xc5\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x03",  # two to a power that fills memory
        b"\xd8\x23\x67(a+)+$b)",  # a regular expression
        b"\xd8\x1c\x81\xd8\x1d\x00",  # a list that holds itself
        b"\xa1\x01\x61\xff",  # not UTF-8
        b"\x80",
        b"\x01",
    ],
)
def test_content_that_no_reader_should_trust_is_broken_text(content: bytes, signed: Signs, judged: Judges) -> None:
    assert judged(signed(claims=content)).reason == "broken_text"


@settings(max_examples=400)
@given(data=st.data())
def test_no_changed_byte_of_a_message_verifies_with_another_content(
    data: st.DataObject, text: str, certificate: dict[str, Any], judged: Judges
) -> None:
    message = bytearray(hcert.inflate(base45.decode(text[4:])))
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] ^= data.draw(st.integers(1, 255))
    verdict = judged(hcert.PREFIX + base45.encode(zlib.compress(bytes(message))))
    assert not verdict.valid or verdict.payload == certificate


@settings(max_examples=400)
@given(data=st.data())
def test_no_changed_character_of_a_text_verifies_with_another_content(
    data: st.DataObject, text: str, certificate: dict[str, Any], judged: Judges
) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(
        st.one_of(st.sampled_from(base45.ALPHABET), st.characters(), st.just(""), st.text(base45.ALPHABET, max_size=9))
    )
    verdict = judged(text[:place] + put + text[place + 1 :])
    assert not verdict.valid or verdict.payload == certificate


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.floats() | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5) | st.integers(-300, 300), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(claims=ANYTHING, protected=st.dictionaries(st.integers(-1, 5), ANYTHING, max_size=3))
def test_whatever_is_signed_is_judged_without_an_error(claims: Any, protected: Any, signed: Signs, judged: Judges) -> None:
    assert not judged(signed(claims=cbor2.dumps(claims), protected=protected)).valid


@settings(max_examples=300)
@given(part=st.sampled_from(["ver", "nam", "dob", "v", "t", "r"]), value=ANYTHING)
def test_whatever_stands_in_a_field_is_judged_without_an_error(
    part: str, value: Any, certificate: dict[str, Any], signed: Signs, judged: Judges
) -> None:
    verdict = judged(signed(certificate=certificate | {part: value}))
    assert not verdict.valid or schema.fault(verdict.payload) is None


@settings(max_examples=500)
@given(st.binary(max_size=60))
def test_the_strict_reader_refuses_or_agrees_with_the_general_one(data: bytes) -> None:
    try:
        value = cbor.read(data)
    except cbor.Broken:
        return
    try:
        general = cbor2.loads(data)
    except cbor2.CBORDecodeValueError:
        # a date that is none: we keep its text for the schema to judge
        assert b"\xc0" in data or b"\xd8" in data or b"\xd9" in data
        return
    assert (
        repr(value) == repr(general)
        or b"\xc0" in data
        or b"\xc1" in data
        or b"\xd8" in data
        or b"\xd9" in data
        or b"\xf7" in data
    )


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_prefix_are_judged_without_an_error(data: bytes) -> None:
    for wrapped in (data, zlib.compress(data)):
        with pytest.raises(hcert.BrokenText):
            hcert.decode(hcert.PREFIX + base45.encode(wrapped))
