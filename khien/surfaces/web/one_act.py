"""The name of one act that a drawn form carries: pressed twice, or sent again by a slow line, it is still one act."""

from uuid import UUID

from django.http import HttpRequest

from khien.kernel.ids import uuid7

FIELD = "one_act"


def read(request: HttpRequest) -> UUID | None:
    """The name that the form carried; None where it carried none."""
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def new(request: HttpRequest) -> UUID:
    """The name for the forms of the page being drawn: a refused form keeps its own."""
    return read(request) or uuid7()
