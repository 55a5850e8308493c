"""A refusal is a named reason with facts; the surface words it."""

from typing import Any


class Refused(Exception):
    """Say no with a name ("stock.lot_expired") and the facts that the wording needs.

    Facts are shown to the person who acted: they never hold what that person may not see.
    """

    def __init__(self, code: str, /, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __repr__(self) -> str:
        return f"Refused({self.code!r})"
