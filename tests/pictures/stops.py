"""Where a picture is taken: a page in one state, and how a visitor gets there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.pictures.walk import Walk

Way = Callable[[Walk], None]


@dataclass(frozen=True)
class Stop:
    """One page in one state. `name` names its pictures, `route` the address it stands for, `way` leads there."""

    name: str
    route: str
    way: Way
    tells: str = ""
    whole: bool = True  # the whole page, or only what the window shows
    dark: bool = False
    english: bool = True  # whether its English twin is looked at for Vietnamese left over


@dataclass(frozen=True)
class Visit:
    """One visitor who goes from stop to stop in one browser; `enter` signs in."""

    surface: str
    who: str
    enter: Way
    stops: tuple[Stop, ...]
    desk: bool = False


def nobody(walk: Walk) -> None:
    """A visitor who is not signed in."""


def at(path: str) -> Way:
    """Go to a path."""
    return lambda walk: walk.to(path)


def link(route: str, *, on: str = "", nth: int = 0, text: str = "") -> Way:
    """Follow the nth link (with this text) that leads to `route`, from the page `on` or from where one stands."""

    def way(walk: Walk) -> None:
        if on:
            walk.to(on)
        walk.to(walk.link(route, nth=nth, text=text))

    return way


def beside(route: str, query: str = "", **fixed: Any) -> Way:
    """Go to another page of the thing whose page was seen last: its arguments are taken over."""
    return lambda walk: walk.to(walk.address(route, **fixed) + query)


def press(selector: str, *, then: str = "") -> Way:
    """Click something where one stands; `then` is what must show afterwards."""

    def way(walk: Walk) -> None:
        walk.page.locator(selector).first.click()
        if then:
            walk.page.locator(then).first.wait_for()

    return way


def steps(*ways: Way) -> Way:
    """One way after another."""

    def way(walk: Walk) -> None:
        for one in ways:
            one(walk)

    return way
