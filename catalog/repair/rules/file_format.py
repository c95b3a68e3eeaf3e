"""The format and the media type of a file, by what its first bytes are."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.repair.looks import Look
from catalog.repair.subject import File, Subject
from schemas.model import Resources, iri_of
from schemas.proposals import Proposal
from schemas.vocabularies import LISTS, Code, file_type_of, media_type_of

FORMAT, MEDIA_TYPE = "format", "media-type"
TITLES = {
    FORMAT: ("Format der Datei", "Format of the file"),
    MEDIA_TYPE: ("Medientyp der Datei", "Media type of the file"),
}
_BY_NAME = 50


def propose(subject: Subject) -> Iterator[Proposal]:
    """The codes of format and media type where a file has none, or one that no list knows."""
    for file in subject.files:
        format_, certainty = _format(file)
        if format_ is None:
            continue
        de, en = _evidence(file, format_)
        if not _listed(file.distribution.format, "file-type"):
            yield Proposal(
                rule=FORMAT,
                attribute="distribution.format",
                part=file.part,
                values=(format_.iri,),
                adds=False,
                certainty=certainty,
                evidence_de=f"{de}: Format {format_.code}.",
                evidence_en=f"{en}: format {format_.code}.",
            )
        media = _media_type(file.look, format_)
        if media is not None and not _listed(file.distribution.media_type, "media-type"):
            yield Proposal(
                rule=MEDIA_TYPE,
                attribute="distribution.media_type",
                part=file.part,
                values=(media.iri,),
                adds=False,
                certainty=certainty,
                evidence_de=f"{de}: Medientyp {media.code}.",
                evidence_en=f"{en}: media type {media.code}.",
            )


def _listed(values: Resources, name: str) -> bool:
    return any((iri_of(value) or "") in LISTS[name] for value in values)


def _format(file: File) -> tuple[Code | None, int]:
    if file.look is not None and file.look.answered:
        return LISTS["file-type"].by_code(file.look.file_type) if file.look.file_type else None, 100
    stated = next(
        (code for v in file.distribution.format if (code := LISTS["file-type"].by_iri(iri_of(v) or ""))), None
    )
    if stated is not None:
        return stated, 90
    if file.look is not None:
        # It does not answer: what its name says may be of another day.
        return None, 0
    ending = _ending(file.address)
    return (file_type_of(ending) if ending else None), _BY_NAME


def _media_type(look: Look | None, format_: Code) -> Code | None:
    if look is not None and look.answered and look.media_type:
        return LISTS["media-type"].by_code(look.media_type)
    return media_type_of(format_.code)


def _ending(address: str) -> str:
    name = address.partition("?")[0].partition("#")[0].rsplit("/", 1)[-1]
    return name.rpartition(".")[2].casefold() if "." in name else ""


def _evidence(file: File, format_: Code) -> tuple[str, str]:
    ending = _ending(file.address)
    if file.look is None or not file.look.answered:
        if any(iri_of(value) == format_.iri for value in file.distribution.format):
            return f"Das Format {format_.code} ist angegeben", f"The format {format_.code} is stated"
        return (
            f"Die Adresse endet auf .{ending}; die Datei wurde nicht gelesen",
            f"The address ends in .{ending}; not read",
        )
    named = bool(ending) and file_type_of(ending) == format_
    de = f"Die Adresse endet auf .{ending}, und der Inhalt ist" if named else "Der Inhalt der Datei ist"
    en = f"The address ends in .{ending}, and the content is" if named else "The content of the file is"
    return f"{de} {format_.code}", f"{en} {format_.code}"
