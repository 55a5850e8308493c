"""The queue's own rules: states, groups, risk, what a call's outcome means."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused

NEXT: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"booked", "done", "withdrawn", "closed"}),
    "booked": frozenset({"waiting", "done", "withdrawn", "closed"}),
    "done": frozenset(),
    "withdrawn": frozenset(),
    "closed": frozenset({"waiting"}),  # only when the merge that closed it is undone
}
ACTIVE = ("waiting", "booked")

# Questions of the registration form (domain section 2); a doctor asks again at screening.
HISTORY = (
    "anaphylaxis", "covid_6_months", "vaccine_14_days", "immune_deficiency", "immunosuppressants", "acute_illness",
    "chronic_progressive", "chronic_treated", "pregnant_breastfeeding", "coagulation", "allergy",
)  # fmt: skip
ANSWERS = ("yes", "no", "unsure")
RISKS = ("immune_deficiency", "immunosuppressants", "chronic_progressive", "chronic_treated", "coagulation")
SHIFTS = ("", "morning", "afternoon", "day")
DOSES = ("first", "next")
OLD_AGE = 65
OLD_GROUP, LAST_GROUP = "9", "16"

CALL_OUTCOMES = ("reached", "refused", "moved", "dead", "no_answer")
# More rows than a household has people: the phone is a clerk's or a gatekeeper's.
FAMILY_ROWS = 3
DRAFT_LIFE = timedelta(days=7)
DECISIONS = ("new", "same", "skip")


def groups(chosen: Iterable[str], birth: PartialDate, on: date, known: Mapping[str, int]) -> tuple[str, ...]:
    """The groups that hold for a person, best first: the chosen ones, and group 9 for who is over 65.

    `known` gives each code's order. Raises Refused registration.group_unknown (group).
    """
    found = set()
    for code in chosen:
        if code not in known:
            raise Refused("registration.group_unknown", group=code)
        found.add(code)
    if birth.age_min(on) > OLD_AGE and OLD_GROUP in known:
        found.add(OLD_GROUP)
    return tuple(sorted(found, key=lambda code: (known[code], code)))


def best(groups: tuple[str, ...]) -> str:
    """The group that counts; who named none stands in the last one."""
    return groups[0] if groups else LAST_GROUP


def check_history(history: Mapping[str, str]) -> dict[str, str]:
    """Keep known questions with known answers. Raises Refused registration.answer_unknown (question)."""
    for question, answer in history.items():
        if question not in HISTORY or answer not in ANSWERS:
            raise Refused("registration.answer_unknown", question=question)
    return dict(history)


def at_risk(history: Mapping[str, str], birth: PartialDate, on: date) -> bool:
    """Say whether illness or age puts this person at risk: the second criterion of the published order."""
    return birth.age_min(on) >= OLD_AGE or any(history.get(question) == "yes" for question in RISKS)


def sendable(state: str, decision: str) -> bool:
    """Say whether a staged row can be sent now."""
    return state in ("accepted", "repaired") or (state == "possible" and decision in ("new", "same"))
