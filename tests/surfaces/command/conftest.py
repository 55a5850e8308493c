"""Half past eight on Tuesday 14 December 2021, at the point that the tests of this folder share."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture(autouse=True)
def at_the_hour() -> Iterator[None]:
    """The clock of the pages runs from make.AT on."""
    from khien.kernel import clock
    from tests import make

    moved = make.AT - datetime.now(UTC) + timedelta(seconds=1)
    clock.shift_by(lambda: moved)
    yield
    clock.shift_by(timedelta)
