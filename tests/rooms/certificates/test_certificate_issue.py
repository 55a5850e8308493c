from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import cwt
import pytest
import segno
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from khien.certificates import base45, cose, hcert, payload, picture, qr, schema, signer, trust, valuesets
from khien.certificates.transliterate import transliterate
from khien.certificates.verify import verify
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused


def read_by_cwt(text: str, held_by: signer.Signer) -> dict[Any, Any]:
    """Open and verify with the independent package; its own clock judges the time."""
    public = held_by.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    alg = cose.NAMES[held_by.algorithm]
    key = cwt.COSEKey.from_pem(public, kid=held_by.key_id, alg=alg)
    message = hcert.inflate(base45.decode(text.removeprefix(hcert.PREFIX)))
    claims: dict[Any, Any] = cwt.decode(message, key)
    return claims


@pytest.mark.parametrize("algorithm", [cose.ES256, cose.PS256])
def test_an_independent_reader_accepts_our_certificate(algorithm: int, facts: payload.DoseFacts) -> None:
    today = datetime.now(UTC)
    held = signer.make(
        algorithm=algorithm, not_before=today, not_after=today + timedelta(days=730), organisation="Bộ Y tế", name="DSC"
    )
    certificate = payload.build(facts)
    claims = read_by_cwt(hcert.issue(certificate, held, today, today + timedelta(days=365)), held)
    assert claims[hcert.HEALTH][hcert.DCC] == certificate
    assert claims[hcert.ISSUER] == "VN"


def test_an_issued_certificate_verifies_and_is_valid_for_a_year(text: str, trusted: trust.TrustList, at: datetime) -> None:
    verdict = verify(text, trust=trusted, at=at)
    assert (verdict.valid, verdict.reason, verdict.algorithm) == (True, "ok", "ES256")
    assert verdict.expires_at == at + timedelta(days=365)


def test_the_name_keeps_its_marks_beside_its_machine_form(text: str) -> None:
    certificate: Any = hcert.decode(text).certificate
    assert certificate["nam"] == {"fn": "Đỗ", "fnt": "DO", "gn": "Thị Hoà Ưng", "gnt": "THI<HOA<UNG"}


@pytest.mark.parametrize(
    ("written", "machine"),
    [
        ("Nguyễn", "NGUYEN"),
        ("Đặng", "DANG"),
        ("Ðặng", "DANG"),  # the Icelandic letter that old fonts left behind
        ("đinh thị ớt", "DINH<THI<OT"),
        ("Nguye\u0302\u0303n Bảo  Duy", "NGUYEN<BAO<DUY"),  # decomposed, as from macOS
        ("H'Hen Niê", "HHEN<NIE"),
        ("Trần-Lê", "TRAN<LE"),
        ("Müller Ærøskøbing", "MUELLER<AEROESKOEBING"),
        ("d'Červenková Panklová", "DCERVENKOVA<PANKLOVA"),
        ("ПЕТКОВ", "PETKOV"),
        ("Łukasz Straße", "LUKASZ<STRASSE"),
        ("李小龍", ""),
    ],
)
def test_names_are_written_as_icao_9303_says(written: str, machine: str) -> None:
    assert transliterate(written) == machine


def test_a_very_long_name_is_cut_at_a_word_and_keeps_80_letters_at_most() -> None:
    assert transliterate("Phan Nguyễn " * 20) == "<".join(["PHAN<NGUYEN"] * 20)[:76]
    assert len(transliterate("Q" * 200)) == 80


def test_a_name_of_one_word_has_no_given_name() -> None:
    assert payload.name("Ksor") == {"fn": "Ksor", "fnt": "KSOR"}


def test_a_name_without_a_letter_for_machines_is_held_by_name() -> None:
    with pytest.raises(Refused, match=r"certificates\.name_not_writable"):
        payload.name("李 小龍")


@pytest.mark.parametrize(
    ("born", "written"),
    [
        (PartialDate(1948), "1948"),
        (PartialDate(1983, 10), "1983-10"),
        (PartialDate(1983, 10, 9), "1983-10-09"),
        (None, ""),
    ],
)
def test_a_birth_date_says_only_what_is_known(born: PartialDate | None, written: str) -> None:
    assert payload.birth(born) == written


def test_a_birth_before_1900_is_held_by_name() -> None:
    with pytest.raises(Refused, match=r"certificates\.birth_out_of_range"):
        payload.birth(PartialDate(1899))


@pytest.mark.parametrize(
    ("ordinal", "primary", "shown"),
    [
        (1, 2, (1, 2)),
        (2, 2, (2, 2)),
        (3, 2, (3, 3)),
        (4, 2, (4, 4)),
        (1, 1, (1, 1)),
        (2, 1, (2, 1)),
        (3, 3, (3, 3)),
        (4, 3, (4, 4)),
    ],
)
def test_boosters_are_numbered_as_europe_numbers_them(ordinal: int, primary: int, shown: tuple[int, int]) -> None:
    assert payload.dose_of_series(ordinal, primary) == shown


def test_every_vaccine_used_in_viet_nam_has_its_european_codes() -> None:
    for ours in valuesets.VIETNAM:
        product = valuesets.product(ours)
        assert product is not None
        assert product.mp in valuesets.codes("vaccine-medicinal-product")
        assert product.ma in valuesets.codes("vaccine-mah-manf")
        assert product.vp in valuesets.codes("vaccine-prophylaxis")


def test_vero_cell_of_beijing_is_not_that_of_wuhan() -> None:
    product = valuesets.product("VERO")
    assert product is not None
    assert (product.mp, product.ma) == ("BBIBP-CorV", "ORG-100020693")


def test_a_vaccine_without_european_code_is_held_by_name(facts: payload.DoseFacts) -> None:
    with pytest.raises(Refused, match=r"certificates\.vaccine_without_code"):
        payload.build(payload.DoseFacts(**{**_fields(facts), "vaccine": "NANOCOVAX"}))


def test_an_identifier_carries_the_check_character_of_other_states() -> None:
    assert payload.checksum("URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813") == "B"
    assert payload.uvci("0" * 32) == "URN:UVCI:01:VN:" + "0" * 32 + "#" + payload.checksum("URN:UVCI:01:VN:" + "0" * 32)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=4, max_size=40), st.data())
def test_one_wrong_character_of_an_identifier_shows(unique: str, data: st.DataObject) -> None:
    body, _, check = payload.uvci(unique).partition("#")
    place = data.draw(st.integers(15, len(body) - 1))
    other = data.draw(st.sampled_from(sorted(set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") - {body[place]})))
    assert payload.checksum(body[:place] + other + body[place + 1 :]) != check


@pytest.mark.parametrize("unique", ["", "A" * 58, "có dấu", "a#b"])
def test_an_identifier_that_europe_would_refuse_is_not_made(unique: str) -> None:
    with pytest.raises(ValueError, match="72"):
        payload.uvci(unique)


@given(
    full_name=st.from_regex(r"[A-ZĐ][a-zàạăễớứ]{1,8}( [A-ZĐ][a-zàạăễớứ]{0,8}){0,5}", fullmatch=True),
    year=st.integers(1900, 2026),
    month=st.one_of(st.none(), st.integers(1, 12)),
    vaccine=st.sampled_from(sorted(valuesets.VIETNAM)),
    primary=st.integers(1, 3),
    ordinal=st.integers(1, 9),
    given_on=st.dates(date(2021, 3, 8), date(2026, 12, 31)),
    issuer=st.text(max_size=120),
)
def test_every_payload_keeps_the_schema(
    full_name: str, year: int, month: int | None, vaccine: str, primary: int, ordinal: int, given_on: date, issuer: str
) -> None:
    facts = payload.DoseFacts(
        full_name, PartialDate(year, month), vaccine, primary, ordinal, given_on, issuer, payload.uvci("AB12")
    )
    certificate = payload.build(facts)
    assert schema.fault(certificate) is None
    formats = Draft202012Validator.FORMAT_CHECKER
    assert Draft202012Validator(schema.load("dcc-schema-1.3.0"), format_checker=formats).is_valid(certificate)


def test_the_eleven_fields_of_the_decision_are_laid_out(facts: payload.DoseFacts) -> None:
    fields = payload.travel_fields(payload.build(facts), nationality="VN", doses_received=2)
    assert (fields.name, fields.born, fields.nationality, fields.disease) == ("Đỗ Thị Hoà Ưng", "1983", "VN", "COVID-19")
    assert (fields.doses_received, fields.date, fields.dose_number) == (2, date(2021, 9, 18), "2/2")
    assert (fields.product, fields.maker) == ("Vaxzevria", "AstraZeneca AB")
    assert fields.certificate_id.startswith("URN:UVCI:01:VN:")
    assert len(payload.TravelFields.__dataclass_fields__) == 11


@given(st.binary(max_size=400))
def test_base45_gives_back_every_byte(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize("text", ["A", "AAAA", "GGW", "::", "a b", "ÀB", "::::"])
def test_base45_that_no_writer_makes_is_refused(text: str) -> None:
    with pytest.raises(base45.NotBase45):
        base45.decode(text)


def test_a_signer_is_kept_in_a_file_that_only_its_owner_reads(
    tmp_path: Path, ministry: signer.Signer, facts: payload.DoseFacts
) -> None:
    path = tmp_path / "signer.pem"
    ministry.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    again = signer.load(path)
    assert (again.key_id, again.country, again.algorithm) == (ministry.key_id, "VN", cose.ES256)
    with pytest.raises(FileExistsError):
        ministry.save(path)
    path.chmod(0o640)
    with pytest.raises(signer.BadSigner, match="chmod 600"):
        signer.load(path)


def test_a_key_with_the_certificate_of_another_key_is_refused(tmp_path: Path, ministry: signer.Signer, at: datetime) -> None:
    other = signer.make(not_before=at, not_after=at + timedelta(days=1), organisation="Khác", name="DSC 2")
    path = tmp_path / "signer.pem"
    ministry.save(path)
    path.write_bytes(path.read_bytes().partition(b"-----BEGIN CERTIFICATE")[0] + other.certificate_pem())
    with pytest.raises(signer.BadSigner, match="another key"):
        signer.load(path)


def test_the_drawn_code_is_read_back_and_equals_another_drawer(text: str) -> None:
    assert picture.read(qr.png(text)) == [text]
    other = segno.make(text, error="q", micro=False, boost_error=False)
    assert len(qr.modules(text)) == other.symbol_size(border=0)[0]


def test_the_drawn_svg_has_no_style_no_script_and_a_spoken_label(text: str) -> None:
    drawn = qr.svg(text, label='Chứng nhận "tiêm"')
    assert "style" not in drawn
    assert "script" not in drawn
    assert 'aria-label="Chứng nhận &quot;tiêm&quot;"' in drawn
    assert len(drawn) < 20_000


def _fields(facts: payload.DoseFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in facts.__dataclass_fields__}
