"""A certificate that a steward has confirmed for one source: taken on its host, whoever vouches for it (F33)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from OpenSSL import SSL
from OpenSSL.crypto import X509
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from zope.interface import implementer

from schemas.addresses import normal_host


@dataclass(frozen=True, slots=True)
class Pin:
    """The one server that a pin is for, and the SHA-256 digests (hexadecimal) of its certificates or their keys.

    On that host the pin alone decides, so that a name, a date or an authority that is not known is no hindrance and a
    certificate that is not the pinned one is refused, even if it is good. All other hosts are checked as always.
    """

    host: str
    digests: frozenset[str]

    @classmethod
    def of(cls, url: str, digests: Iterable[str]) -> Pin | None:
        """The pin of a source, for the host of its address with and without ``www.``; None if it has no digests."""
        host = urlsplit(url).hostname
        wanted = frozenset(digests)
        return cls(_bare(host), wanted) if host and wanted else None

    def holds_for(self, host: str) -> bool:
        """Whether ``host`` is the one that the pin is for."""
        return _bare(host) == self.host

    def matches(self, certificate: bytes) -> bool:
        """Whether a server's certificate (DER) or its public key (SubjectPublicKeyInfo, RFC 7469) is the pinned one."""
        if sha256(certificate).hexdigest() in self.digests:
            return True
        try:
            key = x509.load_der_x509_certificate(certificate).public_key()
        except ValueError:
            return False
        return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest() in self.digests


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate (DER) as browsers and openssl show it: pairs of capital digits with colons."""
    return sha256(certificate).digest().hex(":").upper()


def _bare(host: str) -> str:
    return normal_host(host).removeprefix("www.")


@implementer(IOpenSSLClientConnectionCreator)
class PinnedConnections:
    """Twisted's TLS connections to a pinned host: what another creator makes, with the pin as the only check.

    ``refused`` is the fingerprint of a certificate that was not the pinned one; empty until there is one.
    """

    def __init__(self, inner: Any, pin: Pin) -> None:
        self.refused = ""
        self._inner = inner
        self._pin = pin

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803
        """As IOpenSSLClientConnectionCreator.clientConnectionForTLS."""
        connection: SSL.Connection = self._inner.clientConnectionForTLS(tlsProtocol)
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._check)
        return connection

    def _check(self, _connection: SSL.Connection, presented: X509, _error: int, depth: int, _ok: int) -> bool:
        if depth != 0:  # who signed it does not matter
            return True
        certificate = presented.to_cryptography().public_bytes(Encoding.DER)
        if self._pin.matches(certificate):
            return True
        self.refused = fingerprint(certificate)
        return False
