"""JSON as programs and desks send it."""

import json
from typing import Any


def read(data: bytes) -> Any:
    """Read JSON. Half of a character beyond the first plane, as a text that was cut in its middle has it, becomes a question mark.

    Raises ValueError for what is no JSON, or is nested beyond what can be read.
    """
    try:
        found = json.loads(data or b"{}")
        if rb"\ud" in data.lower():
            found = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deep") from None
    return found
