"""The names under which the server answers."""

from typing import Any

import pytest

from askspeech.errors import SettingsError
from askspeech.hosts import ANY_HOST, hosts_of

LISTED = hosts_of("speeches.example.org, *.intern.example:8443,*.wild.example, [fd00::1]")
UNSET = hosts_of("", own=("machine",))


def scope(*hosts: str) -> dict[str, Any]:
    return {"type": "http", "headers": [(b"host", host.encode()) for host in hosts]}


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:7860", "127.0.0.1:1", "[::1]:7860", "speeches.example.org", "Speeches.Example.org:9",
     "a.intern.example:8443", "a.b.wild.example", "a.wild.example:80", "[fd00::1]:7860"],
)  # fmt: skip
def test_names_that_are_listed(host: str) -> None:
    assert LISTED.allows(scope(host)) and ANY_HOST.allows(scope(host))


@pytest.mark.parametrize(
    "host",
    ["", " ", "evil.example", "speeches.example.org.evil.example", "evil.speeches.example.org", "a.intern.example",
     "a.intern.example:80", "intern.example:8443", "wild.example", "*.wild.example", "*", "localhost.", "localhost:",
     "localhost@evil.example", "169.254.169.254", "10.0.0.1", "[fd00::2]", "machine", "a b", "localhost:99999999"],
)  # fmt: skip
def test_names_that_are_not(host: str) -> None:
    assert not LISTED.allows(scope(host)) and not LISTED.allows_program(scope(host))


@pytest.mark.parametrize("hosts", [(), ("localhost", "localhost"), ("localhost", "evil.example")])
def test_one_name_is_needed(hosts: tuple[str, ...]) -> None:
    assert not LISTED.allows(scope(*hosts)) and not UNSET.allows(scope(*hosts))


def test_without_a_list_the_machine_answers_under_its_own_name_and_addresses() -> None:
    for host in ("machine", "MACHINE:7860", "machine.local", "10.0.0.1:7860", "[fd00::1]", "localhost"):
        assert UNSET.allows(scope(host)), host
    for host in ("evil.example", "machine.evil.example", "127.0.0.1.evil.example", "1.2.3", "[::g]"):
        assert not UNSET.allows(scope(host)), host
        assert UNSET.allows_program(scope(host)), "whose token no site can send"


@pytest.mark.parametrize("setting", ["http://x.example", "x.example/", "a b", "x.*.example", "x:port", "@"])
def test_what_is_no_name_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="ASKSPEECH_ALLOWED_HOSTS"):
        hosts_of(setting)
