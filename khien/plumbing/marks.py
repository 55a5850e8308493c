"""Named values of this instance."""

from typing import Any

from .models import Setting


def get(key: str) -> Any:
    """The value kept under this name, or None."""
    row = Setting.objects.filter(key=key).first()
    return row.value if row else None


def put(key: str, value: Any) -> None:
    """Keep a value under this name."""
    Setting.objects.update_or_create(key=key, defaults={"value": value})
