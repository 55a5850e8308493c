"""Walks the one router: every address with its guard, for the tests of who may pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver

from khien.config import urls
from khien.surfaces.web.guard import Guard


@dataclass(frozen=True)
class Route:
    """One address as the router knows it."""

    name: str
    pattern: str
    callback: Any
    arguments: tuple[str, ...]

    @property
    def guard(self) -> Guard | None:
        return getattr(self.callback, "guard", None)

    def __repr__(self) -> str:
        return self.name


def _walk(patterns: list[Any], prefix: str, space: str, arguments: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        own = (*arguments, *pattern.pattern.converters)
        address = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, address, pattern.namespace or space, own)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{space}:{pattern.name}", address, pattern.callback, own)


@cache
def routes() -> tuple[Route, ...]:
    """Every address of Khien."""
    return tuple(_walk(urls.urlpatterns, "", "", ()))


def staff_routes() -> list[Route]:
    """The addresses for staff."""
    return [route for route in routes() if route.guard and route.guard.kind == "staff"]
