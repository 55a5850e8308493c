"""The score of a rehearsal: what was counted, and the arithmetic on it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any

T1_MINUTES, T2_MINUTES = 3.0, 15.0  # how soon the one at the point and the district answer a call for help
LATE_MINUTES = 2.0  # a dose recorded later than this after the needle is "late"
LONG_WAIT = 60.0
CAUGHT = 0.99  # of wrong persons, before the injection


@dataclass
class DeskScore:
    """One kind of desk of a point on a day: minutes waited, minutes of the day at which somebody was served, the longest line."""

    name: str
    hands: int
    waits: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)
    longest: int = 0
    longest_at: float = 0.0


@dataclass
class Help:
    """A call for help: when it was asked (minutes of the day), who answered (1 at the point, 2 from the district), how long it took."""

    asked: float
    desk: str
    tier: int = 0
    took: float | None = None


@dataclass
class Fault:
    """A fault that happened: from when to when (minutes of the day), and when all was as before."""

    kind: str
    site: int
    begins: float
    ends: float
    recovered: float | None = None
    seconds: float | None = None  # of the machine's clock, where the outage is the machine's own
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def minutes(self) -> float | None:
        """From the end of the fault to the moment when all was as before."""
        return None if self.recovered is None else max(0.0, self.recovered - self.ends)


@dataclass
class Corner:
    """What a real tablet did on a day: people, those of them without a line, machine seconds for each; what it held when the line came back."""

    people: int = 0
    alone: int = 0
    cut: bool = False
    seconds: list[float] = field(default_factory=list)
    held: int = 0
    sent_after: float | None = None  # machine seconds from the line to the last receipt
    refused: int = 0
    slow: list[str] = field(default_factory=list)  # what a hand waited for longer than one look
    stuck: list[str] = field(default_factory=list)  # what never came: the person went on at the other desks


@dataclass
class SiteDay:
    """What one point did on one day."""

    day: int
    site: int
    name: str
    vaccine: str = ""
    came: int = 0
    opened_late: float = 0.0  # minutes after the hour of the plan
    received: int = 0
    injected: int = 0
    on_paper: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)
    desks: list[DeskScore] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)  # minutes from each needle to its record
    wrong_verdicts: int = 0
    wrong_persons: int = 0  # the wrong person or slip in front of a desk
    caught: int = 0  # of these, before the injection
    corrected: int = 0  # of the rest, before the day closed
    wrong_days: int = 0  # doses recorded on another day than that of the needle
    lost: int = 0
    duplicates: int = 0
    unaccounted: int = 0
    unexplained: int = 0  # serials of paper
    sheets: int = 0
    wasted: int = 0
    signed: bool = False
    helps: list[Help] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    corner: Corner | None = None
    shapes: dict[str, int] = field(default_factory=dict)  # who stood at the door, by what was special about them

    def add(self, what: str, n: int = 1) -> None:
        self.tally[what] = self.tally.get(what, 0) + n


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which this share lies (nearest rank); 0 where there is none."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


def per_hour(served: Sequence[float]) -> dict[int, int]:
    """How many were served in each hour of the day."""
    found: dict[int, int] = {}
    for minute in served:
        found[int(minute // 60)] = found.get(int(minute // 60), 0) + 1
    return dict(sorted(found.items()))


def pace(served: Sequence[float]) -> float:
    """People an hour from the first to the last who was served."""
    if len(served) < 2 or max(served) == min(served):
        return float(len(served))
    return (len(served) - 1) / (max(served) - min(served)) * 60


def late(days: Iterable[SiteDay]) -> tuple[int, int]:
    """Doses recorded late, and all doses."""
    delays = [delay for day in days for delay in day.delays]
    return sum(delay > LATE_MINUTES for delay in delays), len(delays)


def caught(days: Iterable[SiteDay]) -> float:
    """The share of wrong persons that was caught before the injection; 1 where there was none."""
    several = list(days)
    met = sum(day.wrong_persons for day in several)
    return sum(day.caught for day in several) / met if met else 1.0


def helped(days: Iterable[SiteDay]) -> dict[str, Any]:
    """Calls for help: how many, how many answered in time by each tier, the slowest, how many by nobody."""
    calls = [call for day in days for call in day.helps]
    found: dict[str, Any] = {"asked": len(calls), "unanswered": sum(call.took is None for call in calls)}
    for tier, bound in ((1, T1_MINUTES), (2, T2_MINUTES)):
        took = [call.took for call in calls if call.tier == tier and call.took is not None]
        found[f"t{tier}"] = len(took)
        found[f"t{tier}_in_time"] = sum(minutes <= bound for minutes in took)
        found[f"t{tier}_slowest"] = round(max(took, default=0.0), 1)
    return found


def to_fix(day: SiteDay) -> list[tuple[str, dict[str, Any]]]:
    """What a point must fix, each as a code with its figures; empty where all was as it should be."""
    found: list[tuple[str, dict[str, Any]]] = []
    for desk in day.desks:
        if (worst := quantile(desk.waits, 0.95)) > LONG_WAIT:
            found.append(("wait", {"desk": desk.name, "minutes": round(worst), "hands": desk.hands}))
    if day.opened_late > 5:
        found.append(("opened_late", {"minutes": round(day.opened_late)}))
    slow = [delay for delay in day.delays if delay > LATE_MINUTES]
    if slow:
        found.append(("late_records", {"doses": len(slow), "minutes": round(max(slow))}))
    if day.wrong_persons > day.caught:
        found.append(("wrong_person", {"missed": day.wrong_persons - day.caught, "corrected": day.corrected}))
    if day.wasted > 0.05 * max(day.injected, 1):
        found.append(("wasted", {"doses": day.wasted, "given": day.injected}))
    slow_help = [call for call in day.helps if call.took is None or call.took > (T1_MINUTES if call.tier == 1 else T2_MINUTES)]
    if slow_help:
        found.append(("help", {"calls": len(slow_help)}))
    found += [(code, {"n": n}) for code, n in _broken(day).items() if n]
    if day.corner is not None and (day.corner.slow or day.corner.stuck):
        found.append(("slow_screen", {"slow": len(day.corner.slow), "stuck": len(day.corner.stuck)}))
    if not day.signed:
        found.append(("unsigned", {}))
    return found


def _broken(day: SiteDay) -> dict[str, int]:
    return {
        "lost": day.lost, "duplicates": day.duplicates, "unaccounted": day.unaccounted, "unexplained": day.unexplained,
        "wrong_verdicts": day.wrong_verdicts, "wrong_days": day.wrong_days, "surprises": len(day.surprises),
    }  # fmt: skip


def totals(days: Sequence[SiteDay]) -> dict[str, Any]:
    """The figures of the whole rehearsal."""
    slow, doses = late(days)
    waits = [wait for day in days for desk in day.desks for wait in desk.waits]
    longest = max(((desk.longest, day, desk) for day in days for desk in day.desks), key=lambda one: one[0], default=None)
    found: dict[str, Any] = {
        "came": sum(day.came for day in days), "received": sum(day.received for day in days), "injected": sum(day.injected for day in days),
        "on_paper": sum(day.on_paper for day in days), "records_late": slow, "records": doses,
        "wait_median": round(quantile(waits, 0.5), 1), "wait_95": round(quantile(waits, 0.95), 1),
        "longest_queue": longest[0] if longest else 0,
        "longest_queue_where": f"{longest[1].name}, {longest[2].name}" if longest else "",
        "wrong_persons": sum(day.wrong_persons for day in days), "caught": sum(day.caught for day in days), "caught_share": round(caught(days), 4),
        "corrected": sum(day.corrected for day in days), "wasted": sum(day.wasted for day in days), "sheets": sum(day.sheets for day in days),
        "days_signed": sum(day.signed for day in days), "site_days": len(days), "help": helped(days),
    }  # fmt: skip
    for name in ("lost", "duplicates", "unaccounted", "unexplained", "wrong_verdicts", "wrong_days"):
        found[name] = sum(_broken(day)[name] for day in days)
    return found


def passed(days: Sequence[SiteDay]) -> bool:
    """Whether nothing was lost, doubled or unaccounted, and whoever was wrong was caught or put right."""
    told = totals(days)
    right = told["caught_share"] >= CAUGHT and told["caught"] + told["corrected"] >= told["wrong_persons"]
    zero = ("lost", "duplicates", "unaccounted", "unexplained", "wrong_verdicts", "wrong_days")
    return right and not any(told[name] for name in zero) and all(day.signed and not day.surprises for day in days)


def as_json(days: Sequence[SiteDay]) -> list[dict[str, Any]]:
    """Every day of every point as plain values; desks as summaries."""
    rows = []
    for day in days:
        row = asdict(day)
        row["desks"] = [
            {"name": desk.name, "hands": desk.hands, "served": len(desk.served), "an_hour": round(pace(desk.served), 1),
             "wait_median": round(quantile(desk.waits, 0.5), 1), "wait_95": round(quantile(desk.waits, 0.95), 1), "longest": desk.longest}
            for desk in day.desks
        ]  # fmt: skip
        row["delays"] = {"late": late([day])[0], "slowest": round(max(day.delays, default=0.0), 1)}
        row["to_fix"] = to_fix(day)
        rows.append(row)
    return rows
