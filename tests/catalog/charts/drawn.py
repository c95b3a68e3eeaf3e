"""Reads drawings as XML, and says where their texts lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, fromstring

from markupsafe import Markup

from catalog.charts import Captions, Figure, draw, labels
from catalog.charts.sheet import BOLD

CAPTIONS = Captions("Zahl der Zeilen")


class Box(NamedTuple):
    """A text with its edges, by the estimate of its width."""

    words: str
    kind: str
    left: float
    right: float
    base: float


def drawings(figure: Figure, language: str = "de", captions: Captions = CAPTIONS) -> list[Element]:
    """Both drawings of a figure."""
    drawn = draw(figure, captions, language, "bild")
    found = list(fromstring(f"<div>{drawn}</div>"))
    assert [each.get("class") for each in found] == ["chart wide", "chart narrow"]
    return found


def parsed(drawing: Markup) -> Element:
    return fromstring(str(drawing))


def size(drawing: Element) -> tuple[float, float]:
    box = [float(part) for part in str(drawing.get("viewBox")).split()]
    return box[2], box[3]


def texts(drawing: Element) -> Iterator[Box]:
    """The texts of a drawing."""
    font = float(str(drawing.get("font-size")))
    for element in drawing.iter("text"):
        words, kind = element.text or "", str(element.get("class"))
        width = labels.width(words, font, kind in BOLD)
        x, y = float(str(element.get("x"))), float(str(element.get("y")))
        left = x - {"middle": width / 2, "end": width}.get(element.get("text-anchor") or "", 0.0)
        yield Box(words, kind, left, left + width, y)


def lies_inside(drawing: Element) -> None:
    """Nothing lies outside the view box, and all texts are whole."""
    width, height = size(drawing)
    for box in texts(drawing):
        assert box.left >= -0.6, box
        assert box.right <= width + 0.6, box
        assert 0 < box.base <= height, box
    for name in ("x", "x1", "x2", "cx"):
        for element in drawing.iter():
            if element.get(name) is not None:
                assert -0.6 <= float(str(element.get(name))) <= width + 0.6, (element.tag, element.attrib)
    for element in drawing.iter("rect"):
        assert float(str(element.get("x"))) + float(str(element.get("width"))) <= width + 0.6
        assert float(str(element.get("height"))) >= 0
    for element in drawing.iter("path"):
        assert all(-0.6 <= x <= width + 0.6 and -0.6 <= y <= height + 0.6 for x, y in places(str(element.get("d"))))


def places(path: str) -> Iterator[tuple[float, float]]:
    """The points of a path, which has a place for the first of each run and the way to each further one."""
    for run in path.split("M")[1:]:
        begin, _, steps = run.partition("l")
        x, y = map(float, begin.split())
        yield x, y
        ways = list(map(float, steps.split()))
        for along, down in zip(ways[::2], ways[1::2], strict=True):
            x, y = round(x + along, 1), round(y + down, 1)
            yield x, y


def ticks_are_apart(drawing: Element) -> None:
    """Labels on one line do not overlap, nor do those of neighbouring lines; nor does the highest value cover a name."""
    font = float(str(drawing.get("font-size")))
    boxes = list(texts(drawing))
    for head in (box for box in boxes if box.kind == "head"):
        for value in (box for box in boxes if box.kind == "value"):
            if abs(head.base - value.base) < font * 0.9:
                assert head.right <= value.left or value.right <= head.left, (head, value)
    found = [box for box in boxes if box.kind in ("tick", "name")]
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            if abs(one.base - other.base) < font * 0.9:
                assert one.right <= other.left or other.right <= one.left, (one, other)
