"""What the address of a udata portal and the source's options ask for."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from harvesters.spider import Options

# udata names an object by 24 hexadecimal digits, or by the words in its page's address.
_ID = re.compile(r"[0-9a-f]{24}")


class UdataOptions(Options):
    """The table ``[udata]`` of a source file: filters of udata's list of datasets."""

    organization: str | None = None
    """An organisation, by id or as in the address of its page."""

    owner: str | None = None
    """Datasets of a person, by id."""

    tags: tuple[str, ...] = ()
    """Tags that a dataset must have, all of them."""

    q: str | None = None
    """Words that a dataset must hold."""

    license: str | None = None
    """A licence by its id, as ``lov2``."""

    geozone: str | None = None
    """A zone by its id, as ``fr:commune:13055``."""

    granularity: str | None = None
    """A granularity by its id, as ``fr:commune``."""

    format: str | None = None
    """A format that one of the resources has, as ``csv``."""

    schema_name: str | None = None
    """A schema that one of the resources follows, as ``etalab/schema-irve-statique``."""

    topic: str | None = None
    """A topic by its id."""

    page_size: int = Field(default=50, ge=1, le=1000)
    """Datasets asked for in one request; a portal may send fewer."""


class Portal(NamedTuple):
    """What an address says: the portal's root, and filters named in it."""

    root: str
    organization: str = ""
    tags: tuple[str, ...] = ()


def portal(url: str) -> Portal:
    """The portal behind an address: its root, the page of an organisation, a list with filters, its interface."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    query = parse_qs(parts.query)
    marks = ("api", "datasets", "organizations", "dataservices", "reuses")
    at = next((number for number, segment in enumerate(segments) if segment in marks), len(segments))
    behind = segments[at + 1 :]
    organization = query.get("organization", [""])[0]
    if segments[at : at + 1] == ["organizations"] and behind:
        organization = behind[0]
    # The language of the pages is no part of the interface's address.
    above = segments[:at][:-1] if segments[:at] and len(segments[at - 1]) == 2 else segments[:at]
    root = f"{parts.scheme}://{parts.netloc}" + "".join(f"/{segment}" for segment in above)
    return Portal(root, organization, tuple(query.get("tag", [])))


def is_id(text: str) -> bool:
    """Whether a text is an id of udata's."""
    return _ID.fullmatch(text) is not None


def filters(named: Portal, options: UdataOptions, organization: str) -> list[tuple[str, Any]]:
    """The filters of a request as pairs of name and value; ``organization`` is the id of the one named."""
    pairs = [("organization", organization), ("owner", options.owner), ("q", options.q), ("license", options.license)]
    pairs += [("geozone", options.geozone), ("granularity", options.granularity), ("format", options.format)]
    pairs += [("schema", options.schema_name), ("topic", options.topic)]
    pairs += [("tag", tag) for tag in (*named.tags, *options.tags)]
    return [(name, value) for name, value in pairs if value]
