"""Every list and board once more with so many people behind it: one call of the application each, in this process, undone afterwards.

Run it on databases of different sizes and keep what it says (`--json`); `python -m khien.bench.plot` draws them beside each other.
"""

import statistics
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.contrib.sessions.backends.base import SessionBase
from django.db import connection, transaction
from django.test import Client

from khien.access import actions as access
from khien.bench import making
from khien.bench.ground import Ground
from khien.bench.result import Result
from khien.kernel.refs import SYSTEM, Scope

CALLS = 5
HOST = {"host": "localhost"}
# (name, who, address): who is nobody, the nation's officer, a province's, a district's, a commune's.
PAGES = (
    ("portal home", "", "/"), ("portal numbers", "", "/so-lieu"), ("portal points", "", "/diem-tiem?tinh={province}"), ("portal timeliness", "", "/minh-bach/kip-thoi"),
    ("portal promises", "", "/minh-bach/sua-sai"),
    ("board, nation", "nation", "/dieu-phoi/"), ("board, province", "province", "/dieu-phoi/"), ("board, district", "district", "/dieu-phoi/"),
    ("plan, province", "province", "/dieu-phoi/ke-hoach?noi=2021-{province}"), ("sessions", "province", "/dieu-phoi/buoi"),
    ("waiting list, province", "province", "/dieu-phoi/cho-tiem?noi=2021-{province}"), ("waiting list, district", "district", "/dieu-phoi/cho-tiem?noi=2021-{district}"),
    ("call sheet, commune", "commune", "/dieu-phoi/goi?noi=2021-{commune}"), ("allocations", "province", "/dieu-phoi/phan-bo"),
    ("people by name", "district", "/dieu-phoi/ho-so"), ("duplicates", "nation", "/dieu-phoi/ho-so/trung"),
    ("daily report, nation", "nation", "/dieu-phoi/bao-cao"), ("coverage, nation", "nation", "/dieu-phoi/bao-cao/bao-phu"), ("timeliness, nation", "nation", "/dieu-phoi/bao-cao/kip-thoi"),
    ("rounds", "province", "/dieu-phoi/bao-cao/dot"), ("corrections", "nation", "/dieu-phoi/bao-cao/sua-sai"), ("readiness", "province", "/dieu-phoi/san-sang"),
    ("stock, province", "province", "/dieu-phoi/kho"), ("lots", "nation", "/dieu-phoi/kho/lo"), ("cold chain", "province", "/dieu-phoi/kho/lanh"),
    ("consignments", "province", "/dieu-phoi/kho/chuyen"), ("differences of stock", "province", "/dieu-phoi/kho/viec"),
    ("AEFI line list", "nation", "/dieu-phoi/an-toan"), ("AEFI rates", "nation", "/dieu-phoi/an-toan/ty-le"),
    ("AEFI by lot", "nation", "/dieu-phoi/an-toan/ty-le?theo=lot"), ("signals", "nation", "/dieu-phoi/an-toan/tin-hieu"),
    ("AEFI map", "nation", "/dieu-phoi/an-toan/ban-do"), ("people to ask after", "province", "/dieu-phoi/an-toan/hoi-tham"),
    ("doses in doubt", "province", "/dieu-phoi/mui-can-quyet"),
    ("case queue", "nation", "/mcc/"), ("operations board", "nation", "/mcc/van-hanh"),
)  # fmt: skip
ASKED = {"people by name": {"text": "Nguyễn Văn An"}}  # sent by POST: no address holds a name
ROLES = ("planner", "reporter", "stock_keeper", "list_keeper", "safety_officer", "t3_operations", "supervisor", "contact_agent")


class _Undone(Exception):
    """Nothing of the bench stays."""


def run(ground: Ground) -> Iterator[Result]:
    """Yield a line for each list and board: some calls, what is kept for half a minute thrown away before each.

    The processor time is our process's and PostgreSQL's together; the rate is that of the fastest call.
    """
    try:
        with transaction.atomic():
            facts, found = _facts(), []
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # so that one process does all that is counted
            officers = {kind: _officer(kind, facts, ground) for kind in ("nation", "province", "district", "commune")}
            for name, who, address in PAGES:
                found.append(_timed(name, officers.get(who, Client()), address.format(**facts), ground))
            raise _Undone
    except _Undone:
        yield from found


def _facts() -> dict[str, str]:
    """The province, district and commune of the commune where most people registered."""
    row = making.rows(
        "SELECT province_2021, district_2021, commune_2021 FROM registration WHERE district_2021 <> '' GROUP BY 1, 2, 3 ORDER BY count(*) DESC, 1, 2, 3 LIMIT 1"
    )
    return dict(zip(("province", "district", "commune"), row[0] if row else ("79", "760", "26734"), strict=True))


def _officer(kind: str, facts: dict[str, str], ground: Ground) -> Client:
    """A browser of somebody with every office of a place."""
    scope = Scope(kind, facts.get(kind, ""), "2021" if kind != "nation" else "")
    made = access.add_staff(username=f"bench.{kind}", full_name=f"Bench {kind}", password=making._word(), by=SYSTEM, at=ground.at)
    for role in ROLES:
        access.give_post(staff_id=made.staff_id, role=role, scope=scope, office="bench", by=SYSTEM, at=ground.at)
    client = Client()
    session: SessionBase = client.session
    session["staff_id"] = str(made.staff_id)
    session.save()
    client.cookies["khien"] = session.session_key or ""
    return client


def _timed(name: str, client: Client, address: str, ground: Ground) -> Result:
    kept = import_module("khien.surfaces.portal.figures")._kept
    spans: list[float] = []
    queries, worked = 0, 0
    for call in range(CALLS + 1):
        kept.clear()
        with _Counting() as counting:
            before, began = _worked(), time.perf_counter()
            answer = client.post(address, ASKED[name], headers=HOST) if name in ASKED else client.get(address, headers=HOST)
            spans.append(time.perf_counter() - began)
            worked += _worked() - before if call else 0
        queries = counting.count
        if answer.status_code != 200:
            ground.troubles.append(f"{name}: {address} answers {answer.status_code}")
            break
        if call == 1 and spans[-1] > ground.seconds:
            break
    spans = spans[1:] or spans  # the first call imports and compiles
    middle, each = statistics.median(spans), worked / len(spans) / 1e3
    return Result(name, 1 / min(spans), None, middle * 1e3, max(spans) * 1e3, each, f"{queries} statements, {ground.people:,} people")


def _worked() -> int:
    """Nanoseconds of processor that this process and its PostgreSQL have had: what no other work on the machine disturbs."""
    info = connection.connection.info if connection.connection else None
    told = Path(f"/proc/{info.backend_pid}/schedstat") if info else None
    return time.process_time_ns() + (int(told.read_text().split()[0]) if told and told.exists() else 0)


class _Counting:
    """How many statements were sent."""

    def __enter__(self) -> "_Counting":
        self.count = 0
        self._wrapper = connection.execute_wrapper(self._one)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *told: object) -> None:
        self._wrapper.__exit__(*told)

    def _one(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.count += 1
        return execute(sql, params, many, context)
