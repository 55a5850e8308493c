"""The story of a case: one line for each thing that happened; words are sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from khien.cases import models
from khien.kernel.refs import Actor


def add(
    row: models.Case, kind: str, *, by: Actor, at: datetime, text: str = "", to_citizen: bool = False, **facts: Any
) -> UUID:
    """Add one line."""
    sealed = settings.KEYS.seal(text.strip(), purpose="case") if text.strip() else None
    plain = {name: str(value) if isinstance(value, UUID) else value for name, value in facts.items() if value not in (None, "")}
    return models.CaseEntry.objects.create(
        case_id=row.id, at=at, by=by.text, kind=kind, to_citizen=to_citizen, text_cipher=sealed, facts=plain
    ).id
