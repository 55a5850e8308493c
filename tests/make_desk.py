"""What a desk sends: commands in envelopes, questions as JSON."""

import json
from typing import Any

from khien.kernel import clock
from khien.kernel.ids import uuid7
from tests.make_day import Day


def envelope(client: Any, name: str, **body: Any) -> dict[str, Any]:
    """A command as a desk sends it."""
    return {
        "command_id": str(uuid7()), "device_id": str(uuid7()), "seq": 1, "name": name, "version": 1, "occurred_at": clock.now().isoformat(),
        "clock_offset_ms": 0, "rules_version": "", "actor": str(client.staff.id), "body": body,
    }  # fmt: skip


def tell(client: Any, day: Day, *commands: dict[str, Any]) -> list[dict[str, Any]]:
    """Send commands from a desk; returns the receipts."""
    answer = post(client, f"/diem/{day.session_id}/lenh", {"commands": list(commands)})
    assert answer.status_code == 200, answer.content
    receipts: list[dict[str, Any]] = answer.json()["receipts"]
    return receipts


def post(client: Any, path: str, told: dict[str, Any]) -> Any:
    return client.post(path, json.dumps(told), content_type="application/json")
