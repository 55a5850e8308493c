"""A town for each story: a server with real commits, Chromium, and a worker that delivers what is published."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def town(committed: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """08:30 on Tuesday 14 December 2021; at the end every page passed was accessible, folded and broke no policy."""
    from tests.journeys.town import opened

    # Playwright's loop holds this thread while the story asks the record: nothing here is asynchronous.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with opened(committed) as made:
        yield made
        assert made.faults == {}
