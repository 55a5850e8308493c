"""Turns the troubles an operator can meet into one clear line."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from khien.kernel.errors import Refused
from khien.plumbing.postgres import CannotStart


@dataclass
class Trouble:
    """What went wrong, in one line, and the exit status."""

    text: str = ""
    status: int = 1


@contextmanager
def one_line() -> Iterator[Trouble]:
    """Catch the troubles that have a remedy; a fault of ours still shows its traceback when KHIEN_TRACE=1."""
    trouble = Trouble()
    try:
        yield trouble
    except CannotStart as error:
        trouble.text = str(error)
    except Refused as refusal:
        facts = ", ".join(f"{key} {value}" for key, value in refusal.facts.items())
        trouble.text = refusal.code + (f" ({facts})" if facts else "")
    except KeyboardInterrupt:
        trouble.text, trouble.status = "stopped", 130
    except BrokenPipeError:
        raise
    except OSError as error:
        trouble.text = _os_error(error)
    except Exception as error:
        if os.environ.get("KHIEN_TRACE") == "1" or not _is_database(error):
            raise
        trouble.text = f"the database cannot be used: {(str(error).strip().splitlines() or [type(error).__name__])[0]}"


def _is_database(error: Exception) -> bool:
    import psycopg
    from django.db.utils import Error

    return isinstance(error, Error | psycopg.Error)


def _os_error(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"the disk is full ({error.filename or 'data folder'}): free some space and start again"
    if error.errno in (errno.EACCES, errno.EROFS):
        return f"cannot write {error.filename}: choose a folder of your own with --data DIR"
    return f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
