"""A correction: asked, proposed, decided by another, and done in one transaction with its certificates and its answer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings

from khien.cases import actions, models, queries
from khien.cases.types import AskedDose, ContactPoint, CorrectionAsked, Proposal
from khien.certificates import actions as certificates
from khien.certificates import queries as certificate_queries
from khien.immunizations import actions as immunizations_actions
from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor
from khien.people import actions as people
from khien.people import queries as people_queries
from khien.plumbing.models import Delivery
from tests import make

AT = datetime(2021, 12, 14, 3, 0, tzinfo=UTC)
PHONE = ContactPoint(phone="0901234567")
WRONG_NAME = CorrectionAsked(
    "wrong_data", right={"full_name": "Nguyễn Thị Bảo Lộc"}, words="Tên tôi là Bảo Lộc, không phải Bửu Lộc"
)


@pytest.fixture(autouse=True)
def automatic(db, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "SIGNING", "automatic")
    monkeypatch.setattr(settings, "DATA", tmp_path)


@pytest.fixture
def first() -> Actor:
    return make.make_staff("t2_technician").actor()


@pytest.fixture
def second() -> Actor:
    return make.make_staff("supervisor").actor()


def a_person(name: str = "Nguyễn Thị Bửu Lộc"):
    person = make.make_person(name, sex="female")
    people.verify_identity(person=person, how="card_seen", by=make.BY, at=AT)
    return person


def ask(asked=WRONG_NAME, **more):
    return actions.ask_correction(asked=asked, contact=more.pop("contact", PHONE), by=SYSTEM, at=AT, **more)


def with_certificate(person, on=date(2021, 9, 1)):
    """A dose that its facility confirmed, with its certificate."""
    record = make.make_immunization(person, on=on)
    immunizations_actions.correct(record_id=record, changes={"evidence": "record"}, reason="có trong sổ", by=make.BY, at=AT)
    card = certificates.issue_for(record_id=record, by=SYSTEM, at=AT)
    assert card.state == "issued"
    return record, card


def test_a_wrong_name_corrected_is_one_transaction_and_the_old_certificate_is_refused(first, second):
    person = a_person()
    _, old = with_certificate(person)
    case = ask(person_id=person)
    actions.propose(case_id=case.id, proposal=Proposal(particulars={"full_name": "Nguyễn Thị Bảo Lộc"}), by=first, at=AT)
    issued = actions.decide_correction(case_id=case.id, accept=True, reason="đúng như căn cước", by=second, at=AT)
    assert people_queries.person(person).full_name == "Nguyễn Thị Bảo Lộc"
    assert people_queries.versions(person)[0].particulars["full_name"] == "Nguyễn Thị Bửu Lộc"
    assert certificate_queries.check(certificate_queries.hc1(old.id), AT).reason == "revoked"
    assert certificate_queries.check(certificate_queries.hc1(issued[0]), AT).payload["nam"]["gn"] == "Thị Bảo Lộc"
    assert queries.by_code(case.code, AT).resolution == "corrected"
    told = Delivery.objects.filter(kind="cases.resolved").values_list("handler", flat=True)
    assert "messaging.handlers.case_resolved" in told


def test_if_any_part_is_refused_nothing_is_changed(first, second):
    from django.db import transaction

    person = a_person()
    record, old = with_certificate(person)
    proposal = Proposal(particulars={"full_name": "Nguyễn Thị Bảo Lộc"}, records={str(record): {"on_date": "2030-01-01"}})
    case = ask(person_id=person)
    actions.propose(case_id=case.id, proposal=proposal, by=first, at=AT)
    with pytest.raises(Refused, match="date_in_future"), transaction.atomic():
        actions.decide_correction(case_id=case.id, accept=True, reason="thử", by=second, at=AT)
    assert people_queries.person(person).full_name == "Nguyễn Thị Bửu Lộc"
    assert certificate_queries.certificate(old.id).state == "issued"
    assert queries.case(case.id, AT).correction.state == "proposed"


def test_who_proposed_does_not_decide(first):
    case = ask(person_id=a_person())
    actions.propose(case_id=case.id, proposal=Proposal(particulars={"full_name": "Nguyễn Thị Bảo Lộc"}), by=first, at=AT)
    with pytest.raises(Refused, match="second_pair_of_eyes"):
        actions.decide_correction(case_id=case.id, accept=True, reason="tự duyệt", by=first, at=AT)


def test_a_wrong_lot_and_day_make_a_new_version_and_a_new_certificate(first, second):
    person = a_person()
    record, old = with_certificate(person)
    case = ask(CorrectionAsked("wrong_data", words="sai ngày tiêm"), person_id=person, record_id=record)
    proposal = Proposal(records={str(record): {"on_date": "2021-09-02", "lot_number": "ABV7764"}})
    actions.propose(case_id=case.id, proposal=proposal, by=first, at=AT)
    (new,) = actions.decide_correction(case_id=case.id, accept=True, reason="theo sổ", by=second, at=AT)
    assert [version.on_date.day for version in immunizations.versions(record)] == [1, 1, 2]
    assert certificate_queries.view(new).fields.date == date(2021, 9, 2)
    assert certificate_queries.certificate(old.id).state == "revoked"


def test_a_dose_that_no_point_recorded_is_added_with_its_paper(first, second):
    person = a_person()
    case = ask(
        CorrectionAsked("both_missing", doses=(AskedDose("AZ", date(2021, 8, 1), "ABV1", "Trạm Y tế thử"),)), person_id=person
    )
    actions.propose(
        case_id=case.id, proposal=Proposal(add=(AskedDose("AZ", date(2021, 8, 1), "ABV1", "Trạm Y tế thử"),)), by=first, at=AT
    )
    actions.decide_correction(case_id=case.id, accept=True, reason="có giấy", by=second, at=AT)
    (dose,) = immunizations.history(person, AT.date()).doses
    assert (dose.lot_number, dose.origin) == ("ABV1", "elsewhere")
    assert certificate_queries.of_person(person)[0].state == "held"


def test_the_second_dose_found_under_another_record_is_joined_and_counted(first, second):
    one, other = a_person(), make.make_person("Nguyễn Thị Bảo Lộc", sex="female", identifier=None, no_identifier_reason="lost")
    with_certificate(one, date(2021, 8, 1))
    make.make_immunization(other, on=date(2021, 11, 1))
    case = ask(CorrectionAsked("one_shown", words="đã tiêm hai mũi"), person_id=one)
    actions.propose(case_id=case.id, proposal=Proposal(merge=other), by=first, at=AT)
    actions.decide_correction(case_id=case.id, accept=True, reason="một người", by=second, at=AT)
    assert [dose.number for dose in immunizations.history(one, AT.date()).counted] == [1, 2]
    assert len(certificate_queries.of_person(one)) == 2


def test_a_dose_recorded_for_the_wrong_person_is_moved_and_the_wrong_certificate_revoked(first, second):
    wrong, right = a_person("Trần Văn Sai"), a_person()
    record, old = with_certificate(wrong)
    case = ask(CorrectionAsked("no_certificate", words="mũi của tôi ghi nhầm"), person_id=right)
    actions.propose(case_id=case.id, proposal=Proposal(move=(record,)), by=first, at=AT)
    actions.decide_correction(case_id=case.id, accept=True, reason="đúng người", by=second, at=AT)
    assert certificate_queries.certificate(old.id).state == "revoked"
    assert immunizations.history(wrong, AT.date()).doses == ()
    assert len(immunizations.history(right, AT.date()).doses) == 1


def test_a_record_that_should_never_have_been_is_struck_out(first, second):
    person = a_person()
    record, old = with_certificate(person)
    case = ask(CorrectionAsked("wrong_data", words="tôi chưa tiêm"), person_id=person)
    actions.propose(case_id=case.id, proposal=Proposal(errors=(record,)), by=first, at=AT)
    actions.decide_correction(case_id=case.id, accept=True, reason="nhập nhầm", by=second, at=AT)
    assert immunizations.record(record).status == "entered_in_error"
    assert certificate_queries.certificate(old.id).state == "revoked"


def test_a_dose_without_certificate_gets_it_when_identity_is_proved(first, second):
    person = make.make_person("Nguyễn Thị Bửu Lộc", sex="female")
    record = make.make_immunization(person)
    certificates.issue_for(record_id=record, by=SYSTEM, at=AT)
    case = ask(CorrectionAsked("no_certificate", words="chưa có chứng nhận"), person_id=person)
    actions.propose(case_id=case.id, proposal=Proposal(verify="card_seen"), by=first, at=AT)
    actions.decide_correction(case_id=case.id, accept=True, reason="đã xem thẻ", by=second, at=AT)
    assert certificate_queries.by_record(record).hold == "waiting_facility_signature"


def test_a_proposal_that_changes_nothing_is_refused(first, second):
    person = a_person()
    with_certificate(person)
    case = ask(CorrectionAsked("no_certificate", words="chưa thấy"), person_id=person)
    actions.propose(case_id=case.id, proposal=Proposal(), by=first, at=AT)
    with pytest.raises(Refused, match="nothing_changes"):
        actions.decide_correction(case_id=case.id, accept=True, reason="x", by=second, at=AT)


def test_someone_whose_record_cannot_be_found_may_ask_and_is_found_by_staff(first, second):
    asked = CorrectionAsked("both_missing", words="không tra được", who={"full_name": "Lê Văn Bé", "birth": "1948"})
    case = ask(asked)
    assert queries.case(case.id, AT).correction.asked.who["birth"] == "1948"
    proposal = Proposal(particulars={"full_name": "Lê Văn Bé Tư"})
    with pytest.raises(Refused, match="person_not_known"):
        actions.propose(case_id=case.id, proposal=proposal, by=first, at=AT)
    person = make.make_person("Lê Văn Bé")
    actions.identify(case_id=case.id, person_id=person, by=first, at=AT)
    actions.propose(case_id=case.id, proposal=proposal, by=first, at=AT)
    actions.decide_correction(case_id=case.id, accept=True, reason="đúng", by=second, at=AT)
    assert people_queries.person(person).full_name == "Lê Văn Bé Tư"


@pytest.mark.parametrize(
    ("asked", "contact", "code"),
    [
        (CorrectionAsked("else", words="x", who={"full_name": "A"}), PHONE, "correction_kind_unknown"),
        (CorrectionAsked("wrong_data", who={"full_name": "A"}), PHONE, "nothing_asked"),
        (CorrectionAsked("wrong_data", right={"version": "9"}, who={"full_name": "A"}), PHONE, "field_unknown"),
        (CorrectionAsked("wrong_data", words="x"), PHONE, "who_missing"),
        (CorrectionAsked("wrong_data", words="x", who={"full_name": "A"}), ContactPoint(), "contact_missing"),
        (
            CorrectionAsked("both_missing", doses=(AskedDose("AZ", date(2022, 1, 1)),), who={"full_name": "A"}),
            PHONE,
            "dose_in_future",
        ),
    ],
)
def test_a_request_that_cannot_be_worked_on_says_what_is_missing(asked, contact, code):
    with pytest.raises(Refused, match=code):
        ask(asked, contact=contact)


def test_a_request_sent_twice_is_one_case():
    person = a_person()
    assert ask(person_id=person).id == ask(person_id=person).id
    assert models.Correction.objects.count() == 1


def test_a_declined_request_tells_why_and_may_be_opened_again(first, second):
    case = ask(person_id=a_person())
    actions.decide_correction(case_id=case.id, accept=False, reason="Căn cước ghi Bửu Lộc", by=second, at=AT)
    shown = queries.by_code(case.code, AT)
    assert (shown.correction_state, shown.entries[-1].text) == ("declined", "Căn cước ghi Bửu Lộc")
    actions.reopen(case_id=case.id, reason="có giấy khai sinh", by=make.BY, at=AT)
    assert queries.case(case.id, AT).correction.state == "asked"


def test_a_record_changed_after_the_proposal_is_not_overwritten_unseen(first, second):
    person = a_person()
    case = ask(person_id=person)
    actions.propose(case_id=case.id, proposal=Proposal(particulars={"full_name": "Nguyễn Thị Bảo Lộc"}), by=first, at=AT)
    people.correct_particulars(person=person, changes={"full_name": "Nguyễn Thị Lộc"}, reason="khác", by=make.BY, at=AT)
    with pytest.raises(Refused, match="person_changed"):
        actions.decide_correction(case_id=case.id, accept=True, reason="đúng", by=second, at=AT)


def test_a_proposal_may_be_sent_back_and_proposed_again(first, second):
    case = ask(person_id=a_person())
    actions.propose(case_id=case.id, proposal=Proposal(particulars={"full_name": "Nguyễn Thị Bao Lộc"}), by=first, at=AT)
    actions.send_back(case_id=case.id, reason="thiếu dấu", by=second, at=AT)
    with pytest.raises(Refused, match="not_proposed"):
        actions.decide_correction(case_id=case.id, accept=True, reason="x", by=second, at=AT)
    actions.propose(case_id=case.id, proposal=Proposal(particulars={"full_name": "Nguyễn Thị Bảo Lộc"}), by=first, at=AT)
    assert queries.case(case.id, AT).correction.proposal.particulars["full_name"] == "Nguyễn Thị Bảo Lộc"


def test_another_persons_dose_cannot_be_corrected_in_this_case(first):
    other, _ = with_certificate(a_person("Trần Văn Khác"))
    case = ask(person_id=a_person())
    with pytest.raises(Refused, match="record_of_another"):
        actions.propose(case_id=case.id, proposal=Proposal(records={str(other): {"lot_number": "X"}}), by=first, at=AT)


def test_an_undecided_correction_is_not_closed_by_the_way():
    case = ask(person_id=a_person())
    with pytest.raises(Refused, match="correction_open"):
        actions.resolve(case_id=case.id, resolution="answered", by=make.BY, at=AT)


def test_the_public_clock_of_corrections_stands_by_district(second):
    ask(person_id=a_person())
    done = ask(CorrectionAsked("wrong_data", right={"sex": "female"}), person_id=a_person("Lê Thị Ba"))
    actions.decide_correction(case_id=done.id, accept=False, reason="đã đúng", by=second, at=AT + timedelta(days=1))
    (clock,) = queries.correction_clocks("district_2021", at=AT + timedelta(days=30))
    assert (clock.code, clock.asked, clock.done, clock.late, clock.median_days) == (make.BINH_THANH, 2, 1, 1, 1.0)
