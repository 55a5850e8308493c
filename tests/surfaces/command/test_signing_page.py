"""Whoever signs for the ministry sees what waits, with the name of the facility of each; no other facility is read."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khien.certificates import actions
from khien.kernel.refs import SYSTEM, Scope
from tests import make
from tests.make import AT
from tests.rooms.certificates.test_certificates_on_record import a_dose, a_verified_person
from tests.surfaces.command.desk import officer


@pytest.fixture
def waiting(db, tmp_path, monkeypatch):
    for name, value in (("SIGNING", "manual"), ("SIGNER", ""), ("DATA", tmp_path)):
        monkeypatch.setattr(settings, name, value)
    facility = make.make_facility(name="Trạm Y tế Chờ Ký")
    make.make_facility(name="Trạm Y tế Ở Nơi Khác")
    record = a_dose(a_verified_person(), facility_id=str(facility))
    assert actions.issue_for(record_id=record, by=SYSTEM, at=AT).hold == "waiting_facility_signature"


def test_a_page_of_what_waits_names_its_facilities_and_reads_only_these(waiting):
    signer = officer("signer", scope=Scope("nation"))
    with CaptureQueriesContext(connection) as asked:
        text = signer.get("/dieu-phoi/ky").text
    assert "Trạm Y tế Chờ Ký" in text
    assert "Ở Nơi Khác" not in text
    read = [one["sql"] for one in asked.captured_queries if 'FROM "facility"' in one["sql"]]
    assert read
    assert [sql for sql in read if "WHERE" not in sql] == []


def test_an_empty_page_reads_no_facility_at_all(db):
    signer = officer("signer", scope=Scope("nation"))
    with CaptureQueriesContext(connection) as asked:
        assert signer.get("/dieu-phoi/ky").status_code == 200
    assert [one["sql"] for one in asked.captured_queries if 'FROM "facility"' in one["sql"] and "WHERE" not in one["sql"]] == []
