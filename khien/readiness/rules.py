"""Scripts of a practice, what each situation asks of a desk, and the arithmetic of scores. Pure: standard library only.

The weights are ours: what may harm somebody costs most. A person with 80 or more need not repeat the script.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

DESKS = ("reception", "screener", "injector", "observer", "data_clerk", "point_lead")
STEPS = ("reception", "screener", "injector", "observer")  # the desks that a person passes, in order
SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "reception": ("ordinary", "no_papers", "namesakes"),
    "screener": ("ordinary", "fever"),
    "injector": ("ordinary", "wrong_lot"),
    "observer": ("ordinary", "fainting"),
    "data_clerk": ("power_cut",),
    "point_lead": ("ordinary",),
}
# Who comes to a desk, one after the other, over and over.
MIX: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("reception", "ordinary"): ("code", "card"),
    ("reception", "no_papers"): ("no_papers", "code", "no_papers", "card"),
    ("reception", "namesakes"): ("code", "namesake"),
    ("screener", "ordinary"): ("well", "well", "well", "fever"),
    ("screener", "fever"): ("fever", "well", "allergy"),
    ("injector", "ordinary"): ("good_vial",),
    ("injector", "wrong_lot"): ("good_vial", "wrong_vial"),
    ("observer", "ordinary"): ("fine",),
    ("observer", "fainting"): ("fine", "faint"),
}
VERDICTS: Mapping[str, frozenset[str]] = {
    "well": frozenset({"eligible"}),
    "fever": frozenset({"defer"}),
    "allergy": frozenset({"contraindicated", "refer"}),
}
WEIGHTS: Mapping[str, int] = {
    "wrong_person": 25, "wrong_verdict": 20, "no_reason": 5, "stopped_lot": 20, "no_reaction": 25, "wrong_sheet": 15, "open_paper": 10,
    "not_opened": 30, "not_closed": 20, "undone": 3, "slow": 10,
}  # fmt: skip
STANDING = {"open_paper", "not_opened", "not_closed", "no_reaction"}  # true of the day before anybody has done anything
ONCE = {"slow", "not_opened", "not_closed"}
PASS = 80
TARGETS: Mapping[str, int] = {"reception": 90, "screener": 180, "injector": 90, "data_clerk": 90}  # seconds a person, generously
PAUSE = 600  # seconds: whoever was away so long was not slow
ENOUGH = 3  # people before a pace is judged
MOST_PEOPLE, MOST_GUESTS, LEAST_SIGNATURES = 20, 60, 2


def situations(scripts: Mapping[str, str], number: int) -> dict[str, str]:
    """What guest `number` (from 0) brings to each desk; a desk that nobody practises meets the ordinary."""
    told = {}
    for desk in STEPS:
        mix = MIX[desk, scripts.get(desk, "ordinary") if desk in scripts else "ordinary"]
        told[desk] = mix[number % len(mix)] if desk in scripts else mix[0]
    return told


@dataclass(frozen=True, slots=True)
class Work:
    """What one person did: how many were served, the seconds each took, and every slip by its code."""

    desk: str
    served: int = 0
    seconds: tuple[int, ...] = ()
    slips: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scored:
    """Points of 0 to 100 (None: nobody was served, nothing to judge), the usual seconds a person, and what to repeat."""

    points: int | None
    seconds: int | None
    lessons: tuple[tuple[str, int], ...]


def score(work: Work) -> Scored:
    """Take each slip's weight from 100; a slip that is told once costs once. Raises KeyError for a slip without a weight."""
    slips = {code: n for code, n in work.slips.items() if n > 0}
    pace = usual(work.seconds)
    if pace is not None and len(counted(work.seconds)) >= ENOUGH and pace > TARGETS.get(work.desk, 10**9):
        slips["slow"] = 1
    lost = sum(WEIGHTS[code] * (1 if code in ONCE else n) for code, n in slips.items())
    lessons = sorted(slips.items(), key=lambda one: (-WEIGHTS[one[0]] * one[1], one[0]))
    if not work.served and slips.keys() <= STANDING:
        return Scored(None, pace, tuple(lessons))
    return Scored(max(0, 100 - lost), pace, tuple(lessons))


def counted(seconds: Iterable[int]) -> list[int]:
    """The seconds without pauses."""
    return [one for one in seconds if 0 <= one <= PAUSE]


def usual(seconds: Iterable[int]) -> int | None:
    """The median of the seconds a person took, pauses left out."""
    kept = counted(seconds)
    return round(median(kept)) if kept else None


def verdict_wrong(situation: str, decision: str) -> bool:
    """Whether a decision is not what that situation asks for; an unknown situation judges nothing."""
    allowed = VERDICTS.get(situation)
    return allowed is not None and decision not in allowed


def covering(desks: Iterable[str]) -> dict[str, str]:
    """Who does the steps that nobody practises: the lead, else whoever stands before them; steps before the first are played ("")."""
    chosen = set(desks)
    steps = [step for step in STEPS if step in chosen]
    cover: dict[str, str] = {}
    if not steps and "point_lead" not in chosen:
        return dict.fromkeys(STEPS, "")
    for number, step in enumerate(STEPS):
        if step in chosen:
            continue
        if "point_lead" in chosen:
            cover[step] = "point_lead"
        elif number < STEPS.index(steps[0]) or number > STEPS.index(steps[-1]):
            cover[step] = ""
        else:
            cover[step] = next(before for before in reversed(STEPS[:number]) if before in chosen)
    return cover


def played_until(desks: Iterable[str]) -> str:
    """How far each guest is played before the people begin: "" (not at all), waiting, cleared, observing."""
    cover = covering(desks)
    done = ""
    for step, state in (("reception", "waiting"), ("screener", "cleared"), ("injector", "observing")):
        if cover.get(step) != "":
            return done
        done = state
    return done if "observer" in set(desks) else ""
