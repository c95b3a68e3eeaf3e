"""The records of a feed page as members of the catalogue, and its entries about them: text of one shape in each syntax.

A hundred entries through the model and a serialiser cost as much as all the rest of a page. What they say is always the
same but for four values, and is held against the model by a test in each syntax. An entry names none of the source's
catalogue: dct:source must lead to a described dcat:CatalogRecord, and ours is the only one that the feed describes.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

import orjson

from catalog.reading.entries import Entry
from schemas import iris
from schemas.kinds import writable
from schemas.namespaces import DCAT, DCTERMS, FOAF, PREFIXES, RDF, XSD

_OF_KIND = {"dataset": DCAT.dataset, "service": DCAT.service, "series": DCAT.resource}
_QUOTE = {'"': "&quot;"}
_RECORD, _CATALOG_RECORD, _DATE_TIME = str(DCAT.record), str(DCAT.CatalogRecord), str(XSD.dateTime)
_ISSUED, _MODIFIED, _TOPIC = str(DCTERMS.issued), str(DCTERMS.modified), str(FOAF.primaryTopic)


def _short(iri: str) -> str:
    """An IRI as a prefixed name of the feeds' declarations."""
    return next(f"{prefix}:{iri[len(base) :]}" for prefix, base in PREFIXES.items() if iri.startswith(base))


_ENTRY_NT = (
    f"<{{0}}> <{RDF.type}> <{_CATALOG_RECORD}> .\n"
    f'<{{0}}> <{_ISSUED}> "{{1}}"^^<{_DATE_TIME}> .\n'
    f'<{{0}}> <{_MODIFIED}> "{{2}}"^^<{_DATE_TIME}> .\n'
    f"<{{0}}> <{_TOPIC}> <{{3}}> .\n"
)
_ENTRY_TTL = (
    f"<{{0}}> a {_short(_CATALOG_RECORD)} ;\n"
    f'\t{_short(_ISSUED)} "{{1}}"^^{_short(_DATE_TIME)} ;\n'
    f'\t{_short(_MODIFIED)} "{{2}}"^^{_short(_DATE_TIME)} ;\n'
    f"\t{_short(_TOPIC)} <{{3}}> .\n"
)
_ENTRY_RDF = (
    f'\t<{_short(_CATALOG_RECORD)} rdf:about="{{0}}">\n'
    f'\t\t<{_short(_ISSUED)} rdf:datatype="{_DATE_TIME}">{{1}}</{_short(_ISSUED)}>\n'
    f'\t\t<{_short(_MODIFIED)} rdf:datatype="{_DATE_TIME}">{{2}}</{_short(_MODIFIED)}>\n'
    f'\t\t<{_short(_TOPIC)} rdf:resource="{{3}}"/>\n'
    f"\t</{_short(_CATALOG_RECORD)}>\n"
)


class Members:
    """Records with their entries; with ``in_catalog`` also their membership. Agents are no members and get no entry."""

    def __init__(self, base_url: str, entries: Iterable[Entry], in_catalog: bool) -> None:
        self.catalog = iris.catalog_iri(base_url)
        listed = [entry for entry in entries if entry.kind != "agent"]
        names = [writable(entry.iri) for entry in listed]
        about = [iris.mint(base_url, "record", entry.key) for entry in listed]
        self._entries = [
            (record, entry.first_seen, entry.changed, name)
            for record, entry, name in zip(about, listed, names, strict=True)
        ]
        self._lists: dict[str, list[str]] = {}
        if in_catalog and listed:
            for entry, name in zip(listed, names, strict=True):
                self._lists.setdefault(str(_OF_KIND[entry.kind]), []).append(name)
            self._lists[_RECORD] = about

    def ntriples(self) -> bytes:
        """Line by line."""
        lines = [f"<{self.catalog}> <{link}> <{name}> .\n" for link, names in self._lists.items() for name in names]
        return "".join([*lines, *(_ENTRY_NT.format(*entry) for entry in self._entries)]).encode()

    def ttl(self) -> bytes:
        """A fragment of Turtle, by the feeds' prefixes."""
        lists = [f"{_short(link)} <{'> , <'.join(names)}>" for link, names in self._lists.items()]
        links = " ;\n\t".join(lists)
        text = f"<{self.catalog}> {links} .\n" if lists else ""
        return (text + "".join([_ENTRY_TTL.format(*entry) for entry in self._entries])).encode()

    def rdf(self) -> bytes:
        """A fragment of RDF/XML, by the namespaces of the feeds' root element."""
        text = ""
        if self._lists:
            links = [
                f'\t\t<{_short(link)} rdf:resource="{escape(name, _QUOTE)}"/>\n'
                for link, names in self._lists.items()
                for name in names
            ]
            own, inside = escape(self.catalog, _QUOTE), "".join(links)
            text = f'\t<rdf:Description rdf:about="{own}">\n{inside}\t</rdf:Description>\n'
        entries = [
            _ENTRY_RDF.format(escape(about, _QUOTE), issued, modified, escape(name, _QUOTE))
            for about, issued, modified, name in self._entries
        ]
        return (text + "".join(entries)).encode()

    def jsonld(self, around: bytes) -> bytes:
        """A fragment of JSON-LD. Takes the nodes beside which they stand: the catalogue's takes its members."""
        nodes = orjson.loads(b"[%b]" % around)
        lists = {link: [{"@id": name} for name in names] for link, names in self._lists.items()}
        if lists:
            own = next((node for node in nodes if node.get("@id") == self.catalog), None)
            if own is None:
                nodes.append({"@id": self.catalog, **lists})
            else:
                own.update(lists)
        nodes += [
            {
                "@id": about,
                "@type": [_CATALOG_RECORD],
                _ISSUED: [{"@type": _DATE_TIME, "@value": issued}],
                _MODIFIED: [{"@type": _DATE_TIME, "@value": modified}],
                _TOPIC: [{"@id": name}],
            }
            for about, issued, modified, name in self._entries
        ]
        return orjson.dumps(nodes)[1:-1]
