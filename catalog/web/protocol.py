"""HTTP as the workers speak it: uvicorn's httptools, and umlauts in an address although nobody encoded them.

``curl 'http://…/datasets.json?q=müll'`` sends ü as it is, which RFC 9112 forbids and httptools refuses. Here such bytes are
percent-encoded before the parser sees them, as browsers do, but only where that cannot move a request's bounds: in the
target of a GET or HEAD, in a request line that stands whole at the beginning of what arrives, while no request is under
way. Neither headers nor bodies nor line ends are touched, and the parser decides all else.
"""

from __future__ import annotations

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from catalog.web import security

# A target of ours begins with a slash; what else RFC 9112 knows of targets has no place for such bytes.
_LINE = re.compile(rb"(?:GET|HEAD) (/[\x21-\x7e\x80-\xff]*) HTTP/1\.[01]\r?\n")
_RAW = re.compile(rb"[\x80-\xff]")
_LONGEST = security.PATH_BYTES + security.QUERY_BYTES + 100  # what is longer is refused, encoded or not
_REFUSED = (
    "Diese Anfrage ist kein gültiges HTTP. Leerzeichen und Umlaute in Adressen werden kodiert: ü als %C3%BC.\n"
    "This request is no valid HTTP. Spaces and umlauts in addresses are to be encoded: ü as %C3%BC.\n"
).encode()


def encoded(data: bytes) -> bytes:
    """What arrived, with the bytes from 0x80 in the target of the request line that it begins with percent-encoded.

    What does not begin with such a line, or is no GET or HEAD, is given back as it is.
    """
    line = _LINE.match(data, 0, _LONGEST)
    if line is None:
        return data
    target = _RAW.sub(lambda byte: b"%%%02X" % byte[0][0], line[1])
    return data[: line.start(1)] + target + data[line.end(1) :]


class Protocol(HttpToolsProtocol):
    """A connection. ``between`` is whether the parser waits for a request to begin."""

    between = True

    def data_received(self, data: bytes) -> None:
        """Takes what arrives."""
        if self.between and not data.isascii():
            data = encoded(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        self.between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """The last byte of a request is read."""
        super().on_message_complete()
        self.between = True

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no HTTP, in both languages, and ends the connection."""
        headers = (
            *((name.encode(), value.encode()) for name, value in security.HEADERS.items()),
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(_REFUSED)).encode()),
            (b"connection", b"close"),
        )
        lines = (b"HTTP/1.1 400 Bad Request", *(name + b": " + value for name, value in headers), b"", _REFUSED)
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()
