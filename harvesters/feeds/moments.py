"""Moments as feeds write them: RFC 822 in RSS (with all its mistakes), RFC 3339 in Atom, other ISO forms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_tz

from schemas.kinds import Literal, date
from schemas.namespaces import XSD

_DAY = re.compile(r"^[^\W\d_]{2,12}\.?,?\s+", re.UNICODE)
# Names of months that German systems put where RFC 822 has English ones.
_MONTHS = {"mai": "May", "okt": "Oct", "dez": "Dec", "mär": "Mar", "mrz": "Mar", "maer": "Mar"}
_MONTH = re.compile(r"(?<=\d)[\s-]+([^\W\d_]{3,9})\.?[\s-]+(?=\d{2,4}\b)", re.UNICODE)


def moment(text: str) -> Literal | None:
    """A typed date from what a feed says; None if it is none. A zone that is stated stays as it is."""
    text = " ".join(text.split())
    known = date(text)
    if known is not None or not text:
        return known
    plain = _MONTH.sub(lambda m: f" {_MONTHS.get(m[1].lower()[:4], _MONTHS.get(m[1].lower()[:3], m[1][:3]))} ", text)
    parts = parsedate_tz(_DAY.sub("", plain, count=1))
    if parts is None:
        return None
    year, month, day, hour, minute, second = parts[:6]
    zone = parts[9]
    written = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
    # A zone that is unknown leaves a local time, "-0000" as well (RFC 5322 section 3.3).
    return date(written + (_offset(zone) if zone is not None and not plain.endswith("-0000") else ""))


def _offset(seconds: int) -> str:
    if seconds == 0:
        return "Z"
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def newest(texts: Iterable[str]) -> str:
    """The text with the latest moment; empty if none is one. A moment without a zone counts as UTC."""
    dated = [(when, text) for text in texts if (when := instant(moment(text))) is not None]
    return max(dated)[1] if dated else ""


def instant(literal: Literal | None) -> datetime | None:
    """The point in time of a date (its beginning) or a moment; without a zone it counts as UTC. None for anything else."""
    if literal is None or literal.datatype not in (str(XSD.dateTime), str(XSD.date)):
        return None
    try:
        found = datetime.fromisoformat(literal.text[:10] if literal.datatype == str(XSD.date) else literal.text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
