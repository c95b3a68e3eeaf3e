"""Reads a dataset of a website: files that a page links to, or a schema.org Dataset that a page describes."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from harvesters.files.file_groups import period_of, title_of
from harvesters.reading import NOT_UNDERSTOOD, Context, Native, Reading, TraceEntry
from harvesters.website import link_texts
from harvesters.website.link_groups import LinkedFiles, title_of_links, without_links
from harvesters.website.page_links import DataLink
from harvesters.website.schema_org import SchemaDataset, read_dataset
from schemas import iris
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal, iri
from schemas.model import Dataset, Distribution, PeriodOfTime, Resources, RightsStatement
from schemas.namespaces import XSD
from schemas.vocabularies import LISTS, find_license, media_type_of

LICENSES_DIFFER = declare(
    "page-licenses-differ",
    "Die Seite nennt mehrere Lizenzen ({0}); keine wurde übernommen.",
    "The page names several licences ({0}); none was taken.",
    "Nennen Sie die Lizenz bei jeder Datei, oder je Seite nur eine.",
    "Name the licence at each file, or only one per page.",
    "faults F76",
)
_DATE = str(XSD.date)


def native_id(native: Native, context: Context) -> str | None:
    """The address of the first file; for a schema.org Dataset its ``@id``, identifier or address."""
    data: LinkedFiles | SchemaDataset = native.data
    return data.native_id


def read(native: Native, context: Context) -> Reading:
    """The dataset. Raises Unusable."""
    if isinstance(native.data, SchemaDataset):
        return read_dataset(native.data, context)
    return _Links(native.data, context).reading()


class _Links:
    """Files behind links: everything but their addresses is read off the page, and marked as derived."""

    def __init__(self, found: LinkedFiles, context: Context) -> None:
        self.found = found
        self.context = context
        language = found.facts.language
        self.language = language if language.isalpha() and 2 <= len(language) <= 3 else context.source.language
        self.trace: list[TraceEntry] = []
        self.findings: list[Finding] = []
        self.rights: Resources = ()

    def reading(self) -> Reading:
        """The dataset with its trace."""
        found, context = self.found, self.context
        license_iri = self._license()
        record = Dataset(
            iri=iris.mint(context.base_url, "dataset", iris.key(context.source.key, found.native_id)),
            title=self._title(),
            description=self._description(),
            distribution=tuple(self._distribution(link, license_iri) for link in found.links),
            landing_page=self._landing_page(),
            modified=self._modified(),
            temporal=self._temporal(),
        )
        return Reading(native_id=found.native_id, record=record, trace=tuple(self.trace), findings=tuple(self.findings))

    def _derived(self, attribute: str, place: str) -> None:
        self.trace.append(TraceEntry(attribute, f"{self.found.facts.url}: {place}", "derived"))

    def _title(self) -> tuple[Literal, ...]:
        given = self.found.given
        if given is not None and given.title:
            self._took("title", given.title_at)
            return (Literal(given.title, self.language),)
        title, place = self._named()
        if self.found.shared:
            name = title_of(unquote(urlsplit(self.found.native_id).path))
            title = title if name.casefold() in title.casefold() else f"{title} – {name}"
        self._derived("title", place)
        return (Literal(title, self.language),)

    def _named(self) -> tuple[str, str]:
        if self.found.links:
            return title_of_links(self.found.links, self.found.facts)
        return title_of(unquote(urlsplit(self.found.native_id).path)) or self.found.facts.title, "Adresse"

    def _took(self, attribute: str, selector: str) -> None:
        """Enters into the trace what a rule of the source file found."""
        place = f"{self.found.facts.url}: {self.found.given.rule if self.found.given else ''} {selector}".rstrip()
        self.trace.append(TraceEntry(attribute, place, "selector"))

    def _description(self) -> tuple[Literal, ...]:
        given = self.found.given
        if given is not None and given.description:
            self._took("description", given.description_at)
            return (Literal(given.description, self.language),)
        if not self.found.links:
            return ()
        first = self.found.links[0]
        facts = self.found.facts
        beside = without_links(first.block, self.found.links)
        text = beside if len(beside) >= 40 else first.paragraph
        trail = " › ".join(part for part in facts.breadcrumb if part != facts.title)
        page = f"Von der Seite „{facts.title}“" if facts.title else f"Von der Seite {facts.url}"
        page += f" ({trail})." if trail else "."
        self._derived("description", "Text um den Link")
        return (Literal(f"{text}\n\n{page}" if text else page, self.language if text else "de"),)

    def _landing_page(self) -> Resources:
        own = self.found.given.page if self.found.given else ""
        address = iri(own or self.found.facts.url)
        if address is None:
            return ()
        if own:
            self._took("landing_page", "a")
            return (address,)
        self._derived("landing_page", "Seite mit dem Link")
        return (address,)

    def _modified(self) -> tuple[Literal, ...]:
        given = self.found.given
        if given is not None and given.date is not None:
            self._took("modified", given.date_at)
            return (given.date,)
        dated = [link.date for link in self.found.links if link.date is not None]
        addressed = [day for link in self.found.links if (day := link_texts.url_date(link.url)) is not None]
        stated = dated[0] if dated else self.found.facts.date
        if stated is None and addressed:
            stated = (addressed[0], "Adresse der Datei")
        if stated is None:
            return ()
        self._derived("modified", stated[1])
        return (stated[0],)

    def _temporal(self) -> tuple[PeriodOfTime, ...]:
        title = self.found.given.title if self.found.given else ""
        title = title or self._named()[0]
        # As a name without an ending: title and file name speak of periods in the same way.
        name = unquote(urlsplit(self.found.native_id).path).rpartition("/")[2]
        days = period_of(f"{title.replace('/', '-')}.") or period_of(name)
        if days is None:
            return ()
        self._derived("temporal", "Zeitraum in Titel oder Dateiname")
        start, end = (Literal(day, None, _DATE) for day in days)
        return (PeriodOfTime(start_date=(start,), end_date=(end,)),)

    def _license(self) -> Resources:
        """The licence of the page's ``rel=license`` (HTML, section 4.6.7.8: it holds for the page's main content)."""
        named = self.found.facts.license
        if not named:
            return ()
        codes = {code.iri if (code := find_license(address)) else address for address in named}
        if len(codes) > 1:
            shown = ", ".join(named)
            self.findings.append(Finding(Severity.WARNING, self.found.native_id, None, LICENSES_DIFFER, (shown[:300],)))
            return ()
        code = find_license(named[0])
        if code is None:
            finding = Finding(Severity.WARNING, self.found.native_id, None, NOT_UNDERSTOOD, ("rel=license", named[0]))
            self.findings.append(finding)
            self.rights = (RightsStatement(label=(Literal(named[0]),)),)
            self._derived("distribution.rights", "rel=license")
            return ()
        self.trace.append(TraceEntry("distribution.license", f"{self.found.facts.url}: rel=license", "lookup"))
        return (code.iri,)

    def _distribution(self, link: DataLink, license_iri: Resources) -> Distribution:
        context = self.context
        code = LISTS["file-type"].by_code(link.format)
        media = media_type_of(link.format)
        title = " ".join(link.text.split()) or unquote(urlsplit(link.url).path.rpartition("/")[2])
        size = f"Größe laut Seite: {link.size}." if link.size else ""
        if size:
            self._derived("distribution.description", "Größe im Linktext")
        if code is not None:
            self._derived("distribution.format", "Endung oder Linktext")
        key = iris.key(context.source.key, f"{self.found.native_id}/{link.url}")
        return Distribution(
            iri=iris.mint(context.base_url, "distribution", key),
            access_url=(link.url,),
            download_url=(link.url,),
            title=(Literal(title, self.language),) if title else (),
            description=(Literal(size, "de"),) if size else (),
            format=(code.iri,) if code else (),
            media_type=(media.iri,) if media else (),
            license=license_iri,
            rights=self.rights,
        )
