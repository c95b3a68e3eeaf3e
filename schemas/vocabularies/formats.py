"""Look-ups of file types and media types, and what the one says about the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from schemas.vocabularies.codes import LISTS, Code, rows
from schemas.vocabularies.spelling import is_iri, look_up, plain

_MEDIA_TYPE = re.compile(
    r"((?:application|audio|chemical|font|haptics|image|message|model|multipart|text|video)/[\w.+!#$&^-]+)\s*(?:;.*)?",
    re.IGNORECASE | re.DOTALL,
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+|v\d+")
_WORD = re.compile(r"[^\W_](?:[^\s_,;:/()|-]*[^\W_])?")
# Words that say that something is a file or a service, not which.
_EMPTY_WORDS = re.compile(
    r"datei(?:en)?|(?:datei)?format|files?|do[ck]ument|dienst|service|server|schnittstelle|download|downloaddienst"
    r"|darstellungsdienst|ogc|als|im"
)
_BETWEEN = re.compile(r"(?:(?<!\s)\s+)?(?:[/,;|+]|\boder\b|\bor\b|\bbzw\.?|\bund\b|\band\b)\s*")


@look_up
def find_file_type(text: str) -> Code | None:
    """The EU file type a text names: "csv-Datei", ".xlsx", "WFS-Dienst", "TIF/TIFF", a media type, an IRI.

    Several names count only if all mean the same type. A version, a remark in brackets and words like "Datei" do not
    count. None if it is not certain.
    """
    text = text.strip()
    if is_iri(text):
        return LISTS["file-type"].find(text) or _of_media_type(LISTS["media-type"].by_iri(text))
    if text.startswith("."):
        return file_type_of(text)
    return _named(text) or _reduced(text)


@look_up
def find_media_type(text: str) -> Code | None:
    """The IANA media type a text names: "text/csv; charset=utf-8", its IRI, a known alias, a file type's name."""
    text = text.strip()
    if is_iri(text):
        found = LISTS["media-type"].by_iri(text)
        if found is not None:
            return found
    match = _MEDIA_TYPE.fullmatch(text)
    if match is not None:
        found = LISTS["media-type"].by_code(match.group(1))
        if found is not None:
            return found
    file_type = find_file_type(text)
    return None if file_type is None else media_type_of(file_type.code)


def media_type_of(file_type: str) -> Code | None:
    """The media type of files of this EU file type (a code); None if it has none of its own or several."""
    return _media_types().get(file_type.upper())


@look_up
def file_type_of(sign: str) -> Code | None:
    """The file type that a media type ("text/csv") or a file extension (".csv", "csv") stands for."""
    sign = sign.strip().casefold()
    match = _MEDIA_TYPE.fullmatch(sign)
    if match is not None:
        return _by_media_type().get(sign) or _by_media_type().get(match.group(1))
    return _by_extension().get(sign.lstrip("."))


def machine_readable(file_or_media_type: str) -> bool:
    """Whether the EU's table marks a file type (IRI, code or media type) as machine readable. MQA interoperability."""
    return _marked("machine", file_or_media_type)


def non_proprietary(file_or_media_type: str) -> bool:
    """Whether the EU's table marks a file type (IRI, code or media type) as non-proprietary. MQA interoperability."""
    return _marked("open", file_or_media_type)


def _named(text: str) -> Code | None:
    if _MEDIA_TYPE.fullmatch(text):
        return file_type_of(text)
    return LISTS["file-type"].find(text) or _by_extension().get(text.casefold())


def _reduced(text: str) -> Code | None:
    bare = _BRACKETS.sub(" ", plain(text))
    words = [word for word in _WORD.findall(bare) if not _EMPTY_WORDS.fullmatch(word) and not _VERSION.fullmatch(word)]
    whole = _named(" ".join(words)) if words else None
    if whole is not None:
        return whole
    parts = [part for part in _BETWEEN.split(bare) if part]
    if len(parts) < 2:
        return None
    found = {_named(part) for part in parts}
    return found.pop() if len(found) == 1 else None


def _marked(column: str, file_or_media_type: str) -> bool:
    found = find_file_type(file_or_media_type)
    return found is not None and found.code in _marks(column)


def _of_media_type(media_type: Code | None) -> Code | None:
    return None if media_type is None else file_type_of(media_type.code)


@cache
def _marks(column: str) -> frozenset[str]:
    return frozenset(row["code"] for row in rows("file-type") if row[column])


@cache
def _media_types() -> Mapping[str, Code]:
    by_code = {code.code: code for code in LISTS["media-type"]}
    return {row["code"]: by_code[row["media"]] for row in rows("file-type") if row["media"]}


@cache
def _by_media_type() -> Mapping[str, Code]:
    return _by_signs("read")


@cache
def _by_extension() -> Mapping[str, Code]:
    return _by_signs("extensions")


def _by_signs(column: str) -> Mapping[str, Code]:
    by_code = {code.code: code for code in LISTS["file-type"]}
    return {sign.casefold(): by_code[row["code"]] for row in rows("file-type") for sign in row[column].split()}
