"""Search hits as lists show them: title, one sentence, two ages, and the files to download."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from markupsafe import Markup, escape

from catalog import formats, preview
from catalog.links.lately import NEVER, Answered, answered
from catalog.links.questions import SERVICES
from catalog.preview.keeping import Keeping, key_of
from catalog.preview.wanting import FileSummary, of_summary
from catalog.reading.entries import Hit, SourceState
from catalog.reading.extents import LIVE, MAP
from catalog.reading.summary import Summary
from catalog.web import file_addresses, sanitising
from catalog.web.pages import labels, states
from catalog.web.templates import Page, short_name
from catalog.web.texts import Texts
from harvesters.city import tenants
from schemas.vocabularies import LISTS

FILES = 4
_ASKED_OF = 8  # of so many files of a hit it is asked how they answer
_SHOWN = frozenset(("table", "map", "image", "document"))  # what a reader would open before downloading


class File(NamedTuple):
    """A file or service: what the button says, its address, and whether it can be downloaded."""

    label: Markup
    address: Markup
    is_download: bool = True


class Row(NamedTuple):
    """A hit as it is shown; ``facts`` are short texts, ``badges`` words with their tone.

    All texts are HTML, so that equal rows look alike: a row that was written once is kept (templates, ``ready``).
    """

    slug: Markup
    title: Markup
    lang: Markup
    summary: Markup
    facts: tuple[Markup, ...]
    badges: tuple[tuple[Markup, str], ...]
    files: tuple[File, ...]
    more: int
    preview: Markup = Markup()  # the address of the page that shows the first file of which there is a preview


class _Place(NamedTuple):
    """What all hits of a municipality say alike, as far as there is something: its name, and when it was last looked."""

    name: tuple[Markup, ...]
    checked: tuple[Markup, ...]


def rows(page: Page, hits: Sequence[Hit], sources: tuple[SourceState, ...]) -> list[Row]:
    """The rows of a list of hits. A file that is known not to answer is not offered; the dataset's page tells of it."""
    links = answered(page.catalogue.engine, [file[2] for hit in hits for file in hit.summary.files[:_ASKED_OF]])
    places: dict[str, _Place] = {}
    stale = states.stale_since(sources)
    shown = []
    kept = Keeping(page.region)
    previews = kept if kept.folder.is_dir() else None
    for hit in hits:
        if hit.municipality not in places:
            places[hit.municipality] = _place(page, hit.municipality, sources)
        shown.append(_row(page, hit, places[hit.municipality], stale.get(hit.source_key, ""), previews, links))
    return shown


def _place(page: Page, municipality: str, sources: tuple[SourceState, ...]) -> _Place:
    found = page.place(municipality)
    checked = states.checked(sources, municipality)
    return _Place(
        (escape(short_name(found.name)),) if found else (),
        (page.texts.text("geprüft {age}", age=page.age(checked)),) if checked else (),
    )


def _row(
    page: Page, hit: Hit, place: _Place, stale: str, previews: Keeping | None, links: Mapping[str, Answered]
) -> Row:
    summary = hit.summary
    seen, sizes = _previewed(page, hit, previews) if previews else ("", {})
    files = tuple(islice(_files(page, summary, links, sizes), FILES))
    if summary.files and tenants.has_tenants(page.region, hit.source_key):
        # The address of a broker gives nothing to a browser; what we show of it, one can take along.
        first = file_addresses.path(hit.slug, 1)
        files = (File(escape("CSV"), escape(page.file(f"{first}.csv"))),)
        seen = page.link(first)
    dead = bool(summary.files) and all(links.get(file[2], NEVER).works is False for file in summary.files)
    return Row(
        escape(hit.slug),
        escape(summary.title or hit.slug),
        escape(page.region.language),
        escape(sanitising.sentence(summary.description)),
        tuple(_facts(page, hit, place)),
        (*_badges(page, hit, stale), *(((page.texts.text("Nicht erreichbar"), "bad"),) if dead else ())),
        files,
        0 if dead else len(summary.files) - len(files),
        escape(seen),
    )


def _previewed(page: Page, hit: Hit, kept: Keeping) -> tuple[str, Mapping[str, int]]:
    """The page of the first file that can be seen, and the sizes that the previews told which were looked at for it."""
    sizes = {}
    for number, file in enumerate(hit.summary.files[:FILES], 1):
        kind, sizes[file[2]] = kept.told(key_of(wish_for(page, hit, file)))
        if kind in _SHOWN:
            return page.link(file_addresses.path(hit.slug, number)), sizes
    return "", sizes


def wish_for(page: Page, hit: Hit, file: FileSummary) -> preview.Wanted:
    """The wish for the preview of a hit's file, as the file's own page has it: a service's layer is known by its dataset."""
    return of_summary(page.region, hit.source_key, file, hit.summary.title, hit.called)


def _facts(page: Page, hit: Hit, place: _Place) -> Iterable[Markup]:
    yield from place.name
    if hit.summary.modified:
        yield _dated(page.texts, hit.summary.modified)
    yield from place.checked
    if licence := licence_name(page, hit.summary):
        yield escape(licence)


@lru_cache(maxsize=4096)
def _dated(texts: Texts, modified: str) -> Markup:
    return texts.text("Daten vom {date}", date=formats.day(modified, texts.language))


def licence_name(page: Page, summary: Summary) -> str:
    """The licence of all files in short; a text that says so if they differ; empty if there is none."""
    if len(summary.licenses) > 1:
        return page.texts.text("verschiedene Lizenzen")
    return next((code_label("license", code, page.language) for code in summary.licenses), "")


def _badges(page: Page, hit: Hit, stale: str) -> Iterable[tuple[Markup, str]]:
    _ = page.texts.text
    if stale:
        yield _("Veraltet seit {date}", date=page.day(stale)), "notice"
    if hit.absent_since:
        yield _("Seit {date} nicht mehr an der Quelle", date=page.day(hit.absent_since)), "notice"
    if hit.summary.hvd:
        yield _("Hochwertiger Datensatz"), "good"
    if MAP in hit.traits:
        yield _("Karte"), "info"
    if LIVE in hit.traits:
        yield _("Live"), "info"


def _files(page: Page, summary: Summary, links: Mapping[str, Answered], sizes: Mapping[str, int]) -> Iterator[File]:
    for _title, file_format, address, byte_size in summary.files[:_ASKED_OF]:
        link = links.get(address, NEVER)
        if link.works is not False and sanitising.is_link(address):
            is_download = file_format not in SERVICES and file_format not in labels.PAGES
            told = (link.byte_size or sizes.get(address, 0)) if is_download else 0
            size = formats.size(byte_size or told, page.language)
            yield File(_button(page.texts, file_format, size), escape(address), is_download)


@lru_cache(maxsize=4096)
def _button(texts: Texts, file_format: str, size: str) -> Markup:
    """What the button of a file says: its format and size."""
    name = labels.format_name(file_format, texts.language) or texts.plain("Datei")
    return escape(f"{name} ({size})" if size else name)


@lru_cache(maxsize=4096)
def code_label(list_name: str, code: str, language: str) -> str:
    """What a code of a list means, in words; the code itself if that is not known."""
    found = LISTS[list_name].by_code(code)
    if found is None:
        return code
    return (found.de or found.en if language == "de" else found.en or found.de) or code
