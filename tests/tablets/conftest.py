"""Tablets at a point whose line is really cut: real commits, a server that can be stopped, Chromium with profiles on the disk."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def tablet(committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Makes tablets by name."""
    from tests.tablet import tablets

    # Playwright's loop holds this thread while a test asks the record: nothing here is asynchronous.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with tablets(tmp_path) as made:
        yield made


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tablets that keep the pages but not the 13 MB of the rules' interpreter, where nothing is judged."""
    from khien.surfaces.station import offline, ruling

    kept = [address for address in ruling.files() if "pyodide" not in address]
    monkeypatch.setattr(ruling, "files", lambda: kept)
    offline._worker.cache_clear()
    yield
    offline._worker.cache_clear()


@pytest.fixture
def day(tablet: Any) -> Any:
    """An open session; three people are watched after their dose, their minutes over."""
    from tests import make
    from tests.journeys.town import put_clock
    from tests.make_day import make_day, make_visit

    made = make_day(at=make.AT)
    for _ in range(3):
        make_visit(made, state="dosed", at=make.AT)
    put_clock(make.AT + timedelta(minutes=45))
    return made


@pytest.fixture
def lead(day: Any) -> Any:
    from tests import make

    return make.make_staff("point_lead", scope=make.site_scope(day.site_id))


@pytest.fixture
def nurse(day: Any) -> Any:
    from tests import make

    return make.make_staff("observer", scope=make.site_scope(day.site_id))


@pytest.fixture
def carried(tablet: Any, day: Any, lead: Any) -> Any:
    """A tablet to which the lead took the session."""
    one = tablet("ban-4")
    one.enrol(day.site_id)
    one.sits(lead)
    one.open(day)
    one.stands()
    one.brought()
    one.desk(4)
    return one
