"""The audit: rows written in each action's own transaction, chained by hash."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from khien.kernel.refs import Actor

from .models import AccessLog


def record(action: str, *, by: Actor, at: datetime, subject: str = "", person: UUID | None = None, **facts: Any) -> None:
    """Write one act into the audit. Facts are ids, codes and states: never a name, a number or a phone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_append(%s, %s, %s, %s, %s, %s)",
            [at, by.text, action, subject, person, json.dumps(facts, default=str, sort_keys=True)],
        )


def record_many(action: str, *, by: Actor, at: datetime, rows: list[tuple[str, UUID | None, dict[str, Any]]]) -> None:
    """Write one act for each (subject, person, facts) in one statement; chains are locked in their order."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(audit_append(%s, %s, %s, s, p, f::jsonb)) FROM (SELECT * FROM"
            " unnest(%s::text[], %s::uuid[], %s::text[]) AS t(s, p, f) ORDER BY abs(hashtext(coalesce(p::text, %s))) %% 64) o",
            [
                at, by.text, action, [row[0] for row in rows], [row[1] for row in rows],
                [json.dumps(row[2], default=str, sort_keys=True) for row in rows], by.text,
            ],
        )  # fmt: skip


def read(*, person: UUID, by: Actor, at: datetime, purpose: str, office: str = "", route: str = "") -> None:
    """Log that a staff member opened this person's record; the citizen sees it."""
    if by.kind == "staff" and by.id:
        AccessLog.objects.create(
            person_id=person, at=at, staff_id=by.id, post_id=by.post_id, office=office, purpose=purpose, route=route
        )


def read_many(
    *,
    persons: list[UUID],
    by: Actor,
    at: datetime,
    purpose: str,
    office: str = "",
    route: str = "",
    once_since: datetime | None = None,
) -> None:
    """Log one read for each person on a list that a staff member was shown.

    With `once_since`, a person whose read for this purpose is logged since then needs no second row: a screen that stays open all
    day is one look.
    """
    if by.kind != "staff" or not by.id:
        return
    seen: set[UUID] = set()
    if once_since is not None:
        logged = AccessLog.objects.filter(staff_id=by.id, at__gte=once_since, purpose=purpose, person_id__in=persons)
        seen = set(logged.values_list("person_id", flat=True))
    shown = [person for person in dict.fromkeys(persons) if person not in seen]
    if shown:
        log = {"at": at, "staff": by.id, "post": by.post_id, "office": office, "purpose": purpose, "route": route}
        with connection.cursor() as cursor:
            cursor.execute("SELECT access_log_write(%s::uuid[], %s::jsonb)", [shown, json.dumps(log, default=str)])


@dataclass(frozen=True)
class Broken:
    """The first row of a chain that does not hold."""

    chain: int
    seq: int
    why: str


_CHECK = """
SELECT seq, seq = lag(seq, 1, 0::bigint) OVER w + 1 AS in_order,
       prev = lag(hash, 1, sha256(convert_to('khien audit chain ' || chain, 'UTF8'))) OVER w AS linked,
       hash = audit_hash(prev, chain, seq, at, actor, action, subject, person_id, facts) AS intact, hash
FROM audit_row WHERE chain = %s WINDOW w AS (ORDER BY seq) ORDER BY seq
"""


def verify(copied_heads: dict[int, tuple[int, str]] | None = None) -> Iterator[Broken]:
    """Name the first broken row of each chain; a tail cut off shows against the head and its copies outside."""
    for chain in range(64):
        broken = _first_broken(chain, (copied_heads or {}).get(chain))
        if broken:
            yield broken


def _first_broken(chain: int, copied: tuple[int, str] | None) -> Broken | None:
    last, last_hash, copied_hash = 0, b"", ""
    with connection.cursor() as cursor:
        cursor.execute(_CHECK, [chain])
        while rows := cursor.fetchmany(5000):
            for seq, in_order, linked, intact, digest in rows:
                if not in_order:
                    return Broken(chain, last + 1, "missing")
                if not intact:
                    return Broken(chain, seq, "altered")
                if not linked:
                    return Broken(chain, seq, "unlinked")
                last, last_hash = seq, bytes(digest)
                if copied and seq == copied[0]:
                    copied_hash = last_hash.hex()
        cursor.execute("SELECT seq, hash FROM audit_head WHERE chain = %s", [chain])
        head = cursor.fetchone()
    if head is None or head[0] != last or (last and bytes(head[1]) != last_hash):
        return Broken(chain, last + 1, "cut")
    if copied and copied[0] and copied_hash != copied[1]:
        return Broken(chain, min(copied[0], last + 1), "cut" if last < copied[0] else "rewritten")
    return None


def heads() -> dict[int, tuple[int, str]]:
    """The chains' heads as text, to be copied outside the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain, seq, encode(hash, 'hex') FROM audit_head ORDER BY chain")
        return {chain: (seq, digest) for chain, seq, digest in cursor.fetchall()}


def lost(copied: dict[int, tuple[int, str]]) -> list[int]:
    """The chains that no longer hold the row which was copied outside the database: cut, or written anew."""
    asked = [(chain, seq, digest) for chain, (seq, digest) in copied.items() if seq]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.chain FROM unnest(%s::int[], %s::bigint[], %s::text[]) AS c(chain, seq, digest) LEFT JOIN audit_row r"
            " ON r.chain = c.chain AND r.seq = c.seq WHERE encode(r.hash, 'hex') IS DISTINCT FROM c.digest ORDER BY 1",
            [[row[0] for row in asked], [row[1] for row in asked], [row[2] for row in asked]],
        )
        return [chain for (chain,) in cursor.fetchall()]
