"""How far a rehearsal is: who has come of all who will, how fast it goes, when it will be over. Pure: told the time, it never asks for it."""

from dataclasses import dataclass, field

EVERY = 30.0  # seconds of the machine between two lines
LEAST = 20  # people before an end is estimated


@dataclass
class Progress:
    """The pace of a rehearsal, in seconds of the machine."""

    people: int  # who will come on all days
    days: int
    spent: float = 0.0  # seconds on days that are over
    told_at: float = field(default=0.0)

    def line(self, *, day: int, minute: float, came: int, day_seconds: float, now: float) -> str:
        """One line about now; "" where the last one is not old yet."""
        if now - self.told_at < EVERY:
            return ""
        self.told_at = now
        told = f"day {day} of {self.days}, {int(minute) // 60:02d}:{int(minute) % 60:02d}: {came} of {self.people} people"
        left = self.left(came, day_seconds)
        return told if left is None else f"{told}, {(self.spent + day_seconds) / came:.2f} s each, about {_long(left)} to go"

    def left(self, came: int, day_seconds: float) -> float | None:
        """Seconds until everybody has come, at the pace so far; None where too few have."""
        if came < LEAST:
            return None
        return (self.spent + day_seconds) / came * max(0, self.people - came)


def _long(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
