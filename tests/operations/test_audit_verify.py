"""Whoever alters, deletes or cuts a row of the audit, be it the database's superuser: `audit verify` names the first such row."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid5

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khien.config import audit_command, worker
from khien.kernel.refs import SYSTEM
from khien.plumbing import audit
from khien.plumbing.models import AuditHead, AuditRow

AT = datetime(2021, 12, 16, 1, 0, tzinfo=UTC)
PEOPLE = [uuid5(UUID(int=1), str(number)) for number in range(3)]
OTHER = {
    "at": AT - timedelta(microseconds=1), "actor": "staff:x", "action": "visits.undo", "subject": "visit:2", "person_id": UUID(int=7),
    "facts": '{"state": "other"}', "prev": b"p" * 32, "hash": b"h" * 32,
}  # fmt: skip
chains = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(acts: list[int]) -> None:
    for number, who in enumerate(acts):
        audit.record(
            "visits.give_dose", by=SYSTEM, at=AT + timedelta(seconds=number), subject="visit:1", person=PEOPLE[who], lot="99AB"
        )


def rows_of(person: int) -> list[AuditRow]:
    return list(AuditRow.objects.filter(person_id=PEOPLE[person]).order_by("seq"))


def broken(copied: dict[int, tuple[int, str]] | None = None) -> list[audit.Broken]:
    return list(audit.verify(copied))


some_acts = st.lists(st.integers(0, 2), min_size=3, max_size=14).filter(lambda acts: acts.count(0) >= 2)


@chains
@given(acts=some_acts, which=st.integers(0, 99), column=st.sampled_from(sorted(OTHER)))
def test_an_altered_row_is_named_whatever_was_altered(db: None, acts: list[int], which: int, column: str) -> None:
    with transaction.atomic():
        write(acts)
        assert broken() == []
        row = (rows := rows_of(0))[which % len(rows)]
        AuditRow.objects.filter(chain=row.chain, seq=row.seq).update(**{column: OTHER[column]})
        assert broken() == [audit.Broken(row.chain, row.seq, "altered")]
        transaction.set_rollback(True)


@chains
@given(acts=some_acts, which=st.integers(0, 99))
def test_a_deleted_row_is_named(db: None, acts: list[int], which: int) -> None:
    with transaction.atomic():
        write(acts)
        row = (rows := rows_of(0))[which % len(rows)]
        last = AuditHead.objects.get(chain=row.chain).seq
        AuditRow.objects.filter(chain=row.chain, seq=row.seq).delete()
        assert broken() == [audit.Broken(row.chain, row.seq, "cut" if row.seq == last else "missing")]
        transaction.set_rollback(True)


@chains
@given(acts=some_acts, which=st.integers(0, 99))
def test_a_row_altered_with_its_hash_breaks_the_next_link(db: None, acts: list[int], which: int) -> None:
    with transaction.atomic():
        write(acts)
        row = (rows := rows_of(0))[which % len(rows)]
        last = AuditHead.objects.get(chain=row.chain).seq
        rehash(row.chain, row.seq, subject="visit:2")
        assert broken() == [audit.Broken(row.chain, row.seq + 1, "cut" if row.seq == last else "unlinked")]
        transaction.set_rollback(True)


@chains
@given(acts=some_acts, keep=st.integers(0, 99))
def test_a_tail_cut_together_with_its_head_shows_against_the_copy_outside(db: None, acts: list[int], keep: int) -> None:
    with TemporaryDirectory() as outside, transaction.atomic():
        write(acts)
        copied = copy(Path(outside))
        chain = rows_of(0)[0].chain
        kept = keep % AuditHead.objects.get(chain=chain).seq
        AuditRow.objects.filter(chain=chain, seq__gt=kept).delete()
        move_head(chain, kept)
        assert broken() == []
        assert broken(copied) == [audit.Broken(chain, kept + 1, "cut")]
        assert copy(Path(outside))[chain] == copied[chain], "the copy is the evidence and stays"
        transaction.set_rollback(True)


@chains
@given(acts=some_acts, which=st.integers(0, 99))
def test_a_chain_written_anew_to_its_end_shows_against_the_copy_outside(db: None, acts: list[int], which: int) -> None:
    with TemporaryDirectory() as outside, transaction.atomic():
        write(acts)
        copied = copy(Path(outside))
        row = (rows := rows_of(0))[which % len(rows)]
        last = AuditHead.objects.get(chain=row.chain).seq
        for seq in range(row.seq, last + 1):
            rehash(row.chain, seq, subject="visit:2", relink=True)
        move_head(row.chain, last)
        assert broken() == []
        write([0])  # work goes on over the forged tail
        assert broken(copied) == [audit.Broken(row.chain, last, "rewritten")]
        assert broken(copy(Path(outside))) == broken(copied)
        transaction.set_rollback(True)


def rehash(chain: int, seq: int, *, subject: str, relink: bool = False) -> None:
    """Alter a row and give it the hash that fits, as one who knows how the chain is made."""
    with connection.cursor() as cursor:
        if relink:
            cursor.execute(
                "UPDATE audit_row r SET prev = b.hash FROM audit_row b WHERE r.chain = %s AND r.seq = %s AND b.chain = r.chain"
                " AND b.seq = r.seq - 1",
                [chain, seq],
            )
        cursor.execute(
            "UPDATE audit_row SET subject = %s, hash = audit_hash(prev, chain, seq, at, actor, action, %s, person_id, facts)"
            " WHERE chain = %s AND seq = %s",
            [subject, subject, chain, seq],
        )


def move_head(chain: int, seq: int) -> None:
    """Let the head say that the chain ends at this row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_head SET seq = %s, hash = coalesce((SELECT hash FROM audit_row r WHERE r.chain = audit_head.chain AND r.seq = %s),"
            " sha256(convert_to('khien audit chain ' || chain, 'UTF8'))) WHERE chain = %s",
            [seq, seq, chain],
        )


def copy(folder: Path) -> dict[int, tuple[int, str]]:
    """What the worker writes each minute, read back."""
    worker.copy_heads(folder, AT)
    return worker.read_heads(folder / "audit-heads.json")


@pytest.fixture
def beside(db: None, tmp_path: Path):
    for heads in tmp_path.glob("audit-heads.json"):
        heads.unlink()
    with override_settings(DATA=tmp_path):
        yield tmp_path


def test_the_command_names_the_first_broken_row_and_ends_with_1(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write([0, 0, 1])
    assert audit_command.main([]) == 0
    said = capsys.readouterr()
    assert "audit intact: " in said.out
    assert "no copy of the heads" in said.err
    worker.copy_heads(beside, AT)
    row = rows_of(0)[0]
    AuditRow.objects.filter(chain=row.chain, seq=row.seq).update(facts="{}")
    assert audit_command.main([]) == 1
    assert capsys.readouterr().out == f"chain {row.chain}: first broken row {row.seq} (altered)\n"


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"heads": {"0": 1}}), "\x00"])
def test_a_copy_of_the_heads_that_cannot_be_read_is_no_good_news(
    beside: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (beside / "audit-heads.json").write_text(text)
    assert audit_command.main([]) == 1
    assert "cannot be read" in capsys.readouterr().out
