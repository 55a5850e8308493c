"""A refusal that a test expects: by its name, in a savepoint of its own, so that the test may go on reading afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from khien.kernel.errors import Refused


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """The block is refused with this code."""
    with pytest.raises(Refused) as no, transaction.atomic():
        yield no
    assert no.value.code == code
