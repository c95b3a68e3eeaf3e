"""What the text around a link to a file says: its title without format and size, its format, size and date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from schemas.kinds import Literal, date
from schemas.vocabularies import file_type_of, find_file_type
from schemas.vocabularies.spelling import fold

# The endings under which a link counts as one to data; PDF only where asked for.
DATA_ENDINGS = frozenset(
    re.findall(r"\w+", "csv tsv xlsx xlsm xls ods geojson json jsonl kml kmz gpx shp zip ics xml gml gpkg parquet")
)
_NO_DATA_NAME = re.compile(
    r"(?:rss|atom|feed|sitemap|opensearch|manifest|browserconfig|site)[\w-]{0,30}\.(?:xml|json)", re.I
)
_FORMATS = (
    r"(?:csv|tsv|xlsx?|xlsm|ods|excel|open ?document|geo-?json|json|kml|kmz|gpx|shp|shape(?:file)?s?|zip|ics|ical(?:endar)?|"
    r"xml|gml|gpkg|geopackage|pdf|parquet)"
)
_SIZE = re.compile(r"(?<![\w.,])(\d{1,4}(?:[.,]\d{1,3})?)\s?([kmg]i?b(?:ytes?)?|bytes?)\b", re.I)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{0,120})[)\]]")
_FORMAT_WORD = re.compile(rf"\b{_FORMATS}\b", re.I)
_AS_FORMAT = re.compile(
    rf"\b(?:als|im|in|format:?)\s+(?:{_FORMATS}|tabelle)(?:[- ]?(?:datei|format|tabelle|export|dokument))?\b|"
    rf"\b{_FORMATS}[- ](?:datei|format|tabelle|export|download|dokument|version)\b",
    re.I,
)
_ACTION = re.compile(
    r"\b(?:zum\s+(?:download|herunterladen)|für\s+ihren\s+kalender|(?:hier\s+)?(?:herunterladen|downloaden|runterladen)|"
    r"download(?:en)?(?:\s+(?:der|des|von))?|datei\s+öffnen|öffnet\s+in\s+neuem\s+(?:fenster|tab)|ansehen|anzeigen)\b:?",
    re.I,
)
_LONE_FORMATS = re.compile(
    rf"^(?:{_FORMATS}\b[\s,;/|:–-]*)+|(?<![\s,;/|:–-])[\s,;/|:–-]+(?:{_FORMATS}[\s,;/|–-]*)+$", re.I
)
_GENERIC = frozenset(
    fold(word)
    for word in (
        "", "hier", "download", "downloads", "datei", "dateien", "link", "mehr", "tabelle", "daten", "weitere informationen",
        "klicken sie hier", "hier klicken", "anhang", "dokument", "dokumente", "excel", "liste", "weiterlesen", "details",
        "zur datei", "zum dokument", "here", "file", "more", "click here", "export", "rohdaten", "fassung", "öffnen",
    )
)  # fmt: skip
_MONTHS = re.findall(r"\w+", "januar februar märz april mai juni juli august september oktober november dezember")
_DATE = re.compile(
    rf"(?<!\d)(?:(\d{{1,2}})\.\s?(\d{{1,2}})\.\s?(\d{{4}})|(\d{{4}})-(\d{{2}})-(\d{{2}})|(\d{{1,2}})\.\s({'|'.join(_MONTHS)})\s(\d{{4}}))(?!\d)",
    re.I,
)
_STAND = re.compile(
    rf"\b(?:Stand|Datenstand|aktualisiert(?:\s+am)?|zuletzt\s+geändert(?:\s+am)?|letzte\s+Änderung|Last\s+updated?)\s{{0,3}}:?\s{{0,3}}(?:vom\s)?({_DATE.pattern})",
    re.I,
)
_URL_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_SESSION = re.compile(
    r"(?:phpsessid|jsessionid|aspsessionid\w*|sessionid|session_id|session|sid|sess|fe_typo_user|cftoken|cfid|zenid|osc?sid|"
    r"utm_\w+|fbclid|gclid|mc_[ce]id|_ga|no_cache|sword_list\S*)",
    re.I,
)
_VOLATILE = re.compile(
    r"(?:cid|t|ts|time|timestamp|v|ver|version|rev|m|mtime|modified|cb|cachebuster|nocache|rnd|rand|_|bust)", re.I
)
_PATH_SESSION = re.compile(r";jsessionid=[^/?#]{0,200}", re.I)


def stable_url(url: str) -> str:
    """An address without session ids, campaign marks and, at files, marks against caches: the same file, the same address."""
    url = _PATH_SESSION.sub("", url)
    head, mark, query = url.partition("?")
    if not mark:
        return url
    is_file = bool(re.search(r"\.\w{2,7}$", head.rpartition("/")[2]))
    pairs = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if not _SESSION.fullmatch(name)
        and not (is_file and _VOLATILE.fullmatch(name) and not value.isalpha())
        # A bare number behind a file's name is a mark against caches: data.csv?1699999999.
        and not (is_file and not value and name.isdecimal())
    ]
    if len(pairs) == len(parse_qsl(query, keep_blank_values=True)):
        return url
    return f"{head}?{urlencode(pairs)}" if pairs else head


def ending_of(url: str) -> str:
    """The ending of the file that an address names, in its path or in a parameter; empty if it names none."""
    parts = urlsplit(url)
    names = [parts.path.rpartition("/")[2], *(value.rpartition("/")[2] for _, value in parse_qsl(parts.query))]
    for name in names:
        ending = unquote(name).rpartition(".")[2].casefold() if "." in name else ""
        if ending in DATA_ENDINGS or ending == "pdf":
            return ending
    return ""


def data_format(url: str, media_type: str, download: str, text: str) -> str:
    """The EU file-type code of the data that a link leads to; empty if it leads to none. ``PDF`` is the caller's to refuse.

    Asked are the address, the link's ``type`` and ``download`` attributes, then, for addresses that speak of a download
    or a format, the format in brackets behind the text.
    """
    name = urlsplit(url).path.rpartition("/")[2]
    if _NO_DATA_NAME.fullmatch(name) or re.search(r"/(?:rss|feed|atom)/?$", urlsplit(url).path):
        return ""
    ending = ending_of(url)
    if not ending and "." in download:
        ending = ending_of(f"http://x/{download.rpartition('/')[2]}")
    if ending:
        code = find_file_type("SHP") if ending == "shp" else file_type_of(ending)
        return code.code if code else ending.upper()
    code = file_type_of(media_type) if media_type else None
    if code is None and re.search(r"download|dumpfile|getfile|getmedia|datei|export|format=|file=", url, re.I):
        named = _FORMAT_WORD.search(" ".join(_BRACKETS.findall(text)) or text)
        code = find_file_type(named.group()) if named else None
    allowed = code is not None and (
        code.code.casefold() in DATA_ENDINGS or code.code in ("PDF", "SHP", "GEOJSON", "MSXLS")
    )
    return code.code if code and allowed else ""


def clean_title(text: str) -> str:
    """A link's text without format, size and the call to download; empty if nothing is left that names the data."""
    text = " ".join(text.split())[:500]
    text = _BRACKETS.sub(lambda m: "" if _is_aside(m.group(1)) else m.group(), text)
    for pattern in (_SIZE, _AS_FORMAT, _ACTION):
        text = pattern.sub(" ", text)
    text = " ".join(text.split()).strip(" ,;:|/–-•»›>")
    text = _LONE_FORMATS.sub("", text).strip(" ,;:|/–-•»›>")
    return "" if fold(text) in _GENERIC or not re.search(r"[^\W\d_]{2}", text) else text


def _is_aside(text: str) -> bool:
    return any(pattern.search(text) for pattern in (_FORMAT_WORD, _SIZE, _STAND))


def is_file_name(text: str) -> bool:
    """Whether a link's text is only the name of the file."""
    return re.fullmatch(r"\S{1,200}\.\w{2,7}", text.strip()) is not None


def shared_title(titles: Sequence[str]) -> str:
    """The words that all titles begin with, if they say something; else the first title."""
    words = [title.split() for title in titles if title]
    if not words:
        return ""
    common = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        common.append(column[0])
    shared = " ".join(common).strip(" ,;:–-(")
    return shared if len(shared) >= 6 else next(title for title in titles if title)


def size_in(text: str) -> str:
    """A size that a text states, as written; empty if none."""
    found = _SIZE.search(text)
    return found.group() if found else ""


def stated_date(text: str) -> Literal | None:
    """The date behind ``Stand``, ``aktualisiert am`` and their like."""
    found = _STAND.search(text)
    return _read(found.group(1)) if found else None


def stated_dates(text: str) -> frozenset[Literal]:
    """All dates behind ``Stand`` and its like in a text."""
    return frozenset(day for match in _STAND.finditer(text) if (day := _read(match.group(1))) is not None)


def any_date(text: str) -> Literal | None:
    """The only date in a text; None if there is none or there are several."""
    found = {match.group() for match in _DATE.finditer(text)}
    return _read(found.pop()) if len(found) == 1 else None


def url_date(url: str) -> Literal | None:
    """A day that an address names (``/2026/11/03/``, ``_2026-11-03.csv``)."""
    found = _URL_DATE.search(urlsplit(url).path)
    return date("-".join(found.groups())) if found else None


def _read(text: str) -> Literal | None:
    match = _DATE.search(text)
    if match is None:
        return None
    day, month, year, *iso = match.groups()
    if day:
        return date(f"{year}-{int(month):02d}-{int(day):02d}")
    if iso[0]:
        return date("-".join(iso[:3]))
    return date(f"{iso[5]}-{_MONTHS.index(iso[4].casefold()) + 1:02d}-{int(iso[3]):02d}")
