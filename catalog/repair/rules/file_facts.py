"""What only the file itself tells: its size, its checksum, when it was changed, that it can be downloaded."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import XSD

from catalog.formats import day, number
from catalog.preview.wanting import says_live
from catalog.repair.looks import Look
from catalog.repair.subject import File, Subject
from schemas.corrections import OF_BYTES
from schemas.kinds import Literal, date
from schemas.model import Checksum
from schemas.proposals import Proposal
from schemas.vocabularies import find_checksum_algorithm

SIZE, CHECKSUM, MODIFIED = OF_BYTES
DOWNLOAD = "download-url"
TITLES = {
    SIZE: ("Größe der Datei", "Size of the file"),
    CHECKSUM: ("Prüfsumme der Datei", "Checksum of the file"),
    MODIFIED: ("Änderungsdatum", "Date of change"),
    DOWNLOAD: ("Adresse zum Herunterladen", "Address to download from"),
}


def propose(subject: Subject) -> Iterator[Proposal]:
    """Facts of each file that answered and does not state them. The answer of a live interface is no file: it is another soon."""
    for file in subject.files:
        if file.look is not None and file.look.is_data and not says_live(file.distribution):
            yield from _facts(subject, file, file.look)


def _facts(subject: Subject, file: File, look: Look) -> Iterator[Proposal]:
    own = file.distribution
    de, en = day(look.looked), day(look.looked, "en")
    if not own.download_url and own.access_url:
        yield Proposal(
            rule=DOWNLOAD,
            attribute="distribution.download_url",
            part=file.part,
            values=(file.address,),
            evidence_de=f"Unter der Zugangsadresse kam am {de} die Datei selbst ({look.kind}), keine Seite.",
            evidence_en=f"At the access address the file itself ({look.kind}) came on {en}, not a page.",
        )
    yield from _changed(subject, file, look)
    if subject.changes_daily:
        # What is counted today is wrong tomorrow, and would stand there all the same.
        return
    size = () if look.size is None else (Literal(str(look.size), None, str(XSD.nonNegativeInteger)),)
    if size and own.byte_size != size and _is_open(subject, file, "byte_size"):
        yield Proposal(
            rule=SIZE,
            attribute="distribution.byte_size",
            part=file.part,
            values=size,
            adds=False,
            certainty=95,
            evidence_de=f"Die Datei hatte am {de} {number(look.size or 0)} Bytes.",
            evidence_en=f"The file had {number(look.size or 0, 'en')} bytes on {en}.",
        )
    algorithm = find_checksum_algorithm("SHA-256")
    value = Literal(look.sha256, None, str(XSD.hexBinary))
    stated = [v for each in own.checksum if isinstance(each, Checksum) for v in each.checksum_value]
    if look.sha256 and algorithm is not None and stated != [value] and _is_open(subject, file, "checksum"):
        yield Proposal(
            rule=CHECKSUM,
            attribute="distribution.checksum",
            part=file.part,
            values=(Checksum(algorithm=(algorithm.iri,), checksum_value=(value,)),),
            adds=False,
            certainty=80,
            evidence_de=f"Aus allen Bytes der Datei am {de} berechnet (SHA-256).",
            evidence_en=f"Computed from all bytes of the file on {en} (SHA-256).",
        )


def _is_open(subject: Subject, file: File, attribute: str) -> bool:
    """Whether a property is not stated, or only by an earlier repair, after which the file may have changed."""
    path = f"distribution.{attribute}"
    return not getattr(file.distribution, attribute) or (path, file.part) in subject.repaired


def _changed(subject: Subject, file: File, look: Look) -> Iterator[Proposal]:
    own = file.distribution
    changed = date(look.changed) if look.changed else None
    if changed is not None and not own.modified and not subject.dataset.modified:
        yield Proposal(
            rule=MODIFIED,
            attribute="distribution.modified",
            part=file.part,
            values=(changed,),
            certainty=90,
            evidence_de=f"Der Server nennt für die Datei den {day(look.changed)} als letzte Änderung (Last-Modified).",
            evidence_en=f"The server names {day(look.changed, 'en')} as the file's last change (Last-Modified).",
        )
