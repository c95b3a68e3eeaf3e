"""The sign of the pages as ICO, drawn from its SVG: for programs that ask for ``/favicon.ico`` and know no SVG."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from functools import cache

from defusedxml import ElementTree
from PIL import Image, ImageDraw

from catalog.web import static
from catalog.web.static import File

SIZES = (16, 32, 48)
MEDIA_TYPE = "image/vnd.microsoft.icon"
_FINER = 8  # drawn so many times larger, then made small: edges become soft
_STEPS = 40  # of a curve
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
Place = tuple[float, float]


@cache
def icon() -> File:
    """The icon in all SIZES; the same bytes each time."""
    drawn = [picture(size) for size in SIZES]
    out = io.BytesIO()
    drawn[-1].save(out, "ICO", sizes=[each.size for each in drawn], append_images=drawn[:-1])
    content = out.getvalue()
    return File(content, MEDIA_TYPE, hashlib.blake2b(content, digest_size=6).hexdigest(), {})


def picture(size: int) -> Image.Image:
    """The sign as a square of so many pixels. Raises ValueError where the SVG has a part that is not drawn here."""
    root = ElementTree.fromstring(static.paths()["favicon.svg"].read_bytes())
    side = float(root.attrib["viewBox"].split()[2])
    scale = size * _FINER / side
    canvas = Image.new("RGBA", (size * _FINER, size * _FINER))
    pen = ImageDraw.Draw(canvas)
    for element in root:
        _draw(pen, element.tag.rpartition("}")[2], element.attrib, scale)
    return canvas.resize((size, size), Image.Resampling.BOX)


def _draw(pen: ImageDraw.ImageDraw, kind: str, told: Mapping[str, str], scale: float) -> None:
    """Draws a rectangle or a circle that is filled, or a curve with round ends."""

    def of(name: str) -> float:
        return float(told.get(name, "0")) * scale

    if kind == "rect":
        x, y = of("x"), of("y")
        pen.rounded_rectangle((x, y, x + of("width") - 1, y + of("height") - 1), of("rx"), told["fill"])
    elif kind == "circle":
        _dot(pen, (of("cx"), of("cy")), of("r"), told["fill"])
    elif kind == "path" and told["fill"] == "none":
        for x, y in _along(told["d"]):
            _dot(pen, (x * scale, y * scale), of("stroke-width") / 2, told["stroke"])
    else:
        raise ValueError(f"favicon.svg: {kind} cannot be drawn")


def _dot(pen: ImageDraw.ImageDraw, middle: Place, radius: float, colour: str) -> None:
    x, y = middle
    pen.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), colour)


def _along(path: str) -> Iterator[Place]:
    """Places along a path of one M and cubic curves (c). Raises ValueError for other commands."""
    if re.sub(r"[\s\d.,-]", "", path) not in ("Mc", "M"):
        raise ValueError(f"favicon.svg: the path {path!r} cannot be drawn")
    numbers = [float(each) for each in _NUMBER.findall(path)]
    x, y = numbers[:2]
    for at in range(2, len(numbers) - 5, 6):
        ends = [(x, y), *((x + numbers[at + n], y + numbers[at + n + 1]) for n in (0, 2, 4))]
        for step in range(_STEPS + 1):
            t = step / _STEPS
            shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            yield (
                sum(share * end[0] for share, end in zip(shares, ends, strict=True)),
                sum(share * end[1] for share, end in zip(shares, ends, strict=True)),
            )
        x, y = ends[-1]
