"""Nobody's record is reached by an id from elsewhere; how a reaction went is written at the caller's word."""

from khien.access.permissions import PostRef, StaffRef
from khien.cases import actions
from khien.cases.types import ContactPoint
from khien.kernel.births import PartialDate
from khien.kernel.ids import uuid7
from khien.kernel.refs import SYSTEM
from khien.plumbing.models import AccessLog
from khien.safety import actions as safety
from khien.safety import queries as reactions
from khien.visits import commands
from tests import make
from tests.make_day import make_day, make_visit


def text(answer):
    return answer.content.decode()


def a_case(person=None):
    place = make.place_of_site(make.make_site())
    return actions.open_case(
        kind="information", subject="asked.information", channel="health_book" if person else "phone", person_id=person, place=place,
        contact=ContactPoint(phone="+84900000077"), by=SYSTEM, at=make.AT,
    ).id  # fmt: skip


def test_a_desk_chooses_only_whom_it_was_shown(agent):
    stranger, case = make.make_person("Trần Thị Lạ"), a_case()
    answer = agent.post(f"/mcc/{case}/nguoi", {"act": "choose", "person": str(stranger)})
    assert answer.status_code == 409
    assert "T. T. L." not in text(answer)
    assert not AccessLog.objects.filter(person_id=stranger).exists()
    agent.post(f"/mcc/{case}/nguoi", {"act": "find", "q": "Trần Thị Lạ"})
    assert agent.post(f"/mcc/{case}/nguoi", {"act": "choose", "person": str(stranger)}).status_code == 302
    assert AccessLog.objects.filter(person_id=stranger, purpose="contact_search").exists()


def dosed(day):
    """Somebody under observation with a reaction."""
    made = make_visit(day, state="dosed")
    from khien.visits import queries as visits

    person = visits.visit(made.visit).person_id
    safety.report_reaction(person_id=person, visit=made.visit, symptoms=["fever"], onset_at=make.AT, source="desk", by=make.BY, at=make.AT)
    return made.visit, person, reactions.of_visits([made.visit.visit_id])[0].id


def test_how_a_reaction_went_is_written_at_the_callers_word(agent):
    _visit, person, reaction = dosed(make_day())
    case = a_case(person)
    agent.post(f"/mcc/{case}/nguoi", {"act": "work"})
    assert "nay thế nào" in text(agent.get(f"/mcc/{case}/phan-ung"))
    agent.post(f"/mcc/{case}/phan-ung", {"act": "outcome", "reaction": str(reaction), "outcome": "recovered", "action_taken": "Nghỉ ở nhà"})
    found = reactions.reaction(reaction)
    assert (found.outcome, found.action_taken) == ("recovered", "Nghỉ ở nhà")


def test_a_reaction_of_somebody_else_is_not_written_through_an_open_record(agent):
    _visit, _person, reaction = dosed(make_day())
    case = a_case(make.make_person())
    agent.post(f"/mcc/{case}/nguoi", {"act": "work"})
    answer = agent.post(f"/mcc/{case}/phan-ung", {"act": "outcome", "reaction": str(reaction), "outcome": "died"})
    assert "Không tìm thấy phản ứng" in text(answer)
    assert reactions.reaction(reaction).outcome != "died"


def test_a_desk_writes_no_outcome_for_a_reaction_at_another_point(db):
    here, there = make_day(), make_day()
    own_visit, _one, own = dosed(here)
    _visit, _other, theirs = dosed(there)
    made = make.make_staff("observer", scope=make.site_scope(here.site_id))
    staff = StaffRef(made.id, made.full_name, tuple(PostRef(one.id, one.role, one.scope) for one in made.posts))

    def told(reaction):
        return {
            "command_id": str(uuid7()), "device_id": None, "seq": 1, "name": "outcome", "version": 1, "occurred_at": make.AT.isoformat(), "clock_offset_ms": 0,
            "rules_version": "", "actor": str(staff.id), "body": {"visit_id": str(own_visit.visit_id), "reaction_id": str(reaction), "outcome": "recovered"},
        }  # fmt: skip

    assert commands.dispatch(told(own), staff, at=make.AT)["status"] == "accepted"
    receipt = commands.dispatch(told(theirs), staff, at=make.AT)
    assert (receipt["status"], receipt["reason"]) == ("refused", "safety.reaction_unknown")


def test_who_is_shown_masked_on_a_list_sees_that_the_sender_looked(signed_in):
    person = make.make_person("Nguyễn Thị Hạnh", sex="female", birth=PartialDate(1984, 3, 12), phone="0912345678", place_key=make.WARD)
    row = "Nguyễn Thị Hạnh,12/03/1984,Nữ,,0912345678"
    list_id = make.make_list(row)
    page = text(signed_in("list_keeper").get(f"/to-chuc/danh-sach/{list_id}"))
    assert str(person) in page
    assert AccessLog.objects.filter(person_id=person, purpose="list").exists()
