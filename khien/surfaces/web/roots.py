"""An address typed without its last slash leads to the system that it names."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

ROOTS = ("so", "diem", "dieu-phoi", "mcc")


def to_root(root: str) -> Callable[[HttpRequest], HttpResponse]:
    """The view of one bare root."""
    return lambda request: HttpResponsePermanentRedirect(f"/{root}/")
