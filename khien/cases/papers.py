"""What is asked and what is proposed, as sealed JSON and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from khien.campaigns.types import DoseType
from khien.cases.types import AskedDose, CorrectionAsked, Proposal
from khien.kernel import identifiers
from khien.kernel.births import PartialDate


def seal(paper: CorrectionAsked | Proposal, **more: Any) -> bytes:
    """Seal a paper, with facts that are kept beside it."""
    return settings.KEYS.seal(json.dumps(asdict(paper) | more, default=str, sort_keys=True), purpose="case")


def _opened(sealed: bytes | memoryview) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(settings.KEYS.open(sealed, purpose="case"))
    return found


def asked(sealed: bytes | memoryview) -> CorrectionAsked:
    """What a person asked."""
    raw = _opened(sealed)
    return CorrectionAsked(raw["kind"], raw["right"], _doses(raw["doses"]), raw["words"], raw["who"])


def proposal(sealed: bytes | memoryview) -> tuple[Proposal, Mapping[str, int]]:
    """What is to be changed, and the versions that stood when it was proposed."""
    raw = _opened(sealed)
    paper = Proposal(
        raw["particulars"], raw["records"], tuple(map(UUID, raw["errors"])), _doses(raw["add"]), tuple(map(UUID, raw["move"])),
        UUID(raw["merge"]) if raw["merge"] else None, raw["verify"], {key: UUID(to) for key, to in raw.get("give", {}).items()},
    )  # fmt: skip
    return paper, raw.get("versions", {})


def _doses(raw: list[dict[str, str]]) -> tuple[AskedDose, ...]:
    return tuple(AskedDose(dose["vaccine"], date.fromisoformat(dose["on_date"]), dose["lot"], dose["place"]) for dose in raw)


def particulars(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as `people.correct_particulars` takes them. Raises Refused: births.*, identifiers.*."""
    found = dict(raw)
    if "birth" in found:
        found["birth"] = PartialDate.from_iso(str(found["birth"]))
    if "identifier" in found:
        told = found["identifier"]
        told = told if isinstance(told, Mapping) else {"value": told}
        found["identifier"] = identifiers.read_identifier(
            str(told["value"]), told.get("type") or None, country=told.get("country") or None
        )
    return found


_MOMENTS, _DATES, _IDS = {"performed_at"}, {"on_date"}, {"lot_id", "facility_id", "performed_by", "evidence_file"}


def changes(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A record's changes as `immunizations.actions.correct` takes them."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        if name in _DATES:
            value = date.fromisoformat(str(value))
        elif name in _MOMENTS:
            value = datetime.fromisoformat(str(value))
        elif name in _IDS:
            value = UUID(str(value)) if value else None
        elif name == "dose" and value:
            value = (DoseType(value[0]), int(value[1]))
        found[name] = value
    return found
