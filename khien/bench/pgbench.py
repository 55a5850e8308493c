"""PostgreSQL's own load, on the same server in the same run: the limit that a rate is compared with."""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from khien.plumbing import postgres

CLIENTS = 32


class NoPgbench(Exception):
    """The limit cannot be measured; the message says why."""


def rate(script: str, *, seconds: float | None = None, count: int | None = None, clients: int = CLIENTS) -> float:
    """Transactions a second of a script, prepared, over `clients` connections; for so many seconds, or so many in all.

    Raises NoPgbench when a transaction failed: a limit of refusals would be no limit.
    """
    told = connection.settings_dict
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script)
        if count is not None:
            clients = max(1, min(clients, count))
        how = ["-t", str(max(1, count // clients))] if count is not None else ["-T", str(max(1, round(seconds or 5)))]
        where = [flag for name, flag in (("HOST", "-h"), ("PORT", "-p"), ("USER", "-U")) if told[name] for flag in (flag, str(told[name]))]
        done = subprocess.run(  # noqa: S603
            [_program(), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", *how, "-f", str(file), *where, str(told["NAME"])],
            capture_output=True, text=True, check=False, env={"PGPASSWORD": str(told["PASSWORD"] or ""), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or not found or (failed and int(failed[1])):
        said = [line for line in done.stderr.splitlines() if "ERROR" in line or "DETAIL" in line] or done.stderr.strip().splitlines()
        raise NoPgbench((said or ["pgbench failed"])[0])
    return float(found[1])


def _program() -> str:
    from django.conf import settings

    return str(postgres.binaries(postgres.home(settings.DATA)) / "pgbench")


@contextmanager
def kept(table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> Iterator[None]:
    """A table of arguments for as long as the block lasts."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE UNLOGGED TABLE {table} ({columns})")
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"ANALYZE {table}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


class Bodies:
    """Arguments kept in a table, each used by one transaction: what a function gets from us, pgbench gives it too."""

    def __init__(self, bodies: list[str]) -> None:
        self.count, self.used = len(bodies), 0
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_body")
            cursor.execute("DROP SEQUENCE IF EXISTS bench_next")
            cursor.execute("CREATE UNLOGGED TABLE bench_body (n int PRIMARY KEY, p text)")
            cursor.execute("CREATE SEQUENCE bench_next CACHE 1")
            with cursor.copy("COPY bench_body (n, p) FROM STDIN") as copy:
                for row in enumerate(bodies, 1):
                    copy.write_row(row)
            cursor.execute("ANALYZE bench_body")

    NEXT = "(SELECT p FROM bench_body WHERE n = (SELECT nextval('bench_next')))"

    def rate(self, function: str, most: int = 0) -> float:
        """How many calls of a SQL function a second, each with its own argument, until they (or `most` of them) are used up."""
        self.used = min(self.count, most or self.count) // CLIENTS * CLIENTS or self.count
        return rate(f"SELECT {function}({self.NEXT}::jsonb);\n", count=self.used)

    def drop(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_body")
            cursor.execute("DROP SEQUENCE IF EXISTS bench_next")
