"""Sessions of browsers, with who is signed in beside them: a hot way asks that in the one statement it makes anyway.

A key's account or staff member never changes while its row stands: signing in and out make a new key and drop the old one.
"""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as Base

from . import once, sqlcall
from .models import WebSession


class SessionStore(Base):
    """Django's sessions in the database, in our own table."""

    @classmethod
    def get_model_class(cls) -> Any:
        return WebSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.account_id, row.staff_id = data.get("account_id") or None, data.get("staff_id") or None
        return row

    def load(self) -> dict[str, Any]:
        """Read the session's data; a key that is unknown or over is forgotten."""
        kept, key = once.shelf("web_session"), self.session_key
        if key not in kept:
            found = sqlcall.call("SELECT session_data FROM web_session WHERE session_key = %s AND expire_date > now()", [key])
            kept[key] = found[0] if found else None
        if kept[key] is None:
            self._session_key = None
            return {}
        return self.decode(kept[key])  # type: ignore[no-any-return]

    @property
    def untouched(self) -> bool:
        """Say whether nothing of this session was read or written in this request."""
        return not hasattr(self, "_session_cache")


def part(key: str) -> once.Part:
    """The session's own data, for a page that reads everything in one statement."""
    return once.Part("session_told(%s)", lambda ids, told: once.shelf("web_session").update({key: told}), (key,))
