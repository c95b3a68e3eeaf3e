"""What the law wants to be said about who runs the pages: the table ``[region.imprint]`` of ``region.toml``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from schemas.feedback import EMAIL

_NEEDED = ("address", "represented_by")


class Imprint(BaseModel):
    """What ``/imprint``, ``/privacy``, ``/accessibility`` and ``/sign-language`` say that only the region knows.

    The law wants it: § 5 DDG, GDPR Art. 13, EU 2016/2102 Art. 7.

    All of it may be left out; the pages then say less, and ``allmende status`` names what the law needs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    address: str | None = Field(default=None, min_length=1)
    represented_by: str | None = Field(default=None, min_length=1)
    phone: str | None = Field(default=None, min_length=1)
    supervision: str | None = Field(default=None, min_length=1)
    vat_id: str | None = Field(default=None, min_length=1)
    responsible: str | None = Field(default=None, min_length=1)
    data_protection: str | None = Field(default=None, min_length=1)
    data_protection_email: str | None = Field(default=None, pattern=EMAIL)
    privacy_authority: str | None = Field(default=None, min_length=1)
    accessibility_authority: str | None = Field(default=None, min_length=1)
    accessibility_authority_email: str | None = Field(default=None, pattern=EMAIL)
    accessibility_authority_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    hosting: str | None = Field(default=None, min_length=1)
    sign_language: str | None = Field(default=None, pattern=r"^[^/\\][^\\]*\.(mp4|webm)$")

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys without which the imprint is not whole (§ 5 DDG)."""
        return tuple(key for key in _NEEDED if getattr(self, key) is None)
