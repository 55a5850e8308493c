"""The keystroke-level model (Card, Moran and Newell 1980): what a hand and a head do at a desk, counted, and the seconds that the model gives them.

Operators: K a key 0.28 s (an average typist), P a pointing 1.1 s, H a hand between keyboard and mouse 0.4 s, M a head that gets ready 1.35 s.
A letter with its marks is counted as Telex types it. A scanner's letters and the Enter that ends them are no keys of a hand.
"""

import json
import os
import sys
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = {"K": 0.28, "P": 1.1, "H": 0.4, "M": 1.35}
TONES = "\u0300\u0301\u0303\u0309\u0323"  # one key each, f s x r j


def keys_of(text: str) -> int:
    """How many keys this text takes by Telex: a mark of tone or shape is a key more, so is Shift before a capital."""
    whole = unicodedata.normalize("NFD", text.replace("đ", "dd").replace("Đ", "DD"))
    return len(whole) + sum(one.isupper() for one in whole) - (0 if "Đ" not in text else text.count("Đ"))


@dataclass
class Hand:
    """Somebody at a keyboard; every act goes through the real page and is counted."""

    page: Any
    what: str
    limit: float  # seconds
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SECONDS, 0))
    machine: float = 0.0
    _at: str = "keyboard"

    def _hand(self, place: str) -> None:
        self.counts["H"] += self._at != place
        self._at = place

    def think(self) -> "Hand":
        """A decision, or a look at the person or the paper, before what follows."""
        self.counts["M"] += 1
        return self

    def scan(self, text: str) -> "Hand":
        """A scanner types it and ends it by Enter."""
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")
        return self

    def press(self, *names: str) -> "Hand":
        self._hand("keyboard")
        for name in names:
            self.page.keyboard.press(name)
            self.counts["K"] += 1
        return self

    def type(self, text: str) -> "Hand":
        self._hand("keyboard")
        self.page.keyboard.insert_text(text)
        self.counts["K"] += keys_of(text)
        return self

    def point(self, where: Any) -> "Hand":
        self._hand("mouse")
        where.click()
        self.counts["P"] += 1
        return self

    def sees(self, what: str) -> "Hand":
        """The machine's answer; its time is the machine's."""
        begun = time.monotonic()
        self.page.locator(what).first.wait_for() if what[0] in "#.[" else self.page.get_by_text(what).first.wait_for()
        self.machine += time.monotonic() - begun
        return self

    @property
    def operator(self) -> float:
        """Seconds of the one at the desk, by the model; the counts alone decide them."""
        return round(sum(SECONDS[name] * count for name, count in self.counts.items()), 2)

    def tell(self) -> None:
        """Say it on a line; KHIEN_KEYSTROKES=FILE collects the lines as JSON."""
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items() if count)
        sys.stderr.write(f"{self.what}: {counts}: {self.operator:.1f} s of the operator, {self.machine:.1f} s of the machine here; at most {self.limit:g} s\n")
        if file := os.environ.get("KHIEN_KEYSTROKES"):
            told = {"what": self.what, "limit": self.limit, "counts": self.counts, "operator": self.operator, "machine": round(self.machine, 2)}
            with Path(file).open("a") as out:
                out.write(json.dumps(told, ensure_ascii=False) + "\n")
