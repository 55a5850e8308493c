"""AEFI cases as ICH E2B(R3) messages (HL7 v3, root MCCI_IN200100UV01): the structure, interaction ids and OIDs of published instances.

Codes of reactions are MedDRA preferred terms as generally known; an instance that sends to a regulator checks them against its
licensed MedDRA. Texts of people go into the narrative; the patient is named by initials.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree import ElementTree as tree  # noqa: N813

from khien.kernel import clock

HL7, XSI = "urn:hl7-org:v3", "http://www.w3.org/2001/XMLSchema-instance"
ICH = "2.16.840.1.113883.3.989.2.1"
INTERACTION = "2.16.840.1.113883.1.6"
MEDDRA, MEDDRA_VERSION = "2.16.840.1.113883.6.163", "25.0"
OBSERVED, COUNTRY = f"{ICH}.1.19", "1.0.3166.1.2.2"
TERMS = {
    "anaphylaxis": ("10002198", "Anaphylactic reaction"), "breathing": ("10013968", "Dyspnoea"), "swelling": ("10002424", "Angioedema"),
    "fainting": ("10042772", "Syncope"), "chest_pain": ("10008479", "Chest pain"), "seizure": ("10039906", "Seizure"),
    "paralysis": ("10033799", "Paralysis"), "headache": ("10019211", "Headache"), "bleeding": ("10055798", "Haemorrhage"),
    "rash": ("10037844", "Rash"), "vomiting": ("10047700", "Vomiting"), "high_fever": ("10037660", "Pyrexia"),
    "leg_swelling": ("10048959", "Peripheral swelling"), "severe_local": ("10053425", "Injection site swelling"),
    "pain_at_site": ("10022086", "Injection site pain"), "swelling_at_site": ("10053425", "Injection site swelling"),
    "fever": ("10037660", "Pyrexia"), "chills": ("10008531", "Chills"), "tiredness": ("10016256", "Fatigue"),
    "mild_headache": ("10019211", "Headache"), "muscle_ache": ("10028411", "Myalgia"), "nausea": ("10028813", "Nausea"),
    "swollen_node": ("10025197", "Lymphadenopathy"),
}  # fmt: skip
SERIOUS = (
    ("death", "34", "resultsInDeath"), ("life_threatening", "21", "isLifeThreatening"),
    ("hospitalisation", "33", "requiresInpatientHospitalization"), ("disability", "35", "resultsInPersistentOrSignificantDisability"),
    ("congenital_anomaly", "12", "congenitalAnomalyBirthDefect"), ("other", "26", "otherMedicallyImportantCondition"),
)  # fmt: skip
OUTCOMES = {
    "recovered": ("1", "recovered/resolved"), "recovering": ("2", "recovering/resolving"),
    "not_recovered": ("3", "not recovered/not resolved/ongoing"), "recovered_with_sequelae": ("4", "recovered/resolved with sequelae"),
    "died": ("5", "fatal"), "unknown": ("0", "unknown"),
}  # fmt: skip
QUALIFICATIONS = {
    "physician": ("1", "Physician"), "pharmacist": ("2", "Pharmacist"), "other_health": ("3", "Other health professional"), "lawyer": ("4", "Lawyer"),
    "consumer": ("5", "Consumer or other non health professional"),
}  # fmt: skip
SEX = {"male": ("1", "Male"), "female": ("2", "Female")}
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


@dataclass(frozen=True, slots=True)
class Reporter:
    """The primary source of a case (C.2.r); empty texts were not told."""

    name: str = ""
    institution: str = ""
    position: str = ""
    qualification: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Icsr:
    """One case as the message tells it; empty texts were not told."""

    unique_number: str
    patient: str
    sex: str
    birth: date | None
    age_years: int | None
    history: str
    signs: Sequence[str]
    onset_at: datetime
    serious: Sequence[str]
    outcome: str
    vaccine: str
    manufacturer: str
    lot: str
    dosed_at: datetime | None
    dosed_on: date | None
    narrative: str
    comment: str
    received_at: datetime
    latest_at: datetime
    expedited: bool
    reporter: Reporter
    sender: str


def message(cases: Sequence[Icsr], *, sender: str, receiver: str, made: datetime) -> bytes:
    """A batch of these cases as XML. Ids are made from the cases' own numbers: the same batch told twice is the same message."""
    tree.register_namespace("", HL7)
    tree.register_namespace("xsi", XSI)
    root = _node(None, "MCCI_IN200100UV01", ITSVersion="XML_1.0")
    batch = uuid.uuid5(uuid.NAMESPACE_URL, "|".join([*(one.unique_number for one in cases), made.isoformat()]))
    _node(root, "id", extension=str(batch), root=f"{ICH}.3.22")
    _node(root, "creationTime", value=_stamp(made))
    _node(root, "responseModeCode", code="D")
    _node(root, "interactionId", extension="MCCI_IN200100UV01", root=INTERACTION)
    _node(root, "name", code="1", displayName="ichicsr", codeSystem=f"{ICH}.1.1")
    for one in cases:
        _case(root, one, sender, receiver, made)
    _party(root, "receiver", "RCV", receiver, f"{ICH}.3.14")
    _party(root, "sender", "SND", sender, f"{ICH}.3.13")
    tree.indent(root, "\t")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tree.tostring(root, encoding="utf-8")


def _node(parent: tree.Element | None, name: str, text: str = "", /, **attributes: str) -> tree.Element:
    found = {("{%s}type" % XSI if key == "xsi_type" else key): value for key, value in attributes.items()}  # noqa: UP031
    node = tree.Element(f"{{{HL7}}}{name}", found) if parent is None else tree.SubElement(parent, f"{{{HL7}}}{name}", found)
    node.text = text or None
    return node


def _chain(parent: tree.Element, *steps: tuple[str, dict[str, str]]) -> tree.Element:
    """Nested elements; returns the innermost."""
    for name, attributes in steps:
        parent = _node(parent, name, **attributes)
    return parent


def _stamp(moment: datetime) -> str:
    return clock.local(moment).strftime("%Y%m%d%H%M%S%z")


def _party(parent: tree.Element, name: str, kind: str, who: str, oid: str) -> None:
    device = _chain(parent, (name, {"typeCode": kind}), ("device", {"classCode": "DEV", "determinerCode": "INSTANCE"}))
    _node(device, "id", extension=who, root=oid)


def _case(root: tree.Element, one: Icsr, sender: str, receiver: str, made: datetime) -> None:
    body = _node(root, "PORR_IN049016UV")
    _node(body, "id", extension=one.unique_number, root=f"{ICH}.3.1")
    _node(body, "creationTime", value=_stamp(made))
    _node(body, "interactionId", extension="PORR_IN049016UV", root=INTERACTION)
    _node(body, "processingCode", code="P")
    _node(body, "processingModeCode", code="I")
    _node(body, "acceptAckCode", code="AL")
    _party(body, "receiver", "RCV", receiver, f"{ICH}.3.12")
    _party(body, "sender", "SND", sender, f"{ICH}.3.11")
    act = _node(body, "controlActProcess", classCode="CACT", moodCode="EVN")
    _node(act, "code", code="PORR_TE049016UV", codeSystem="2.16.840.1.113883.1.18")
    _node(act, "effectiveTime", value=_stamp(made))
    event = _chain(act, ("subject", {"typeCode": "SUBJ"}), ("investigationEvent", {"classCode": "INVSTG", "moodCode": "EVN"}))
    _node(event, "id", extension=one.unique_number, root=f"{ICH}.3.1")
    _node(event, "id", extension=one.unique_number, root=f"{ICH}.3.2")
    _node(event, "code", code="PAT_ADV_EVNT", codeSystem="2.16.840.1.113883.5.4")
    _node(event, "text", one.narrative)
    _node(event, "statusCode", code="active")
    _node(_node(event, "effectiveTime"), "low", value=_stamp(one.received_at))
    _node(event, "availabilityTime", value=_stamp(one.latest_at))
    _assessment(event, one)
    for code, name, value in (("1", "additionalDocumentsAvailable", False), ("23", "localCriteriaForExpedited", one.expedited)):
        observed = _chain(event, ("component", {"typeCode": "COMP"}), ("observationEvent", {"classCode": "OBS", "moodCode": "EVN"}))
        _node(observed, "code", code=code, codeSystem=OBSERVED, displayName=name)
        _node(observed, "value", xsi_type="BL", value=str(value).lower())
    _first_sender(event)
    _reporter(event, one)
    _sender(event, one)
    kind = _chain(event, ("subjectOf2", {"typeCode": "SUBJ"}), ("investigationCharacteristic", {"classCode": "OBS", "moodCode": "EVN"}))
    _node(kind, "code", code="1", codeSystem=f"{ICH}.1.23", displayName="ICH ReportType")
    _node(kind, "value", xsi_type="CE", code="1", displayName="Spontaneous report", codeSystem=f"{ICH}.1.2")


def _assessment(event: tree.Element, one: Icsr) -> None:
    assessed = _chain(event, ("component", {"typeCode": "COMP"}), ("adverseEventAssessment", {"classCode": "INVSTG", "moodCode": "EVN"}))
    role = _chain(assessed, ("subject1", {"typeCode": "SBJ"}), ("primaryRole", {"classCode": "INVSBJ"}))
    player = _node(role, "player1", classCode="PSN", determinerCode="INSTANCE")
    _node(player, "name", one.patient)
    if one.sex in SEX:
        _node(player, "administrativeGenderCode", code=SEX[one.sex][0], displayName=SEX[one.sex][1], codeSystem="1.0.5218")
    if one.birth is not None:
        _node(player, "birthTime", value=f"{one.birth:%Y%m%d}")
    if one.age_years is not None:
        age = _observation(role, "3", "age")
        _node(age, "value", value=str(one.age_years), unit="a", xsi_type="PQ")
    for sign in one.signs:
        _reaction(role, sign, one)
    _product(role, one)
    if one.comment:
        observed = _chain(assessed, ("component1", {"typeCode": "COMP"}), ("observationEvent", {"classCode": "OBS", "moodCode": "EVN"}))
        _node(observed, "code", code="10", codeSystem=OBSERVED, displayName="comment")
        _node(observed, "value", one.comment, xsi_type="ED")
        author = _chain(observed, ("author", {"typeCode": "AUT"}), ("assignedEntity", {"classCode": "ASSIGNED"}))
        _node(author, "code", code="1", codeSystem=f"{ICH}.1.21", displayName="sender")


def _observation(role: tree.Element, code: str, name: str) -> tree.Element:
    observed = _chain(role, ("subjectOf2", {"typeCode": "SBJ"}), ("observation", {"classCode": "OBS", "moodCode": "EVN"}))
    _node(observed, "code", code=code, displayName=name, codeSystem=OBSERVED)
    return observed


def _reaction(role: tree.Element, sign: str, one: Icsr) -> None:
    code, term = TERMS[sign]
    observed = _chain(role, ("subjectOf2", {"typeCode": "SBJ"}), ("observation", {"classCode": "OBS", "moodCode": "EVN"}))
    _node(observed, "id", root=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{one.unique_number}/{sign}")))
    _node(observed, "code", code="29", codeSystem=OBSERVED, displayName="reaction")
    span = _node(observed, "effectiveTime", xsi_type="IVL_TS")
    _node(span, "low", value=_stamp(one.onset_at))
    _node(observed, "value", xsi_type="CE", code=code, codeSystem=MEDDRA, codeSystemVersion=MEDDRA_VERSION)
    place = _chain(
        observed, ("location", {"typeCode": "LOC"}), ("locatedEntity", {"classCode": "LOCE"}),
        ("locatedPlace", {"determinerCode": "INSTANCE", "classCode": "COUNTRY"}),
    )  # fmt: skip
    _node(place, "code", code="VN", codeSystem=COUNTRY)
    told = _related(observed, "30", "reactionForTranslation")
    _node(told, "value", term, xsi_type="ED")
    for criterion, number, name in SERIOUS:
        answer = _related(observed, number, name)
        told_true = {"value": "true"} if criterion in one.serious else {"nullFlavor": "NI"}
        _node(answer, "value", xsi_type="BL", **told_true)
    outcome = _related(observed, "27", "outcome")
    number, name = OUTCOMES[one.outcome]
    _node(outcome, "value", xsi_type="CE", code=number, displayName=name, codeSystem=f"{ICH}.1.11")


def _related(parent: tree.Element, code: str, name: str) -> tree.Element:
    found = _chain(parent, ("outboundRelationship2", {"typeCode": "PERT"}), ("observation", {"classCode": "OBS", "moodCode": "EVN"}))
    _node(found, "code", code=code, codeSystem=OBSERVED, displayName=name)
    return found


def _product(role: tree.Element, one: Icsr) -> None:
    """The suspect vaccine with its lot and hour."""
    organizer = _chain(role, ("subjectOf2", {"typeCode": "SBJ"}), ("organizer", {"classCode": "CATEGORY", "moodCode": "EVN"}))
    _node(organizer, "code", code="4", codeSystem=f"{ICH}.1.20", displayName="drugInformation")
    given = _chain(organizer, ("component", {"typeCode": "COMP"}), ("substanceAdministration", {"classCode": "SBADM", "moodCode": "EVN"}))
    _node(given, "id", root=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{one.unique_number}/vaccine")))
    kind = _chain(
        given, ("consumable", {"typeCode": "CSM"}), ("instanceOfKind", {"classCode": "INST"}),
        ("kindOfProduct", {"classCode": "MMAT", "determinerCode": "KIND"}),
    )  # fmt: skip
    _node(kind, "name", one.vaccine)
    if one.manufacturer:
        holder = _chain(
            kind, ("asManufacturedProduct", {"classCode": "MANU"}), ("subjectOf", {"typeCode": "SBJ"}),
            ("approval", {"classCode": "CNTRCT", "moodCode": "EVN"}), ("holder", {"typeCode": "HLD"}), ("role", {"classCode": "HLD"}),
            ("playingOrganization", {"classCode": "ORG", "determinerCode": "INSTANCE"}),
        )  # fmt: skip
        _node(holder, "name", one.manufacturer)
    dose = _chain(given, ("outboundRelationship2", {"typeCode": "COMP"}), ("substanceAdministration", {"classCode": "SBADM", "moodCode": "EVN"}))
    when = _stamp(one.dosed_at) if one.dosed_at else f"{one.dosed_on:%Y%m%d}" if one.dosed_on else ""
    _node(dose, "effectiveTime", **({"value": when} if when else {"nullFlavor": "ASKU"}))
    lot = _chain(
        dose, ("consumable", {"typeCode": "CSM"}), ("instanceOfKind", {"classCode": "INST"}),
        ("productInstanceInstance", {"determinerCode": "INSTANCE", "classCode": "MMAT"}),
    )  # fmt: skip
    _node(lot, "lotNumberText", one.lot or "UNKNOWN")


def _first_sender(event: tree.Element) -> None:
    related = _chain(event, ("outboundRelationship", {"typeCode": "SPRT"}), ("relatedInvestigation", {"classCode": "INVSTG", "moodCode": "EVN"}))
    _node(related, "code", code="1", codeSystem=f"{ICH}.1.22", displayName="initialReport")
    author = _author(_node(related, "subjectOf2", typeCode="SUBJ"))
    _node(author, "code", code="1", displayName="regulator", codeSystem=f"{ICH}.1.3")


def _author(parent: tree.Element) -> tree.Element:
    return _chain(parent, ("controlActEvent", {"classCode": "CACT", "moodCode": "EVN"}), ("author", {"typeCode": "AUT"}), ("assignedEntity", {"classCode": "ASSIGNED"}))


def _reporter(event: tree.Element, one: Icsr) -> None:
    relation = _node(event, "outboundRelationship", typeCode="SPRT")
    _node(relation, "priorityNumber", value="1")
    related = _node(relation, "relatedInvestigation", classCode="INVSTG", moodCode="EVN")
    _node(related, "code", code="2", codeSystem=f"{ICH}.1.22", displayName="sourceReport")
    author = _author(_node(related, "subjectOf2", typeCode="SUBJ"))
    who = one.reporter
    if phone := _phone(who.phone):
        _node(author, "telecom", value=f"tel:{phone}")
    if _EMAIL.fullmatch(who.email):
        _node(author, "telecom", value=f"mailto:{who.email}")
    person = _node(author, "assignedPerson", classCode="PSN", determinerCode="INSTANCE")
    _node(_node(person, "name"), "given", who.name[:60] or "UNKNOWN")
    qualified = _node(person, "asQualifiedEntity", classCode="QUAL")
    if who.qualification in QUALIFICATIONS:
        number, name = QUALIFICATIONS[who.qualification]
        _node(qualified, "code", code=number, displayName=name, codeSystem=f"{ICH}.1.6")
    else:
        _node(qualified, "code", nullFlavor="UNK")
    country = _chain(person, ("asLocatedEntity", {"classCode": "LOCE"}), ("location", {"classCode": "COUNTRY", "determinerCode": "INSTANCE"}))
    _node(country, "code", code="VN", codeSystem=COUNTRY)
    _workplace(author, who)


def _workplace(author: tree.Element, who: Reporter) -> None:
    """The department (C.2.r.2.2) and within it the organisation it belongs to (C.2.r.2.1), each of at most 60 characters."""
    if not (who.institution or who.position):
        return
    department = _node(author, "representedOrganization", classCode="ORG", determinerCode="INSTANCE")
    if who.position:
        _node(department, "name", who.position[:60])
    if who.institution:
        of = _chain(department, ("assignedEntity", {"classCode": "ASSIGNED"}), ("representedOrganization", {"classCode": "ORG", "determinerCode": "INSTANCE"}))
        _node(of, "name", who.institution[:60])


def _phone(told: str) -> str:
    """The digits of a number, with the plus before a country's (C.2.r.2.7: at most 33 characters)."""
    digits = "".join(char for char in told if char.isascii() and char.isdigit())[:32]
    return f"+{digits}" if digits and told.strip().startswith("+") else digits


def _sender(event: tree.Element, one: Icsr) -> None:
    author = _author(_node(event, "subjectOf1", typeCode="SUBJ"))
    _node(author, "code", code="2", codeSystem=f"{ICH}.1.7")
    organization = _node(author, "representedOrganization", classCode="ORG", determinerCode="INSTANCE")
    _node(organization, "name", one.sender)
