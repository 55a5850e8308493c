"""The rehearsal's own supporters: they take a call for help in the response centre, answer it, and say that it is done."""

import time
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from khien.cases import queries as cases
from khien.kernel import clock
from khien.rehearsal.browser import Counter, Surprise
from khien.rehearsal.staff import Officer
from khien.rehearsal.week.score import Help

T1, T2 = (0.4, 1.4), (3.0, 9.0)  # minutes until somebody looks


def delay(site: int, random: Random) -> tuple[int, float]:
    """Who looks after how many minutes: every second point has a supporter on the spot."""
    return (1, random.uniform(*T1)) if site % 2 == 0 else (2, random.uniform(*T2))


class Supporters:
    """The one who goes between the points, and the technician of the district."""

    def __init__(self, base: str, counter: Counter) -> None:
        self.by_tier = {1: Officer(base, "hotro1", counter=counter), 2: Officer(base, "hotro2", counter=counter)}

    def answer(self, call: Help, tier: int, session_id: str, asked: datetime) -> None:
        """Find the call, take it, answer it. Raises Surprise when it is not in the response centre."""
        case_id = self._found(session_id, call.desk, asked)
        officer = self.by_tier[tier]
        page = officer.get(f"/mcc/{case_id}")
        form = next((form for form in page.forms if any(value == "take" for _, value in form.buttons)), None)
        if form is None:
            raise Surprise(f"tier {tier} cannot take a call for help ({page.status})")
        page = officer.send(page, form, {}, button="take")
        taken = clock.now()
        form = next((form for form in page.forms if any(value == "resolve" for _, value in form.buttons)), None)
        if form is None:
            raise Surprise(f"tier {tier} cannot end a call for help ({page.status})")
        done = officer.send(page, form, {"resolution": "helped", "text": "Đã tới bàn, đã xong"}, button="resolve")
        if done.status != 200:
            raise Surprise(f"a call for help is not ended ({done.status})")
        call.tier, call.took = tier, (taken - asked) / timedelta(minutes=1)

    def _found(self, session_id: str, desk: str, asked: datetime, *, seconds: float = 30) -> UUID:
        until = time.monotonic() + seconds
        while True:
            found = cases.open_of(f"help:{session_id}:{desk}")
            if found is not None:
                return found
            if time.monotonic() > until:
                raise Surprise(f"a call for help from {desk} never reached the response centre")
            time.sleep(0.2)
