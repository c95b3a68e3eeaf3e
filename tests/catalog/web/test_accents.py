"""The colours of municipalities are readable: each palette against the grounds that it stands on, from the built stylesheets."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from catalog.web import static
from schemas.municipality import ACCENTS
from tests.catalog.builder import MUNICIPALITIES, Stored
from tests.catalog.web.asking import place_in, whole
from tests.catalog.web.built import needs_build

LEAST = 4.5  # WCAG 2.2, 1.4.3
GROUNDS = ("layout-background-default", "layout-background-default-surface")


def luminance(token: str) -> float:
    """The relative luminance (WCAG) of a colour in OKLCH or in hexadecimal digits."""
    if hexadecimal := re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})", token, re.I):
        digits = hexadecimal[1] if len(hexadecimal[1]) == 6 else "".join(2 * each for each in hexadecimal[1])
        channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    else:
        said = re.fullmatch(r"oklch\(([\d.]+)(%?) ([\d.]+) ([\d.]+)\)", token)
        assert said is not None, token
        lightness, chroma, hue = float(said[1]) / (100 if said[2] else 1), float(said[3]), math.radians(float(said[4]))
        a, b = chroma * math.cos(hue), chroma * math.sin(hue)
        # https://bottosson.github.io/posts/oklab/
        long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        linear = [
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ]
    red, green, blue = (min(max(each, 0.0), 1.0) for each in linear)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """The contrast (WCAG) of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def token(kern: str, name: str, look: str) -> str:
    """The colour that a token of KERN stands for in a look, light or dark."""
    block = re.search(rf"(?:^|}})\[data-kern-theme={look}\],\.kern-{look}\{{([^}}]*)\}}", kern)
    assert block is not None
    for _ in range(5):
        found = re.findall(rf"--kern-color-{name}:\s*([^;}}]+)", block[1]) or re.findall(
            rf"--kern-color-{name}:\s*([^;}}]+)", kern
        )
        value: str = found[-1].strip()
        named = re.fullmatch(r"var\(--kern-color-([\w-]+)\)", value)
        if named is None:
            return value
        name = named[1]
    raise AssertionError(name)


def accent(sheet: str, palette: str, look: str) -> str:
    """The token that a palette is shown by; darkblue is KERN's own colour of actions."""
    if palette == "darkblue":
        return "action-default"
    said = re.search(rf'\[data-accent="{palette}"\] {{[^}}]*--on-{look}: var\(--kern-color-([\w-]+)\);', sheet)
    assert said is not None, palette
    assert said[1].startswith(f"{palette}-")
    return said[1]


def test_the_measure_is_that_of_wcag() -> None:
    assert ratio("#000", "#ffffff") == pytest.approx(21)
    assert ratio("#777", "#fff") == pytest.approx(4.48, abs=0.01)
    assert luminance("oklch(62.80% 0.2577 29.23)") == pytest.approx(luminance("#ff0000"), abs=0.002)


@needs_build
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("palette", ACCENTS)
def test_every_colour_of_a_municipality_is_readable(palette: str, look: str) -> None:
    kern, sheet = (static.file(name).content.decode() for name in ("kern.css", "allmende.css"))
    colour = token(kern, accent(sheet, palette, look), look)
    for ground in GROUNDS:
        assert ratio(colour, token(kern, ground, look)) >= LEAST, (ground, colour)


def test_a_municipality_is_shown_in_its_colour(tmp_path: Path) -> None:
    neuhof, *others = MUNICIPALITIES
    violet = neuhof.model_copy(update={"accent": "violet"})
    badge = f'<a class="place" data-accent="violet" href="/municipality/{neuhof.id}">'
    with place_in(tmp_path, municipalities=(violet, *others)) as place:
        place.publish(Stored("haushalt", whole("Haushalt")))
        assert '<div class="place-page" data-accent="violet">' in place.ask.get(f"/municipality/{neuhof.id}").text
        assert badge in place.ask.get("/municipalities").text
        assert badge in place.ask.get(f"/dataset/{place.slug('haushalt')}").text
        assert '<div class="place-page" data-accent="darkblue">' in place.ask.get(f"/municipality/{others[0].id}").text
