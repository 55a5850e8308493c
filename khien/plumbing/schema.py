"""Brings a database to this release: migrations, then the SQL functions of every room."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

# Raised by one when an older release can no longer read what this one writes.
SCHEMA = 1
ALONE = 7_105_242


class TooNew(Exception):
    """The data folder was written by a newer release."""


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time change the schema: two servers on one database may start together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ALONE])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ALONE])


def function_files() -> list[Path]:
    """The SQL functions of the rooms, in the order in which rooms may call each other."""
    return [path for room in settings.ROOMS for path in sorted((settings.PACKAGE / room / "sql").glob("*.sql"))]


def mark() -> str:
    """A fingerprint of all migrations and functions: the same mark means nothing is to be done."""
    digest = hashlib.sha256()
    for room in settings.ROOMS:
        for path in sorted((settings.PACKAGE / room / "migrations").glob("*.py")):
            digest.update(path.name.encode())
    for path in function_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def apply() -> bool:
    """Migrate and load the functions; quick when the mark has not changed. Returns whether anything was done."""
    if "setting" in connection.introspection.table_names():
        setting = apps.get_model("plumbing", "Setting")
        known = {row.key: row.value for row in setting.objects.filter(key__in=["schema", "schema_mark"])}
        if known.get("schema", 0) > SCHEMA or _holds_migrations_of_another_release():
            raise TooNew
        if known.get("schema_mark") == mark():
            return False
    call_command("migrate", verbosity=0, interactive=False)
    load_functions()
    setting = apps.get_model("plumbing", "Setting")
    for key, value in (("schema", SCHEMA), ("schema_mark", mark())):
        setting.objects.update_or_create(key=key, defaults={"value": value})
    return True


def _holds_migrations_of_another_release() -> bool:
    """Say whether a room's migration was applied that is not among this release's: older functions must not be loaded over it."""
    applied = MigrationRecorder(connection).applied_migrations()
    return any(room in settings.ROOMS and not (settings.PACKAGE / room / "migrations" / f"{name}.py").exists() for room, name in applied)


@transaction.atomic
def load_functions() -> None:
    """Create or replace every SQL function."""
    with connection.cursor() as cursor:
        for path in function_files():
            cursor.execute(path.read_text())
