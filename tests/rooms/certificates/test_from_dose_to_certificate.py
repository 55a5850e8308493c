"""From the injection to a certificate that verifies, through the outbox as the worker drains it."""

import threading
from datetime import timedelta

import pytest

pytestmark = pytest.mark.usefixtures("policies")


@pytest.fixture
def policies(tmp_path, monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "SIGNING", "automatic")
    monkeypatch.setattr(settings, "SIGNER", "")
    monkeypatch.setattr(settings, "DATA", tmp_path)


def drained(at):
    """Everything due by this moment is handled; nothing is left over or dead."""
    from khien.plumbing import outbox
    from khien.plumbing.models import Delivery

    outbox.drain(lambda: at)
    assert list(Delivery.objects.filter(state="pending", due_at__lte=at).values_list("handler", "error")) == []
    assert Delivery.objects.filter(attempts__gt=0).count() == 0


def test_a_person_vaccinated_with_the_card_seen_holds_a_certificate_and_is_told(db):
    from khien.certificates import queries
    from khien.messaging import queries as messages
    from tests.make import AT, make_person
    from tests.make_day import make_day, make_visit

    person = make_person("Đỗ Thị Hoà", phone="0901234567")
    make_visit(make_day(), state="closed", person_id=person)
    drained(AT + timedelta(minutes=40))
    (card,) = queries.of_person(person)
    assert card.state == "issued", card.hold
    assert queries.check(queries.hc1(card.id), AT + timedelta(hours=1)).valid
    told = sorted(message.template for message in messages.of_person(person))
    assert told == ["certificate", "follow_up", "follow_up", "follow_up", "follow_up", "result"]


def test_an_undone_dose_has_no_certificate_and_is_told_to_nobody(db):
    from khien.certificates import queries
    from khien.messaging import queries as messages
    from khien.visits import actions as visits
    from tests.make import AT, BY, make_person
    from tests.make_day import make_day, make_visit

    person = make_person(phone="0901234567")
    received = make_visit(make_day(), state="dosed", person_id=person)
    visits.undo_dose(visit=received.visit, reason="nhầm người", by=BY, at=AT + timedelta(minutes=3))
    drained(AT + timedelta(hours=1))
    assert queries.of_person(person) == []
    assert messages.of_person(person) == []


def test_a_name_corrected_on_an_afternoon_is_one_story_from_request_to_new_certificate(db):
    from khien.cases import actions as cases
    from khien.cases.types import ContactPoint, CorrectionAsked, Proposal
    from khien.certificates import queries
    from khien.messaging import queries as messages
    from khien.people import actions as people
    from tests.make import AT, BY, make_person, make_staff
    from tests.make_day import make_day, make_visit

    person = make_person("Nguyễn Thị Bửu Lộc", sex="female", phone="0901234567")
    make_visit(make_day(), state="closed", person_id=person)
    later = AT + timedelta(hours=1)
    drained(later)
    (old,) = queries.of_person(person)
    asked = CorrectionAsked("wrong_data", right={"full_name": "Nguyễn Thị Bảo Lộc"})
    case = cases.ask_correction(asked=asked, contact=ContactPoint(), person_id=person, channel="health_book", by=BY, at=later)
    cases.propose(
        case_id=case.id,
        proposal=Proposal(particulars={"full_name": "Nguyễn Thị Bảo Lộc"}),
        by=make_staff("t2_technician").actor(),
        at=later,
    )
    cases.decide_correction(case_id=case.id, accept=True, reason="đúng", by=make_staff("supervisor").actor(), at=later)
    text = queries.hc1(old.id)
    assert queries.check(text, later).reason == "revoked"
    drained(later)
    (new,) = queries.of_person(person)
    assert new.supersedes_id == old.id
    templates = [message.template for message in messages.of_person(person)]
    assert {"case_opened", "case_resolved", "certificate_again"} <= set(templates)
    with pytest.raises(Exception, match="nothing_changed"):
        people.correct_particulars(person=person, changes={"full_name": "Nguyễn Thị Bảo Lộc"}, reason="nữa", by=BY, at=later)


def test_two_workers_that_make_the_same_certificate_make_one_with_one_signer(committed):
    from django.db import connection

    from khien.certificates import actions, models, queries
    from khien.kernel.refs import SYSTEM
    from khien.people import actions as people
    from tests.make import AT, BY, make_immunization, make_person

    person = make_person()
    people.verify_identity(person=person, how="card_seen", by=BY, at=AT)
    record = make_immunization(person, evidence="record")
    start, troubles = threading.Barrier(4), []

    def work():
        try:
            start.wait(10)
            actions.issue_for(record_id=record, by=SYSTEM, at=AT)
        except Exception as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert models.Certificate.objects.count() == 1
    assert models.Signer.objects.count() == 1
    assert queries.check(queries.hc1(queries.by_record(record).id), AT).valid
