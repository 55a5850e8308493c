"""Rows of a list that registered nobody: what they say of people is gone after 90 days, their number and verdict stay."""

from datetime import timedelta

import pytest

from khien.kernel.errors import Refused
from khien.plumbing import files
from khien.plumbing.models import FileChunk, StoredFile
from khien.registration import actions, queries
from khien.registration.models import ListRow, PeopleList
from tests import make

LATER = make.AT + timedelta(days=91)


def test_after_90_days_a_row_that_was_never_sent_says_nothing_of_a_person_and_keeps_its_verdict(db):
    list_id = make.make_list()
    before = {row.number: row.state for row in queries.list_rows(list_id)}
    assert actions.wipe_old_rows(make.AT + timedelta(days=89)) == 0
    assert actions.wipe_old_rows(LATER) == 2
    rows = queries.list_rows(list_id)
    assert {row.number: row.state for row in rows} == before
    assert all(not row.cells and not row.values and not row.possible for row in rows)
    refused = next(row for row in rows if row.state == "refused")
    assert {one["field"] for one in refused.refusals} >= {"birth"} or refused.refusals
    assert all(set(one) <= {"field", "code", "why"} for row in rows for one in (*row.refusals, *row.repairs, *row.warnings))
    assert not ListRow.objects.exclude(number_hash="").exists()
    assert actions.wipe_old_rows(LATER) == 0


def test_rows_that_became_registrations_stay_as_the_sender_sent_them(db):
    list_id = make.make_list()
    actions.send_list(list_id=list_id, by=make.BY, at=make.AT)
    make.work(make.AT)
    assert actions.wipe_old_rows(LATER) == 1
    sent = next(row for row in queries.list_rows(list_id) if row.state == "sent")
    assert sent.values["full_name"]


def test_a_wiped_row_is_neither_sent_nor_decided(db):
    list_id = make.make_list()
    actions.wipe_old_rows(LATER)
    row = queries.list_rows(list_id)[0]
    with pytest.raises(Refused, match="row_wiped"):
        actions.decide_row(row=row.id, decision="new", by=make.BY, at=LATER)
    assert queries.list_view(list_id).sendable == 0


def test_the_file_itself_goes_on_its_last_day(db):
    list_id = make.make_list()
    file_id = PeopleList.objects.get(id=list_id).file_id
    assert files.clear_expired(make.AT + timedelta(days=80)) == 0
    assert files.clear_expired(LATER) == 1
    assert not FileChunk.objects.filter(file_id=file_id).exists()
    assert StoredFile.objects.get(id=file_id).sha256
    assert files.clear_expired(LATER) == 0
