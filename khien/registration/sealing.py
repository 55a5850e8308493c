"""Rows of lists are sealed: what was sent, and what was understood."""

import json
from typing import Any

from django.conf import settings


def seal(data: object) -> bytes:
    """Plain data, sealed."""
    sealed: bytes = settings.KEYS.seal(json.dumps(data, ensure_ascii=False), purpose="row")
    return sealed


def unseal(sealed: bytes | memoryview) -> Any:
    """What `seal` closed."""
    return json.loads(settings.KEYS.open(sealed, purpose="row"))
