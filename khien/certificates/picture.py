"""Read the QR codes in a picture that someone sent."""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import nullcontext

import zxingcpp
from PIL import Image, ImageOps

from khien.kernel.errors import Refused

LARGEST_PICTURE = 20 * 1024 * 1024
MEGABYTES = LARGEST_PICTURE >> 20
# A phone's camera of 64 megapixels gives 9,280 x 6,944. Its JPEG is decoded small (60 MB of memory); any other picture whole (8 bytes a pixel and more,
# a WebP 16), and of those that take much one at a time: a stranger may send several at once.
MOST_PIXELS = 65_000_000
MOST_PIXELS_WHOLE = 50_000_000
MOST_PIXELS_WEBP = 25_000_000
_MUCH = 6_000_000
_one_at_a_time = threading.Lock()
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
# A code needs a few pixels for each module; beyond this a picture only costs time.
_WORKING_SIDE = 2400
_SMALL_SIDE = 900


SAID = {
    "certificates.picture_too_large": "the picture is larger than {megabytes} MB: crop it to its QR code, or send a screenshot of it",
    "certificates.picture_too_many_pixels": "the picture has more than {megapixels} million pixels: crop it to its QR code, or send a screenshot of it",
    "certificates.picture_is_pdf": "this is a PDF, not a picture: send a screenshot or a photograph of its QR code",
    "certificates.picture_not_one": "the file is not a picture that can be read ({formats}), or was cut short: send a screenshot of it",
    "certificates.picture_without_code": "no QR code can be read in the picture: take it again, the whole code, flat, in good light, from near",
}


class Unreadable(Refused):
    """No picture, or no QR code in it; `str()` is one line in English for whoever gave the command, pages word it themselves."""

    def __str__(self) -> str:
        return SAID[self.code].format(**self.facts)


def read(data: bytes) -> list[str]:
    """Return the texts of the QR codes in a PNG, JPEG, WebP, GIF, BMP or TIFF, certificates (HC1:) first.

    Raise Unreadable when it is no picture, too large, or holds no readable QR code.
    """
    if len(data) > LARGEST_PICTURE:
        raise Unreadable("certificates.picture_too_large", megabytes=MEGABYTES)
    for attempt in _attempts(_open(data)):
        texts = _codes(attempt)
        if texts:
            return sorted(texts, key=lambda text: not text.lstrip().startswith("HC1:"))
    raise Unreadable("certificates.picture_without_code")


def certificates(texts: list[str]) -> int:
    """How many of these texts say that they are certificates."""
    return sum(text.lstrip().startswith("HC1:") for text in texts)


def _open(data: bytes) -> Image.Image:
    """Decode the first frame as grey on white."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        raise Unreadable("certificates.picture_is_pdf")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
            small, pixels = _decodes_small(picture), picture.width * picture.height
            most = MOST_PIXELS if small else MOST_PIXELS_WEBP if picture.format == "WEBP" else MOST_PIXELS_WHOLE
            if pixels > most:
                raise Unreadable("certificates.picture_too_many_pixels", megapixels=most // 1_000_000)
            with _one_at_a_time if pixels > _MUCH and not small else nullcontext():
                return _grey(picture)
    except Unreadable:
        raise
    except Image.DecompressionBombError:  # so many that Pillow does not look further
        raise Unreadable("certificates.picture_too_many_pixels", megapixels=MOST_PIXELS // 1_000_000) from None
    except Exception:  # Pillow meets broken files with whatever its decoders trip over
        raise Unreadable("certificates.picture_not_one", formats=", ".join(_FORMATS)) from None


def _grey(picture: Image.Image) -> Image.Image:
    picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))
    ImageOps.exif_transpose(picture, in_place=True)
    if not picture.has_transparency_data:
        return _smaller(picture.convert("L"))
    layer = _smaller(picture if picture.mode == "RGBA" else picture.convert("RGBA"))
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("L")


def _decodes_small(picture: Image.Image) -> bool:
    """A JPEG as cameras write it; a progressive one keeps all its coefficients in memory."""
    return picture.format == "JPEG" and not picture.info.get("progressive")


def _smaller(picture: Image.Image) -> Image.Image:
    """A picture of no more than about twice the working side, before anything makes a second copy of it."""
    factor = max(picture.size) // _WORKING_SIDE
    return picture.reduce(factor) if factor > 1 else picture


def _attempts(picture: Image.Image) -> Iterator[Image.Image]:
    """The picture as it is, then with a quiet border, enlarged, shrunk, with more contrast, with its colours turned."""
    if max(picture.size) > _WORKING_SIDE:
        picture = _scaled(picture, _WORKING_SIDE / max(picture.size))
    yield picture
    bordered = ImageOps.expand(picture, border=max(16, max(picture.size) // 12), fill=255)
    yield bordered
    if max(bordered.size) <= _SMALL_SIDE:
        yield bordered.resize((bordered.width * 3, bordered.height * 3), Image.Resampling.NEAREST)
        yield _scaled(bordered, 3)
    for factor in (0.6, 0.35):
        if min(picture.size) * factor >= 100:
            yield _scaled(bordered, factor)
    yield ImageOps.autocontrast(bordered, cutoff=2)
    yield ImageOps.expand(ImageOps.invert(picture), border=24, fill=255)


def _scaled(picture: Image.Image, factor: float) -> Image.Image:
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _codes(picture: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)  # type: ignore[arg-type]
    return list(dict.fromkeys(code.text for code in found if code.valid and code.text))
