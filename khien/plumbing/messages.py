"""Sentences: Vietnamese in the code, English in catalogue parts; found, merged and compiled without gettext's tools.

`khien/locale/parts/en.<area>.po` belong to the areas. `build()` merges them; `missing()` says what has no English.
"""

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
JINJA = {
    "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols",
    "trimmed": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}
JINJA_METHOD = "jinja2.ext:babel_extract"
PLURALS = {"vi": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}

Key = tuple[str, str]  # context, msgid (the singular)


_SPOKEN = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"')


def _spoken(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[tuple[int, str, str, list[str]]]:
    """The sentences of a script, said as _("..."): Babel's own reader loses its way in nested template strings."""
    for number, line in enumerate(file.read().decode("utf-8").splitlines(), 1):
        for text in _SPOKEN.findall(line):
            yield number, "_", text.replace('\\"', '"'), []


def _sources() -> Iterator[tuple[Any, Path, dict[str, str]]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield "python", path, {}
    for ending in ("html", "txt"):
        for path in sorted(PACKAGE.rglob(f"templates/**/*.{ending}")):
            yield JINJA_METHOD, path, JINJA
    for path in sorted(PACKAGE.rglob("static/js/**/*.js")):
        if ".min." not in path.name:
            yield _spoken, path, {}


@dataclass(frozen=True)
class Said:
    """Where a sentence stands, and its plural where it has one."""

    place: str
    plural: str = ""


def found() -> dict[Key, Said]:
    """Every sentence in the code and the templates, with one place where it stands."""
    places: dict[Key, Said] = {}
    for method, path, options in _sources():
        for line, message, _comments, context in extract_from_file(
            method, path, keywords=KEYWORDS, options=dict(options, encoding="utf-8")
        ):
            msgid, plural = (message, "") if isinstance(message, str) else (message[0], message[1] or "")
            if msgid:
                said = Said(f"{path.relative_to(PACKAGE.parent)}:{line}", plural)
                places.setdefault((context or "", msgid), said)
    return places


def merged() -> Catalog:
    """The English sentences of all parts; two parts may say the same sentence, in the same words."""
    catalog = _empty("en")
    for path in sorted((LOCALE / "parts").glob("en.*.po")):
        with path.open("rb") as file:
            part = read_po(file, locale="en", abort_invalid=True)
        for message in part:
            if message.id and catalog.get(message.id, message.context) is None:
                catalog.add(message.id, message.string, context=message.context)
    return catalog


def missing() -> dict[Key, Said]:
    """Sentences without an English twin (or without its plural), with one place where each stands."""
    catalog = [m for m in merged() if m.id and _whole(m.string)]
    english = {(m.context or "", _first(m.id)) for m in catalog}
    counted = {(m.context or "", _first(m.id)) for m in catalog if m.pluralizable}
    return {key: said for key, said in found().items() if key not in (counted if said.plural else english)}


def unused() -> list[Key]:
    """English sentences whose Vietnamese is no longer said anywhere."""
    used = found()
    keys = [(m.context or "", _first(m.id)) for m in merged() if m.id]
    return sorted(key for key in keys if key not in used)


def compiled() -> dict[Path, bytes]:
    """The files that `build()` writes, as bytes that depend on the parts only."""
    files: dict[Path, bytes] = {}
    for lang, catalog in (("en", merged()), ("vi", _empty("vi"))):
        folder = LOCALE / lang / "LC_MESSAGES"
        po, mo = io.BytesIO(), io.BytesIO()
        write_po(po, catalog, width=100, sort_output=True, no_location=True)
        write_mo(mo, catalog)
        files[folder / "django.po"], files[folder / "django.mo"] = po.getvalue(), mo.getvalue()
    return files


def build() -> list[Path]:
    """Merge the parts and compile; returns the files that changed."""
    changed = []
    for path, content in compiled().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            changed.append(path)
    return changed


class _Catalog(Catalog):
    """A catalogue whose header holds no date and no version, so that the same parts always give the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("Project-Id-Version", "Khien"),
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", PLURALS[str(self.locale)]),
        ]


def _empty(lang: str) -> Catalog:
    return _Catalog(locale=lang, domain="django", fuzzy=False, header_comment="# Khien", charset="utf-8")


def _first(msgid: str | tuple[str, ...] | list[str]) -> str:
    return msgid if isinstance(msgid, str) else msgid[0]


def _whole(string: str | tuple[str, ...] | list[str] | None) -> bool:
    if string is None:
        return False
    return bool(string) if isinstance(string, str) else all(string)


def main() -> int:
    """Compile, and print what still has no English; 1 when something is missing."""
    for path in build():
        print(f"written: {path.relative_to(PACKAGE.parent)}")
    absent = missing()
    for (context, msgid), said in sorted(absent.items(), key=lambda item: item[1].place):
        lines = [f"# {said.place}", *([f"msgctxt {_quoted(context)}"] if context else []), f"msgid {_quoted(msgid)}"]
        lines += [f"msgid_plural {_quoted(said.plural)}", 'msgstr[0] ""', 'msgstr[1] ""'] if said.plural else ['msgstr ""']
        print("\n".join(lines) + "\n")
    print(f"{len(absent)} sentences without English")
    return 1 if absent else 0


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    sys.exit(main())
