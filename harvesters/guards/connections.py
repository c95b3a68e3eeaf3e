"""Connections of Twisted that are opened to checked addresses only, one after the other (F37)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import (
    IAddress,
    IConnector,
    IHostResolution,
    IProtocol,
    IProtocolFactory,
    IReactorCore,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from twisted.internet.protocol import ClientFactory
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from harvesters.guards.exceptions import AddressRefused, FetchFailed
from harvesters.guards.pins import Pin, PinnedConnections
from schemas.addresses import refusal


class CheckedReactor:
    """The ``connectTCP`` of a reactor, with the rule of addresses.py before it: the last place before the socket."""

    def __init__(self, reactor: IReactorCore, url: str, host: str, allowed_hosts: Sequence[str]) -> None:
        self._reactor = reactor
        self._url = url
        self._host = host
        self._allowed_hosts = allowed_hosts

    def connectTCP(  # noqa: N802
        self,
        host: str,
        port: int,
        factory: ClientFactory,
        timeout: float = 30,
        bindAddress: tuple[str, int] | None = None,  # noqa: N803
    ) -> IConnector:
        """As IReactorTCP.connectTCP; raises AddressRefused. ``host`` is what the socket gets: a name is refused too."""
        reason = refusal(host, self._host, self._allowed_hosts)
        if reason is not None:
            raise AddressRefused("address", self._url, self._host, host, reason)
        connector: IConnector = self._reactor.connectTCP(host, port, factory, timeout, bindAddress)
        return connector


@implementer(IStreamClientEndpoint)
class CheckedEndpoint:
    """Looks a name up once and connects to the first of its addresses that is allowed and answers.

    Twisted's own endpoint would race several addresses (two connections to one host) and hides which one it took.
    IPv4 comes first: a broken IPv6 route is common, a host with IPv6 only is rare.
    """

    def __init__(
        self,
        reactor: IReactorCore,
        url: str,
        host: str,
        port: int,
        allowed_hosts: Sequence[str],
        connect_seconds: float,
    ) -> None:
        self._reactor = reactor
        self._checked = CheckedReactor(reactor, url, host, allowed_hosts)
        self._url = url
        self._host = host
        self._port = port
        self._connect_seconds = connect_seconds

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:  # noqa: N803
        """As IStreamClientEndpoint.connect; fails with AddressRefused, FetchFailed (dns) or Twisted's ConnectError."""
        return Deferred.fromCoroutine(self._connect(protocolFactory))

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        addresses = await self._resolve()
        addresses.sort(key=lambda address: isinstance(address, IPv6Address))
        failure: Exception = FetchFailed("dns", self._url, self._host)
        for address in addresses:
            kind = TCP6ClientEndpoint if isinstance(address, IPv6Address) else TCP4ClientEndpoint
            try:
                protocol: IProtocol = await kind(
                    self._checked, address.host, self._port, self._connect_seconds
                ).connect(factory)
            except AddressRefused as error:
                # What the network says about a public address weighs more than that another one was refused.
                failure = failure if isinstance(failure, ConnectError) else error
            except ConnectError as error:
                failure = error
            else:
                return protocol
        raise failure

    async def _resolve(self) -> list[IPv4Address | IPv6Address]:
        receiver = _Receiver()
        self._reactor.nameResolver.resolveHostName(receiver, self._host, self._port)
        return await receiver.complete


@implementer(IResolutionReceiver)
class _Receiver:
    def __init__(self) -> None:
        self.complete: Deferred[list[IPv4Address | IPv6Address]] = Deferred()
        self._addresses: list[IPv4Address | IPv6Address] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        pass

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if isinstance(address, (IPv4Address, IPv6Address)):
            self._addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.complete.callback(self._addresses)


@implementer(IAgentEndpointFactory)
class CheckedEndpoints:
    """Gives Twisted's Agent a `CheckedEndpoint` for each address, with verified TLS around it for https.

    ``tls`` is an IPolicyForHTTPS; the interfaces of zope mean nothing to mypy without its plug-in, hence Any. ``pin`` is
    the certificate that stands in the place of its check on one host; ``refused`` says which one was not it (F33).
    """

    def __init__(
        self,
        reactor: IReactorCore,
        url: str,
        allowed_hosts: Sequence[str],
        connect_seconds: float,
        tls: Any,
        pin: Pin | None = None,
    ) -> None:
        self._reactor = reactor
        self._url = url
        self._allowed_hosts = allowed_hosts
        self._connect_seconds = connect_seconds
        self._tls = tls
        self._pin = pin
        self._pinned: PinnedConnections | None = None

    @property
    def refused(self) -> str:
        """The fingerprint of a certificate that was presented in the place of the pinned one; empty if none was."""
        return self._pinned.refused if self._pinned is not None else ""

    def endpointForURI(self, uri: URI) -> Any:  # noqa: N802
        """As IAgentEndpointFactory.endpointForURI."""
        host = uri.host.decode("ascii")
        endpoint: Any = CheckedEndpoint(
            self._reactor, self._url, host, uri.port, self._allowed_hosts, self._connect_seconds
        )
        if uri.scheme == b"https":
            creator = self._tls.creatorForNetloc(uri.host, uri.port)
            if self._pin is not None and self._pin.holds_for(host):
                creator = self._pinned = PinnedConnections(creator, self._pin)
            return wrapClientTLS(creator, endpoint)
        return endpoint
