"""The keys of ``sources/ID.toml``: one address of one publisher, and what is expected of it. DESIGN 4.1 is the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from croniter import croniter
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from schemas import refusals
from schemas.limits import Limits
from schemas.model import Dataset, Distribution
from schemas.vocabularies import LISTS, find_license


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _grace(value: object) -> object:
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+)\s*(h|d|w)", value)
        if match is None:
            raise refusals.Wrong(
                "a time like '12h', '7d' or '2w' is allowed", "erlaubt ist eine Zeit wie '12h', '7d' oder '2w'"
            )
        number, unit = int(match.group(1)), match.group(2)
        return timedelta(hours=number * {"h": 1, "d": 24, "w": 168}[unit])
    if not isinstance(value, timedelta):
        raise refusals.Wrong(
            "a time like '12h', '7d' or '2w' is allowed", "erlaubt ist eine Zeit wie '12h', '7d' oder '2w'"
        )
    return value


def fingerprints(value: object) -> tuple[str, ...]:
    """SHA-256 fingerprints as plain hexadecimal digits: of a text, commas between them, or a list. Raises refusals.Wrong."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple):
        raise refusals.Wrong(
            "a SHA-256 fingerprint, or a list of such, is allowed",
            "erlaubt ist ein SHA-256-Fingerabdruck oder eine Liste davon",
        )
    plain = [re.sub(r"[:\s]", "", each).lower() if isinstance(each, str) else "" for each in value]
    if not all(re.fullmatch(r"[0-9a-f]{64}", each) for each in plain):
        raise refusals.Wrong(
            "the SHA-256 fingerprint of a certificate or of its key, 64 hexadecimal digits, is allowed",
            "erlaubt ist der SHA-256-Fingerabdruck eines Zertifikats oder seines Schlüssels, 64 Hexadezimalziffern",
        )
    return tuple(plain)


# What a fill rate may be asked of: what a dataset or one of its files says.
_FILLED = tuple(
    dict.fromkeys(
        each.name for each in (*fields(Dataset), *fields(Distribution)) if each.name not in ("iri", "types", "extra")
    )
)


class Expected(_Settings):
    """How many records a source should deliver, and which share of them has an attribute; outside, a run is held."""

    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=1)
    filled: Mapping[str, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)

    @field_validator("filled")
    @classmethod
    def _known_attributes(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        for name in value:
            if name not in _FILLED:
                raise refusals.wrong_name(name, _FILLED, "attribute")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Expected:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise refusals.Wrong("min may not be above max", "min darf nicht über max liegen")
        return self


_CRON = re.compile(r"([0-9*/,\-]+\s+){3}[0-9A-Za-z*/,\-]+\s+[0-9A-Za-z*/,\-]+")
_WORDS = ("hourly", "daily", "weekly", "manual")


def _is_cron(line: str) -> bool:
    """Whether a line of five fields names times that come: ``0 0 30 2 *`` never does."""
    if not _CRON.fullmatch(line):
        return False
    try:
        croniter(line, datetime(2024, 1, 1)).get_next()
    except ValueError:
        return False
    return True


class HarvestSource(_Settings):
    """One address of one publisher. ``options`` holds the table named after the protocol, checked by its spider.

    Where the protocol is left out, ``tables`` holds the tables of all protocols that the file has options for.
    """

    id: str
    title: str = Field(min_length=1)
    municipality: str
    url: str = Field(min_length=1)
    protocol: str | None = None
    schedule: str = "daily"
    license: str | None = None
    language: str = Field(default="de", pattern=r"^[a-z]{2,3}$")
    profile: Literal["dcat-ap", "dcat-ap-de"] = "dcat-ap-de"
    missing: Literal["withdraw", "archive", "keep"] = "withdraw"
    grace: Annotated[timedelta, BeforeValidator(_grace)] = timedelta(days=7)
    expected: Expected = Expected()
    personal_data: Literal["remove", "allowed"] = "remove"
    permission: str | None = None
    key: str = Field(default="", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    certificate: Annotated[tuple[str, ...], BeforeValidator(fingerprints)] = ()
    limits: Limits = Limits()
    options: Mapping[str, Any] = Field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    api_key: str | None = Field(default=None, repr=False)

    @field_validator("schedule")
    @classmethod
    def _known_schedule(cls, value: str) -> str:
        if value not in _WORDS and not _is_cron(value):
            raise refusals.Wrong(
                "'hourly', 'daily', 'weekly', 'manual' or a cron line of five fields is allowed",
                "erlaubt ist 'hourly', 'daily', 'weekly', 'manual' oder eine Cron-Zeile mit fünf Feldern",
            )
        return value

    @field_validator("key")
    @classmethod
    def _own_key(cls, value: str) -> str:
        # The municipalities' own KEYs are made with this word (publisher_key).
        if value == "municipality":
            raise refusals.Wrong(
                "this word is taken; any other is allowed", "dieses Wort ist vergeben; erlaubt ist jedes andere"
            )
        return value

    @field_validator("url")
    @classmethod
    def _fetchable(cls, value: str) -> str:
        scheme, found, rest = value.partition("://")
        if found and scheme.lower() in ("webcal", "webcals"):  # HTTP by another name, as links to calendars have it
            scheme, value = "https", f"https://{rest}"
        if found and (scheme.lower() not in ("http", "https") or not rest.strip("/")):
            raise refusals.Wrong(
                "an address with http:// or https://, or a folder, is allowed",
                "erlaubt ist eine Adresse mit http:// oder https:// oder ein Ordner",
            )
        return value

    @field_validator("license")
    @classmethod
    def _known_license(cls, value: str | None) -> str | None:
        if value is not None and find_license(value) is None:
            allowed = ", ".join(sorted(code.code for code in LISTS["license"]))
            raise refusals.Wrong(
                f"not in the DCAT-AP.de list of licences; allowed: {allowed}",
                f"steht nicht in der Lizenzliste von DCAT-AP.de; erlaubt: {allowed}",
            )
        return value

    @property
    def is_folder(self) -> bool:
        """Whether ``url`` names a folder on this machine instead of an address."""
        return not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", self.url)
