"""Counts statements, for the promise that a hot write is one call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def statements() -> Callable[[int], object]:
    """A block that must send exactly so many statements."""

    @contextmanager
    def exactly(many: int) -> Iterator[None]:
        with CaptureQueriesContext(connection) as seen:
            yield
        assert len(seen) == many, [query["sql"][:80] for query in seen]

    return exactly
