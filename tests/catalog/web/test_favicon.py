"""The icon for programs that know no SVG: a real ICO, in all its sizes what a browser draws from the SVG."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from PIL.IcoImagePlugin import IcoImageFile

from catalog.web import favicon, static
from tests.catalog.web.browsing import MARKS, chromium


def test_the_icon_holds_every_size() -> None:
    content = favicon.icon().content
    assert content[:4] == b"\0\0\1\0"
    with Image.open(io.BytesIO(content)) as icon:
        assert icon.format == "ICO"
        assert icon.info["sizes"] == {(size, size) for size in favicon.SIZES}
        for size in favicon.SIZES:
            assert isinstance(icon, IcoImageFile)
            assert icon.ico.getimage((size, size)).tobytes() == favicon.picture(size).tobytes()
    favicon.icon.cache_clear()
    assert favicon.icon().content == content
    assert len(content) < 10_000


def test_what_cannot_be_drawn_is_not_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign = tmp_path / "favicon.svg"
    monkeypatch.setattr(static, "paths", lambda: {"favicon.svg": sign})
    for part in (
        "<text>A</text>",
        '<path d="M1 1" fill="#fff"/>',
        '<path d="M1 1q2 2 3 3" fill="none" stroke="#fff"/>',
    ):
        sign.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{part}</svg>')
        with pytest.raises(ValueError, match="cannot be drawn"):
            favicon.picture(32)


class TestInABrowser:
    pytestmark = MARKS

    @pytest.mark.parametrize("size", favicon.SIZES)
    def test_the_icon_is_what_the_svg_shows(self, size: int) -> None:
        source = static.paths()["favicon.svg"].read_text(encoding="utf-8")
        with chromium() as browser:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px}}</style>{source}")
            seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        own = Image.new("RGBA", (size, size), "white")
        own.alpha_composite(favicon.picture(size))
        apart = ImageStat.Stat(ImageChops.difference(seen, own.convert("RGB")))
        assert max(apart.mean) < 6  # edges alone: of small pictures they are more
        assert max(high for _, high in apart.extrema) < 80
