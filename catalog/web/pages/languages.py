"""Which language the words of a record and of its files are in, so that pages in another language can say it (WCAG 3.1.2)."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.kinds import Literal
from schemas.model import Dataset, Distribution, Value, iri_of
from schemas.region import Region
from schemas.vocabularies import tag_of_language


def of_data(region: Region, record: Dataset, item: Distribution | None = None) -> str:
    """The language that a file names (dct:language), else its record, else the region's: a tag such as ``de``.

    Where several are named, it is the region's if that is one of them, else the first.
    """
    for stated in (item.language if item is not None else (), record.language):
        tags = list(_tags(stated))
        if tags:
            return region.language if region.language in tags else tags[0]
    return region.language


def _tags(values: Iterable[Value]) -> Iterable[str]:
    for value in values:
        said = value.text if isinstance(value, Literal) else iri_of(value)
        if tag := tag_of_language(said or ""):
            yield tag
