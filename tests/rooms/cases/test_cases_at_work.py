"""Cases from opened to resolved: clocks, owners, tiers, the citizen's view."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from khien.cases import actions, handlers, models, queries
from khien.cases.types import ContactPoint, QueueFilter
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Scope
from khien.people import actions as people
from tests import make

AT = datetime(2021, 12, 14, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANNE, BA = "Bàn số 2 đứng máy", "Đã hướng dẫn khởi động lại"

pytestmark = pytest.mark.usefixtures("db")


def a_case(**more):
    more = {"kind": "information", "subject": "desk.help", "channel": "portal"} | more
    return actions.open_case(by=SYSTEM, at=AT, **more)


def view(case):
    return queries.case(case.id, AT)


def supporters(site, at=AT):
    """Posts of all three tiers over a point."""
    return [
        make.make_staff("t1_supporter", scope=make.site_scope(site)), make.make_staff("t2_technician", scope=Scope("district", make.BINH_THANH, "2021")),
        make.make_staff("t3_operations"),
    ]  # fmt: skip


def test_a_case_has_a_code_that_can_be_read_aloud_and_a_clock():
    case = a_case()
    assert len(case.code) == 11
    assert case.due_at == AT + timedelta(hours=4)
    assert view(case).entries[0].kind == "opened"


def test_the_same_thing_told_again_is_one_case_with_a_longer_story():
    one, two = a_case(dedupe="x", detail=ANNE), a_case(dedupe="x", detail=BA)
    assert (one.id, two.already) == (two.id, True)
    assert [entry.text for entry in view(one).entries] == ["", BA]


def test_told_again_as_more_urgent_it_takes_the_shorter_clock():
    a_case(dedupe="x", kind="reaction", priority="P2")
    case = a_case(dedupe="x", kind="reaction", priority="P1")
    assert view(case).line.priority == "P1"
    assert case.due_at == AT + MINUTE


def test_once_resolved_the_same_thing_opens_a_new_case():
    one = a_case(dedupe="x")
    actions.resolve(case_id=one.id, resolution="answered", by=make.BY, at=AT)
    assert a_case(dedupe="x").id != one.id


def test_words_of_people_are_sealed_in_the_database():
    case = a_case(detail=ANNE, contact=ContactPoint(phone="0901234567"))
    row = models.Case.objects.get(id=case.id)
    assert "Bàn" not in bytes(row.detail_cipher).decode("latin1")
    assert b"0901234567" not in bytes(row.contact_cipher)
    assert view(case).detail == ANNE


def test_a_case_goes_to_the_tier_where_somebody_is_on_post():
    site = make.make_site()
    assert view(a_case(kind="desk_help", site_id=site)).line.tier == 3
    supporters(site)
    assert view(a_case(kind="desk_help", site_id=site)).line.tier == 1
    assert view(a_case(site_id=site)).line.tier == 2


def test_who_takes_a_case_owns_it_and_nobody_takes_it_from_them():
    anne, ba, _ = supporters(make.make_site())
    case = a_case()
    actions.take(case_id=case.id, by=anne.actor(), at=AT)
    actions.take(case_id=case.id, by=anne.actor(), at=AT)
    with pytest.raises(Refused, match="taken_by_other"):
        actions.take(case_id=case.id, by=ba.actor(), at=AT)
    actions.assign(case_id=case.id, staff_id=ba.id, by=anne.actor(), at=AT)
    assert view(case).line.owner_id == ba.id
    assert view(case).owner_name


def test_an_emergency_nobody_acknowledges_rises_every_two_minutes():
    site = make.make_site()
    supporters(site)
    case = a_case(kind="reaction", priority="P1", site_id=site)
    tiers = []
    for second in (59, 61, 120, 181, 400):
        actions.escalate_overdue(AT + timedelta(seconds=second))
        tiers.append(view(case).line.tier)
    assert tiers == [1, 2, 2, 3, 3]
    assert actions.escalate_overdue(AT + timedelta(hours=5)) is False


def test_an_acknowledged_emergency_runs_on_the_clock_of_its_answer():
    site = make.make_site()
    anne, *_ = supporters(site)
    case = a_case(kind="reaction", priority="P1", site_id=site)
    actions.take(case_id=case.id, by=anne.actor(), at=AT + timedelta(seconds=30))
    actions.escalate_overdue(AT + 5 * MINUTE)
    assert view(case).line.tier == 1
    assert view(case).line.due_at == AT + timedelta(seconds=30) + 15 * MINUTE


def test_the_clock_stops_only_while_the_citizen_is_waited_for():
    case = a_case()
    actions.wait(case_id=case.id, text="Xin gửi ảnh giấy xác nhận", by=make.BY, at=AT + timedelta(hours=1))
    actions.escalate_overdue(AT + timedelta(days=2))
    assert view(case).line.state == "waiting_citizen"
    assert queries.overdue(None, at=AT + timedelta(days=2)) == []
    actions.resume(case_id=case.id, text="Tôi gửi đây", by=make.BY, at=AT + timedelta(hours=25))
    assert view(case).line.due_at == AT + timedelta(hours=28)
    with pytest.raises(Refused, match="not_waiting"):
        actions.resume(case_id=case.id, by=make.BY, at=AT)


def test_an_escalated_case_is_free_to_be_taken_at_the_next_tier():
    site = make.make_site()
    anne, ba, _ = supporters(site)
    case = a_case(kind="desk_help", site_id=site)
    actions.take(case_id=case.id, by=anne.actor(), at=AT)
    assert actions.escalate(case_id=case.id, reason="cần kỹ thuật", by=anne.actor(), at=AT) == 2
    actions.take(case_id=case.id, by=ba.actor(), at=AT)
    actions.escalate(case_id=case.id, reason="cần ban chỉ đạo", by=ba.actor(), at=AT)
    with pytest.raises(Refused, match="at_the_top"):
        actions.escalate(case_id=case.id, reason="nữa", by=ba.actor(), at=AT)


def test_a_citizen_raises_an_overdue_case_and_not_before():
    case = a_case(site_id=make.make_site())
    models.Case.objects.filter(id=case.id).update(tier=2, escalate_at=None)
    with pytest.raises(Refused, match="not_overdue"):
        actions.citizen_escalate(code=case.code, by=SYSTEM, at=AT + timedelta(hours=3))
    assert actions.citizen_escalate(code=case.code, by=SYSTEM, at=AT + timedelta(hours=5)) == 3


def test_the_citizen_sees_what_was_said_to_them_and_no_staff_note():
    case = a_case(kind="correction", site_id=make.make_site())
    actions.answer(case_id=case.id, text="Đang kiểm tra sổ của trạm", by=make.BY, at=AT)
    actions.note(case_id=case.id, text="Gọi trạm lúc 15 giờ", by=make.BY, at=AT)
    shown = queries.by_code(f"{case.code[:3]} {case.code[3:7]} {case.code[7:]}", AT)
    assert [(entry.kind, entry.text, entry.by) for entry in shown.entries] == [
        ("opened", "", ""),
        ("answered", "Đang kiểm tra sổ của trạm", ""),
    ]
    assert shown.body == "Thành phố Hồ Chí Minh"
    assert queries.by_code("12345678901", AT) is None


def test_the_queue_puts_the_urgent_first_pages_by_key_and_stays_inside_the_scope():
    here, away = make.make_site(), make.make_site(commune_key="2021-00001")
    wanted = [a_case(kind="reaction", priority=priority, site_id=here) for priority in ("P3", "P1", "P2", "P1")]
    a_case(kind="reaction", priority="P1", site_id=away)
    scopes = [Scope("district", make.BINH_THANH, "2021")]
    first = queries.queue(scopes, at=AT, limit=3)
    rest = queries.queue(scopes, at=AT, limit=3, after=first[-1].key)
    assert [line.priority for line in first + rest] == ["P1", "P1", "P2", "P3"]
    assert {line.id for line in first + rest} == {case.id for case in wanted}
    assert [line.priority for line in queries.queue(None, at=AT, filters=QueueFilter(priorities=("P2",)))] == ["P2"]


def test_counts_tell_what_is_open_and_what_is_late():
    site = make.make_site()
    a_case(site_id=site)
    taken = a_case(site_id=site, kind="reaction", priority="P2")
    actions.take(case_id=taken.id, by=make.make_staff("supervisor").actor(), at=AT)
    counts = queries.counts([make.site_scope(site)], at=AT + timedelta(hours=1))
    assert (counts.open, counts.taken, counts.overdue) == (1, 1, 1)
    assert counts.by_priority == {"P5": 1, "P2": 1}


def test_a_case_has_a_place_for_the_guards():
    site = make.make_site()
    place = queries.case_place(a_case(site_id=site).id)
    assert place.site_id == site
    assert place.district_2021 == make.BINH_THANH


def test_a_resolved_case_can_be_opened_again_with_a_new_clock():
    case = a_case()
    actions.resolve(case_id=case.id, resolution="answered", text="Đã gửi lịch", by=make.BY, at=AT)
    with pytest.raises(Refused, match="resolved"):
        actions.answer(case_id=case.id, text="x", by=make.BY, at=AT)
    later = AT + timedelta(days=1)
    actions.reopen(case_id=case.id, reason="chưa đúng", by=make.BY, at=later)
    assert view(case).line.due_at == later + timedelta(hours=4)


# What arrives by itself


def event(**data):
    return {
        name: str(value) if value is not None and not isinstance(value, list | bool | int) else value
        for name, value in data.items()
    }


def only_case():
    return queries.case(models.Case.objects.get().id, AT)


def test_a_disputed_number_arrives_as_one_case_for_the_pair():
    number = make.make_number()
    first = make.make_person("Nguyễn Văn An", identifier=number)
    second = make.make_person("Lê Thị Bình", sex="female", identifier=number)
    for pair in ((second, first), (first, second)):
        handlers.identifier_disputed(event(person_id=pair[0], holder_id=pair[1], type="cccd"), AT)
    assert only_case().line.subject == "identity.disputed"


def test_deciding_whose_the_number_is_ends_the_case():
    from khien.people import queries as people_queries

    number = make.make_number()
    first = make.make_person("Nguyễn Văn An", identifier=number)
    second = make.make_person("Lê Thị Bình", sex="female", identifier=number)
    handlers.identifier_disputed(event(person_id=second, holder_id=first, type="cccd"), AT)
    mine = people_queries.identifiers_of(second)[0].id
    actions.settle_identity(case_id=only_case().line.id, identifier_id=mine, reason="thẻ thật", by=make.BY, at=AT)
    assert only_case().resolution == "settled"
    assert people_queries.person(second).identity_state == "verified"


def test_a_severe_reaction_arrives_as_an_emergency_at_its_point():
    from khien.safety import actions as safety

    site, person = make.make_site(), make.make_person()
    supporters(site)
    told = safety.report_reaction(person_id=person, symptoms=["breathing"], onset_at=AT, source="hotline", by=make.BY, at=AT)
    handlers.reaction_reported(
        event(reaction_id=told.id, person_id=person, site_id=site, urgency=told.urgency, severity=told.severity), AT
    )
    line = only_case().line
    assert (line.priority, line.tier, line.subject, line.site_id) == ("P1", 1, "reaction.urgent", site)


def test_a_desk_that_calls_twice_is_one_case_that_names_site_desk_and_error():
    site, session = make.make_site(), uuid4()
    for _ in range(2):
        handlers.help_asked(
            event(
                site_id=site, session_id=session, desk="dose", last_error="stock.lot_expired", asked_by="staff:x", visit_id=None
            ),
            AT,
        )
    line = only_case().line
    assert (line.priority, line.desk, line.facts["last_error"], line.site_id) == ("P3", "dose", "stock.lot_expired", site)


def test_a_dose_recorded_against_a_rule_arrives_with_its_marks():
    person, site = make.make_person(), make.make_site()
    handlers.dose_marked(
        event(visit_id=uuid4(), site_id=site, session_id=None, person_id=person, record_id=uuid4(), marks=["lot_expired"]), AT
    )
    assert (only_case().line.priority, only_case().line.facts["marks"]) == ("P2", ["lot_expired"])


def test_missing_stock_is_one_named_difference_for_a_site_lot_and_day():
    site, lot = make.make_site(), uuid4()
    for _ in range(3):
        handlers.shortfall(event(site_id=site, lot_id=lot, visit_id=uuid4(), doses=1), AT)
    assert only_case().line.kind == "stock"


def test_a_dose_told_of_from_elsewhere_is_a_task_for_the_facility_that_is_named():
    facility = make.make_facility()
    from khien.places import queries as places

    code = places.facility(facility).code
    person = make.make_person()
    people.verify_identity(person=person, how="card_seen", by=make.BY, at=AT)
    record = make.make_immunization(person, facility_code=code)
    handlers.recorded_elsewhere(
        event(record_id=record, person_id=person, origin="elsewhere", evidence="document", facility_id=facility), AT
    )
    case = only_case()
    assert case.place.facility_id == facility
    actions.confirm_dose(case_id=case.line.id, confirmed=True, reason="có trong sổ", by=make.BY, at=AT)
    from khien.certificates import queries as certificates

    assert certificates.by_record(record).state == "issued"
    assert only_case().resolution == "confirmed"
