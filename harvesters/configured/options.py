"""The part of a source file that all kinds with configured fields share: where records lie, how lists go on, the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from harvesters.configured.choices import Choice, choices
from harvesters.configured.mapping import DATASET_FIELDS, DISTRIBUTION_FIELDS
from harvesters.configured.paths import Path, path
from harvesters.spider import Options
from schemas import refusals

_HEADER_NAME = r"^[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}$"


def _path(given: Any) -> Any:
    if isinstance(given, str):
        return path(given)
    if given is not None and not isinstance(given, Path):
        raise refusals.Wrong("a path in quotes (a string) is allowed", "erlaubt ist ein Pfad in Anführungszeichen")
    return given


PathOption = Annotated[Path, BeforeValidator(_path)]


def _fields(given: Any, allowed: tuple[str, ...]) -> dict[str, tuple[Choice, ...]]:
    if not isinstance(given, Mapping):
        raise refusals.Wrong("a table of fields is allowed", "erlaubt ist eine Tabelle von Feldern")
    for name in given:
        if name not in allowed:
            raise refusals.wrong_name(str(name), allowed, "field")
    found = {}
    for name, said in given.items():
        try:
            found[str(name)] = choices(said)
        except ValueError as error:
            raise refusals.Wrong(f"{name}: {error}", f"{name}: {getattr(error, 'de', error)}") from None
    return found


class DistributionOptions(Options):
    """One ``[[….distribution]]``: the fields of a distribution, or of one for each entry of the list ``each``."""

    each: PathOption | None = None
    fields: Mapping[str, tuple[Choice, ...]] = {}

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or isinstance(given.get("fields"), Mapping):
            return given
        fields = {name: said for name, said in given.items() if name != "each"}
        return {"each": given.get("each"), "fields": _fields(fields, DISTRIBUTION_FIELDS)}


class MappedOptions(Options):
    """Where the records lie in an answer, and which of their fields become what."""

    items: PathOption | None = None
    """The path to the list of records; without it the answer itself, or the only list in it."""

    one: bool = False
    """Whether the whole answer is one dataset: a live interface, whose entries are data and no records."""

    id: Annotated[tuple[Choice, ...], BeforeValidator(choices)] = ()
    """The path to a record's identifier; ``@key`` is the name under which the record stood."""

    fields: Mapping[str, tuple[Choice, ...]] = {}
    """What becomes of which field, by attributes of DCAT-AP."""

    distribution: tuple[DistributionOptions, ...] = ()
    """The distributions of a record."""

    header: str = Field(default="Authorization", pattern=_HEADER_NAME)
    """The header in which the key is sent; the key itself comes from the environment."""

    scheme: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,40}$")
    """The word before the key in the header, as ``Bearer``."""

    @field_validator("fields", mode="before")
    @classmethod
    def _known_fields(cls, given: Any) -> Any:
        return _fields(given, DATASET_FIELDS)

    @field_validator("distribution", mode="before")
    @classmethod
    def _one_or_many(cls, given: Any) -> Any:
        return [given] if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _titled(self) -> MappedOptions:
        if not self.one and self.fields and "title" not in self.fields:
            raise refusals.Wrong(
                "fields.title is missing: the path to each record's title",
                "fields.title fehlt: der Pfad zum Titel jedes Eintrags",
            )
        return self


class PagingOptions(Options):
    """The table ``paging``: how a list goes on after its first answer."""

    by: Literal["page", "offset", "cursor", "next"]
    """Pages by number, by offset, by a cursor in the answer, by the next page's address in it."""

    parameter: str = ""
    """The parameter for number, offset or cursor; without it ``page``, ``offset``, ``cursor``."""

    size_parameter: str = ""
    """The parameter for how many records an answer may hold."""

    size: int | None = Field(default=None, ge=1, le=100_000)
    """How many records are asked for at once."""

    first: int | None = Field(default=None, ge=0)
    """The first page's number (1) or offset (0)."""

    cursor: PathOption | None = None
    """The path to the next cursor."""

    next: str = ""
    """The path to the next page's address, or ``Link`` for the header (RFC 8288)."""

    total: PathOption | None = None
    """The path to the number of records that the source says it has."""

    @model_validator(mode="after")
    def _whole(self) -> PagingOptions:
        if self.by == "cursor" and self.cursor is None:
            raise refusals.Wrong(
                'by = "cursor" needs cursor: the path to the next cursor',
                'zu by = "cursor" gehört cursor: der Pfad zum nächsten Zeiger',
            )
        if self.by == "next" and not self.next:
            raise refusals.Wrong(
                'by = "next" needs next: the path to the next address, or "Link"',
                'zu by = "next" gehört next: der Pfad zur nächsten Adresse, oder "Link"',
            )
        if self.next and self.next != "Link":
            path(self.next)
        if bool(self.size_parameter) != (self.size is not None):
            raise refusals.Wrong("size and size_parameter belong together", "size und size_parameter gehören zusammen")
        return self

    @property
    def name(self) -> str:
        """The parameter's name."""
        return self.parameter or self.by

    @property
    def begin(self) -> int:
        """The first page's number or offset."""
        return self.first if self.first is not None else (1 if self.by == "page" else 0)
