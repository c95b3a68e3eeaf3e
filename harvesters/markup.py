"""HTML from outside as a tree whose depth is bounded before the parser sees it (F40).

For each block the parser looks through all elements that are open: 100,000 nested ``<div>`` (500 kB) cost it half a
minute, and the time grows with the square. Browsers stop nesting at 512 elements too; what stands inside stays.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

MAX_HTML_DEPTH = 512

_TAG = re.compile(r"<(?:!--|(/?)([A-Za-z][^\s/>]*))")
# Void elements, and those whose end may be left out: they close each other and do not nest by themselves.
_FLAT = frozenset(
    (
        *(
            "area",
            "base",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "param",
            "source",
            "track",
            "wbr",
        ),
        *("html", "head", "body", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"),
        *("option", "optgroup", "rb", "rt", "rtc", "rp", "a", "frame", "command", "keygen"),
    )
)
# Elements whose content is text; nothing in it is a tag.
_RAW = {
    name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea", "title", "xmp", "iframe")
}
# Inside <svg>, and only there, these may close themselves.
_DRAWN = frozenset(
    (
        *(
            "svg",
            "g",
            "path",
            "use",
            "circle",
            "rect",
            "line",
            "polygon",
            "polyline",
            "ellipse",
            "stop",
            "defs",
            "image",
        ),
        *("text", "tspan", "lineargradient", "radialgradient", "clippath", "mask", "symbol", "pattern", "filter"),
        *("fegaussianblur", "feoffset", "feblend", "feflood", "fecolormatrix", "fecomposite", "femergenode", "animate"),
    )
)


def html_tree(text: str) -> LexborHTMLParser:
    """The tree of a text with markup; what nests deeper than `MAX_HTML_DEPTH` loses its tags and keeps its content."""
    return LexborHTMLParser(shallow(text))


def shallow(text: str) -> str:
    """A text with markup without the tags that would open an element below `MAX_HTML_DEPTH` others."""
    if text.count("<") <= MAX_HTML_DEPTH:
        return text
    pieces: list[str] = []
    kept = at = depth = dropped = 0
    drawing = False
    while (tag := _TAG.search(text, at)) is not None:
        at = tag.end()
        name = (tag[2] or "").lower()
        if not name or (name in _RAW and not tag[1]):
            at = _end_of_text(text, at, name)
            continue
        drawing = name == "svg" or (drawing and name in _DRAWN)
        if name in _FLAT or name in _RAW:
            continue
        over = dropped > 0 if tag[1] else depth >= MAX_HTML_DEPTH
        if not over and tag[1]:
            depth = max(0, depth - 1)
            continue
        end = text.find(">", at)
        if end < 0:
            break
        at = end + 1
        if drawing and not tag[1] and text[end - 1] == "/":
            continue
        if not over:
            depth += 1
            continue
        dropped += -1 if tag[1] else 1
        pieces.append(text[kept : tag.start()])
        kept = at
    return "".join([*pieces, text[kept:]]) if pieces else text


def _end_of_text(text: str, at: int, name: str) -> int:
    """Where a comment (without a name) or an element of text ends; the end of the whole if it does not."""
    if not name:
        end = text.find("-->", at)
        return len(text) if end < 0 else end + 3
    found = _RAW[name].search(text, at)
    return len(text) if found is None else found.end()
