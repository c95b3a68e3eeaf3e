"""What the online resources of a record are: files, services, pages; told by function, protocol and address."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from harvesters.iso.codes import SERVICES
from schemas.kinds import Literal
from schemas.vocabularies import LISTS, Code, find_file_type

# CI_OnLineFunctionCode, whose words some write in the place of the code.
_GIVES = frozenset({"download", "offlineaccess", "order", "fileaccess", "upload"})
_TELLS = frozenset(
    {"information", "search", "completemetadata", "browsegraphic", "browsing", "emailservice", "doi", "documentation"}
)
# Parameters with which a client asks a service, and no part of its address.
_ASKED = frozenset(
    {
        *("service", "request", "version", "acceptversions", "typename", "typenames", "outputformat", "count"),
        *("layers", "styles", "bbox", "width", "height", "format", "srs", "crs", "srsname", "maxfeatures", "sortby"),
        *("language", "exceptions", "transparent", "namespaces", "resulttype", "coverageid", "storedquery_id"),
    }
)
# A page about data, however its name ends.
_PAGES = frozenset({"HTML", "HTML_SIMPL", "XHTML", "PDF", "DOC", "DOCX", "PHP", "TXT"})
_PACKED = frozenset({"ZIP", "7Z", "TAR", "TAR_GZ", "GZIP", "RAR", "BZIP2"})
_SUFFIX = re.compile(r"\.([a-z0-9]{2,8})(?:\.(?:gz|bz2))?$", re.IGNORECASE)
_WORDS = re.compile(r"[^a-z0-9]+")
_SERVICE_WORDS = tuple((kind, re.compile(rf"(?<![a-z0-9])(?:{row[0]})(?![a-z])")) for kind, row in SERVICES.items())
_LANDING = re.compile(r"\b(?:www:)?link\b|www:link", re.IGNORECASE)


class Link(NamedTuple):
    """An online resource: its address, what is said about it, and the field where it stood."""

    url: str
    field: str
    protocol: str = ""
    profile: str = ""
    function: str = ""
    title: tuple[Literal, ...] = ()
    description: tuple[Literal, ...] = ()
    formats: tuple[str, ...] = ()
    megabytes: str = ""


def kind_of_service(link: Link) -> str | None:
    """Which service answers at a link, as a key of :data:`SERVICES`; None if it is a file or a page.

    The protocol counts first, then the profile, then what the address asks for, then the ends of its path.
    """
    return _service(link.protocol, link.profile, link.url)


@lru_cache(maxsize=4096)
def _service(protocol: str, profile: str, url: str) -> str | None:
    parts = urlsplit(_sound(url))
    asked = {key.lower(): value.lower() for key, value in parse_qsl(parts.query)}
    stated = asked.get("service", "")
    if stated:
        return next((kind for kind in SERVICES if kind == stated), None)
    for said in (protocol, profile):
        lowered = said.lower()
        if "www:" in lowered:
            continue
        for kind, words in _SERVICE_WORDS:
            if words.search(lowered):
                return kind
    path = parts.path.rstrip("/").lower()
    if re.search(r"/(?:mapserver/)?wmsserver$", path):
        return "wms"
    if re.search(r"/wfsserver$", path):
        return "wfs"
    last = path.rpartition("/")[2]
    if last in ("wms", "wfs", "wcs", "wmts", "csw", "sos"):
        return last
    if re.search(r"/rest/services/.+/(?:map|feature|image)server", path):
        return "arcgis"
    return None


def _sound(url: str) -> str:
    try:
        urlsplit(url)
    except ValueError:
        return ""
    return url


def endpoint(url: str) -> str:
    """A service's address: the link without what a client asks; a parameter that chooses the service stays."""
    try:
        parts = urlsplit(url)
        kept = [(key, value) for key, value in parse_qsl(parts.query, True) if key.lower() not in _ASKED]
    except ValueError:
        return url
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept, safe="/:,;@"), ""))


def asks(url: str, *requests: str) -> bool:
    """Whether an address carries one of the requests (``getcapabilities``)."""
    return parameter(url, "request").lower() in requests


def parameter(url: str, name: str) -> str:
    """The value of a parameter of an address, whatever its case; empty if it has none."""
    try:
        return next((value for key, value in parse_qsl(urlsplit(url).query) if key.lower() == name), "")
    except ValueError:
        return ""


def suffix(url: str) -> Code | None:
    """The file type that the name in an address ends with; None if it says nothing."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    match = _SUFFIX.search(path.rpartition("/")[2])
    return find_file_type(f".{match[1]}") if match else None


def is_file(link: Link) -> bool:
    """Whether an address is that of the data themselves, so that fetching it gives them."""
    if asks(link.url, "getfeature", "getcoverage", "getrecords"):
        return True
    known = suffix(link.url)
    if known is not None:
        return known.code not in _PAGES or _function(link) in _GIVES
    return "download" in link.protocol.lower()


def is_packed(code: str) -> bool:
    """Whether a file type is that of an archive, which says nothing about what is in it."""
    return code in _PACKED


def gives_data(link: Link) -> bool:
    """Whether a link is a way to the data (a distribution); otherwise it leads to a page about them.

    GeoDCAT-AP: download, offlineAccess, order; a service that its source calls information is a way to the data as well.
    """
    function = _function(link)
    if kind_of_service(link) is not None:
        return not asks(link.url, "getrecordbyid", "describefeaturetype", "getlegendgraphic", "getmetadata")
    if asks(link.url, "getrecordbyid"):
        return False
    if function in _GIVES:
        return True
    if function in _TELLS:
        # Some call every link information; a file of data is one all the same.
        known = suffix(link.url)
        return known is not None and known.code not in _PAGES and not is_image(known.code)
    return is_file(link) and not _LANDING.search(link.protocol)


def is_image(code: str) -> bool:
    """Whether a file type is that of a picture on a page."""
    return code in ("PNG", "JPEG", "GIF", "SVG", "BMP")


def has_no_function(link: Link) -> bool:
    """Whether the source does not say what a link is for: then it leads to the dataset's own page."""
    return not _function(link)


def _function(link: Link) -> str:
    return _WORDS.sub("", link.function.lower())


def service_format(kind: str) -> str | None:
    """The EU file type of a kind of service, as an IRI; None if the list has none."""
    known = SERVICES[kind][2]
    found = LISTS["file-type"].by_code(known) if known else None
    return found.iri if found else None


def output_format(url: str) -> Code | None:
    """The file type that an address asks a service for."""
    asked = parameter(url, "outputformat")
    return (find_file_type(asked.partition(";")[0]) or find_file_type(asked)) if asked else None
