"""Pictures of our own making: an image redrawn small, the first page of a PDF. Nothing of the original's bytes is kept."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, NamedTuple

from catalog.preview.model import Picture
from catalog.preview.reasons import Reason

if TYPE_CHECKING:
    from PIL import Image

MAX_SIDE = 1_200
MAX_PIXELS = 60_000_000
_MAX_SPOKEN = 50_000
_MAX_TILE = 1_024
_PASSWORD = 4  # pdfium: FPDF_ERR_PASSWORD


class Drawn(NamedTuple):
    """A picture, its bytes, and the text and title of the page that it shows."""

    picture: Picture
    content: bytes
    spoken: str = ""
    title: str = ""


class Warp(NamedTuple):
    """How a picture comes out of another one: its size, and for each part of it (left, top, right, bottom in pixels) the
    corners of what is seen there in the other: north-west, south-west, south-east, north-east.
    """

    width: int
    height: int
    mesh: tuple[tuple[tuple[int, int, int, int], tuple[float, ...]], ...]


class Mosaic(NamedTuple):
    """Pictures of one size that lie side by side, row by row, as one file: how many stand in a row, and their bytes.

    One without bytes is left out. ``shown`` is what is shown of the whole: left, top, right and bottom as shares of it;
    or ``warp`` says how it is drawn anew.
    """

    columns: int
    sizes: tuple[int, ...]
    shown: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    warp: Warp | None = None


def joined(data: bytes, mosaic: Mosaic) -> Drawn | Reason:
    """The pictures of a mosaic as one; of what has another size than the first nothing is drawn."""
    from PIL import Image, UnidentifiedImageError

    parts: list[Image.Image | None] = []
    begin = 0
    for size in mosaic.sizes:
        part, begin = data[begin : begin + size], begin + size
        try:
            parts.append(_opened(part) if part else None)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError):
            parts.append(None)
    first = next((each for each in parts if each is not None), None)
    if first is None or not mosaic.columns:
        return Reason("unreadable")
    width, height = first.size
    whole = Image.new("RGBA", (width * mosaic.columns, height * -(-len(parts) // mosaic.columns)))
    for number, each in enumerate(parts):
        if each is not None and each.size == first.size:
            row, column = divmod(number, mosaic.columns)
            whole.paste(each, (column * width, row * height))
    if mosaic.warp is not None:
        warp = mosaic.warp
        smooth = Image.Resampling.BILINEAR
        whole = whole.transform((warp.width, warp.height), Image.Transform.MESH, warp.mesh, smooth)
    else:
        left, top, right, bottom = (round(share * whole.size[side % 2]) for side, share in enumerate(mosaic.shown))
        whole = whole.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    is_opaque = whole.getchannel("A").getextrema() == (255, 255)
    return _saved(whole.convert("RGB") if is_opaque else whole)


def _opened(part: bytes) -> Image.Image:
    """A picture of a mosaic with its pixels. Raises ValueError for one that is larger than a tile ever is."""
    from PIL import Image

    with Image.open(io.BytesIO(part), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
        if max(image.size) > _MAX_TILE:
            raise ValueError("no tile")
        return image.convert("RGBA")


def redrawn(data: bytes) -> Drawn | Reason:
    """An image without what is hidden in it (place, camera, author), at most 1,200 pixels wide and high."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "TIFF", "WEBP")) as image:
                image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a large JPEG is decoded small at once
                width, height = image.size
                if width * height > MAX_PIXELS:
                    return Reason("bomb")
                return _saved(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return Reason("bomb")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError):
        return Reason("unreadable")


def _saved(image: object, pages: int = 0) -> Drawn:
    from PIL import Image

    assert isinstance(image, Image.Image)
    see_through = image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info
    plain = image.convert("RGBA" if see_through else "RGB")
    plain.thumbnail((MAX_SIDE, MAX_SIDE))
    # A fresh picture of the same size holds pixels and nothing else.
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    out = io.BytesIO()
    photograph = not see_through and not pages
    if photograph:
        fresh.save(out, "JPEG", quality=82, optimize=True)
    else:
        fresh.save(out, "PNG", optimize=fresh.width * fresh.height < 500_000)
    media_type = "image/jpeg" if photograph else "image/png"
    return Drawn(Picture(media_type, fresh.width, fresh.height, pages), out.getvalue())


def first_page(data: bytes) -> Drawn | Reason:
    """The first page of a PDF as a picture, with its text: it is looked through before the picture is shown."""
    import pypdfium2  # type: ignore[import-untyped]  # it ships no types

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        return Reason("encrypted" if getattr(error, "err_code", 0) == _PASSWORD else "unreadable")
    try:
        pages = len(document)
        if not pages:
            return Reason("empty")
        page = document[0]
        width, height = page.get_size()
        if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
            return Reason("unreadable")
        scale = min(MAX_SIDE / max(width, height), 2.0)
        drawn = _saved(page.render(scale=scale).to_pil(), pages)
        spoken = page.get_textpage().get_text_bounded()[:_MAX_SPOKEN]
        title = str(document.get_metadata_value("Title") or "")[:500]
        return drawn._replace(spoken=spoken, title=" ".join(title.split()))
    except (pypdfium2.PdfiumError, ValueError, OSError):
        return Reason("unreadable")
    finally:
        document.close()
