"""What a tampered desk asks over the line: an answer that names what is wrong, never a fault."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khien.kernel import clock
from tests.make_day import WELL, healthy, make_visit
from tests.make_desk import post

pytestmark = pytest.mark.usefixtures("db")
ASKED = {"tim": {"q": "thu"}, "de-xuat": {"answers": healthy(), "vitals": WELL}, "truoc-tiem": {"lot_number": "A1", "slip": "", "confirmed_facts": []}}
NONSENSE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20), st.sampled_from([
    "\x00", "\ud800", "x" * 9000, [], {}, ["a", None, {}], {"items": "x"}, {"items": {"1": []}}, {"background": [[]]}, {"temperature_c": {}},
]))  # fmt: skip


@pytest.mark.parametrize("path", sorted(ASKED))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_question_of_nonsense_is_answered_with_its_fault_named(lead, day, path, data):
    made = make_visit(day, state="consented", at=clock.now())
    asked = {"visit_id": str(made.visit.visit_id), "lot_id": str(day.lot_id), **ASKED[path]}
    asked[data.draw(st.sampled_from(sorted(asked)))] = data.draw(NONSENSE)
    answer = post(lead, f"/diem/{day.session_id}/{path}", asked)
    assert answer.status_code in (200, 409), answer.content
    assert answer.status_code == 200 or answer.json()["refused"]["vi"]


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"commands":' * 5_000, b"", b"[]", b"\xff\xfe", b'{"commands": "x"}', b'{"commands": {"a": 1}}', b"1" * 6_000, b"NaN", b" " * 11_000_000],
    ids=["brackets", "deep", "empty", "list", "bytes", "word", "object", "number", "nan", "huge"],
)  # fmt: skip
def test_a_body_that_is_no_batch_is_refused_by_name(lead, day, body):
    answer = lead.post(f"/diem/{day.session_id}/lenh", body, content_type="application/json")
    assert answer.status_code == 409, answer.content[:200]
    assert json.loads(answer.content)["refused"]["code"] in ("commands.unreadable", "commands.too_big")
