"""A letter as a mail to the office: plain text, and nothing of it that could become a header."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from catalog import formats
from catalog.feedback.letters import Letter, address
from schemas.region import Region

_KINDS = {"question": "Frage", "error": "Hinweis auf einen Fehler", "wish": "Wunsch nach Daten"}
_SUBJECT = 120


def compose(region: Region, letter: Letter) -> EmailMessage:
    """The mail. Takes a region with a ``sender``; raises ValueError if the letter has no mailbox to go to."""
    sender, to = address(region.feedback.sender or ""), address(letter.to)
    if not sender or not to:
        raise ValueError("no mailbox")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(_line(region.title, 60), addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    if answer := address(letter.email):
        mail["Reply-To"] = Address(addr_spec=answer)
    about = f" zu „{letter.title}“" if letter.title else ""
    mail["Subject"] = _line(f"[{letter.reference}] {_KINDS[letter.kind]}{about}", _SUBJECT)
    moment = formats.moment(letter.written)
    if moment is not None:
        mail["Date"] = format_datetime(moment)
    mail["Message-ID"] = f"<{letter.reference}@{urlsplit(region.base_url).hostname}>"
    # No out-of-office note should answer a program (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_body(region, letter, answer))
    return mail


def _body(region: Region, letter: Letter, answer: str) -> str:
    facts = [
        ("Datensatz", _line(letter.title)),
        ("Adresse", f"{region.base_url}/dataset/{letter.dataset}" if letter.dataset else ""),
        ("Seite", f"{region.base_url}{letter.page}" if letter.page else ""),
        ("Vorgang", letter.reference),
        ("Zeit", formats.time(letter.written)),
        ("Antwort", f"an {answer} (einfach auf diese Mail antworten)" if answer else "nicht gewünscht"),
    ]
    told = "\n".join(f"{label + ':':<11}{value}" for label, value in facts if value)
    return (
        f"Guten Tag,\n\nim Datenkatalog „{_line(region.title)}“ hat jemand geschrieben. {_KINDS[letter.kind]}:\n\n"
        f"{_quoted(letter.text)}\n\n{told}\n\n"
        "Der Text steht hier, wie er eingegeben wurde. Öffnen Sie Links darin nur, wenn Sie sie erwarten.\n"
        f"Der Katalog löscht ihn nach {region.feedback.keep_days} Tagen.\n"
    )


def _quoted(said: str) -> str:
    """A text with a mark before each line, so that nobody takes it for ours."""
    return "\n".join(f"> {line}".rstrip() for line in said.split("\n"))


def _line(said: str, longest: int = 300) -> str:
    """A text on one line without control characters, and without encoded words (RFC 2047) that would hide some."""
    said = said.replace("=?", "= ?")
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())
    return plain if len(plain) <= longest else plain[: longest - 2] + " …"
