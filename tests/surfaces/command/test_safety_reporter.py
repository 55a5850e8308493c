"""Who reports a case: asked once in the form, told in the case, the WHO form and the E2B(R3) message."""

import io
import re
from datetime import timedelta
from xml.etree import ElementTree as tree  # noqa: N813

import pytest
from pypdf import PdfReader

from khien.kernel.errors import Refused
from khien.safety import actions, queries
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit
from tests.surfaces.command.test_safety_pages import _dated, noon, officer

__all__ = ["noon"]
pytestmark = pytest.mark.usefixtures("db")
HL7 = "{urn:hl7-org:v3}"
WHO = {
    "reporter": "Nguyễn Văn Báo", "institution": "Bệnh viện Đa khoa Thử", "position": "Khoa Nhi", "qualification": "physician", "email": "bao@example.vn",
    "phone": "028 3990 0000",
}  # fmt: skip


def reported(source="desk"):
    """A severe reaction told by this way; returns its case's page."""
    made = make_visit(make_day(), state="closed", person_id=make.make_person("Trần Thị Mận Thử"))
    told = actions.report_reaction(person_id=made.person_id, symptoms=["seizure"], onset_at=AT + timedelta(hours=1), source=source, by=BY, at=AT + timedelta(hours=1))
    return told.aefi_id, f"/dieu-phoi/an-toan/ho-so/{told.aefi_id}"


def source_of(client, page):
    """The primary source of the message."""
    root = tree.fromstring(client.get(f"{page}/icsr.xml").content)  # noqa: S314 (our own)
    return next(one for one in root.iter(f"{HL7}relatedInvestigation") if one.find(f"{HL7}code").get("displayName") == "sourceReport")


def typed(client, page, **more):
    """The form as somebody fills it in."""
    form = client.get(f"{page}/sua").text
    version = re.search(r'name="version" value="(\d+)"', form).group(1)
    return client.post(f"{page}/sua", _dated(form, {"version": version, "outcome": "unknown", "severe": "on", "onset_hour": "10:00"} | more))


def test_who_reports_is_typed_once_and_told_in_case_paper_and_message():
    aefi_id, page = reported()
    desk = officer("safety_officer")
    assert 'name="qualification"' in desk.get(f"{page}/sua").text
    assert typed(desk, page, **WHO).status_code == 302
    assert WHO.items() <= queries.aefi(aefi_id, at=AT).facts.items()
    case = desk.get(page).text
    assert "Trình độ chuyên môn của người báo" in case
    assert "Bác sĩ" in case
    paper = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(desk.get(f"{page}/phieu.pdf").content)).pages).split())
    assert [text for text in ("Nguyễn Văn Báo", "Bệnh viện Đa khoa Thử", "Khoa Nhi, Bác sĩ", "bao@example.vn", "028 3990 0000") if text not in paper] == []
    source = source_of(desk, page)
    assert [one.get("value") for one in source.iter(f"{HL7}telecom")] == ["tel:02839900000", "mailto:bao@example.vn"]
    assert source.find(f".//{HL7}asQualifiedEntity/{HL7}code").get("code") == "1"
    assert [one.text for one in source.iter(f"{HL7}name") if one.text and one.text.strip()] == ["Khoa Nhi", "Bệnh viện Đa khoa Thử"]


def test_a_mail_that_is_none_and_a_profession_that_is_none_are_refused_and_the_form_is_kept():
    aefi_id, page = reported()
    desk = officer("safety_officer")
    refused = typed(desk, page, **WHO | {"email": "hỏi lại sau", "qualification": "thợ"})
    assert refused.status_code == 200
    assert "Khoa Nhi" in refused.text
    assert "hỏi lại sau" in refused.text
    assert queries.aefi(aefi_id, at=AT).facts == {}
    with pytest.raises(Refused, match=r"safety\.qualification_unknown"):
        actions.edit_aefi(aefi_id=aefi_id, facts={"qualification": "thợ"}, by=BY, at=AT + timedelta(hours=2))


@pytest.mark.parametrize(("source", "code"), [("health_book", "5"), ("portal", "5"), ("desk", None), ("hotline", None)])
def test_who_tells_it_in_their_own_book_reports_as_no_health_professional_and_of_others_it_is_not_known(source, code):
    _aefi_id, page = reported(source)
    told = source_of(officer("safety_officer"), page).find(f".//{HL7}asQualifiedEntity/{HL7}code")
    assert (told.get("code"), told.get("nullFlavor")) == (code, None if code else "UNK")
