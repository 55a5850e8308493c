"""Sealed commands of a tablet: what arrives, in which order and how often, gives the same day as one done with the line."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from khien.access import devices
from khien.kernel.ids import uuid7
from khien.plumbing import sealing
from khien.plumbing.models import Receipt
from khien.safety.models import Reaction
from khien.sync import actions as sync
from khien.sync import queries as synced
from khien.sync.models import HeldCommand
from khien.sync.types import Sealed
from khien.visits.models import Visit
from tests import make
from tests.make_day import WELL, healthy, make_day
from tests.make_offline import Tablet, make_tablet, spki
from tests.refusing import refused

AT = make.AT
EVENING = AT + timedelta(hours=9)


def statuses(receipts):
    return [one["status"] for one in receipts]


def whole_visit(tablet: Tablet, day, at=AT, person_id=None):
    """Everything that is done with one person, each step standing on the one before; returns the visit's id."""
    visit_id, last = tablet.receives(at, person_id=str(person_id or make.make_person()))
    visit = {"visit_id": str(visit_id), "session_id": str(day.session_id)}
    last = tablet.does("consent", at + timedelta(minutes=2), after=last, agreed=True, **visit)
    last = tablet.does("screen", at + timedelta(minutes=5), after=last, answers=healthy(), vitals=WELL, decision="eligible", **visit)
    last = tablet.does("give_dose", at + timedelta(minutes=9), after=last, lot_id=str(day.lot_id), confirmed_facts=["full_name", "birth"], **visit)
    last = tablet.does("observe", at + timedelta(minutes=41), after=last, **visit)
    tablet.does("close", at + timedelta(minutes=42), after=last, **visit)
    return visit_id


def test_a_whole_visit_done_without_a_line_stands_on_record_with_its_own_hours(db):
    day = make_day()
    tablet = make_tablet(day)
    visit_id = whole_visit(tablet, day)
    assert statuses(tablet.sends(EVENING)) == ["accepted"] * 6
    row = Visit.objects.get(id=visit_id)
    assert (row.state, row.label, row.marks) == ("closed", "A1", [])
    assert row.dosed_at == AT + timedelta(minutes=9)
    assert row.dosed_by == f"staff:{tablet.staff.id}"
    assert (row.checked_in_recorded_at, row.dosed_recorded_at) == (EVENING, EVENING)


def test_a_batch_delivered_twice_is_done_once_and_told_the_same(db):
    day = make_day()
    tablet = make_tablet(day)
    whole_visit(tablet, day)
    first, again = tablet.sends(EVENING), tablet.sends(EVENING + timedelta(minutes=1))
    assert [(one["status"], one["result"]) for one in first] == [(one["status"], one["result"]) for one in again]
    assert (Visit.objects.count(), Receipt.objects.filter(device_id=tablet.device.id).count()) == (1, 6)


def test_a_batch_out_of_order_waits_and_is_done_in_its_order(db):
    day = make_day()
    tablet = make_tablet(day)
    visit_id = whole_visit(tablet, day)
    items = tablet.sealed()
    told = tablet.send(items[:0:-1], EVENING)
    assert statuses(told) == ["waiting"] * 5
    assert {one["reason"] for one in told} == {"sync.waits"}
    assert statuses(tablet.send(items[:1], EVENING)) == ["accepted"]
    ids = [one.command_id for one in items]
    assert [one["status"] for one in synced.outcomes(ids, tablet.device).values()] == ["accepted"] * 6
    assert Visit.objects.get(id=visit_id).state == "closed"
    assert set(HeldCommand.objects.values_list("state", flat=True)) == {"run"}


def test_a_batch_cut_in_the_middle_goes_on_where_it_was_cut(db):
    day = make_day()
    tablet = make_tablet(day)
    visit_id = whole_visit(tablet, day)
    tablet.sends(EVENING, last=3)
    assert Visit.objects.get(id=visit_id).state == "cleared"
    assert statuses(tablet.sends(EVENING)) == ["accepted"] * 6
    assert Visit.objects.get(id=visit_id).state == "closed"


def test_a_fault_inside_the_transaction_leaves_nothing_and_the_tablet_sends_again(db, monkeypatch):
    day = make_day()
    tablet = make_tablet(day)
    visit_id = whole_visit(tablet, day)
    from khien.plumbing import receipts

    whole, falls = receipts.keep, [True]

    def keep(answer, **more):
        if falls and more["name"] == "give_dose":
            falls.pop()
            raise RuntimeError("the power went")
        return whole(answer, **more)

    monkeypatch.setattr(receipts, "keep", keep)
    assert statuses(tablet.sends(EVENING)) == ["accepted", "accepted", "accepted", "broken", "waiting", "waiting"]
    assert Visit.objects.get(id=visit_id).record_id is None
    assert statuses(tablet.sends(EVENING)) == ["accepted"] * 6
    assert Visit.objects.get(id=visit_id).state == "closed"


def test_several_hundred_commands_come_in_batches_of_two_hundred(db):
    day = make_day(doses=200)
    tablet = make_tablet(day)
    for minute in range(40):
        whole_visit(tablet, day, AT + timedelta(minutes=minute))
    with refused("commands.too_many"):
        tablet.sends(EVENING)
    assert statuses(tablet.sends(EVENING, last=200)) == ["accepted"] * 200
    assert statuses(tablet.sends(EVENING, first=200)) == ["accepted"] * 40
    assert Visit.objects.filter(state="closed").count() == 40


def test_a_clock_that_is_a_day_wrong_but_measured_tells_the_true_hour(db):
    day = make_day()
    for hours in (-24, 24):
        tablet = make_tablet(day)
        tablet.offset_ms = -hours * 3_600_000
        visit_id = whole_visit(tablet, day, AT + timedelta(hours=hours))
        assert statuses(tablet.sends(EVENING)) == ["accepted"] * 6
        row = Visit.objects.get(id=visit_id)
        assert (row.dosed_at, row.marks) == (AT + timedelta(minutes=9), [])


@pytest.mark.parametrize(("hours", "kept"), [(-24, AT), (24, EVENING)])
def test_a_clock_that_jumped_a_day_is_held_between_the_pack_and_now_and_marked(db, hours, kept):
    day = make_day()
    tablet = make_tablet(day)
    visit_id = whole_visit(tablet, day, AT + timedelta(hours=hours))
    told = tablet.sends(EVENING)
    assert told[3]["status"] == "accepted"
    row = Visit.objects.get(id=visit_id)
    assert row.dosed_at == kept
    assert row.marks == ["clock_clamped"]


@pytest.mark.parametrize("hours", [-24, 24])
def test_what_somebody_felt_is_kept_between_the_dose_and_now_whatever_the_clock_said(db, hours):
    day = make_day()
    tablet = make_tablet(day)
    at = AT + timedelta(hours=hours)
    visit_id = whole_visit(tablet, day, at)
    visit = {"visit_id": str(visit_id), "session_id": str(day.session_id)}
    began = {"symptoms": ["pain_at_site"], "onset_at": (at + timedelta(minutes=5)).isoformat()}
    tablet.log = tablet.log[:4]
    tablet.does("react", at + timedelta(minutes=12), after=tablet.log[3]["command_id"], **began, **visit)
    tablet.does("alarm", at + timedelta(minutes=14), after=tablet.log[4]["command_id"], **began, **visit)
    tablet.does("alarm_act", at + timedelta(minutes=15), after=tablet.log[5]["command_id"], kind="adrenaline", happened_at=at.isoformat(), facts={"dose_mg": "0.5"}, **visit)
    told = tablet.sends(EVENING)
    assert statuses(told) == ["accepted"] * 7, told[4:]
    dosed = Visit.objects.get(id=visit_id).dosed_at
    assert [dosed <= moment <= EVENING for moment in Reaction.objects.values_list("onset_at", flat=True)] == [True, True]


def test_a_seal_opens_only_as_it_was_closed(db):
    key_id, public = sealing.current(make_keys())
    from tests.make_offline import seal

    sealed = sealing.bytes_of(seal(public, b"words", about="one"))
    assert sealing.open_sealed(make_keys(), key_id, sealed, about="one") == b"words"
    for wrong in (sealed[:-1], bytes([sealed[0] ^ 1]) + sealed[1:], sealed[:70] + bytes([sealed[70] ^ 1]) + sealed[71:], b""):
        with refused("sync.seal_broken"):
            sealing.open_sealed(make_keys(), key_id, wrong, about="one")
    with refused("sync.seal_broken"):
        sealing.open_sealed(make_keys(), key_id, sealed, about="two")
    with refused("sync.key_unknown"):
        sealing.open_sealed(make_keys(), "00000000", sealed, about="one")


def make_keys():
    from django.conf import settings

    return settings.KEYS


def test_what_is_tampered_with_is_kept_apart_with_its_reason_and_never_run(db):
    day = make_day()
    tablet, other = make_tablet(day), make_tablet(day)
    reasons = {}
    for reason in ("sync.seal_broken", "sync.bad_signature", "sync.other_device", "sync.other_command", "sync.key_unknown"):
        tablet.log.clear()
        tablet.receives(AT, person_id=str(make.make_person()))
        one = tablet.seal_one(tablet.log[0])
        if reason == "sync.seal_broken":
            one = Sealed(one.command_id, one.key_id, one.sealed[:-4] + "AAAA")
        elif reason == "sync.bad_signature":
            one = tablet.seal_one(tablet.log[0], key=other.key)
        elif reason == "sync.other_device":
            one = tablet.seal_one({**tablet.log[0], "device_id": str(other.device.id)})
        elif reason == "sync.other_command":
            inner = tablet.seal_one({**tablet.log[0]})
            one = Sealed(uuid7(), inner.key_id, inner.sealed)
        else:
            one = Sealed(one.command_id, "00000000", one.sealed)
        told = tablet.send([one], EVENING)[0]
        reasons[reason] = (told["status"], told["reason"])
    assert reasons.pop("sync.other_command") == ("quarantined", "sync.seal_broken")  # the id is bound to the seal
    assert all(told == ("quarantined", reason) for reason, told in reasons.items())
    assert (Visit.objects.count(), HeldCommand.objects.filter(state="quarantined").count()) == (0, 5)


def test_a_command_of_somebody_who_never_took_the_session_along_is_kept_apart(db):
    day = make_day()
    tablet = make_tablet(day, taken=False)
    tablet.receives(AT, person_id=str(make.make_person()))
    told = tablet.sends(EVENING)
    assert (told[0]["status"], told[0]["reason"]) == ("quarantined", "sync.no_grant")


def test_what_a_revoked_tablet_sends_is_kept_apart_until_a_person_lets_it_stand(db):
    day = make_day()
    tablet = make_tablet(day)
    visit_id = whole_visit(tablet, day)
    devices.revoke(device_id=tablet.device.id, by=make.BY, at=AT + timedelta(hours=1))
    assert {(one["status"], one["reason"]) for one in tablet.sends(EVENING)} == {("quarantined", "sync.device_revoked")}
    assert not Visit.objects.exists()
    kept = synced.held_of_session(day.session_id)
    assert [one.name for one in kept] == ["check_in", "consent", "screen", "give_dose", "observe", "close"]
    for one in kept:
        assert sync.accept(held_id=one.id, by=make.BY, at=EVENING) == "accepted"
    row = Visit.objects.get(id=visit_id)
    assert (row.state, row.dosed_by) == ("closed", f"staff:{tablet.staff.id}")
    with refused("sync.judged"):
        sync.accept(held_id=kept[0].id, by=make.BY, at=EVENING)


def test_what_a_person_sets_aside_stays_with_its_reason_and_the_tablet_is_told(db):
    day = make_day()
    tablet = make_tablet(day)
    _, command_id = tablet.receives(AT, person_id=str(make.make_person()))
    devices.revoke(device_id=tablet.device.id, by=make.BY, at=AT)
    tablet.sends(EVENING)
    kept = synced.held_of_session(day.session_id)[0]
    with refused("visits.reason_missing"):
        sync.set_aside(held_id=kept.id, reason=" ", by=make.BY, at=EVENING)
    sync.set_aside(held_id=kept.id, reason="Máy bị mất cắp", by=make.BY, at=EVENING)
    told = synced.outcomes([command_id], devices.known_by(tablet.secret))[command_id]
    assert (told["status"], told["reason"]) == ("refused", "sync.set_aside")


def test_a_command_of_a_newer_desk_waits_for_the_server_and_an_older_one_is_run(db, monkeypatch):
    day = make_day()
    tablet = make_tablet(day)
    visit_id, command_id = tablet.receives(AT, person_id=str(make.make_person()))
    tablet.log[0]["version"] = 2
    assert statuses(tablet.sends(EVENING)) == ["waiting"]
    from khien.visits import commands

    monkeypatch.setattr(commands, "VERSION", 2)
    sync.watch(EVENING + timedelta(hours=1))
    assert synced.outcomes([command_id], tablet.device)[command_id]["status"] == "accepted"
    tablet.does("consent", AT, after=command_id, visit_id=str(visit_id), session_id=str(day.session_id), agreed=True)
    assert statuses(tablet.sends(EVENING)) == ["accepted", "accepted"]


def test_a_session_that_closed_meanwhile_takes_what_was_done_before(db):
    day = make_day()
    tablet = make_tablet(day)
    visit_id = whole_visit(tablet, day)
    from khien.visits import actions as visits

    visits.close_session(session_id=day.session_id, by=make.BY, at=AT + timedelta(hours=8))
    assert statuses(tablet.sends(EVENING)) == ["accepted"] * 6
    assert Visit.objects.get(id=visit_id).state == "closed"


def test_a_helper_whose_post_ended_is_believed_about_the_hours_before(db):
    day = make_day()
    tablet = make_tablet(day, "reception")
    tablet.receives(AT + timedelta(minutes=1), person_id=str(make.make_person()))
    from khien.access import actions as access

    access.close_staff(staff_id=tablet.staff.id, reason="hết buổi", by=make.BY, at=AT + timedelta(hours=2))
    tablet.receives(AT + timedelta(hours=3), person_id=str(make.make_person()))
    told = tablet.sends(EVENING + timedelta(hours=12))
    assert [(one["status"], one["reason"]) for one in told] == [("accepted", ""), ("refused", "commands.not_allowed")]


def test_nobody_learns_what_another_tablet_did(db):
    day = make_day()
    tablet, other = make_tablet(day), make_tablet(day)
    _, command_id = tablet.receives(AT, person_id=str(make.make_person()))
    tablet.sends(EVENING)
    assert synced.outcomes([command_id], other.device)[command_id]["status"] == "broken"


def test_a_device_keeps_the_key_that_it_told_first(db):
    day = make_day()
    tablet = make_tablet(day)
    another = sealing.text_of(spki(ec.generate_private_key(ec.SECP256R1())))
    with refused("devices.key_known"):
        devices.keep_key(device_id=tablet.device.id, public_key=another, by=make.BY, at=AT)
    for nonsense in ("", "AAAA", sealing.text_of(spki(ec.generate_private_key(ec.SECP384R1())))):
        with refused("devices.key_unreadable"):
            devices.keep_key(device_id=tablet.device.id, public_key=nonsense, by=make.BY, at=AT)


def test_the_letters_of_a_point_go_on_and_never_come_again(db):
    day = make_day()
    tablets = [make_tablet(day, taken=False) for _ in range(3)]
    devices.revoke(device_id=tablets[1].device.id, by=make.BY, at=AT)
    tablets.append(make_tablet(day, taken=False))
    assert [tablet.device.letter for tablet in tablets] == ["A", "B", "C", "D"]


def test_what_waits_a_day_for_the_step_before_becomes_work(db):
    day = make_day()
    tablet = make_tablet(day)
    whole_visit(tablet, day)
    items = tablet.sealed()
    tablet.send(items[1:], EVENING)
    assert sync.watch(EVENING + timedelta(hours=23)) is False
    assert sync.watch(EVENING + timedelta(hours=24)) is True
    assert set(HeldCommand.objects.values_list("state", flat=True)) == {"stranded"}
    assert json.dumps([one.reason for one in synced.held_of_session(day.session_id)]) == json.dumps(["sync.waits"] * 5)


def test_a_step_sealed_twice_and_held_is_judged_once_and_a_forged_copy_of_it_stays(db):
    day = make_day()
    tablet = make_tablet(day)
    tablet.receives(AT, person_id=str(make.make_person()))
    forged = tablet.seal_one(tablet.log[0], key=ec.generate_private_key(ec.SECP256R1()))
    tablet.send([forged], EVENING)
    devices.revoke(device_id=tablet.device.id, by=make.BY, at=AT)
    tablet.sends(EVENING)
    tablet.sends(EVENING)
    held = synced.held_of_session(day.session_id)
    assert sorted(one.reason for one in held) == ["sync.bad_signature", "sync.device_revoked", "sync.device_revoked"]
    assert sync.accept_all([one.id for one in held if one.reason == "sync.device_revoked"], by=make.BY, at=EVENING) == 0
    (left,) = synced.held_of_session(day.session_id)
    assert left.reason == "sync.bad_signature"
    with refused("sync.judged"):
        sync.accept(held_id=left.id, by=make.BY, at=EVENING)
    sync.set_aside(held_id=left.id, reason="Chữ ký giả", by=make.BY, at=EVENING)
    assert Visit.objects.count() == 1
