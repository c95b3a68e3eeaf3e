"""A real SMTP server on loopback that keeps the mails it is given, or refuses them as told."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Keeping:
    """What the server does with a mail: keeps it, or answers ``refusal``."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.refusal = ""
        self.refused: set[str] = set()
        self.arrived = threading.Event()

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        if self.refusal:
            return self.refusal
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.raw.append(envelope.content)
        self.recipients.append(envelope.rcpt_tos)
        self.arrived.set()
        return "250 kept"

    def authenticate(self, _: Any, __: Any, ___: Any, ____: str, data: LoginPassword) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"geheim", handled=False)


class _AnyPort(Controller):
    """A controller at whatever port is free; the library looks for its server at the port that it was told."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library's own bears no types


@contextmanager
def mail_server(context: ssl.SSLContext | None = None, encrypted: bool = False, login: bool = False) -> Iterator[Any]:
    """A server: its keeper and port. With a ``context`` it offers STARTTLS, or is ``encrypted`` from the start."""
    keeper = Keeping()
    options: dict[str, Any] = {"ssl_context": context} if encrypted else {"tls_context": context}
    if login:
        options |= {"authenticator": keeper.authenticate, "auth_require_tls": not encrypted}
    controller = _AnyPort(keeper, hostname="127.0.0.1", port=0, ready_timeout=60, **options)
    controller.start()
    try:
        yield keeper, controller.port
    finally:
        controller.stop()
