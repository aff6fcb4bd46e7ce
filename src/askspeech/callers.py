"""Who calls the server, as far as a request tells: from which address, under which name, and from whose page.

All of it is read from the ASGI scope of a request; what a request merely claims counts only where this says so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

from askspeech.errors import SettingsError

__all__ = ["Caller", "Network", "is_loopback", "is_within", "network_of", "networks"]

Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_OWN_SITES = ("same-origin", "none")
# What proxies of all kinds add: these names, and those that begin or end so, such as CF-Connecting-IP.
_FORWARDING = frozenset({"forwarded", "x-real-ip", "via"})
_FORWARDING_STARTS = ("x-forwarded", "x-original-", "x-envoy-", "x-proxyuser-")
_FORWARDING_ENDS = ("-client-ip", "-connecting-ip")
# One household or office has as many IPv6 addresses as it likes within such a network.
_WITH_PORT = re.compile(r"\[([^\[\]]+)\](?::\d{1,5})?|([^\[\]:]+):\d{1,5}")
_IPV6_NETWORK = 64
_IPV6_BITS = 128


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request."""

    address: str
    """The address it came from, or that a trusted proxy says it came from; empty where there is none."""
    is_secure: bool
    """Whether it came by https, to this server or to a trusted proxy."""
    is_local: bool
    """Whether it came from this machine, under its own name, and neither through a proxy nor from another site."""
    is_foreign: bool
    """Whether it names the page of another site as its origin, or no host, or several."""
    is_from_elsewhere: bool
    """Whether a browser says that another site made it send it: a link that was followed, or worse."""

    @classmethod
    def of(cls, scope: Scope, proxies: Sequence[Network] = ()) -> "Caller":
        """The caller of a request of HTTP or of a web socket.

        Args:
            scope: what ASGI says of it.
            proxies: the addresses whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
        """
        headers = Headers(scope=scope)
        peer = (scope.get("client") or ("",))[0]
        by_trusted_proxy = is_within(peer, proxies)
        secure = scope["scheme"] in ("https", "wss")
        if by_trusted_proxy and (told := _listed(headers, "x-forwarded-proto")):
            secure = told[-1].lower() == "https"
        hosts = headers.getlist("host")
        own = f"{'https' if secure else 'http'}://{hosts[0] if hosts else ''}".lower()
        named = len(hosts) == 1 and bool(hosts[0].strip())
        foreign = not named or any(origin.lower() != own for origin in headers.getlist("origin"))
        straight = not any(map(_tells_of_proxy, headers))
        return cls(
            address=_told_address(headers, proxies, peer) if by_trusted_proxy else peer,
            is_secure=secure,
            is_local=straight and not foreign and _host_name(hosts[0]) in _LOCAL_NAMES and is_loopback(peer),
            is_foreign=foreign,
            is_from_elsewhere=any(site not in _OWN_SITES for site in headers.getlist("sec-fetch-site")),
        )

    def believed(self, scope: Scope) -> dict[str, Any]:
        """What stands in the scope for those who believe every header: the scheme, and no word of proxies."""
        headers = [(name, value) for name, value in scope["headers"] if not _is_claim(name.decode("latin-1").lower())]
        return {"scheme": "https" if self.is_secure else "http", "headers": headers}

    @property
    def network(self) -> str:
        """What a limit counts as one place: the address, of IPv6 the network of a household."""
        return network_of(self.address)


def networks(text: str) -> tuple[Network, ...]:
    """The addresses and networks that a setting lists, parted by commas; raises SettingsError for anything else."""
    try:
        return tuple(_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(
            f"ASKSPEECH_TRUSTED_PROXIES is {text!r}: {error}. It lists addresses and networks, parted by commas, such "
            "as 10.0.0.2 or 172.18.0.0/16. Correct or unset it.",
            "请写代理的地址或网段。",
        ) from error


def _network(text: str) -> Network:
    """One network, IPv4 as such in whatever form; raises ValueError for none, and for one that nobody can vouch for."""
    known = ip_network(text, strict=False)
    if known.prefixlen == 0:
        raise ValueError(f"{text!r} holds every address, so that any visitor could claim to come from anywhere")
    if isinstance(known, IPv6Network) and known.prefixlen == _IPV6_BITS and (mapped := known[0].ipv4_mapped):
        return ip_network(mapped)
    return known


def network_of(address: str) -> str:
    """What a limit counts as one place: the address, of IPv6 the network of a household."""
    known = _parsed(address)
    if isinstance(known, IPv6Address):
        return str(ip_network((known, _IPV6_NETWORK), strict=False))
    return str(known or address)


def is_loopback(address: str) -> bool:
    """Whether an address is one of this machine that no other reaches."""
    known = _parsed(address)
    return known is not None and known.is_loopback


def _tells_of_proxy(name: str) -> bool:
    """Whether a header, by its name in small letters, is one that a proxy adds."""
    return name in _FORWARDING or name.startswith(_FORWARDING_STARTS) or name.endswith(_FORWARDING_ENDS)


def _is_claim(name: str) -> bool:
    """Whether a header says under which address the server is called; Gradio takes `X-Gradio-Server` for its own."""
    return _tells_of_proxy(name) or name == "x-gradio-server"


def _host_name(host: str) -> str:
    """The name of a `Host` header without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() and name else host).lower()


def _parsed(address: str) -> _Address | None:
    try:
        known = ip_address(address)
    except ValueError:
        return None
    return (known.ipv4_mapped if isinstance(known, IPv6Address) else None) or known


def is_within(address: str, known: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in known)


def _told_address(headers: Headers, proxies: Sequence[Network], peer: str) -> str:
    """The address that the first of the trusted proxies was called from: what stands before it, anyone may claim."""
    for entry in reversed(_listed(headers, "x-forwarded-for")):
        told = _without_port(entry)
        if _parsed(told) is None:
            return peer
        if not is_within(told, proxies):
            return told
        peer = told
    return peer


def _without_port(entry: str) -> str:
    """The address of an entry: some proxies add the port, `1.2.3.4:5678`, or write `[::1]:80`; it says nothing here."""
    found = _WITH_PORT.fullmatch(entry)
    return (found[1] or found[2]) if found else entry


def _listed(headers: Headers, name: str) -> list[str]:
    return [part.strip() for value in headers.getlist(name) for part in value.split(",") if part.strip()]
