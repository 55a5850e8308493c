"""Half past eight on Tuesday 14 December 2021, a family on one phone, and a browser in which it is signed in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

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


@pytest.fixture
def family(db: None) -> Any:
    """The family, in a database rolled back after the test."""
    from tests import make_book

    return make_book.make_family()


@pytest.fixture
def client(family: Any) -> Any:
    """A browser in which the family's account is signed in."""
    from tests import make_book

    return make_book.signed_in(family.account)
