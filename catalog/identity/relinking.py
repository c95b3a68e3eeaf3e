"""Which new records of a run are probably old ones under other identifiers (F07): proposals, and carrying them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson
import zstandard

from catalog.fragments import derive
from catalog.identity import likeness as alike
from catalog.identity.likeness import Likeness
from catalog.reading.entries import RECORD_CLASSES
from catalog.runs.number_writer import batches
from catalog.runs.planning import ABSENCES
from catalog.runs.staging import Staged, Staging
from catalog.store import Store
from schemas import iris, rdf, syntax
from schemas.model import Resource
from schemas.ntriples import ntriples_of

# A pair below this score is not proposed, and a mark that so many records of a side bear says nothing.
LEAST = 0.6
_HOT = 50
_ADDRESS, _TITLE, _PLACE = 0.5, 0.4, 0.1
# A portal that moved keeps its paths; a record without any address is known by its title alone.
_PATH_ONLY, _NO_ADDRESS = 0.6, 0.8
_compress = zstandard.ZstdCompressor(level=3).compress


class Proposal(NamedTuple):
    """An old record that a new one probably is. ``score`` is 0 to 1; ``evidence`` says what is alike."""

    old_key: str
    old_id: str
    old_title: str
    new_key: str
    new_id: str
    new_title: str
    score: float
    evidence: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The proposal as it stands in a plan."""
        return {
            "old": {"key": self.old_key, "native_id": self.old_id, "title": self.old_title},
            "new": {"key": self.new_key, "native_id": self.new_id, "title": self.new_title},
            "score": round(self.score, 3),
            "evidence": dict(self.evidence),
        }


def propose(store: Store, staging: Staging) -> int:
    """Pairs what the plan in a staging file would create with what it lacks; gives the number of proposals.

    Each record stands in one proposal at most, the surest first. Memory stays flat: pairs are found in the file.
    """
    database = staging.database
    database.execute("BEGIN")
    for table in ("likeness", "marks", "pairs", "proposals"):
        database.execute(f"DELETE FROM {table}")
    if _has(staging, ABSENCES) and _has(staging, ("create",)):
        for _, _, staged in staging.planned("create"):
            if not staged.companion and staged.ntriples is not None:
                _enter(staging, 1, staged.key, staged.native_id, _record(staged.kind, staged.iri, staged.ntriples))
        for key, native_id, kind, iri, ntriples in _absent(store, staging):
            _enter(staging, 0, key, native_id, _record(kind, iri, ntriples))
        _pair(staging)
    database.execute("COMMIT")
    return staging.count("SELECT count(*) FROM proposals")


def proposals(staging: Staging) -> Iterator[Proposal]:
    """The proposals in a staging file, the surest first."""
    rows = staging.database.execute(
        "SELECT p.old, o.native_id, o.said, p.new, n.native_id, n.said, p.score, p.evidence FROM proposals p "
        "JOIN likeness o ON o.side = 0 AND o.key = p.old JOIN likeness n ON n.side = 1 AND n.key = p.new "
        "ORDER BY p.score DESC, p.old"
    )
    for old, old_id, old_said, new, new_id, new_said, score, evidence in rows:
        titles = [orjson.loads(said)[0] for said in (old_said, new_said)]
        yield Proposal(old, old_id, titles[0], new, new_id, titles[1], score, orjson.loads(evidence))


def carry_out(store: Store, staging: Staging) -> int:
    """Puts staged records in the place of the old ones that they are proposed to be; gives how many.

    They take over KEY and IRI; the plan has to be made anew afterwards.
    """
    number = 0
    rows = staging.database.execute("SELECT old, new FROM proposals").fetchall()
    for batch in batches(rows):
        known = store.identities([old for old, _ in batch])
        staging.database.execute("BEGIN")
        for old, new in batch:
            staged = next(staging.rows("key = ? AND companion = 0 AND state = 1", (new,)), None)
            taken = staging.count("SELECT count(*) FROM staged WHERE key = ?", (old,))
            if staged is None or taken or old not in known:
                continue
            iri, former_id = known[old]
            _replace(staging, staged, old, iri)
            staging.database.execute(
                "INSERT INTO relinked VALUES (?, ?, ?, ?)", (old, staged.native_id, iri, former_id)
            )
            number += 1
        staging.database.execute("COMMIT")
    return number


def _replace(staging: Staging, staged: Staged, key: str, iri: str) -> None:
    assert staged.ntriples is not None
    assert staged.iri is not None
    record = replace(_record(staged.kind, staged.iri, staged.ntriples), iri=iri)
    ntriples = ntriples_of(record, key)
    ready = derive(ntriples)
    findings = staged.findings.replace(orjson.dumps(staged.iri).decode(), orjson.dumps(iri).decode())
    # Its traits are found out anew: its subject is one of them.
    staging.database.execute("DELETE FROM traits WHERE key IN (?, ?)", (staged.key, key))
    staging.database.execute(
        "UPDATE staged SET key = ?, iri = ?, ntriples = ?, content_hash = ?, findings = ?, ttl = ?, rdf = ?, jsonld = ? "
        "WHERE key = ?",
        (
            *(key, iri, _compress(ntriples.encode()), iris.content_hash(ntriples), findings),
            *map(_compress, (ready.ttl, ready.rdf, ready.jsonld)),
            staged.key,
        ),
    )


def _has(staging: Staging, actions: Iterable[str]) -> bool:
    return any(
        staging.count("SELECT EXISTS (SELECT 1 FROM plan WHERE companion = 0 AND action = ?)", (action,))
        for action in actions
    )


def _absent(store: Store, staging: Staging) -> Iterator[tuple[str, str, str, str, bytes]]:
    marks = ", ".join("?" * len(ABSENCES))
    rows = staging.database.execute(
        f"SELECT version_id FROM plan WHERE companion = 0 AND action IN ({marks})", ABSENCES
    ).fetchall()
    for batch in batches(row[0] for row in rows):
        yield from store.identified(batch)


def _record(kind: str | None, iri: str | None, packed: bytes) -> Resource:
    triples = syntax.parse(zstandard.decompress(packed), "nt")
    return rdf.Reading(triples).record(iri or "", RECORD_CLASSES[kind or "dataset"])


def _enter(staging: Staging, side: int, key: str, native_id: str, record: Resource) -> None:
    said = alike.likeness(record, staging.language)
    database = staging.database
    database.execute(
        "INSERT OR IGNORE INTO likeness VALUES (?, ?, ?, ?)",
        (side, key, native_id, orjson.dumps(said.to_json()).decode()),
    )
    database.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?, ?)", [(mark, side, key) for mark in _marks(said)])


def _marks(said: Likeness) -> Iterator[str]:
    """What two records must have in common to be compared at all."""
    if title := alike.folded(said.title):
        yield f"title {title}"
    for identifier in said.identifiers:
        yield f"identifier {identifier}"
    for address in said.addresses:
        yield f"address {address}"
        if path := alike.path_of(address):
            yield f"path {path}"


def _pair(staging: Staging) -> None:
    database = staging.database
    database.execute(
        "DELETE FROM marks WHERE mark IN (SELECT mark FROM marks GROUP BY mark, side HAVING count(*) > ?)", (_HOT,)
    )
    pairs = database.execute(
        "SELECT DISTINCT o.key, n.key, ol.said, nl.said FROM marks o JOIN marks n ON n.mark = o.mark AND n.side = 1 "
        "JOIN likeness ol ON ol.side = 0 AND ol.key = o.key JOIN likeness nl ON nl.side = 1 AND nl.key = n.key "
        "WHERE o.side = 0"
    )
    writing = database.cursor()
    for old, new, old_said, new_said in pairs:
        score, evidence = compare(*(Likeness.from_json(orjson.loads(said)) for said in (old_said, new_said)))
        if score >= LEAST:
            writing.execute(
                "INSERT OR IGNORE INTO pairs VALUES (?, ?, ?, ?)", (old, new, score, orjson.dumps(evidence).decode())
            )
    # Both columns are unique: who stands in a surer pair is passed over.
    database.execute("INSERT OR IGNORE INTO proposals SELECT * FROM pairs ORDER BY score DESC, old, new")


def compare(old: Likeness, new: Likeness) -> tuple[float, dict[str, Any]]:
    """How sure it is that two records of a source are one, 0 to 1, and what is alike."""
    evidence: dict[str, Any] = {}
    title = alike.similarity(old.title, new.title)
    if title >= 0.5:
        evidence["title"] = round(title, 3)
    parts = [(_TITLE, title)]
    address = _address(old, new, evidence)
    if address is not None:
        parts.append((_ADDRESS, address))
    place = alike.same_place(old.places, new.places)
    if place is not None:
        parts.append((_PLACE, place))
        if place > 0:
            evidence["place"] = round(place, 3)
    score = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    return (score if address is not None else score * _NO_ADDRESS), evidence


def _address(old: Likeness, new: Likeness, evidence: dict[str, Any]) -> float | None:
    """How much two records agree in identifiers and addresses; None if they have none to compare."""
    if same := [each for each in old.identifiers if each in new.identifiers]:
        evidence["identifier"] = same[:3]
        return 1.0
    if not old.addresses or not new.addresses:
        return None
    fewer = min(len(old.addresses), len(new.addresses))
    if same := [each for each in old.addresses if each in new.addresses]:
        evidence["address"] = same[:3]
        return len(same) / fewer
    paths = {path for path in map(alike.path_of, new.addresses) if path}
    if same := [path for path in map(alike.path_of, old.addresses) if path in paths]:
        evidence["path"] = same[:3]
        return _PATH_ONLY * min(1.0, len(same) / fewer)
    return 0.0
