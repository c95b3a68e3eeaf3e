"""Which administrative unit and level an area is, by the keys of DCAT-AP.de (Konventionenhandbuch 2.0, K08 to K11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from schemas.vocabularies import LISTS

KEY_LISTS: Mapping[str, str] = {
    "state-key": "state",
    "district-key": "administrativeDistrict",
    "municipality-key": "municipality",
    "regional-key": "municipality",
}
"""The lists of keys with the level that each stands for; government districts and associations have none of their own."""

_OTHER_LISTS = ("government-district-key", "municipal-association-key")
_GERMANY = re.compile(r"https?://publications\.europa\.eu/(?:mdr/)?resource/authority/country/DEU", re.IGNORECASE)
# A regional key whose end is all zeros stands for the unit above: 06 0 00 0000 000, Land; 06 6 31 0000 000, Kreis.
_LAND, _DISTRICT = re.compile(r"\d{2}0{10}"), re.compile(r"\d{5}0{7}")


def is_key(iri: str) -> bool:
    """Whether an IRI is that of an administrative unit of DCAT-AP.de: what K11 wants mirrored in dcterms:spatial."""
    return any(iri in LISTS[name] for name in (*KEY_LISTS, *_OTHER_LISTS))


def level_of(iri: str) -> str | None:
    """The IRI of the level that an area's IRI is of; None unless it says one."""
    levels = LISTS["geocoding-level"]
    if iri in levels:
        return iri
    if _GERMANY.fullmatch(iri):
        return levels.base + "federal"
    for name, level in KEY_LISTS.items():
        if iri in LISTS[name]:
            if name == "regional-key":
                key = iri.removeprefix(LISTS[name].base)
                level = (
                    "state" if _LAND.fullmatch(key) else "administrativeDistrict" if _DISTRICT.fullmatch(key) else level
                )
            return levels.base + level
    return None


def patterns() -> Mapping[str, str]:
    """For each level a regular expression of the keys that are of it; the first that fits holds, as in :func:`level_of`."""
    codes = {name: "|".join(re.escape(code.code) for code in LISTS[name]) for name in ("state-key", "district-key")}
    base = {name: re.escape(LISTS[name].base) for name in KEY_LISTS}
    regional, municipality = base["regional-key"], base["municipality-key"]
    return {
        "state": f"^({base['state-key']}({codes['state-key']})|{regional}[0-9]{{2}}0{{10}})$",
        "administrativeDistrict": f"^({base['district-key']}({codes['district-key']})|{regional}[0-9]{{5}}0{{7}})$",
        "municipality": f"^({municipality}[0-9]{{8}}|{regional}[0-9]{{12}})$",
    }


def levels_of(iris: Iterable[str]) -> tuple[str, ...]:
    """The levels that areas are of, each once, in their order."""
    return tuple(dict.fromkeys(level for iri in iris if (level := level_of(iri)) is not None))


def regional_key(ars: str) -> str:
    """The IRI of a municipality by its regional key (ARS, 12 digits)."""
    return LISTS["regional-key"].base + ars
