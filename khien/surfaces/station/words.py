"""The desks' scripts: which there are, and their sentences in the page's language."""

import re
from functools import cache

from django.utils import translation
from django.utils.translation import gettext

from khien.surfaces.web.assets import FOLDER, static

# In the order in which they are put together; each adds its part to the desk.
MODULES = (
    "dom", "say", "ids", "vault-box", "vault-seal", "vault-keeper", "vault-log", "vault-shelf", "vault-bring", "vault-camera", "vault-gate", "sheaf", "steps", "store", "rules", "local", "sync", "scan", "qr", "slip", "frame", "person", "hand", "stop", "reception", "arrivals", "consent", "screening", "proposal",
    "dose", "sure", "after", "watch", "reaction", "alarm", "closing", "hall", "lead", "help", "vault-take", "vault-needs", "vault-line",
)  # fmt: skip
_SENTENCE = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"')


@cache
def sentences() -> tuple[str, ...]:
    """Every sentence that the desks' scripts say, in Vietnamese."""
    found: dict[str, None] = {}
    for path in sorted([*(FOLDER / "js").glob("station*.js"), *(FOLDER / "js").glob("vault-*.js")]):
        found.update(dict.fromkeys(text.replace('\\"', '"') for text in _SENTENCE.findall(path.read_text(encoding="utf-8"))))
    return tuple(found)


def for_desk() -> dict[str, str]:
    """What the scripts say, by the Vietnamese sentence; nothing in Vietnamese, which they speak."""
    if not (translation.get_language() or "vi").startswith("en"):
        return {}
    return {sentence: gettext(sentence) for sentence in sentences()}


def addresses() -> list[str]:
    """The address of every module in order, with its content's hash: a module that changed is never taken from a cache."""
    return [static(f"js/{name if name.startswith('vault-') else f'station-{name}'}.js") for name in MODULES]
