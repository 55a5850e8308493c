"""The WHO form of an adverse event: one page that says everything, and nothing cut when much was told."""

import io
from dataclasses import replace
from datetime import UTC, datetime

from pypdf import PdfReader

from khien.safety import core
from khien.surfaces.web import paper

MADE = datetime(2021, 12, 14, 3, 0, tzinfo=UTC)
FACTS = paper.AefiFacts(
    code="10000000008", unique_number="VN-KHIEN-10000000008", values={one.code: f"<{one.code}>" for one in core.VARIABLES},
    more={one.code: f"[{one.code}]" for one in core.MORE}, patient_phone="0900 000 123", signs=("seizure",), anaphylaxis=True, serious=("hospitalisation",),
    outcome="recovering", died_on="", site="Điểm tiêm thử", interval="2 giờ", dates=(("Báo cáo", "14/12/2021 10:00"), ("Hội đồng", "")),
    cause="A1. Liên quan đến sản phẩm vắc xin", made=MADE,
)  # fmt: skip
# Said elsewhere on the form: the code at the top, the ticked boxes.
NOT_WRITTEN = {"dose_number", "unique_number", "outcome", "serious", "severity"}


def _read(octets):
    pages = PdfReader(io.BytesIO(octets)).pages
    return len(pages), " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_form_is_one_page_and_says_every_variable():
    count, text = _read(paper.aefi_form_pdf(FACTS))
    assert count == 1
    assert [one.code for one in core.VARIABLES if one.code not in NOT_WRITTEN and f"<{one.code}>" not in text] == []
    assert "VN-KHIEN-10000000008" in text
    assert "A1. Liên quan đến sản phẩm vắc xin" in text
    assert [code for code in ("description", "diagnosis", "treatment", "hospital", "findings", "autopsy") if f"[{code}]" not in text] == []


def test_a_long_story_goes_on_to_another_page_and_nothing_is_cut():
    long = " ".join(f"câu{n}" for n in range(900))
    count, text = _read(paper.aefi_form_pdf(replace(FACTS, more={"description": long, "findings": long})))
    assert count > 1
    assert text.count("câu899") == 2
