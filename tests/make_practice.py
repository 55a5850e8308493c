"""A practice copy inside a test's own database: ordered, built, its people at their desks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import Client

from khien.kernel import clock
from khien.practice import build
from khien.practice.scene import Scene
from khien.readiness import queries
from tests.make_desk import envelope

SITE = {
    "name": "Điểm tiêm Nhà văn hóa Thử", "name_en": "Trial point", "kind": "fixed", "tables": 3, "phone": "02838000000", "address": "1 Đường Thử",
    "commune_key": "2021-26734", "commune_2025": "", "hospital": "Bệnh viện Thử", "hospital_phone": "02838000115", "lat": None, "lon": None,
    "facility_name": "Trạm Y tế Thử", "facility_code": "79X99",
}  # fmt: skip
PASSWORD = "rong-bien-xanh"


def order(*desks: tuple[str, str], guests: int = 6) -> dict[str, Any]:
    """What the technician asked for: (desk, script) for each person."""
    people = [
        {"number": number, "desk": desk, "script": script, "name": f"Người Tập {'ABCDEFGH'[number]}", "username": f"tap{number + 1:02d}", "password": PASSWORD}
        for number, (desk, script) in enumerate(desks)
    ]
    return {
        "id": "practice-of-a-test", "site": SITE, "vaccines": ["AZ"], "guests": guests, "desks": people,
        "technician": {"username": "kythuat", "password": PASSWORD},
    }  # fmt: skip


@contextmanager
def practising() -> Iterator[None]:
    """This process is a practice copy for a while."""
    settings.PRACTICE = True
    try:
        yield
    finally:
        settings.PRACTICE = False


def built(*desks: tuple[str, str], guests: int = 6) -> Scene:
    """A copy with its crowd (inside `practising`)."""
    return build.build(order(*desks, guests=guests), clock.now())


def seat(username: str) -> Any:
    """Somebody signed in with their card: an account and a password, no code."""
    client: Any = Client()
    answer = client.post("/dieu-phoi/dang-nhap", {"username": username, "password": PASSWORD, "totp": ""})
    assert answer.status_code == 302, answer.content.decode()
    from khien.access import queries as access

    client.staff = access.staff_ref(access.staff_by_username(username), at=clock.now())
    return client


def send(client: Any, scene: Scene, name: str, **body: Any) -> dict[str, Any]:
    """One command from this person's desk; returns its receipt."""
    told = json.dumps({"commands": [envelope(client, name, **{"session_id": str(scene.session_id), **body})]})
    answer = client.post(f"/diem/{scene.session_id}/lenh", told, content_type="application/json")
    assert answer.status_code == 200, answer.content
    [receipt] = answer.json()["receipts"]
    return dict(receipt)


def score_of(number: int) -> Any:
    return next(one for one in queries.scores_now() if one.number == number)


def front(client: Any, scene: Scene) -> Any:
    """Call the next guest to this desk; returns them."""
    client.post("/diem/tap/tiep")
    actor = f"staff:{client.staff.id}"
    called = [guest for guest, _card in queries.crowd(scene.session_id) if guest.called_by == actor]
    return max(called, key=lambda guest: guest.called_at)
