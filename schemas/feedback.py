"""How what citizens write reaches the offices: the table ``[region.feedback]`` of ``region.toml``."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas import refusals

EMAIL = r"^[^@\s<>]+@[^@\s<>]+$"
_PORTS = {"smtp": 587, "smtps": 465}


class MailServer(NamedTuple):
    """Where mail is handed in. ``tls``: the connection is encrypted from its first byte (else by STARTTLS)."""

    host: str
    port: int
    tls: bool


class Feedback(BaseModel):
    """Letters of citizens: brought by mail where ``smtp`` names a server, else kept in ``data/feedback/`` only.

    ``password`` comes from the environment alone (ALLMENDE_SMTP_PASSWORD).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    smtp: str | None = Field(default=None, pattern=r"^smtps?://[^\s/@?#]+/?$")
    user: str | None = None
    sender: str | None = Field(default=None, pattern=EMAIL)
    keep_days: int = Field(default=90, ge=1, le=3650)
    password: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _whole(self) -> Feedback:
        if self.smtp is not None:
            try:
                _ = urlsplit(self.smtp).port
            except ValueError:
                raise refusals.Wrong("smtp: the port is no number", "smtp: der Port ist keine Zahl") from None
            if self.sender is None:
                raise refusals.Wrong(
                    "to smtp belongs sender, the address that mail comes from",
                    "zu smtp gehört sender, die Adresse des Absenders",
                )
        return self

    @property
    def server(self) -> MailServer | None:
        """The mail server; None where letters stay in files."""
        if self.smtp is None:
            return None
        parts = urlsplit(self.smtp)
        return MailServer(parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.scheme == "smtps")
