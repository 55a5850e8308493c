"""Forms half filled in: kept sealed for a week, apart from the record; sending one twice makes one registration."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people.types import NewPerson, PhoneProof

from . import registering, rules
from .models import Draft, Registration, RegistrationWay
from .types import DraftView, Registered, Wish


def _seal(data: Mapping[str, Any]) -> bytes:
    return settings.KEYS.seal(json.dumps(dict(data), default=str, ensure_ascii=False), purpose="draft")


def start_draft(*, at: datetime, data: Mapping[str, Any] | None = None, step: str = "") -> UUID:
    """Begin a form; its id stays in the session's cookie."""
    made = Draft.objects.create(
        data_cipher=_seal(data or {}), step=step, created_at=at, touched_at=at, expires_at=at + rules.DRAFT_LIFE
    )
    return made.id


@transaction.atomic
def save_draft(*, draft: UUID, data: Mapping[str, Any], at: datetime, step: str = "") -> DraftView:
    """Keep these answers beside those before (None takes one away); pages may come in any order.

    Raises Refused registration.draft_over (unknown, expired or sent).
    """
    row = Draft.objects.select_for_update().filter(id=draft, expires_at__gt=at, submitted_at=None).first()
    if row is None:
        raise Refused("registration.draft_over")
    kept = {name: value for name, value in (_open(row) | dict(data)).items() if value is not None}
    row.data_cipher, row.step, row.touched_at = _seal(kept), step or row.step, at
    row.expires_at = at + rules.DRAFT_LIFE
    row.save()
    return _view(row)


def draft(id: UUID, at: datetime) -> DraftView | None:
    """The form as it stands; a sent one holds no answers any more, only what it made."""
    row = Draft.objects.filter(id=id, expires_at__gt=at).first()
    return _view(row) if row else None


def _open(row: Draft) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(settings.KEYS.open(row.data_cipher, purpose="draft"))
    return found


def _view(row: Draft) -> DraftView:
    return DraftView(row.id, _open(row), row.step, row.expires_at, row.registration_id)


@transaction.atomic
def submit_draft(
    *, draft: UUID, person: NewPerson, way: str, by: Actor, at: datetime, wish: Wish | None = None, account: UUID | None = None,
    relation: str = "self", proof: PhoneProof | None = None,
) -> Registered:  # fmt: skip
    """Register what the form says; sent twice, at once or after going back, it answers the same.

    Raises Refused: registration.draft_over, and those of `register_new` (the draft is kept then).
    """
    row = Draft.objects.select_for_update().filter(id=draft).first()
    if row is None or (row.submitted_at is None and row.expires_at <= at):
        raise Refused("registration.draft_over")
    if row.registration_id is not None:
        return _again(row, row.registration_id)
    done = registering.register_new(
        person=person, way=way, wish=wish, by=by, at=at, account=account, relation=relation, source_id=row.id, proof=proof
    )
    Draft.objects.filter(id=row.id).update(
        submitted_at=at, registration_id=done.registration_id, data_cipher=_seal({"done": _facts(done)})
    )
    return done


def _facts(done: Registered) -> dict[str, Any]:
    return {"linked": done.linked, "already": done.already, "disputed": done.disputed, "phone_verified": done.phone_verified}


def _again(row: Draft, registration_id: UUID) -> Registered:
    """The answer that was given the first time."""
    registration = Registration.objects.get(id=registration_id)
    way = RegistrationWay.objects.filter(registration_id=registration.id, source_id=row.id).first()
    code = way.code if way and way.code else registration.code
    return Registered(registration.id, code, person_id=registration.person_id, **_open(row)["done"])


def clear_drafts(at: datetime) -> int:
    """Delete the forms whose week is over; returns how many."""
    gone, _kinds = Draft.objects.filter(expires_at__lt=at).delete()
    return gone
