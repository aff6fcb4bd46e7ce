"""The names under which the server answers: a site that gives its own name this address gets nothing from it."""

import re
import socket
from collections.abc import Collection, Sequence
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

from askspeech.errors import SettingsError

__all__ = ["ANY_HOST", "Hosts", "hosts_of"]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ENTRY = re.compile(r"(?P<name>\*|(?:\*\.)?[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?")


class Hosts:
    """Names, and whether a request calls the server by one of them.

    Args:
        names: such as `speeches.example.org`, with `:8443` for one port alone, `*.example.org` for all names of a
            domain, or `*` for any name; localhost is always one.
        addresses: whether the server answers under its address too, which no other site can claim as its name.
    """

    def __init__(self, names: Collection[str], *, addresses: bool = False) -> None:
        self._names = frozenset(name.lower() for name in names) | _LOOPBACK
        self._addresses = addresses

    def allows(self, scope: Scope) -> bool:
        """Whether a request names one host, and one of these."""
        if "*" in self._names:
            return True
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1:
            return False
        found = _ENTRY.fullmatch(hosts[0].strip().lower())
        if found is None or "*" in found["name"]:
            return False
        name, port = found["name"], found["port"]
        wanted = {name, *_domains(name)}
        wanted |= {f"{one}:{port}" for one in wanted} if port else set()
        return bool(wanted & self._names) or (self._addresses and _is_address(name))

    def allows_program(self, scope: Scope) -> bool:
        """Whether a program may call it so: by any name, which no site can make use of, unless names are listed."""
        return self._addresses or self.allows(scope)


ANY_HOST = Hosts({"*"})


def hosts_of(setting: str, own: Sequence[str] = ()) -> Hosts:
    """The names that a setting lists, parted by commas; without it the machine's own name, and its addresses.

    Args:
        setting: what `ASKSPEECH_ALLOWED_HOSTS` says.
        own: the machine's own names, in place of what it says they are.

    Raises:
        SettingsError: it lists what is no name.
    """
    listed = [part.strip().lower() for part in setting.split(",") if part.strip()]
    for part in listed:
        if not _ENTRY.fullmatch(part):
            raise SettingsError(
                f"ASKSPEECH_ALLOWED_HOSTS is {setting!r}: {part!r} is no name of a server. It lists names, parted by "
                "commas, such as speeches.example.org or *.example.org, without http:// and without a path. Correct or "
                "unset it.",
                "请写服务器的域名，用逗号分隔，不带 http:// 和路径。",
            )
    if listed:
        return Hosts(listed)
    names = own or (socket.gethostname(),)
    return Hosts({*names, *(f"{name}.local" for name in names)}, addresses=True)


def _domains(name: str) -> set[str]:
    """The domains that a name is in, as they are listed: `*.example.org`."""
    parts = name.split(".")
    return {f"*.{'.'.join(parts[start:])}" for start in range(1, len(parts))}


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
