"""The time on clocks in Germany: what days of dates without a zone mean here, and what people read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
