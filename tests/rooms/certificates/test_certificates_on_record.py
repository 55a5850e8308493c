"""From a dose on record to a certificate that verifies, or a hold by name; corrections revoke in their own transaction."""

import json
import stat
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings

from khien.certificates import actions, command, handlers, models, queries, signers
from khien.immunizations import actions as immunizations
from khien.immunizations.actions import Told
from khien.immunizations.models import Immunization
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import SYSTEM
from khien.people import actions as people
from khien.plumbing import sqlcall
from tests import make

AT = datetime(2021, 12, 14, 3, 0, tzinfo=UTC)
FIRST, SECOND = date(2021, 9, 14), date(2021, 12, 14)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def signing(db, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "SIGNING", "automatic")
    monkeypatch.setattr(settings, "SIGNER", "")
    monkeypatch.setattr(settings, "DATA", tmp_path)


def a_verified_person(name: str = "Đỗ Thị Hoà Ưng", **more) -> UUID:
    person = make.make_person(name, birth=PartialDate(1983, 10, 9), sex="female", **more)
    people.verify_identity(person=person, how="card_scanned", by=make.BY, at=AT)
    return person


def a_dose(person: UUID, on: date = FIRST, *, vaccine: str = "AZ", ordinal: int = 1, **more) -> UUID:
    """A dose as a visit would record it."""
    row = {
        "id": uuid7(), "record_id": uuid7(), "person_id": person, "vaccine": vaccine, "dose_type": "primary", "ordinal": ordinal,
        "lot_number": "AZ99-0388", "on_date": on, "recorded_at": AT, "recorded_by": SYSTEM.text, "facility_name": "Trạm Y tế thử",
        "origin": "visit", "validity": "valid", "performed_at": AT, **more,
    }  # fmt: skip
    found = sqlcall.call("SELECT immunizations_record(%s)", [sqlcall.as_json(row)])[0]
    return UUID((json.loads(found) if isinstance(found, str) else found)["record_id"])


def issued(record: UUID):
    card = actions.issue_for(record_id=record, by=SYSTEM, at=AT)
    assert card is not None
    assert card.state == "issued", card.hold
    return card


def test_a_dose_of_a_verified_person_gets_a_certificate_that_verifies_for_twelve_months():
    card = issued(a_dose(a_verified_person()))
    text = queries.hc1(card.id)
    verdict = queries.check(text, AT)
    assert (verdict.reason, verdict.algorithm) == ("ok", "ES256")
    assert card.expires_at == AT.replace(year=2022)
    assert queries.check(text, AT + 366 * DAY).reason == "expired"


def test_the_eleven_fields_of_the_passport_are_shown():
    person = a_verified_person()
    a_dose(person, FIRST)
    shown = queries.view(issued(a_dose(person, SECOND, ordinal=2)).id)
    assert shown is not None
    assert shown.fields is not None
    assert shown.fields.name == "Đỗ Thị Hoà Ưng"
    assert (shown.fields.born, shown.fields.nationality, shown.fields.date) == ("1983-10-09", "VN", SECOND)
    assert (shown.fields.doses_received, shown.fields.dose_number) == (2, "2/2")
    assert shown.fields.certificate_id == shown.card.uvci


def test_the_identifier_of_a_certificate_says_nothing_about_the_person_or_the_moment():
    person = a_verified_person()
    one, two = issued(a_dose(person, FIRST)), issued(a_dose(person, SECOND, ordinal=2))
    assert one.uvci != two.uvci
    assert str(person).replace("-", "").upper()[:8] not in one.uvci


def test_asked_twice_one_dose_has_one_certificate():
    record = a_dose(a_verified_person())
    assert issued(record).id == issued(record).id
    assert models.Certificate.objects.filter(record_id=record).count() == 1


def test_an_identity_nobody_saw_holds_the_certificate_until_the_card_is_seen():
    person = make.make_person()
    card = actions.issue_for(record_id=a_dose(person), by=SYSTEM, at=AT)
    assert card is not None
    assert (card.state, card.hold) == ("held", "identity_unverified")
    people.verify_identity(person=person, how="card_seen", by=make.BY, at=AT)
    handlers.person_changed({"person_id": str(person)}, AT)
    assert queries.of_person(person)[0].state == "issued"


def test_a_number_that_two_people_hold_holds_the_certificate_of_the_second():
    number = make.make_number()
    first = make.make_person("Nguyễn Văn An", identifier=number)
    people.verify_identity(person=first, how="card_scanned", by=make.BY, at=AT)
    second = make.make_person("Lê Thị Bình", birth=PartialDate(1990, 1, 2), sex="female", identifier=number)
    card = actions.issue_for(record_id=a_dose(second), by=SYSTEM, at=AT)
    assert card is not None
    assert card.hold == "identity_disputed"


@pytest.mark.parametrize(
    ("dose", "hold"),
    [
        ({"vaccine": "NANO"}, "dose_uncertain"),
        ({"origin": "elsewhere", "evidence": "statement"}, "dose_uncertain"),
        ({"origin": "elsewhere", "evidence": "document"}, "waiting_facility_signature"),
        ({"country": "JP", "origin": "elsewhere"}, "given_abroad"),
        ({"validity": "invalid", "validity_code": "campaigns.marked_invalid"}, "dose_invalid"),
    ],
)
def test_every_dose_without_certificate_has_a_hold_by_name(dose, hold):
    person = a_verified_person()
    card = actions.issue_for(record_id=a_dose(person, **dose), by=SYSTEM, at=AT)
    assert card is not None
    assert (card.state, card.hold) == ("held", hold)


def test_a_dose_told_of_from_elsewhere_waits_for_a_facility_that_confirms_it():
    person = a_verified_person()
    record = immunizations.record_elsewhere(
        person_id=person, told=Told("AZ", FIRST, "AZ99", "Bệnh viện thử"), evidence="document", by=make.BY, at=AT
    )
    handlers.recorded({"record_id": str(record)}, AT)
    assert queries.by_record(record).hold == "waiting_facility_signature"
    (card,) = actions.sign_facility(record_ids=[record], by=make.BY, at=AT)
    assert card.state == "issued"


def test_a_wrong_name_corrected_revokes_the_old_certificate_and_issues_the_right_one():
    person = a_verified_person("Đổ Thị Hoà")
    old = issued(a_dose(person))
    text = queries.hc1(old.id)
    people.correct_particulars(person=person, changes={"full_name": "Đỗ Thị Hoà"}, reason="sai dấu", by=make.BY, at=AT)
    changed = actions.reissue(person_id=person, by=make.BY, at=AT)
    new = next(card for card in changed if card.state == "issued")
    assert new.supersedes_id == old.id
    assert queries.check(text, AT).reason == "revoked"
    verdict = queries.check(queries.hc1(new.id), AT)
    assert verdict.valid
    assert verdict.payload["nam"]["fn"] == "Đỗ"
    assert [entry.uvci for entry in queries.revoked_list()] == [old.uvci]


def test_a_correction_that_changes_nothing_in_it_leaves_the_certificate_alone():
    person = a_verified_person()
    old = issued(a_dose(person))
    people.correct_particulars(person=person, changes={"occupation": "Công nhân"}, reason="đổi việc", by=make.BY, at=AT)
    assert actions.reissue(person_id=person, by=make.BY, at=AT) == ()
    assert queries.by_record(old.record_id).id == old.id


def test_a_first_dose_found_later_makes_the_other_the_second_and_its_certificate_is_made_again():
    person = a_verified_person()
    old = issued(a_dose(person, SECOND))
    record = immunizations.record_elsewhere(
        person_id=person, told=Told("AZ", FIRST, "AZ99", "Bệnh viện thử"), evidence="document", by=make.BY, at=AT
    )
    handlers.recorded({"record_id": str(record)}, AT)
    assert queries.certificate(old.id).state == "revoked"
    assert queries.view(queries.by_record(old.record_id).id).fields.dose_number == "2/2"


def test_a_record_entered_in_error_has_its_certificate_revoked():
    person = a_verified_person()
    old = issued(a_dose(person))
    immunizations.mark_entered_in_error(record_id=old.record_id, reason="nhầm người", by=make.BY, at=AT)
    actions.reissue(person_id=person, by=make.BY, at=AT)
    assert queries.certificate(old.id).state == "revoked"
    assert queries.of_person(person) == []
    assert actions.issue_for(record_id=old.record_id, by=SYSTEM, at=AT) is None


def test_signing_by_hand_waits_for_the_facility_then_for_the_ministry(monkeypatch):
    monkeypatch.setattr(settings, "SIGNING", "manual")
    record = a_dose(a_verified_person())
    assert actions.issue_for(record_id=record, by=SYSTEM, at=AT).hold == "waiting_facility_signature"
    with pytest.raises(Refused, match="nothing_to_sign"):
        actions.sign_central(record_ids=[record], by=make.BY, at=AT)
    (card,) = actions.sign_facility(record_ids=[record], by=make.BY, at=AT)
    assert card.hold == "waiting_central_signature"
    assert [held.record_id for held in queries.waiting("waiting_central_signature")] == [record]
    (card,) = actions.sign_central(record_ids=[record], by=make.BY, at=AT)
    assert queries.check(queries.hc1(card.id), AT).valid


def test_a_process_without_the_signers_key_leaves_the_signature_to_the_one_that_has_it(monkeypatch):
    record = a_dose(a_verified_person())
    monkeypatch.setattr(settings, "SIGNER", "elsewhere")
    assert actions.issue_for(record_id=record, by=SYSTEM, at=AT).hold == "waiting_central_signature"
    assert actions.sign_waiting(AT) is False
    monkeypatch.setattr(settings, "SIGNER", "")
    assert actions.sign_waiting(AT) is True
    assert queries.by_record(record).state == "issued"


def test_a_certificate_is_renewed_before_it_ends_and_the_old_one_stays_good_till_then():
    old = issued(a_dose(a_verified_person()))
    later = old.expires_at - 7 * DAY
    assert actions.renew_due(later) is True
    new = queries.by_record(old.record_id)
    assert (queries.certificate(old.id).state, new.supersedes_id) == ("superseded", old.id)
    assert queries.check(queries.hc1(old.id), later).valid
    assert queries.check(queries.hc1(new.id), later + 300 * DAY).valid
    assert actions.renew_due(later) is False


def test_the_dead_keep_their_certificate_until_it_ends_and_get_no_new_one():
    person = a_verified_person()
    old = issued(a_dose(person))
    people.record_death(person=person, on=date(2022, 3, 1), by=make.BY, at=AT)
    handlers.person_changed({"person_id": str(person)}, AT)
    assert queries.certificate(old.id).state == "issued"
    actions.renew_due(old.expires_at + DAY)
    assert queries.certificate(old.id).state == "expired"
    assert queries.of_person(person) == []


def test_a_certificate_revoked_by_hand_needs_a_reason_and_is_refused_by_our_own_check():
    card = issued(a_dose(a_verified_person()))
    with pytest.raises(Refused, match="reason_missing"):
        actions.revoke(certificate_id=card.id, reason=" ", by=make.BY, at=AT)
    actions.revoke(certificate_id=card.id, reason="lộ mã QR", by=make.BY, at=AT)
    assert queries.check(queries.hc1(card.id), AT).reason == "revoked"


def test_the_signers_key_lies_apart_from_the_database_and_only_its_owner_reads_it(tmp_path):
    issued(a_dose(a_verified_person()))
    (key,) = (tmp_path / "signers").glob("*.pem")
    assert stat.S_IMODE((tmp_path / "signers").stat().st_mode) == 0o700
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "PRIVATE" not in models.Signer.objects.get().certificate_pem
    assert signers.current(AT).key_id.hex() == key.stem


def test_a_key_left_by_a_start_that_failed_is_taken_up_not_lost():
    first = signers.current(AT)
    models.Signer.objects.all().delete()
    assert signers.current(AT).key_id == first.key_id


def test_what_is_handed_to_verifiers_judges_our_certificates_offline(tmp_path, capsys, monkeypatch):
    person = a_verified_person()
    good, bad = issued(a_dose(person)), issued(a_dose(a_verified_person("Lê Văn Bé")))
    actions.revoke(certificate_id=bad.id, reason="thử", by=make.BY, at=AT)
    out, revoked = tmp_path / "tin", tmp_path / "thu-hoi.txt"
    assert command.trust_main(["--out", str(out), "--revoked", str(revoked)]) == 0
    assert "1 signers" in capsys.readouterr().out
    from khien.certificates import revocation, trust
    from khien.certificates.verify import verify

    judged = [
        verify(queries.hc1(card.id), trust=trust.load(out), at=AT, revoked=revocation.load(revoked)) for card in (good, bad)
    ]
    assert [verdict.reason for verdict in judged] == ["ok", "revoked"]


def test_no_immunization_row_is_touched_by_issuing():
    record = a_dose(a_verified_person())
    before = Immunization.objects.filter(record_id=record).values()[0]
    issued(record)
    assert Immunization.objects.filter(record_id=record).values()[0] == before
