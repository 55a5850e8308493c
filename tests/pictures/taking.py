"""Takes the pictures: each stop at two widths, small enough to keep; and judges the page while it stands there."""

import io
from pathlib import Path
from typing import Any

from PIL import Image

from tests import browser
from tests.pictures.stops import Stop

WIDTHS = (360, 1280)
HEIGHT = 800
TALLEST = 1800  # pixels of a picture; what is below is more of the same
COLOURS = 28


def keep(octets: bytes, path: Path) -> None:
    """Keep a picture small: few colours, lossless WebP."""
    picture = Image.open(io.BytesIO(octets)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB").save(path, "WEBP", lossless=True, quality=80, method=4)


def take(page: Any, stop: Stop, folder: Path, *, mark: str = "", grow: bool = False) -> None:
    """The page as it stands, at every width; `grow` opens the window to the page's whole height, so that no bar lies over its middle."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.evaluate("document.fonts.ready.then(() => true)")
        if grow:
            tall = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": min(max(tall, HEIGHT), TALLEST)})
        keep(page.screenshot(full_page=stop.whole, animations="disabled"), folder / f"{stop.name}{mark}-{width}.webp")


def judge(page: Any) -> list[str]:
    """What is wrong with the page as it stands: accessibility at both widths, wider than a small phone, more than one main button."""
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wrong += [f"axe {found['id']} at {width}: {found['where'][0]}" for found in browser.axe(page)]
    for width, why in ((320, "a small phone"), (640, "1280 at 200 %")):
        if wider := browser.overflow(page, width):
            wrong.append(f"{wider} px wider than {width} ({why})")
    page.set_viewport_size({"width": 360, "height": HEIGHT})
    wrong += [f"small target: {one}" for one in page.evaluate(SMALL)]
    return wrong + page.evaluate(SAID)


# Targets smaller than WCAG 2.2's 24 px are axe's; ours are 44 px for buttons and fields.
SMALL = """() => [...document.querySelectorAll("button, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, a.kh-button, summary")]
  .filter(one => one.checkVisibility() && !one.closest("[hidden]")).map(one => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.height > 0 && box.height < 43.5 && box.width > 1).map(([one, box]) =>
    `${Math.round(box.height)} px ${one.tagName.toLowerCase()}.${one.className} ${(one.innerText || one.name || "").slice(0, 24)}`)"""
SAID = r"""() => {
  const wrong = [];
  const front = document.querySelector("dialog:modal") || document; // what lies behind a dialog cannot be pressed
  const main = [...front.querySelectorAll(".kh-button--main")].filter(one => one.checkVisibility());
  if (main.length > 1) wrong.push(`${main.length} main buttons: ${main.map(one => one.innerText.trim()).join(" / ")}`);
  if (!document.querySelector("h1")) wrong.push("no h1");
  if (!document.title.trim()) wrong.push("no title");
  const text = document.body.innerText;
  const uuid = !location.pathname.endsWith("/nhat-ky") && text.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/);
  if (uuid) wrong.push(`a raw id: ${uuid[0]}`);
  const iso = text.match(/\b20\d\d-\d\d-\d\d\b/);
  if (iso) wrong.push(`a date not dd/MM/yyyy: ${iso[0]}`);
  const raw = text.match(/\b(undefined|None|null|NaN)\b|\{\{|\}\}|%\(/);
  if (raw) wrong.push(`raw: ${raw[0]}`);
  return wrong;
}"""
# Vietnamese has letters that English lacks; names of people and places keep them.
VIETNAMESE = r"""() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const around = walker.currentNode.parentElement;
    if (!around || !around.checkVisibility() || around.closest("[lang=vi], script, style")) continue;
    if (/[đăơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i.test(text)) found.push(text.slice(0, 70));
  }
  return [...new Set(found)].slice(0, 12);
}"""
