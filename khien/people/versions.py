"""Particulars as they stood before a change: sealed, one version for each correction."""

import json
from datetime import datetime
from typing import Any

from khien.kernel.refs import Actor

from . import keys
from .models import Person, PersonVersion

PLAIN = (
    "full_name", "birth_year", "birth_month", "birth_day", "sex", "nationality", "ethnic_code", "occupation", "work_unit",
    "epoch", "province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025", "neighbourhood", "household",
    "language", "identity_state", "died_on",
)  # fmt: skip
SEALED = {"phone": ("phone_cipher", "phone"), "email": ("email_cipher", "address"), "address": ("address_cipher", "address")}


def keep(row: Person, changed: list[str], *, reason: str, by: Actor, at: datetime) -> None:
    """Keep what the row holds now, under its present version number."""
    facts: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
    facts |= {name: keys.unseal(getattr(row, column), purpose) for name, (column, purpose) in SEALED.items()}
    PersonVersion.objects.create(
        person_id=row.id, version=row.version, particulars_cipher=keys.seal(json.dumps(facts, default=str), "row"),
        changed=changed, reason=reason, recorded_at=at, recorded_by=by.text,
    )  # fmt: skip


def opened(sealed: bytes) -> dict[str, Any]:
    """The particulars of a version."""
    found: dict[str, Any] = json.loads(keys.unseal(sealed, "row"))
    return found
