"""Lists of revoked certificates: by identifier (UVCI), or by hash so that the list itself names nobody."""

import base64
import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

LARGEST_LIST = 256 * 1024 * 1024
_BARE_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{22}|[A-Za-z0-9+/_-]{43}")
_URL_SAFE = str.maketrans("+/", "-_")
_HEX = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{64}")
_PREFIX = "URN:UVCI:"
# A # inside an identifier stands before its checksum; one that begins a line, or has white space on a side, begins a remark.
_REMARK = re.compile(r"(?:^|\s)#|#\s")
# Neither an identifier nor a hash holds one of these.
_CELLS, _AROUND = re.compile(r"[,;|\s]"), "\"'"
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_MARKED = re.compile(r"(?=.*\d)[A-Za-z0-9:/#+=_.-]{8,}")  # what may be an identifier or a hash


class NoList(Exception):
    """The list cannot be read; the message is one line for the operator."""


@dataclass(frozen=True, slots=True)
class RevokedList:
    """Revoked identifiers, and the first 16 bytes of revoked SHA-256 hashes."""

    identifiers: frozenset[str]
    hashes: frozenset[bytes]

    def holds(self, *, identifier: str, country: str, signature: bytes) -> bool:
        """Tell whether a certificate is revoked, by its identifier, or by a hash of the three kinds that the EU exchanges.

        Those are the identifier, the country with the identifier, and the signature (of ES256 its first half).
        """
        names = _spellings(identifier)
        if not self.identifiers.isdisjoint(names):
            return True
        if not self.hashes:
            return False
        texts = [name.encode() for name in names] + [(country + name).encode() for name in names]
        candidates = [*texts, signature, signature[: len(signature) // 2]]
        return any(sha256(candidate).digest()[:16] in self.hashes for candidate in candidates)


NOTHING = RevokedList(frozenset(), frozenset())


def load(path: Path) -> RevokedList:
    """Read a list: identifiers or hashes on lines (# begins a remark), alone or among the cells of a table, or JSON with a list of them.

    A hash is a SHA-256, or its first 16 bytes, in hexadecimal or Base64. JSON is a list, or an object with a list
    under `revoked`; each element is a text, or an object with `uvci`, `ci`, `id` or `hash`. Raise NoList otherwise.
    """
    try:
        if path.stat().st_size > LARGEST_LIST:
            raise NoList(f"the revocation list is larger than 256 MB: {path}")
        text = path.read_text("utf-8-sig")
    except OSError as trouble:
        raise NoList(f"cannot read the revocation list {path}: {trouble.strerror}") from None
    except UnicodeDecodeError:
        raise NoList(f"the revocation list is not UTF-8 text: {path}") from None
    if text.lstrip()[:1] in ("[", "{"):
        return of(_from_json(text, path))
    lines = (_REMARK.split(line, maxsplit=1)[0] for line in text.translate(_UNSEEN).splitlines())
    marks = [mark for line in lines for cell in _CELLS.split(line) if (mark := cell.strip(_AROUND))]
    if marks and not any(map(_MARKED.fullmatch, marks)):  # "not revoked" must not be said of a list that was not understood
        raise NoList(f"the revocation list holds neither identifiers nor hashes: {path}")
    return of(marks)


def of(marks: list[str]) -> RevokedList:
    """Make a list of identifiers and hashes."""
    identifiers: set[str] = set()
    hashes: set[bytes] = set()
    for mark in marks:
        digest = _digest(mark)
        if digest is not None:
            hashes.add(digest)
        # Base64 without its padding may as well be an identifier: it counts as both.
        if digest is None or _BARE_BASE64.fullmatch(mark):
            identifiers.add(_spellings(mark)[-1])
    return RevokedList(frozenset(identifiers - {""}), frozenset(hashes))


def _from_json(text: str, path: Path) -> list[str]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise NoList(f"the revocation list is not whole JSON: {path}") from None
    if isinstance(found, dict):
        found = found.get("revoked")
    if not isinstance(found, list):
        raise NoList(f"the revocation list holds no list: {path}")
    marks = [_mark(element) for element in found]
    if None in marks:
        raise NoList(f"the revocation list has an element that is neither identifier nor hash: {path}")
    return [mark for mark in marks if mark]


def _mark(element: object) -> str | None:
    if isinstance(element, dict):
        element = next((element[name] for name in ("uvci", "ci", "id", "hash") if name in element), None)
    return element.strip() if isinstance(element, str) and element.strip() else None


def _digest(mark: str) -> bytes | None:
    """The first 16 bytes of a hash written in hexadecimal or Base64; None when it is an identifier."""
    if mark.lower().startswith("sha256:"):
        mark = mark[len("sha256:") :]
    elif mark[:2] in ("0x", "0X"):
        mark = mark[2:]
    if _HEX.fullmatch(bare := mark.replace(":", "")):
        return bytes.fromhex(bare)[:16]
    bare = mark.rstrip("=")
    if _BARE_BASE64.fullmatch(bare):
        return base64.urlsafe_b64decode(bare.translate(_URL_SAFE) + "=" * (-len(bare) % 4))[:16]
    return None


def _spellings(identifier: str) -> list[str]:
    """The ways in which lists write one identifier: whole, without prefix, without checksum; the barest last."""
    whole = identifier.strip()
    upper = whole.upper()
    bare = upper.removeprefix(_PREFIX)
    found = [whole, upper, bare, upper.partition("#")[0], bare.partition("#")[0]]
    return list(dict.fromkeys(found))
