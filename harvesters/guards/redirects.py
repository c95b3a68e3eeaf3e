"""Which redirect is followed: one pure rule for Scrapy and for single fetches (F30, F31, F32)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urldefrag, urljoin

from w3lib.url import safe_url_string

from harvesters.guards.destinations import check_destination, origin, same_domain
from harvesters.guards.exceptions import RedirectRefused, RequestRefused, shown
from schemas.addresses import listed
from schemas.limits import Limits

STATUSES = frozenset({301, 302, 303, 307, 308})

# What goes along to another origin. A list of the harmless, because a key may stand under any name (X-CKAN-API-Key …).
_HARMLESS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent", "content-type"})


def follow(
    chain: Sequence[str], location: str, allowed_hosts: Sequence[str], limits: Limits, *, any_domain: bool = False
) -> str:
    """The address that a redirect leads to, if it may be followed.

    ``chain`` is every address asked so far, the redirecting one last. Followed are at most ``limits.redirects`` hops,
    from http to https or on the same scheme, under the same registered domain, or to a host in ``allowed_hosts``.
    ``any_domain`` is for robots.txt, which may lie with another authority (RFC 9309 section 2.3.1.2). Raises
    RedirectRefused, or RequestRefused for a port or user name in the target.
    """
    url = chain[-1]
    try:
        target = urldefrag(urljoin(url, safe_url_string(location.strip()))).url
        there = origin(target)
    except (ValueError, RequestRefused):
        raise RedirectRefused("redirect-scheme", url, shown(location)) from None
    if len(chain) > limits.redirects:
        hops = " → ".join(shown(hop) for hop in (*chain, target))
        raise RedirectRefused("redirect-loop", chain[0], str(len(chain) - 1), hops)
    here = origin(url)
    if not listed(there.host, allowed_hosts):
        if not any_domain and not same_domain(here.host, there.host):
            raise RedirectRefused("redirect-domain", url, there.host)
        if here.scheme == "https" and there.scheme == "http":
            raise RedirectRefused("redirect-downgrade", url, shown(target))
    check_destination(target, "GET", allowed_hosts, limits)
    return target


def next_method(status: int, method: str) -> str:
    """The method after a redirect, as browsers do it (RFC 9110 section 15.4): POST becomes GET but for 307 and 308."""
    if status in (307, 308) or method == "HEAD":
        return method
    return "GET"


def may_carry(name: str, url: str, target: str) -> bool:
    """Whether the request header ``name`` goes along to ``target``: any within one origin, else only the harmless."""
    return name.lower() in _HARMLESS or origin(url) == origin(target)


def is_redirect(status: int, location: str | None) -> bool:
    """Whether an answer asks to be asked elsewhere."""
    return status in STATUSES and bool(location)
