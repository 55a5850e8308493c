"""Read CBOR (RFC 8949) from strangers: bounded, strict, without surprises.

Writing uses cbor2. For reading, a general library turns tags into regular expressions, cyclic lists and large powers,
and lets the second of two equal keys win; a certificate needs none of that.
"""

from datetime import UTC, date, datetime, timedelta
from struct import unpack_from

DEEPEST = 12
_BREAK = object()

type Value = bool | int | float | str | bytes | list[Value] | dict[Value, Value] | None


class Broken(ValueError):
    """The bytes are not the CBOR that a certificate may hold."""


def read(data: bytes) -> Value:
    """Read exactly one item; raise Broken for trailing bytes, doubled keys, foreign tags, nesting deeper than DEEPEST."""
    reader = _Reader(data)
    value = reader.item(0)
    if reader.position != len(data):
        raise Broken("bytes after the end")
    return value


def peel_tags(data: bytes, known: frozenset[int], most: int = 2) -> tuple[tuple[int, ...], bytes]:
    """Take up to `most` leading tags off; return them with the rest. Raise Broken for a tag not in `known`."""
    reader = _Reader(data)
    tags: list[int] = []
    start = 0
    while len(tags) < most and data[start : start + 1] and data[start] >> 5 == 6:
        reader.position = start
        _, info = reader.head()
        tag = reader.argument(info)
        if tag not in known:
            raise Broken("an unknown tag")
        tags.append(tag)
        start = reader.position
    return tuple(tags), data[start:]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def head(self) -> tuple[int, int]:
        """Read the first byte of an item: its major type and its additional information."""
        if self.position >= len(self.data):
            raise Broken("cut short")
        byte = self.data[self.position]
        self.position += 1
        return byte >> 5, byte & 31

    def argument(self, info: int) -> int:
        """Read the count or number that belongs to a first byte."""
        if info < 24:
            return info
        if info > 27:
            raise Broken("a reserved length")
        size = 1 << (info - 24)
        return int.from_bytes(self.take(size), "big")

    def take(self, size: int) -> bytes:
        """Read that many bytes."""
        end = self.position + size
        if end > len(self.data):
            raise Broken("cut short")
        piece = self.data[self.position : end]
        self.position = end
        return piece

    def item(self, depth: int, breakable: bool = False) -> Value:
        """Read one item of any kind."""
        if depth > DEEPEST:
            raise Broken("nested too deep")
        major, info = self.head()
        match major:
            case 0:
                return self.argument(info)
            case 1:
                return -1 - self.argument(info)
            case 2:
                return self.string(2, info)
            case 3:
                return _text(self.string(3, info))
            case 4:
                return self.array(info, depth)
            case 5:
                return self.map(info, depth)
            case 6:
                return self.date(self.argument(info), depth)
            case _:
                return self.simple(info, breakable)

    def string(self, major: int, info: int) -> bytes:
        """Read a byte or text string, whole or in pieces."""
        if info != 31:
            return self.take(self.argument(info))
        pieces: list[bytes] = []
        while True:
            kind, length = self.head()
            if kind == 7 and length == 31:
                return b"".join(pieces)
            if kind != major or length == 31:
                raise Broken("a piece of another kind")
            piece = self.take(self.argument(length))
            if major == 3:
                _text(piece)
            pieces.append(piece)

    def array(self, info: int, depth: int) -> list[Value]:
        """Read a list; its length is believed only as items appear."""
        found: list[Value] = []
        if info == 31:
            while (value := self.item(depth + 1, breakable=True)) is not _BREAK:
                found.append(value)
            return found
        for _ in range(self.fits(self.argument(info))):
            found.append(self.item(depth + 1))
        return found

    def map(self, info: int, depth: int) -> dict[Value, Value]:
        """Read a map whose keys are numbers or texts, each once."""
        found: dict[Value, Value] = {}
        left = None if info == 31 else self.fits(self.argument(info))
        while left != 0:
            key = self.item(depth + 1, breakable=left is None)
            if key is _BREAK:
                break
            if isinstance(key, bool) or not isinstance(key, int | str):
                raise Broken("a key that is neither number nor text")
            if key in found:
                raise Broken("a key twice")
            found[key] = self.item(depth + 1)
            left = None if left is None else left - 1
        return found

    def fits(self, count: int) -> int:
        """Refuse a count larger than the bytes that are left."""
        if count > len(self.data) - self.position:
            raise Broken("cut short")
        return count

    def date(self, tag: int, depth: int) -> str:
        """Read a tagged date as its ISO 8601 text: tags 0 and 1 (RFC 8949), 100 and 1004 (RFC 8943)."""
        value = self.item(depth + 1)
        match tag, value:
            case ((0 | 1004), str()):
                return value
            case 1, bool():
                pass
            case 1, int() | float():
                return _instant(value)
            case 100, int() if not isinstance(value, bool):
                return _day(value)
        raise Broken("an unknown tag")

    def simple(self, info: int, breakable: bool) -> Value:
        """Read false, true, null, undefined, a float, or the break of an open list."""
        match info:
            case 20 | 21:
                return info == 21
            case 22 | 23:
                return None
            case 25 | 26 | 27:
                form = {25: ">e", 26: ">f", 27: ">d"}[info]
                number: float = unpack_from(form, self.take(1 << (info - 24)))[0]
                return number
            case 31 if breakable:
                return _BREAK  # type: ignore[return-value]
        raise Broken("an unknown simple value")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Broken("text that is not UTF-8") from None


def _instant(seconds: int | float) -> str:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError):
        raise Broken("a moment out of range") from None


def _day(number: int) -> str:
    try:
        return (date(1970, 1, 1) + timedelta(days=number)).isoformat()
    except OverflowError:
        raise Broken("a day out of range") from None
