"""What a point has still to send: commands in the order in which things were done, each with one id however often it goes out."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from khien.kernel.ids import uuid7
from khien.rehearsal.browser import Away, Surprise
from khien.rehearsal.staff import Answer, Desk
from khien.rehearsal.week.tablet import Tablet, deliver

ON_LINE = ("open_vial", "end_vial", "key_paper", "help")  # these wait for the line in their order
MOST_TRIES = 3  # of one command that the server stumbles over; then it is set aside, and what it told is missing in the count
AGAIN = 25  # each so manieth command is sent a second time, as a tablet does that heard no answer


@dataclass
class Command:
    """One command: what it says is known once those before it were answered."""

    desk: str
    name: str
    body: Callable[[], dict[str, Any]]
    at: datetime
    then: Callable[[Answer], None] | None = None
    id: UUID = field(default_factory=uuid7)
    tries: int = 0


class Sender:
    """Sends in order and stops where the line is away; nothing is dropped."""

    def __init__(self, desks: dict[str, Desk], *, up: Callable[[], bool], wrong: Callable[[str], None]) -> None:
        self.desks, self.up, self.wrong = desks, up, wrong
        self.waiting: deque[Command] = deque()
        self.tablets: dict[str, Tablet] = {}  # desks that took the session along: what they do without a line is sealed
        self.last: dict[str, str] = {}  # the last command of each visit: the next one stands on it
        self.sent = self.twice = 0
        self._lock = threading.RLock()

    def post(self, desk: str, name: str, body: Callable[[], dict[str, Any]], at: datetime, then: Callable[[Answer], None] | None = None) -> None:
        """Put a command at the end, and send what can be sent; on a tablet without a line it is signed and sealed."""
        command = Command(desk, name, body, at, then)
        if not self.up() and desk in self.tablets and name not in ON_LINE:
            told = body()
            visit = str(told.get("visit_id") or "")
            self.tablets[desk].does(command.id, name, told, at, self.last.get(visit, ""), then)
            self.last[visit] = str(command.id)
            return
        self.waiting.append(command)
        self.flush()

    def deliver(self, random: Random) -> dict[str, int]:
        """The line is back: first what stands in order, then what the tablets sealed, in whatever order it comes."""
        if not self.flush():
            return {}
        return deliver(list(self.tablets.values()), random, self.wrong)

    @property
    def sealed(self) -> int:
        """Commands that the tablets still hold."""
        return sum(len(tablet.log) for tablet in self.tablets.values())

    def close(self) -> None:
        """The browsers of the desks and tablets are shut; each kept connections of its own."""
        for one in (*(desk.officer for desk in self.desks.values()), *(tablet.browser for tablet in self.tablets.values())):
            one.http.close()

    def flush(self) -> bool:
        """Send everything that waits; False where the line is away."""
        with self._lock:
            while self.waiting:
                if not self.up():
                    return False
                command = self.waiting[0]
                try:
                    answer = self._send(command)
                except Away:
                    return False
                except Surprise:
                    command.tries += 1
                    if command.tries >= MOST_TRIES:
                        self.waiting.popleft()
                    raise
                self.waiting.popleft()
                if command.then is not None:
                    command.then(answer)
                elif answer.status != "accepted":
                    self.wrong(f"{command.name} was {answer.status}: {answer.reason}")
            return True

    def _send(self, command: Command) -> Answer:
        """Send one; now and then twice: the second receipt must be the first."""
        desk, body = self.desks[command.desk], command.body()
        answer = desk.tell(command.name, occurred_at=command.at, command_id=command.id, **body)
        told = body.get("visit_id") or (answer.result.get("visit") or {}).get("visit_id")
        if told and answer.status == "accepted":
            self.last[str(told)] = str(command.id)
        self.sent += 1
        if self.sent % AGAIN == 0:
            self.twice += 1
            again = desk.tell(command.name, occurred_at=command.at, command_id=command.id, **body)
            if again != answer:
                raise Surprise(f"{command.name}, sent twice, was answered {answer.status} and {again.status}")
        return answer
