"""What the environment tells (docs/operations.md, settings): refused in one line where it cannot be, before anything begins."""

import os
from pathlib import Path
from urllib.parse import quote

from khien.plumbing import postgres
from khien.plumbing.postgres import CannotStart

ONE_OF = {"KHIEN_MODE": ("demo", "production"), "KHIEN_SIGNING": ("automatic", "manual")}
FORM = "postgresql://user:password@host:5432/khien"


def check() -> None:
    """Raise CannotStart for a setting that cannot be meant."""
    for name, values in ONE_OF.items():
        if os.environ.get(name, values[0]) not in values:
            raise CannotStart(f"{name} is {' or '.join(values)}, not '{os.environ[name]}'.")
    pool = os.environ.get("KHIEN_POOL", "8")
    if not pool.isdecimal() or int(pool) < 1:
        raise CannotStart(f"KHIEN_POOL is a number from 1 up, not '{pool}'.")
    if os.environ.get("DATABASE_URL"):
        database_parts(os.environ["DATABASE_URL"])


def database_parts(url: str) -> dict[str, str]:
    """The parts of DATABASE_URL as PostgreSQL itself reads them; the refusal repeats nothing of it, for a password may stand anywhere in it."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        if "#" in url or not url.startswith(("postgresql://", "postgres://")):
            raise psycopg.ProgrammingError
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.Error:
        parts = {"host": "@"}
    if "@" in parts.get("host", "") or not parts.get("port", "5432").isdecimal():
        raise CannotStart(f"DATABASE_URL is no address of a PostgreSQL server: write {FORM}, signs such as @ : / # % and blanks in the password as %40 %3A %2F %23 %25 %20.")
    return parts


def database_url(data: Path) -> str:
    """The address of the database: DATABASE_URL, else the embedded server's socket, whatever signs the folder's name holds."""
    return os.environ.get("DATABASE_URL") or f"postgresql:///khien?host={quote(str(postgres.home(data).run))}&user=khien"
