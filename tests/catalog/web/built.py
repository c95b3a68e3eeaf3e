"""Whether what pages load was built: an installation with SKIP_ASSETS=1 has no files from npm packages."""

from __future__ import annotations

import pytest

from catalog.web import static

needs_build = pytest.mark.skipif(
    not static.VENDOR.is_dir(), reason="built with SKIP_ASSETS=1: no files from npm packages"
)
