"""Delivery: tries, waits, leases, receipts, and what is wiped."""

from datetime import timedelta

import pytest
from django.conf import settings

from khien.kernel.errors import Refused
from khien.messaging import actions, delivery, models, outgoing, providers
from khien.messaging.types import Contact, Outgoing, Sent
from tests import make

FACTS = {
    "code": "A1",
    "hour": "10:00",
    "day": "14/12",
    "link": "x",
    "name": "A",
    "place": "B",
    "hotline": "1",
    "dose": "",
    "vaccine": "",
    "next": "",
    "emergency": "115",
}


class Scripted:
    """A provider that answers as the test says."""

    name, width = "scripted", 1

    def __init__(self, *answers) -> None:
        self.answers, self.seen = list(answers), []

    def send(self, message: Outgoing) -> Sent:
        self.seen.append(message)
        answer = self.answers.pop(0) if self.answers else Sent("ok", final=True)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def provider(monkeypatch):
    def use(*answers) -> Scripted:
        made = Scripted(*answers)
        monkeypatch.setattr(providers, "for_channel", lambda channel: made)
        return made

    return use


def a_message(at, template="case_answered", cause="case:1"):
    outgoing.queue(cause=cause, template=template, facts=FACTS, at=at, contact=Contact(phone="+84901234567"))
    return models.Message.objects.get(cause=cause)


def high(low: float, most: float) -> float:
    return most


def deliver(at):
    return delivery.deliver_due(at, jitter=high)


def test_a_gateway_that_is_away_is_tried_again_after_longer_and_longer_waits(at, provider):
    provider(*[providers.Temporary("http_503")] * 3)
    row = a_message(at)
    waits = []
    for _ in range(3):
        moment = models.Message.objects.get(id=row.id).due_at
        deliver(moment)
        waits.append((models.Message.objects.get(id=row.id).due_at - moment).total_seconds())
    assert waits == [30, 60, 120]
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempts) == ("pending", "http_503", 3)
    deliver(row.due_at)
    row.refresh_from_db()
    assert row.state == "delivered"


def test_the_wait_never_grows_beyond_an_hour(at):
    row = models.Message(template="case_answered", attempts=40, id=None)
    assert delivery._later(row, "x", at, high).due_at - at == timedelta(hours=1)


def test_what_is_no_longer_worth_sending_is_not_sent(at, provider):
    carrier = provider()
    row = a_message(at)
    deliver(row.expires_at + timedelta(seconds=1))
    row.refresh_from_db()
    assert (row.state, row.text_cipher, carrier.seen) == ("expired", None, [])


def test_a_message_tried_in_vain_until_its_end_is_a_dead_letter_with_its_reason(at, provider):
    provider(providers.Temporary("http_500"))
    row = a_message(at)
    deliver(at)
    deliver(row.expires_at)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("dead", "http_500")


def test_a_number_that_does_not_exist_is_not_tried_again_unless_someone_asks(at, provider):
    carrier = provider(providers.Permanent("http_404"))
    row = a_message(at)
    deliver(at)
    deliver(at + timedelta(hours=1))
    row.refresh_from_db()
    assert (row.state, len(carrier.seen)) == ("failed_permanent", 1)
    actions.replay(message_id=row.id, by=make.BY, at=at + timedelta(hours=1))
    deliver(at + timedelta(hours=1))
    row.refresh_from_db()
    assert row.state == "delivered"
    with pytest.raises(Refused, match="cannot_replay"):
        actions.replay(message_id=row.id, by=make.BY, at=at)


def test_a_worker_that_died_in_the_middle_leaves_an_unknown_that_waits_for_its_receipt_then_goes_once_more(at, provider):
    carrier = provider()
    row = a_message(at)
    delivery._lease(at, 10)
    later = at + delivery.LEASE + timedelta(seconds=1)
    assert actions.tidy(later) is True
    row.refresh_from_db()
    assert row.state == "unknown"
    deliver(later)
    assert carrier.seen == []
    actions.tidy(later + delivery.RECEIPT_WAIT + timedelta(seconds=1))
    deliver(later + timedelta(hours=1))
    assert len(carrier.seen) == 1


def test_a_reminder_of_unknown_outcome_is_sent_again_at_once(at, provider):
    carrier = provider(providers.Unsure("line_broke"))
    row = a_message(at, template="reminder_hours")
    deliver(at)
    row.refresh_from_db()
    assert row.state == "unknown"
    actions.tidy(at + timedelta(minutes=1))
    deliver(at + timedelta(minutes=1))
    assert [message.id for message in carrier.seen] == [row.id, row.id]


def test_a_receipt_ends_a_submitted_message_even_when_it_came_first(at, provider):
    provider(Sent("gw-1"), Sent("gw-2"))
    one = a_message(at, cause="case:1")
    deliver(at)
    one.refresh_from_db()
    assert one.state == "submitted"
    assert actions.record_receipt(provider="scripted", provider_id="gw-1", outcome="delivered", at=at) is True
    assert actions.record_receipt(provider="scripted", provider_id="gw-2", outcome="delivered", at=at) is False
    two = a_message(at, cause="case:2")
    deliver(at)
    states = models.Message.objects.filter(id__in=[one.id, two.id]).values_list("state", "text_cipher")
    assert set(states) == {("delivered", None)}


def test_a_provider_that_breaks_in_a_new_way_loses_nothing(at, provider):
    provider(ZeroDivisionError())
    row = a_message(at)
    deliver(at)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("unknown", "ZeroDivisionError")


def test_without_any_provider_messages_wait_and_then_end_by_name(at, monkeypatch):
    monkeypatch.setattr(providers, "for_channel", lambda channel: None)
    row = a_message(at)
    deliver(at)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("pending", "no_provider")


def test_lanes_go_in_their_order(at, provider):
    carrier = provider()
    for number, template in enumerate(("follow_up", "result", "reminder_hours", "alert", "code")):
        a_message(at, template=template, cause=f"x:{number}")
    deliver(at)
    assert [message.template for message in carrier.seen] == ["code", "alert", "reminder_hours", "result", "follow_up"]


def test_what_was_submitted_is_wiped_at_its_end_though_no_receipt_came(at, provider):
    provider(Sent("gw-1"))
    row = a_message(at)
    deliver(at)
    actions.tidy(row.expires_at + timedelta(seconds=1))
    row.refresh_from_db()
    assert (row.state, row.text_cipher, row.address_cipher) == ("submitted", None, None)


def test_a_text_goes_without_marks_where_the_instance_says_so(at, provider, monkeypatch):
    carrier = provider()
    monkeypatch.setattr(settings, "SMS_ACCENTS", False)
    a_message(at)
    deliver(at)
    assert carrier.seen[0].text.isascii()


def test_no_database_session_is_held_while_a_provider_takes_its_time(committed, at, monkeypatch):
    from django.db import connection

    held = []

    class Slow(Scripted):
        def send(self, message: Outgoing) -> Sent:
            held.append(connection.connection is not None)
            return super().send(message)

    slow = Slow()
    monkeypatch.setattr(providers, "for_channel", lambda channel: slow)
    a_message(at)
    deliver(at)
    assert held == [False]
    assert models.Message.objects.get().state == "delivered"


def test_two_workers_never_send_one_message_twice(committed, at, monkeypatch):
    import threading

    from django.db import connection

    carrier = Scripted()
    monkeypatch.setattr(providers, "for_channel", lambda channel: carrier)
    for number in range(60):
        a_message(at, cause=f"case:{number}")

    def work() -> None:
        while delivery.deliver_due(at, size=7, jitter=high):
            pass
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(carrier.seen) == len({message.id for message in carrier.seen}) == 60
    assert models.Message.objects.filter(state="delivered").count() == 60
