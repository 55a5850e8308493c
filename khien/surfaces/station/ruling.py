"""The rules that a desk takes with it: our own modules as one archive, the book in force, the words of every refusal."""

import ast
import io
import zipfile
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from khien.campaigns import queries as campaigns
from khien.campaigns.rules import RuleBook
from khien.surfaces.web.assets import FOLDER
from khien.surfaces.web.refusals import GENERAL, wording
from khien.visits import offline

PACKAGE = "khien"
ENTRY = "khien.visits.offline"
DATA = ("visits/data/screening_forms.json", "stock/data/items.json", "stock/data/cold_rules.json")
STAMP = (2021, 3, 8, 0, 0, 0)  # of every part, so that the same sources are the same archive
YEAR = "public, max-age=31536000, immutable"
# Only the worker may compile WebAssembly; it reads nothing but our own files. The pages stay as strict as every other page.
WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


@cache
def words() -> dict[str, dict[str, str]]:
    """The sentence of every refusal in both languages, as the server says it; "" is the general one."""
    said: dict[str, dict[str, str]] = {}
    for language in offline.LANGUAGES:
        with translation.override(language):
            for code, sentence in {"": GENERAL, **wording()}.items():
                said.setdefault(code, {})[language] = str(sentence)
    return said


def told(book: RuleBook | None = None) -> offline.Told:
    """What the online desks' answers stand on: the same as a device is told."""
    return offline.Told(book or campaigns.rulebook(), words())


def part() -> dict[str, Any]:
    """The rules as a pack carries them: the book's entries and the words as data, the modules and the worker by address."""
    return {
        "version": campaigns.rules_version(), "entries": offline.book_json(campaigns.rulebook()),
        "words": words(), "bundle": address("rules"), "worker": address("rules_worker"),
    }  # fmt: skip


def files() -> list[str]:
    """Every address that a device keeps so that the rules and the slips work without a line."""
    vendored = sorted(path.relative_to(FOLDER).as_posix() for path in (FOLDER / "vendor").rglob("*.*") if path.is_file())
    return [address("rules"), address("rules_worker"), *(f"/static/{path}" for path in vendored)]


def address(name: str) -> str:
    """The address of the archive or of the worker, by its content."""
    content = bundle() if name == "rules" else _worker()
    return f"{reverse(f'station:{name}')}?v={sha256(content).hexdigest()[:10]}"


@cache
def modules() -> dict[str, bytes]:
    """Every module that the desks' rules import, unchanged, by its path in the archive."""
    found: dict[str, bytes] = {}
    root = resources.files(PACKAGE)
    left = [ENTRY]
    while left:
        name = left.pop()
        parts = name.split(".")[1:]
        for place in (Path(*parts).with_suffix(".py") if parts else Path("__init__.py"), Path(*parts, "__init__.py")):
            key = f"{PACKAGE}/{place.as_posix()}"
            source = root.joinpath(place.as_posix())
            if key in found or not source.is_file():
                continue
            found[key] = source.read_bytes()
            left += [name.rpartition(".")[0]] if parts else []
            left += _imports(found[key])
    return found | {f"{PACKAGE}/{place}": root.joinpath(place).read_bytes() for place in DATA}


def _imports(source: bytes) -> list[str]:
    """Our own modules that a source imports, by their full names."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE]
    return found


@cache
def bundle() -> bytes:
    """The archive: made from the sources as they stand, so that both sides cannot differ."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, content in sorted(modules().items()):
            archive.writestr(zipfile.ZipInfo(path, STAMP), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


@cache
def _worker() -> bytes:
    return (FOLDER / "js" / "rules-worker.js").read_bytes()


def rules(_: HttpRequest) -> HttpResponse:
    """The archive of the rules: our published source, nobody's data."""
    return _file(bundle(), "application/zip")


def rules_worker(_: HttpRequest) -> HttpResponse:
    """The worker that runs the rules; the only place that may compile WebAssembly."""
    response = _file(_worker(), "text/javascript; charset=utf-8")
    response["Content-Security-Policy"] = WORKER_POLICY
    return response


def _file(content: bytes, kind: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Cache-Control": YEAR})
