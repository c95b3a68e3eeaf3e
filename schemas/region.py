"""The shape of a region's folder: ``region.toml`` and ``sources/ID.toml``, checked on loading.

Nothing else reads the region's TOML or the environment. DESIGN 4.1 is the contract.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from schemas import iris, refusals
from schemas.feedback import EMAIL, Feedback
from schemas.harvest_source import Expected as Expected
from schemas.harvest_source import HarvestSource as HarvestSource
from schemas.harvest_source import fingerprints as fingerprints
from schemas.imprint import Imprint
from schemas.map_settings import MapSettings
from schemas.municipality import Municipality as Municipality
from schemas.pinned_charts import PinnedChart
from schemas.toml_tables import ConfigurationError as ConfigurationError
from schemas.toml_tables import read_toml, refuse_twice, refuse_unknown, table_of, unknown_key

T = TypeVar("T", bound=BaseModel)
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Publisher(_Settings):
    """Who answers for the catalogue. The e-mail is the contact of the region and stands in the agent string."""

    name: str = Field(min_length=1)
    url: str | None = None
    email: str = Field(pattern=EMAIL)


class Region(_Settings):
    """A region: its catalogue, its municipalities, its sources, the folder that it lies in."""

    folder: Path
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    base_url: str = Field(pattern=r"^https?://[^/\s?#]+(/[^\s?#]*)?$")
    language: str = Field(default="de", pattern=r"^[a-z]{2,3}$")
    publisher: Publisher
    store: str = "sqlite:///data/allmende.db"
    allowed_hosts: tuple[str, ...] = ()
    backups: int = Field(default=3, ge=0, le=365)
    check_links: bool = True
    contributor_id: str | None = Field(default=None, pattern=r"^https?://dcat-ap\.de/def/contributors/\S+$")
    feedback: Feedback = Feedback()
    map: MapSettings = MapSettings()
    imprint: Imprint = Imprint()
    charts: tuple[PinnedChart, ...] = ()
    municipalities: tuple[Municipality, ...] = Field(min_length=1)
    sources: tuple[HarvestSource, ...] = ()

    @field_validator("base_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _has_a_place_for_tiles(self) -> Region:
        # Without a place of its own the proxy for tiles would serve the whole world.
        placed = self.map.bbox or any(each.outline or each.bbox for each in self.municipalities)
        if self.map.tiles and not placed:
            raise refusals.Wrong(
                "map: to tiles belongs the region's place: [region.map] bbox, or bbox or outline of a municipality",
                "map: zu tiles gehört der Ort der Region: [region.map] bbox, oder bbox oder outline einer Gemeinde",
            )
        return self

    @property
    def data(self) -> Path:
        """Where the program writes: everything that belongs into the backup."""
        return self.folder / "data"

    @property
    def store_url(self) -> str:
        """The store's SQLAlchemy address, with a relative SQLite path made absolute under the region's folder."""
        prefix = "sqlite:///"
        if self.store.startswith(prefix):
            return f"{prefix}{self.folder / self.store.removeprefix(prefix)}"
        return self.store

    @property
    def agent(self) -> str:
        """The end of the agent string: who fetches and whom to ask."""
        return f"+{self.base_url}; {self.publisher.email}"

    def municipality(self, municipality_id: str) -> Municipality | None:
        """The municipality of an id, or None."""
        return next((m for m in self.municipalities if m.id == municipality_id), None)

    def source(self, source_id: str) -> HarvestSource | None:
        """The harvest source of an id, or None."""
        return next((s for s in self.sources if s.id == source_id), None)


# What the patterns above say, in words.
_ALLOWED = {
    "ags": ("erlaubt sind 8 Ziffern", "8 digits are allowed"),
    "ars": ("erlaubt sind 12 Ziffern", "12 digits are allowed"),
    "base_url": (
        "erlaubt ist eine Adresse wie 'https://daten.example.org'",
        "an address like 'https://daten.example.org' is allowed",
    ),
    "contributor_id": (
        "erlaubt ist eine IRI wie 'http://dcat-ap.de/def/contributors/hessen'",
        "an IRI like 'http://dcat-ap.de/def/contributors/hessen' is allowed",
    ),
    "email": ("erlaubt ist eine E-Mail-Adresse", "an e-mail address is allowed"),
    "id": ("erlaubt sind a-z, 0-9, - und _", "a-z, 0-9, - and _ are allowed"),
    "sender": ("erlaubt ist eine E-Mail-Adresse", "an e-mail address is allowed"),
    "smtp": (
        "erlaubt ist eine Adresse wie 'smtps://mail.example.org' oder 'smtp://mail.example.org:587'",
        "an address like 'smtps://mail.example.org' or 'smtp://mail.example.org:587' is allowed",
    ),
    "key": ("erlaubt sind a-z, 0-9, - und _", "a-z, 0-9, - and _ are allowed"),
    "language": ("erlaubt ist ein Sprachcode wie 'de'", "a language code like 'de' is allowed"),
    "outline": (
        "erlaubt ist eine Datei im Ordner der Region, die auf .geojson endet",
        "a file in the region's folder is allowed that ends in .geojson",
    ),
}

_REGION_KEYS = tuple(name for name in Region.model_fields if name not in ("folder", "municipalities", "sources"))
_SOURCE_KEYS = tuple(name for name in HarvestSource.model_fields if name not in ("id", "options", "tables", "api_key"))
_TABLES = ("publisher", "expected", "limits", "feedback", "map", "imprint", "charts")


def load(folder: Path, environment: Mapping[str, str] | None = None) -> Region:
    """The region that lies in a folder, with the environment's overrides applied.

    Takes the folder and the environment (default: the process's). Raises ConfigurationError.
    """
    environment = os.environ if environment is None else environment
    folder = folder.resolve()
    file = folder / "region.toml"
    if not file.is_file():
        raise ConfigurationError(
            f"{folder}: no region.toml here; 'allmende init DIR' writes a region folder",
            f"{folder}: hier liegt keine region.toml; 'allmende init ORDNER' legt einen Regionsordner an",
        )
    table = read_toml(file)
    refuse_unknown("region.toml", table, ("region", "defaults", "municipality"))
    if "region" not in table:
        raise ConfigurationError(
            "region.toml: missing key 'region'; a table [region] is needed",
            "region.toml: der Schlüssel 'region' fehlt; nötig ist eine Tabelle [region]",
        )
    region = table_of("region.toml", table, "region")
    refuse_unknown("region.toml", region, _REGION_KEYS, "[region] ")
    for key in _REGION_KEYS:
        if (value := environment.get(f"ALLMENDE_{key.upper()}")) is not None:
            region[key] = _from_environment(key, value)
    region["feedback"] = _with_password(region, environment)
    defaults = table_of("region.toml", table, "defaults")
    _refuse_secret("region.toml", defaults, "[defaults] ")
    _refuse_unknown_source_keys("region.toml", defaults, "[defaults] ")
    if "certificate" in defaults:
        raise ConfigurationError(
            "region.toml: [defaults] certificate: a certificate belongs in the file of its source",
            "region.toml: [defaults] certificate: ein Zertifikat gehört in die Datei seiner Quelle",
        )
    municipalities = table.get("municipality", [])
    if not isinstance(municipalities, list):
        raise _no_municipalities()
    if not municipalities:
        raise ConfigurationError(
            "region.toml: missing key 'municipality'; at least one [[municipality]] is needed",
            "region.toml: der Schlüssel 'municipality' fehlt; nötig ist mindestens eine Gemeinde, [[municipality]]",
        )
    for number, municipality in enumerate(municipalities, 1):
        if not isinstance(municipality, dict):
            raise _no_municipalities()
        refuse_unknown("region.toml", municipality, tuple(Municipality.model_fields), f"[[municipality]] {number}: ")
    built = _build(Region, "region.toml", {**region, "folder": folder, "municipalities": municipalities})
    refuse_twice("region.toml", "municipality", [m.id for m in built.municipalities])
    refuse_twice("region.toml", "charts: file", [each.file for each in built.charts])
    sources = _sources(folder, defaults, [m.id for m in built.municipalities], environment)
    return built.model_copy(update={"sources": sources})


def _with_password(region: Mapping[str, Any], environment: Mapping[str, str]) -> object:
    """The table ``feedback`` with the mail server's password, which no file may hold."""
    stated = region.get("feedback", {})
    if not isinstance(stated, dict):
        return stated
    if "password" in stated:
        raise ConfigurationError(
            "region.toml: [region.feedback] password: secrets come only from the environment (ALLMENDE_SMTP_PASSWORD)",
            "region.toml: [region.feedback] password: Geheimnisse kommen nur aus der Umgebung (ALLMENDE_SMTP_PASSWORD)",
        )
    password = environment.get("ALLMENDE_SMTP_PASSWORD")
    return {**stated, "password": password} if password else stated


def _no_municipalities() -> ConfigurationError:
    return ConfigurationError(
        "region.toml: municipality: a list of [[municipality]] tables is allowed",
        "region.toml: municipality: erlaubt ist eine Liste von Tabellen [[municipality]]",
    )


def _sources(
    folder: Path, defaults: Mapping[str, Any], municipalities: list[str], environment: Mapping[str, str]
) -> tuple[HarvestSource, ...]:
    sources = []
    for file in sorted((folder / "sources").glob("*.toml")):
        name = f"sources/{file.name}"
        if not IDENTIFIER.fullmatch(file.stem):
            raise ConfigurationError(
                f"{name}: a source file's name may hold a-z, 0-9, - and _, and ends in .toml",
                f"{name}: der Name der Datei einer Quelle darf a-z, 0-9, - und _ enthalten und endet auf .toml",
            )
        own = read_toml(file)
        _refuse_secret(name, own)
        _override(file.stem, own, environment)
        _refuse_unknown_source_keys(name, own, protocol=own.get("protocol", defaults.get("protocol")))
        table = _with_defaults(own, defaults)
        tables = {key: table.pop(key) for key in list(table) if key not in _SOURCE_KEYS and key != "api_key"}
        protocol = table.get("protocol")
        if protocol is None:
            options = {key: value for each in tables.values() for key, value in each.items()}
        else:
            options = tables.get(protocol, {}) if isinstance(protocol, str) else {}
        given = {"id": file.stem, "key": file.stem, **table, "options": options}
        source = _build(HarvestSource, name, {**given, "tables": {} if protocol else tables})
        if source.municipality not in municipalities:
            allowed = ", ".join(municipalities)
            raise ConfigurationError(
                f"{name}: municipality {source.municipality!r} is not in region.toml; allowed: {allowed}",
                f"{name}: municipality: {source.municipality!r} steht nicht in region.toml; erlaubt: {allowed}",
            )
        if source.personal_data == "allowed" and not source.permission:
            raise ConfigurationError(
                f"{name}: personal_data = 'allowed' needs permission = \"reason\"",
                f"{name}: zu personal_data = 'allowed' gehört permission = \"Grund\"",
            )
        sources.append(source)
    first: dict[str, str] = {}
    for source in sources:
        if (other := first.setdefault(source.key, source.id)) != source.id:
            raise ConfigurationError(
                f"sources/{other}.toml and sources/{source.id}.toml: key {source.key!r} stands in both; each source needs "
                "a key of its own (without one it is the file's name)",
                f"sources/{other}.toml und sources/{source.id}.toml: der Schlüssel {source.key!r} steht in beiden; jede Quelle "
                "braucht einen eigenen (ohne Angabe ist es der Name der Datei)",
            )
    return tuple(sources)


def _with_defaults(own: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """A source's keys over the defaults; in a table, key by key. Tables of other protocols do not concern it."""
    merged = {**defaults, **own}
    for key, value in own.items():
        if isinstance(value, dict) and isinstance(defaults.get(key), dict):
            merged[key] = {**defaults[key], **value}
    protocol = merged.get("protocol")
    return {k: v for k, v in merged.items() if k in _SOURCE_KEYS or k == "api_key" or protocol in (None, k)}


def _from_environment(key: str, value: str) -> Any:
    """A value of the environment: lists are parted by commas, tables written as in TOML, ``{ min = 10 }``."""
    if key == "allowed_hosts":
        return [host.strip() for host in value.split(",") if host.strip()]
    if key in _TABLES:
        try:
            return tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            return value
    return value


def _override(source_id: str, table: dict[str, Any], environment: Mapping[str, str]) -> None:
    prefix = f"ALLMENDE_SOURCE_{source_id.upper().replace('-', '_')}__"
    for variable, value in environment.items():
        if not variable.startswith(prefix):
            continue
        key = variable.removeprefix(prefix).lower()
        if "__" in key:  # of another source, whose id holds two hyphens
            continue
        if key not in _SOURCE_KEYS and key != "api_key":
            keys = (*_SOURCE_KEYS, "api_key")
            raise ConfigurationError(
                f"environment: {variable}: {refusals.unknown(key, keys)}",
                f"Umgebung: {variable}: {refusals.unknown(key, keys, lang='de')}",
            )
        table[key] = _from_environment(key, value)


def _refuse_unknown_source_keys(
    name: str, table: Mapping[str, Any], where: str = "", protocol: str | None = None
) -> None:
    for key, value in table.items():
        if key in _SOURCE_KEYS or key == "api_key":
            continue
        if isinstance(value, dict) and IDENTIFIER.fullmatch(key) and protocol in (None, key):
            continue
        allowed = (*_SOURCE_KEYS, f"[{protocol}]" if protocol else "a table named after the protocol")
        raise unknown_key(name, where, key, allowed)


def _refuse_secret(name: str, table: Mapping[str, Any], where: str = "") -> None:
    if "api_key" in table:
        raise ConfigurationError(
            f"{name}: {where}api_key: secrets come only from the environment (ALLMENDE_SOURCE_<ID>__API_KEY)",
            f"{name}: {where}api_key: Geheimnisse kommen nur aus der Umgebung (ALLMENDE_SOURCE_<ID>__API_KEY)",
        )


def _build(model: type[T], name: str, values: Mapping[str, Any]) -> T:
    try:
        return model(**values)
    except ValidationError as error:
        en, de = (refusals.first(error, model, _ALLOWED, lang) for lang in ("en", "de"))
        raise ConfigurationError(f"{name}: {en}", f"{name}: {de}") from error


def publisher_key(municipality_id: str) -> str:
    """The KEY of a municipality as an agent of its own."""
    return iris.key("municipality", municipality_id)
