"""Base45 (RFC 9285): the text alphabet of a certificate's QR code."""

from functools import cache
from struct import unpack

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

# Value of each ASCII character; 45 marks what is outside the alphabet.
_VALUES = bytes(ALPHABET.find(chr(code)) if chr(code) in ALPHABET else 45 for code in range(256))


class NotBase45(ValueError):
    """The text is not Base45."""


@cache
def _triples() -> list[str]:
    """The three characters of every pair of bytes, lowest digit first: one look-up instead of three divisions."""
    tails = [low + high for high in ALPHABET for low in ALPHABET]
    return [ALPHABET[pair % 45] + tails[pair // 45] for pair in range(65536)]


def encode(data: bytes) -> str:
    """Write bytes as Base45."""
    pairs, odd = divmod(len(data), 2)
    table = _triples()
    text = "".join([table[pair] for pair in unpack(f">{pairs}H", data[: 2 * pairs])])
    return text + table[data[-1]][:2] if odd else text


def decode(text: str) -> bytes:
    """Read Base45; raise NotBase45 for a foreign character, a lone last character or a group that overflows."""
    try:
        values = text.encode("ascii").translate(_VALUES)
    except UnicodeEncodeError:
        raise NotBase45("a character outside ASCII") from None
    if 45 in values:
        raise NotBase45("a character outside the alphabet")
    whole, rest = divmod(len(values), 3)
    if rest == 1:
        raise NotBase45("a lone last character")
    end = 3 * whole
    pairs = [
        low + 45 * middle + 2025 * high
        for low, middle, high in zip(values[0:end:3], values[1:end:3], values[2:end:3], strict=True)
    ]
    if pairs and max(pairs) > 0xFFFF:
        raise NotBase45("a group above 65535")
    data = b"".join([pair.to_bytes(2, "big") for pair in pairs])
    if not rest:
        return data
    last = values[-2] + 45 * values[-1]
    if last > 0xFF:
        raise NotBase45("a last group above 255")
    return data + bytes((last,))
