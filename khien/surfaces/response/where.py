"""Where the things in the response centre's addresses stand."""

from typing import Any
from uuid import UUID

from khien.cases import queries as cases
from khien.kernel.refs import PlaceFacts


def case(case_id: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a case; None when there is none."""
    return cases.case_place(case_id)
