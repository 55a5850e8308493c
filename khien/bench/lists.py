"""Import: a list of people as an organisation sends it, read, compared, staged and sent; the limit is COPY of bare persons."""

import io
import time
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4

import xlsxwriter
from django.db import connection, transaction

from khien.bench.ground import Ground
from khien.bench.result import Result
from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.kernel.refs import SYSTEM
from khien.people.models import Person
from khien.places import actions as places
from khien.places import queries as where
from khien.plumbing import jobs
from khien.registration import actions as registration
from khien.registration import queries as lists
from khien.synthetic.copying import Rows
from khien.synthetic.crowd import Crowd

ROWS = 3_000
HEADS = ("STT", "Họ và tên", "Ngày tháng năm sinh", "Giới tính", "Số CCCD", "Số điện thoại", "Tỉnh/Thành phố", "Quận/Huyện", "Phường/Xã", "Nhóm")


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `import`."""
    count = min(ROWS, max(50, ground.people // 10))
    commune = where.children("2021-765")[0].key
    firm = places.add_organization(
        name="Công ty Đo Tốc Độ", kind="firm", commune_key=commune, by=SYSTEM, at=ground.at
    )  # fmt: skip
    data = _workbook(count, commune, ground)
    began, cpu = time.perf_counter(), _cpu(ground)
    received = registration.receive_list(
        organization=firm, data=data, name="bench.xlsx", way="organization", commune_key=commune, by=SYSTEM, at=ground.at
    )
    _run_jobs(received.job_id)
    _run_jobs(registration.send_list(list_id=received.list_id, by=SYSTEM, at=clock.now()))
    seconds, used = time.perf_counter() - began, _cpu(ground)
    found = lists.totals(received.list_id)
    if found.sent + found.possible + found.refused != count or found.sent < count // 2:
        ground.troubles.append(f"import: of {count} rows: {found}")
    each = (used - cpu) / count * 1e6 if used is not None and cpu is not None else None
    note = f"rows read, compared, staged and sent; {found.possible} of {count} wait for a person to decide"
    yield Result("import", found.sent / seconds, _copy_rate(max(count, 2_000), ground.at), None, None, each, note)


def _cpu(ground: Ground) -> float | None:
    found = ground.server.cpu_seconds()
    return None if found is None else found + time.process_time()


def _run_jobs(job: UUID | None) -> None:
    """Run what is in the queue until this job is done."""
    while job is not None and (found := jobs.get(job)) is not None and found.state not in ("done", "failed"):
        if not jobs.run_next(clock.now):
            break


def _workbook(count: int, commune: str, ground: Ground) -> bytes:
    """A workbook of synthetic workers who are not on record yet."""
    unit = where.unit(commune)
    assert unit is not None
    names = unit.path.split(", ")
    crowd = Crowd(uuid4().int, [commune], today=clock.on_date(ground.at), adults_only=True, first_serial=5_000, scattered=True)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Danh sách")
    sheet.write_row(0, 0, HEADS)
    for number, one in enumerate(crowd.people(count), 1):
        birth = one.birth
        day = f"{birth.day or 1:02}/{birth.month or 1:02}/{birth.year}"
        sex = "Nam" if one.sex == "male" else "Nữ"
        sheet.write_row(number, 0, (number, one.full_name, day, sex, one.cccd, one.phone, names[-1], names[-2], names[0], "13"))
    book.close()
    return out.getvalue()


def _copy_rate(count: int, at: datetime) -> float:
    """How many bare persons a second COPY writes into the same table, its indexes standing; nothing of it stays."""
    rows = Rows(Person)
    for number in range(count):
        rows.add(
            id=uuid7(), full_name=f"Người Thử {number}", name_key=f"nguoi thu {number}", name_sort=f"nguoi thu {number}", birth_year=1980, sex="male",
            phone_hash=f"{number:064}", province_2021="79", recorded_at=at, recorded_by="bench", source="bench",
        )  # fmt: skip
    with transaction.atomic():
        began = time.perf_counter()
        rows.flush()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        taken = time.perf_counter() - began
        transaction.set_rollback(True)
    return count / taken
