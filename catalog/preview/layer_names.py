"""Which layer of a service a dataset is: found by the names that its record and its address give, spelt as people do.

One service often holds the layers of many datasets, and says of none whose it is. What is not surely the dataset's is not
shown as if it were: better the reader chooses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from catalog.preview.model import Wanted
from harvesters.ogc.addresses import parameter
from harvesters.ogc.capabilities import Layer
from schemas.region import Region

_PARAMETERS = ("typenames", "typename", "layers", "layer")
# What says which form the data have, or whose they are, but not what they are.
_GENERIC = frozenset(
    (
        *(
            "wfs",
            "wms",
            "wmts",
            "wcs",
            "ogc",
            "api",
            "rest",
            "arcgis",
            "inspire",
            "geojson",
            "json",
            "gml",
            "csv",
            "shp",
        ),
        *("dienst", "geodienst", "kartendienst", "service", "server", "featureserver", "mapserver", "layer", "ebene"),
        *(
            "ebenen",
            "karte",
            "map",
            "daten",
            "data",
            "geodaten",
            "datensatz",
            "dataset",
            "download",
            "view",
            "features",
        ),
        *("der", "die", "das", "des", "dem", "den", "im", "in", "von", "vom", "zu", "zur", "zum", "am", "an", "auf"),
        *("und", "fuer", "mit", "aus", "bei", "the", "of", "and", "for", "with"),
        *("gemeinde", "marktgemeinde", "stadt", "kreisstadt", "markt", "landkreis", "kreis", "region"),
    )
)
_WORD = re.compile(r"[^\W_]+")
_LEAST = 4
"""Letters that two names must share where they are not the same."""
_LEAST_TOLD = 8
_ROOT = 5
_MOST_WORDS = 40


class Names(NamedTuple):
    """What a layer may be, best first: as addresses name it, and as the record is called."""

    asked: tuple[str, ...]
    called: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.asked or self.called)


def names_of(wanted: Wanted) -> Names:
    """The names that a wish gives: the layers that its address asks for; identifiers and titles of its record."""
    asked = [parameter(wanted.address, name) for name in _PARAMETERS]
    parts = (part.strip() for said in asked for part in said.split(","))
    return Names(tuple(filter(None, parts)), tuple(filter(None, wanted.called.split("\n"))))


def places_of(region: Region) -> frozenset[str]:
    """The words by which a region and its municipalities are called: they say where data are, not what they are."""
    said = (region.title, *(each.name for each in region.municipalities))
    return frozenset(word for name in said for word in words(name))


def by_name(layers: Sequence[Layer], name: str) -> Layer | None:
    """The layer with a name, written with or without its namespace; None where there is none."""
    same = (each for each in layers if each.name == name)
    return next(same, next((each for each in layers if _local(each.name) == _local(name)), None))


def meant(layers: Sequence[Layer], names: Names, places: Collection[str] = ()) -> Layer | None:
    """The layer that is called as one of the names; None where none is.

    In this order: the same letters, with or without a namespace; the same words, however they are spelt; the record's
    identifier among what the layer says of its metadata; the same words but for places, forms and endings; the layer
    whose words are the most of a name's, or that holds them all.
    """
    usable = [each for each in layers if each.name]
    written = [(each, _spellings(each)) for each in usable]
    bare = frozenset(places)
    ways: tuple[Callable[[str], Layer | None], ...] = (
        lambda name: by_name(usable, name),
        lambda name: next((each for each, said in written if _letters(name) in map(_letters, said)), None),
        lambda name: next((each for each in usable if _tells(each, name)), None),
        lambda name: next(
            (each for each, said in written if (own := _roots(name, bare)) and _same(own, said, bare)), None
        ),
    )
    for way in ways:
        for name in (*names.asked, *names.called):
            if (found := way(name)) is not None:
                return found
    shared = [
        (_length(both), each)
        for name in (*names.asked, *names.called)
        for each, said in written
        for both in _shared(_roots(name, bare), (_roots(other, bare) for other in said))
    ]
    best = max(shared, key=lambda each: each[0], default=None)  # the first of those that share as much
    return best[1] if best is not None and best[0] >= _LEAST else None


def is_whole(titles: Iterable[str], names: Names) -> bool:
    """Whether a dataset is a service as a whole: it is called as the service, by one of whose titles."""
    own = set(filter(None, map(_letters, titles)))
    return any(_letters(name) in own for name in names.called)


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, without case, umlauts and signs; of an address those of its last part."""
    if "://" in name:
        parts = urlsplit(name) if name.count("[") == name.count("]") else None
        name = unquote(parts.fragment or parts.path.rstrip("/").rpartition("/")[2]) if parts is not None else ""
    plain = unicodedata.normalize("NFC", name).casefold()
    for sign, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        plain = plain.replace(sign, letters)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    return tuple(_WORD.findall(plain)[:_MOST_WORDS])


def _local(name: str) -> str:
    """What a layer is called often has its namespace before it in one place and not in the other."""
    return name.rpartition(":")[2]


def _letters(name: str) -> str:
    return "".join(words(name))


def _spellings(layer: Layer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(_letters, (_local(layer.name), layer.name, layer.title))))


def _tells(layer: Layer, name: str) -> bool:
    """Whether a layer's links to metadata, or its identifiers, name a record: by an identifier, which no title is."""
    if len(name) < _LEAST_TOLD or " " in name:
        return False
    plain = name.casefold()
    return any(plain in said for said in _told(layer))


def _told(layer: Layer) -> Iterator[str]:
    for field in layer.fields:
        if field.name in ("metadata", "identifier"):
            value = field.value[0] if isinstance(field.value, list) and field.value else field.value
            yield unquote(str(value)).casefold()


def _same(own: frozenset[str], said: Sequence[str], places: frozenset[str]) -> bool:
    return any(_roots(other, places) == own for other in said)


def _roots(name: str, places: frozenset[str]) -> frozenset[str]:
    """The words that say what something is, without their endings."""
    return frozenset(_root(word) for word in words(name) if word not in _GENERIC and word not in places)


def _root(word: str) -> str:
    for ending in ("en", "er", "es", "e", "n", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= _ROOT:
            return word.removesuffix(ending)
    return word


def _shared(own: frozenset[str], others: Iterator[frozenset[str]]) -> Iterator[frozenset[str]]:
    """What names share of which one has all words of the other."""
    for other in others:
        if own and other and (own <= other or other <= own):
            yield own & other


def _length(found: frozenset[str]) -> int:
    return sum(len(word) for word in found if not word.isdigit())
