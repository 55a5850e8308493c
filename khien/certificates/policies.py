"""May this dose have its certificate now, and if not, under which name is it held?

Identity suffices when the person's number is verified, or when, at a visit of this person, the card was scanned or typed from
the card in hand (the facility saw it; the police's registry answers later). A spoken number, a slip, or a number that two
people hold do not suffice. A certificate once issued is not taken back because somebody else later claims the number.

The facility signs that the dose was given, the ministry signs the document (Decision 5772/QD-BYT, steps 2 and 3). Where
signing is automatic the facility's signature stands under every dose that its own visit or paper recorded; a dose told of
from elsewhere waits for a facility that confirms it.
"""

from dataclasses import dataclass

CARD_SEEN = frozenset({"card", "typed"})
VIETNAM = "VN"

# In this order: the first that applies names the hold. Content that no certificate can carry is found when it is built.
HOLDS = (
    "person_died",
    "dose_invalid",
    "dose_uncertain",
    "given_abroad",
    "identity_disputed",
    "identity_unverified",
    "waiting_facility_signature",
    "vaccine_without_code",
    "name_not_writable",
    "birth_out_of_range",
    "waiting_central_signature",
)
# Holds for which an issued certificate is revoked: what it says is no longer true.
UNTRUE = frozenset({"dose_invalid", "dose_uncertain", "given_abroad"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one dose and of the person."""

    validity: str
    origin: str
    evidence: str
    country: str
    identity_state: str
    card_seen: bool
    died: bool = False
    facility_signed: bool = False


def hold(facts: Facts, *, automatic: bool) -> str:
    """Name what keeps the certificate from being signed; empty when nothing does."""
    return _of_dose(facts) or _of_identity(facts) or _of_facility(facts, automatic)


def _of_dose(facts: Facts) -> str:
    if facts.died:
        return "person_died"
    if facts.validity != "valid":
        return "dose_invalid" if facts.validity == "invalid" else "dose_uncertain"
    return "" if facts.country == VIETNAM else "given_abroad"


def _of_identity(facts: Facts) -> str:
    if facts.identity_state == "verified":
        return ""
    if facts.identity_state == "disputed":
        return "identity_disputed"
    return "" if facts.identity_state == "claimed" and facts.card_seen else "identity_unverified"


def _of_facility(facts: Facts, automatic: bool) -> str:
    own = facts.origin in ("visit", "paper") or facts.evidence == "record"
    return "" if facts.facility_signed or (automatic and own) else "waiting_facility_signature"
