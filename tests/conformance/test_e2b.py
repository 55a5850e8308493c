"""Our AEFI message beside published E2B(R3) instances: the same root, interaction ids, places and OIDs."""

import os
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as tree  # noqa: N813

import pytest

from khien.interchange import e2b

INSTANCES = Path(os.environ.get("KHIEN_CONFORMANCE") or Path(__file__).parents[3] / "shared" / "conformance") / "e2b-r3" / "instances"
NS = f"{{{e2b.HL7}}}"
AT = datetime(2021, 12, 14, 2, 0, tzinfo=UTC)
CASE = e2b.Icsr(
    unique_number="VN-KHIEN-10000000008", patient="TTM", sex="female", birth=date(1984, 3, 12), age_years=37, history="", signs=("anaphylaxis", "rash"),
    onset_at=AT, serious=("life_threatening",), outcome="recovered", vaccine="AZD1222", manufacturer="AstraZeneca", lot="ABV5297", dosed_at=AT, dosed_on=None,
    narrative="Phản vệ độ 2 & mề đay <toàn thân>", comment="A1", received_at=AT, latest_at=AT, expedited=True, reporter=e2b.Reporter("BS Thử", "Bệnh viện Thử", "Trưởng khoa Nhi", "physician", "028 3990 0000", "thu@example.vn"),
    sender="Sở Y tế thử",
)  # fmt: skip


def built(*cases):
    return tree.fromstring(e2b.message(cases or (CASE,), sender="VNSYT79", receiver="VNMOH", made=AT))  # noqa: S314 (our own)


def places(root):
    """Every place of an element below the root, as names."""
    found = set()

    def walk(node, path):
        here = (*path, node.tag.removeprefix(NS))
        found.add(here)
        for child in node:
            walk(child, here)

    walk(root, ())
    return found


def oids(root):
    return {value for node in root.iter() for name, value in node.attrib.items() if name in ("root", "codeSystem") and value[:2] in ("2.", "1.")}


@pytest.fixture(scope="module")
def published():
    if not INSTANCES.is_dir():
        pytest.skip(f"the suite e2b-r3 is not at {INSTANCES} (set KHIEN_CONFORMANCE)")
    return [tree.parse(path).getroot() for path in sorted(INSTANCES.glob("*.xml"))]  # noqa: S314 (files of ours)


def test_every_place_of_our_message_stands_in_a_published_one(published):
    """A reporter's workplace stands in none; it is told as a published sender's is (C.2.r.2.1, C.2.r.2.2 beside C.3.2, C.3.3.1)."""
    known = set().union(*(places(root) for root in published))
    sender = ("subjectOf1", "controlActEvent", "author", "assignedEntity")
    source = ("outboundRelationship", "relatedInvestigation", "subjectOf2", "controlActEvent", "author", "assignedEntity")
    known |= {(*one[:at], *source, *one[at + 4 :]) for one in known for at in range(len(one)) if one[at : at + 4] == sender and "representedOrganization" in one}
    assert sorted("/".join(place) for place in places(built()) - known) == []


def test_every_oid_of_our_message_stands_in_a_published_one(published):
    known = set().union(*(oids(root) for root in published))
    assert oids(built()) - known == set()


def test_children_stand_in_the_published_order(published):
    """Wherever two kinds of children stand together in both, they stand in the same order."""
    wrong = set()
    before = {}
    for root in published:
        for node in root.iter():
            names = [child.tag for child in node if isinstance(child.tag, str)]
            for n, one in enumerate(names):
                for other in names[n + 1 :]:
                    before.setdefault(node.tag, set()).add((one, other))
    for node in built().iter():
        names = [child.tag for child in node]
        for n, one in enumerate(names):
            for other in names[n + 1 :]:
                known = before.get(node.tag, set())
                if one != other and (other, one) in known and (one, other) not in known:
                    wrong.add((node.tag, one, other))
    assert not wrong


def test_an_importer_reads_number_patient_reactions_product_and_seriousness():
    root = built()
    event = root.find(f".//{NS}investigationEvent")
    assert root.tag == f"{NS}MCCI_IN200100UV01"
    assert event.find(f"{NS}id").get("extension") == "VN-KHIEN-10000000008"
    assert root.find(f".//{NS}player1/{NS}name").text == "TTM"
    reactions = [one for one in root.iter(f"{NS}observation") if one.find(f"{NS}code").get("displayName") == "reaction"]
    assert [one.find(f"{NS}value").get("code") for one in reactions] == ["10002198", "10037844"]
    serious = [one.find(f"{NS}code").get("displayName") for one in reactions[0].iter(f"{NS}observation") if one.find(f"{NS}value").get("value") == "true"]
    assert serious == ["isLifeThreatening"]
    assert root.find(f".//{NS}lotNumberText").text == "ABV5297"
    assert event.find(f"{NS}text").text == CASE.narrative


def test_every_sign_of_the_house_has_its_term():
    from khien.safety import rules

    assert set(rules.BY_CODE) | {"anaphylaxis"} == set(e2b.TERMS)
    assert {one.value for one in rules.Outcome} == set(e2b.OUTCOMES)
    assert {one.value for one in rules.Serious} == {one for one, *_rest in e2b.SERIOUS}


def reporter(**told):
    """What the message says of its primary source: telecoms, name, qualification, department, organisation."""
    root = built(replace(CASE, reporter=e2b.Reporter(**told)))
    source = next(one for one in root.iter(f"{NS}relatedInvestigation") if one.find(f"{NS}code").get("displayName") == "sourceReport")
    entity = source.find(f".//{NS}assignedEntity")
    person, work = entity.find(f"{NS}assignedPerson"), entity.find(f"{NS}representedOrganization")
    department = work.find(f"{NS}name") if work is not None else None
    organisation = work.find(f"{NS}assignedEntity/{NS}representedOrganization/{NS}name") if work is not None else None
    return (
        [one.get("value") for one in entity.findall(f"{NS}telecom")], person.find(f"{NS}name/{NS}given").text, dict(person.find(f"{NS}asQualifiedEntity/{NS}code").attrib),
        department.text if department is not None else None, organisation.text if organisation is not None else None,
    )  # fmt: skip


def test_the_reporter_is_told_with_workplace_profession_phone_and_mail():
    physician = {"code": "1", "displayName": "Physician", "codeSystem": "2.16.840.1.113883.3.989.2.1.1.6"}
    told = asdict(CASE.reporter)
    assert reporter(**told) == (["tel:02839900000", "mailto:thu@example.vn"], "BS Thử", physician, "Trưởng khoa Nhi", "Bệnh viện Thử")
    assert reporter(**told | {"phone": "+84 28 3990 0000", "position": ""})[0][0] == "tel:+842839900000"
    assert reporter(**told | {"institution": "Trạm Y tế " * 20})[4] == ("Trạm Y tế " * 20)[:60]


def test_what_nobody_told_of_the_reporter_is_left_out_or_said_to_be_unknown():
    assert reporter() == ([], "UNKNOWN", {"nullFlavor": "UNK"}, None, None)
    assert reporter(name="BS Thử", email="không có", phone="+ chưa rõ", qualification="thợ")[:3] == ([], "BS Thử", {"nullFlavor": "UNK"})
    assert reporter(institution="Trạm Y tế thử")[3:] == (None, "Trạm Y tế thử")


def test_every_profession_of_the_house_has_its_code():
    from khien.safety import core

    assert {one.value for one in core.Qualification} == set(e2b.QUALIFICATIONS) == {one.value for one in core.QUALIFICATIONS}
