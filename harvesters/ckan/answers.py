"""What an answer of CKAN's or DKAN's Action API holds: packages, names of packages, or a refusal."""

from __future__ import annotations

from typing import Any, NamedTuple

from harvesters.mapping.native_values import word
from harvesters.reasons import FAILURE, rule_of
from schemas.loose_json import load_json, sorted_json
from schemas.syntax import Unreadable, excerpt

# Kinds of refusals beside CKAN's own error types: no such action, nothing kept for a replay.
MISSING, REPLAYED = "missing", "replayed"


class Cut(NamedTuple):
    """What an answer's ``result`` holds: entries that may be packages, names of packages, the count stated."""

    entries: list[Any]
    names: list[str]
    stated: int | None


class Refusal(NamedTuple):
    """An answer that is none: CKAN's error type and message, or what came instead, in German and English."""

    kind: str
    de: str
    en: str
    rule: str = FAILURE


def cut(result: Any) -> Cut | None:
    """The packages of a result: of a search, a list (DKAN nests it), or a single package. None if it holds none."""
    if isinstance(result, dict) and isinstance(result.get("results"), list):
        count = result.get("count")
        return Cut(result["results"], [], count if isinstance(count, int) else None)
    if isinstance(result, dict):
        return Cut([result], [], None) if _is_package(result) else None
    if not isinstance(result, list):
        return None
    flat = [entry for each in result for entry in (each if isinstance(each, list) else [each])]
    names = [entry for entry in flat if isinstance(entry, str)]
    entries = [entry for entry in flat if not isinstance(entry, str)]
    if entries and not any(_is_package(entry) for entry in entries):
        return None
    return Cut(entries, names, None)


def _is_package(entry: Any) -> bool:
    if not isinstance(entry, dict) or "is_organization" in entry:
        return False
    return "resources" in entry or ("title" in entry and ("name" in entry or "id" in entry))


def answered(body: bytes) -> tuple[Any, bool] | Refusal:
    """The ``result`` of an answer of the Action API and whether its JSON was repaired, or the refusal (F01, F02)."""
    try:
        document, repaired = load_json(body)
    except Unreadable as unreadable:
        return Refusal("", unreadable.de, unreadable.en)
    if not isinstance(document, dict) or "success" not in document:
        return Refusal(
            "",
            f"JSON, aber keine Antwort der CKAN-Schnittstelle: {excerpt(_shown(document))}",
            f"JSON, but no answer of a CKAN interface: {excerpt(_shown(document))}",
        )
    if document["success"] is True and "result" in document:
        return document["result"], repaired
    error = document.get("error")
    given = error if isinstance(error, dict) else {"message": error}
    kind = word(given.get("__type"))
    said = excerpt(word(given.get("message")) or _shown({k: v for k, v in given.items() if k != "__type"}))
    text = f"{kind}: {said}" if kind else said
    return Refusal(kind or "error", f"die Schnittstelle meldet: {text}", f"the interface reports: {text}")


def packages_in(body: bytes, document: bool) -> Cut | None:
    """What an answer holds; a file of packages (``document``) need not be an answer of the interface."""
    answer = answered(body)
    if not isinstance(answer, Refusal):
        return cut(answer[0])
    try:
        return cut(load_json(body)[0]) if document else None
    except Unreadable:
        return None


def refused_by_status(status: int, body: bytes) -> Refusal:
    """What an answer with an error status says."""
    answer = answered(body)
    said = Refusal("", f"der Server antwortet mit Status {status}", f"the server answers with status {status}")
    refusal = answer if isinstance(answer, Refusal) and answer.kind else said
    refusal = refusal._replace(rule=rule_of(status))
    return refusal._replace(kind=MISSING) if status in (404, 405, 410) else refusal


def no_packages(answer: Any) -> tuple[str, str]:
    """In German and English, that an answer holds no packages."""
    shown = excerpt(_shown(answer))
    return f"keine Liste von Datensätzen; die Antwort beginnt mit: {shown}", (
        f"no list of datasets; the answer begins with: {shown}"
    )


def _shown(value: Any) -> str:
    return sorted_json(value).decode()
