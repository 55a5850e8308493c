"""All visits, one after another, each in a browser window of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Error

from tests import browser
from tests.pictures import stops_book, stops_command, stops_portal, stops_response, stops_station, taking
from tests.pictures.stops import Stop, Visit
from tests.pictures.walk import Lost, Walk

VISITS: tuple[Visit, ...] = (
    *stops_portal.VISITS, *stops_book.VISITS, *stops_station.VISITS, *stops_command.VISITS, *stops_response.VISITS,
)  # fmt: skip
SLOW = 30_000
Wrong = list[tuple[str, str]]


@dataclass(frozen=True)
class Look:
    """What is done at each stop: English twins only, pictures only, the window grown to the page."""

    english: bool
    quick: bool
    grow: bool


def go(base: str, names: list[str], folder: Path, *, english: bool = False, quick: bool = False) -> Wrong:
    """Go to every stop that is named (all, when none is); returns what was wrong where."""
    wrong: Wrong = []
    with browser.chromium() as chrome:
        for visit in VISITS:
            if any(_wanted(visit, stop, names) for stop in visit.stops):
                page = chrome.new_page(width=1280)
                page.set_default_timeout(SLOW)
                if english:
                    page.context.add_cookies([{"name": "khien_lang", "value": "en", "url": base}])
                wrong += _visit(Walk(page, base), visit, names, folder, Look(english, quick, visit.surface == "so"))
                page.context.close()
    return wrong


def _wanted(visit: Visit, stop: Stop, names: list[str]) -> bool:
    return not names or visit.surface in names or f"{visit.surface}/{stop.name}" in names


def _visit(walk: Walk, visit: Visit, names: list[str], folder: Path, look: Look) -> Wrong:
    wrong: Wrong = []
    walk.page.on("console", lambda said: wrong.append((walk.page.url, said.text)) if said.type == "error" and "Policy" in said.text else None)
    try:
        visit.enter(walk)
    except (Lost, Error) as error:
        print(f"{visit.who} could not enter: {error}", flush=True)
        return [(f"{visit.surface} ({visit.who})", str(error))]
    for stop in visit.stops:
        name = f"{visit.surface}/{stop.name}"
        try:
            stop.way(walk)
            walk.remember()
            if _wanted(visit, stop, names):
                print(name, flush=True)
                wrong += [(name, words) for words in _stand(walk.page, stop, folder / visit.surface, look)]
        except (Lost, Error, KeyError) as error:
            wrong.append((name, str(error).splitlines()[0]))
            print(f"{name} was not reached: {error}", flush=True)
    return wrong


def _stand(page: Any, stop: Stop, folder: Path, look: Look) -> list[str]:
    page.mouse.move(0, 0)
    if look.english:
        return [f"Vietnamese left: {words}" for words in page.evaluate(taking.VIETNAMESE)] if stop.english else []
    wrong: list[str] = []
    for mark, scheme in (("", "light"), ("-toi", "dark")) if stop.dark else (("", "light"),):
        page.emulate_media(color_scheme=scheme)
        taking.take(page, stop, folder, mark=mark, grow=look.grow)
        wrong += [] if look.quick else [f"{scheme}: {words}" for words in taking.judge(page)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": taking.HEIGHT})
    return wrong
