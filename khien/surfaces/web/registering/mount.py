"""What the pages of a registration know of the questions in the middle: where they are mounted, who asks, what was answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from khien.kernel.refs import Actor
from khien.surfaces.web.registering.answers import Answers

Route = Callable[[str, Callable[..., HttpResponse], str], URLPattern]


class Mount(Protocol):
    """The questions on one surface, as the pages around them use them."""

    way: str
    account: Callable[[HttpRequest], UUID | None]

    def to(self, name: str, **kwargs: Any) -> str:
        """The address of one of our pages on this surface."""
        ...

    def actor(self, request: HttpRequest) -> Actor:
        """Who registers."""
        ...

    def draw(self, request: HttpRequest, template: str, facts: dict[str, Any], status: int = 200) -> HttpResponse:
        """A page on this surface's layout."""
        ...

    def answers(self, request: HttpRequest, at: datetime) -> tuple[UUID | None, Answers]:
        """The form half filled in, or an empty one."""
        ...
