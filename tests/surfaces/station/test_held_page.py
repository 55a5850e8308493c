"""The page of what tablets sent and nobody has decided about."""

from datetime import timedelta

from khien.access import devices
from khien.cases.models import Case
from khien.kernel import clock
from khien.plumbing import outbox
from khien.sync import actions as sync
from khien.sync.models import HeldCommand
from khien.visits.models import Visit
from tests import make
from tests.make_desk import envelope, tell
from tests.make_offline import make_tablet


def page(client, day, **told):
    path = f"/diem/{day.session_id}/giu-lai"
    return client.post(path, told) if told else client.get(path)


def revoked(day, people=2):
    """A tablet that sent after it was revoked."""
    tablet = make_tablet(day, at=clock.now(), name="Máy mất")
    for _ in range(people):
        tablet.receives(clock.now(), person_id=str(make.make_person(at=clock.now())))
    devices.revoke(device_id=tablet.device.id, by=make.BY, at=clock.now())
    tablet.sends(clock.now() + timedelta(minutes=1))
    return tablet


def test_the_lead_lets_all_of_a_tablet_stand_at_once_and_the_case_is_settled(db, lead, day, hour):
    tablet = revoked(day)
    hour.on(minutes=2)
    outbox.drain(clock.now)
    case = Case.objects.get(subject="sync.kept_apart")
    shown = page(lead, day).content.decode()
    assert "Máy mất (A)" in shown
    assert "Máy này đã bị ngừng" in shown
    assert page(lead, day, act="all", device=str(tablet.device.id)).status_code == 302
    assert Visit.objects.filter(letter="A").count() == 2
    outbox.drain(clock.now)
    case.refresh_from_db()
    assert (case.state, case.resolution) == ("resolved", "settled")
    assert "Không có việc nào chờ quyết định" in page(lead, day).content.decode()


def test_one_is_set_aside_with_a_reason_and_not_without(db, lead, day, hour):
    revoked(day, people=1)
    hour.on(minutes=2)
    held = HeldCommand.objects.get()
    assert page(lead, day, act="aside", id=str(held.id), reason=" ").status_code == 409
    assert page(lead, day, act="aside", id=str(held.id), reason="Người lạ dùng máy").status_code == 302
    held.refresh_from_db()
    assert (held.state, held.judged_reason, held.judged_by) == ("aside", "Người lạ dùng máy", f"staff:{lead.staff.id}")
    assert not Visit.objects.exists()


def test_a_step_whose_reception_never_came_is_recorded_on_the_number_that_the_lead_names(db, lead, day, hour):
    lost, other = make_tablet(day, at=clock.now()), make_tablet(day, at=clock.now())
    person = make.make_person(at=clock.now())
    visit_id, received = lost.receives(clock.now(), person_id=str(person))
    other.does("consent", clock.now(), after=received, visit_id=str(visit_id), session_id=str(day.session_id), agreed=True)
    other.sends(clock.now())
    sync.watch(hour.on(hours=6) + timedelta(hours=19))
    (again,) = tell(lead, day, envelope(lead, "check_in", session_id=str(day.session_id), person_id=str(person), identity_how="card"))
    held = HeldCommand.objects.get()
    assert page(lead, day, act="accept", id=str(held.id), number="99").status_code == 409
    assert page(lead, day, act="accept", id=str(held.id), number=str(again["result"]["number"])).status_code == 302
    assert Visit.objects.get(id=again["result"]["visit"]["visit_id"]).state == "consented"


def test_only_who_may_judge_opens_the_page(db, signed_in, day, lead):
    assert page(signed_in(day.site_id, "injector"), day).status_code == 403
    assert page(signed_in(day.site_id, "t2_technician"), day).status_code == 200
    assert page(lead, day, act="accept", id=str(day.session_id)).status_code == 409


def test_what_waited_for_a_desk_with_a_line_is_run_as_soon_as_that_desk_sends(db, lead, day, hour):
    tablet = make_tablet(day, at=clock.now())
    (received,) = tell(lead, day, first := envelope(lead, "check_in", session_id=str(day.session_id), person_id=str(make.make_person(at=clock.now())), identity_how="card"))
    visit = received["result"]["visit"]["visit_id"]
    next_one = envelope(lead, "consent", visit_id=visit, session_id=str(day.session_id), agreed=True)
    tablet.does("end", clock.now(), after=next_one["command_id"], visit_id=visit, session_id=str(day.session_id), end="withdrawn", reason="về")
    hour.on(minutes=5)
    assert tablet.sends(clock.now())[0]["status"] == "waiting"
    tell(lead, day, next_one)
    assert Visit.objects.get(id=visit).state == "withdrawn"
    assert first
