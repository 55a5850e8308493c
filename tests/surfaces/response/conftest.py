"""Half past eight on Tuesday 14 December 2021, and a browser in which a contact agent of the city is signed in."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

CITY = ("province", "79", "2021")


@pytest.fixture(autouse=True)
def at_the_hour() -> Iterator[None]:
    """The clock of the pages starts at make.AT and runs on."""
    from khien.kernel import clock
    from tests import make

    shift = make.AT + timedelta(seconds=5) - datetime.now(UTC)
    clock.shift_by(lambda: shift)
    yield
    clock.shift_by(timedelta)


@pytest.fixture
def signed_in(db: None) -> Callable[..., Any]:
    """Signs in staff of these roles, of the city unless another place is named."""
    from django.test import Client

    from khien.kernel.refs import Scope
    from tests import make

    def sign_in(*roles: str, scope: Any = None) -> Any:
        staff = make.make_staff(*roles, scope=scope or Scope(*CITY))
        client = Client()
        session = client.session
        session["staff_id"] = str(staff.id)
        session.save()
        client.cookies["khien"] = session.session_key
        client.staff = staff
        return client

    return sign_in


@pytest.fixture
def agent(signed_in: Callable[..., Any]) -> Any:
    """A contact agent of the city."""
    return signed_in("contact_agent")
