"""Tablets of a rehearsal: what they seal opens with the instance's key alone, is signed by the device, and is sent until it is answered."""

import json
import os
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from khien.kernel.errors import Refused
from khien.plumbing import sealing
from khien.rehearsal.staff import Answer
from khien.rehearsal.week.tablet import Tablet, deliver

AT = datetime(2021, 8, 1, 3, tzinfo=UTC)


class Door:
    """The product's door for sealed commands: answers each id as it is told, and remembers what came."""

    def __init__(self, first: str = "accepted", later: str = "accepted") -> None:
        self.first, self.later = first, later
        self.came: list[str] = []

    def post_json(self, path: str, body: dict[str, Any]) -> Any:
        asked = path.endswith("/hoi")
        ids = body["command_ids"] if asked else [one["command_id"] for one in body["items"]]
        if not asked:
            self.came += ids
        receipts = [{"command_id": id, "status": self.later if asked else self.first, "reason": "", "result": {"id": id}} for id in ids]
        return SimpleNamespace(status_code=200, json=lambda: {"receipts": receipts})


def make_tablet(door: Any = None) -> Tablet:
    key_id, public = sealing.current(settings.KEYS)
    desk = SimpleNamespace(actor=str(uuid4()), wrong=timedelta())
    return Tablet(desk, str(uuid4()), door or Door(), str(uuid4()), "B", 6, ec.generate_private_key(ec.SECP256R1()), key_id, public)  # type: ignore[arg-type]


def test_a_sealed_command_opens_with_the_key_of_the_instance_and_carries_the_signature_of_the_device() -> None:
    tablet, id = make_tablet(), uuid4()
    tablet.desk.wrong = timedelta(days=1)
    tablet.does(id, "check_in", {"visit_id": "v", "number": tablet.number()}, AT, "", None)
    plain = json.loads(sealing.open_sealed(settings.KEYS, tablet.sealing_id, sealing.bytes_of(tablet.log[0].sealed), about=str(id)))
    public = tablet.key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert sealing.signed_by(public, plain["envelope"], plain["signature"])
    told = json.loads(plain["envelope"])
    assert (told["body"]["number"], told["after"], told["seq"]) == (7, None, 1)
    occurred = datetime.fromisoformat(told["occurred_at"]) + timedelta(milliseconds=told["clock_offset_ms"])
    assert occurred == AT, "a clock that is a day wrong says by how much"
    with pytest.raises(Refused):
        sealing.open_sealed(settings.KEYS, tablet.sealing_id, sealing.bytes_of(tablet.log[0].sealed), about=str(uuid4()))


def test_everything_a_tablet_holds_is_sent_in_any_order_some_of_it_twice_and_answered_once() -> None:
    door = Door()
    tablet, heard = make_tablet(door), []
    ids = [uuid4() for _ in range(60)]
    for id in ids:
        tablet.does(id, "observe", {"visit_id": "v"}, AT, "", lambda answer: heard.append(answer.result["id"]))
    facts = deliver([tablet], Random(3), wrong=pytest.fail)
    assert facts["sealed"] == 60
    assert len(door.came) == 60 + facts["sent_twice"] > 60
    assert door.came[:60] != [str(id) for id in ids]
    assert sorted(heard) == sorted(str(id) for id in ids)
    assert tablet.log == []


def test_a_command_that_waits_for_another_is_asked_after_until_it_is_answered() -> None:
    tablet, heard = make_tablet(Door(first="waiting")), []
    tablet.does(uuid4(), "close", {"visit_id": "v"}, AT, "before", heard.append)
    facts = deliver([tablet], Random(3), wrong=pytest.fail)
    assert facts["waited"] == 1
    assert [type(one) for one in heard] == [Answer]


@pytest.mark.parametrize(("first", "later", "said"), [("refused", "refused", "was refused"), ("waiting", "waiting", "still waits")])
def test_a_sealed_command_that_is_not_taken_is_named(first: str, later: str, said: str) -> None:
    tablet, wrong = make_tablet(Door(first, later)), []
    tablet.does(uuid4(), "close", {"visit_id": "v"}, AT, "", None)
    deliver([tablet], Random(3), wrong=wrong.append)
    assert len(wrong) == 1
    assert said in wrong[0]
    assert os.sep not in wrong[0]
