"""The postman: brings letters to the mail server, and comes again where that was not possible."""

from __future__ import annotations

import fcntl
import logging
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from catalog.feedback.box import Box
from catalog.feedback.letters import Letter
from catalog.feedback.mail import compose
from catalog.runs.staging import now_text
from schemas.feedback import Feedback, MailServer
from schemas.region import Region

SECONDS = 20.0
"""Longest wait for one answer of the mail server (seconds)."""

_FIRST, _LAST = timedelta(minutes=5), timedelta(hours=6)
log = logging.getLogger(__name__)


class Round(NamedTuple):
    """What one round brought: letters sent, and those that stay, with the reason of the last failure."""

    sent: int
    waiting: int
    reason: str = ""


class Unsafe(OSError):
    """Raised for a mail server on another machine that offers no encryption."""


def deliver(region: Region, now: datetime, at_once: bool = False) -> Round:
    """Brings the letters that are due, or with ``at_once`` all that were not sent yet.

    Without a mail server nothing is done. Two rounds at a time are one: the second leaves it to the first.
    """
    box, server = Box(region), region.feedback.server
    if server is None or not box.folder.is_dir():
        return Round(0, 0)
    with _alone(box) as alone:
        if not alone:
            return Round(0, 0)
        moment = now_text(now)
        unsent = [letter for letter in box.letters() if letter.sent is None]
        due = [letter for letter in unsent if at_once or letter.due <= moment]
        if not due:
            return Round(0, len(unsent))
        return _round(region, server, box, due, now)


def _round(region: Region, server: MailServer, box: Box, due: list[Letter], now: datetime) -> Round:
    """One connection for all that are due. What one letter meets does not concern the others."""
    sent, reason = 0, ""
    left = list(due)
    try:
        with _connected(region, server) as connection:
            while left:
                letter = left[0]
                try:
                    connection.send_message(compose(region, letter))
                except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, ValueError) as error:
                    reason = _put_off(box, letter, error, now)
                else:
                    box.replace(replace(letter, sent=now_text(now), reason=""))
                    sent += 1
                left.pop(0)
    except (OSError, smtplib.SMTPException) as error:
        for letter in left:
            reason = _put_off(box, letter, error, now)
    if reason:
        log.warning("feedback: %s", reason)
    return Round(sent, len(due) - sent, reason)


@contextmanager
def _connected(region: Region, server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server, encrypted wherever it leaves this machine. Raises OSError, SMTPException."""
    settings: Feedback = region.feedback
    own_name = urlsplit(region.base_url).hostname or "localhost"
    trusted = ssl.create_default_context()
    if server.tls:
        opened: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=own_name, timeout=SECONDS, context=trusted
        )
    else:
        opened = smtplib.SMTP(server.host, server.port, local_hostname=own_name, timeout=SECONDS)
    with opened as connection:
        connection.ehlo()
        if not server.tls and connection.has_extn("starttls"):
            connection.starttls(context=trusted)
            connection.ehlo()
        elif not server.tls and not _is_here(connection):
            raise Unsafe(f"{server.host} offers no STARTTLS; a citizen's words do not leave this machine unencrypted")
        if settings.user and settings.password:
            connection.login(settings.user, settings.password)
        yield connection


def _is_here(connection: smtplib.SMTP) -> bool:
    """Whether the other end is on this machine."""
    sock: socket.socket | None = connection.sock
    return sock is not None and str(sock.getpeername()[0]) in ("127.0.0.1", "::1")


def _put_off(box: Box, letter: Letter, error: Exception, now: datetime) -> str:
    """Notes a failure and when to come again: after 5 minutes, then twice as long each time, up to 6 hours."""
    reason = _reason(error)
    pause = min(_FIRST * 2 ** min(letter.attempts, 10), _LAST)
    box.replace(replace(letter, attempts=letter.attempts + 1, due=now_text(now + pause), reason=reason))
    return reason


def _reason(error: Exception) -> str:
    """Why it failed, on one line; what the server said of a mailbox may be no more than that it was refused."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        return f"the mail server refuses the mailbox ({', '.join(map(str, codes))})"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server refuses user and password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server refuses the mail ({error.smtp_code})"
    if isinstance(error, TimeoutError):
        return "the mail server does not answer in time"
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


@contextmanager
def _alone(box: Box) -> Iterator[bool]:
    """Whether nobody else brings letters at this moment."""
    with (box.folder / "post.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
