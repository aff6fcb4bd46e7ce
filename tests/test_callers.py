"""Who calls: from which address, by which proxies, under which name, from whose page."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Scope

from askspeech.callers import Caller, is_loopback, networks
from askspeech.errors import SettingsError

PROXIES = networks("10.0.0.0/24, 192.168.5.5,fd00::/8")


def scope(client: str | None = "10.0.0.1", *headers: tuple[str, str], scheme: str = "http") -> Scope:
    named = any(name == "host" for name, _ in headers)
    sent = headers if named else (("host", "speeches.example"), *headers)
    return {
        "type": "http", "scheme": scheme, "path": "/", "client": None if client is None else (client, 5),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent],
    }  # fmt: skip


def address(client: str | None, *told: str) -> str:
    return Caller.of(scope(client, *(("X-Forwarded-For", value) for value in told)), PROXIES).address


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (("8.8.8.8",), "8.8.8.8"),
        (("1.1.1.1, 8.8.8.8",), "8.8.8.8"),
        (("1.1.1.1", "8.8.8.8"), "8.8.8.8"),
        (("1.1.1.1, 8.8.8.8, 10.0.0.7, 192.168.5.5",), "8.8.8.8"),
        (("8.8.8.8", "10.0.0.7"), "8.8.8.8"),
        (("127.0.0.1, 8.8.8.8",), "8.8.8.8"),
        (("10.0.0.9",), "10.0.0.9"),
        (("2001:db8::7",), "2001:db8::7"),
        (("8.8.8.8, fd00::1",), "8.8.8.8"),
        ((" 8.8.8.8 ,, ",), "8.8.8.8"),
        # With the port, as some load balancers write them.
        (("8.8.8.8:5678, 10.0.0.7:80",), "8.8.8.8"),
        (("1.1.1.1, [2001:db8::7]:443",), "2001:db8::7"),
        (("[fd00::1]:80, [fd00::2]",), "fd00::1"),
        (("[2001:db8::7]",), "2001:db8::7"),
        (("8.8.8.8:port",), "10.0.0.1"),
        (("8.8.8.8:5678:9",), "10.0.0.1"),
        (("[8.8.8.8:5678",), "10.0.0.1"),
        # What no proxy would write: only what came before it is known.
        (("8.8.8.8, unknown",), "10.0.0.1"),
        (("8.8.8.8, x, 10.0.0.7",), "10.0.0.7"),
        (("<script>",), "10.0.0.1"),
        (("",), "10.0.0.1"),
        ((), "10.0.0.1"),
    ],
)
def test_the_word_of_trusted_proxies_is_read_from_the_right(told: tuple[str, ...], expected: str) -> None:
    assert address("10.0.0.1", *told) == expected
    assert address("::ffff:10.0.0.1", *told) in (expected, "::ffff:10.0.0.1")


@pytest.mark.parametrize("client", ["8.8.8.8", "10.0.1.1", "127.0.0.1", "", "testclient", "fe80::1"])
def test_nobody_elses_word_counts(client: str) -> None:
    caller = Caller.of(scope(client, ("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-Proto", "https")), PROXIES)
    assert caller.address == client and not caller.is_secure
    assert Caller.of(scope("10.0.0.1", ("X-Forwarded-For", "1.1.1.1"))).address == "10.0.0.1", "nobody is trusted"


@given(st.lists(st.sampled_from(["1.1.1.1", "127.0.0.1", "10.0.0.7", "x", "::1", "fd00::2"]), max_size=5))
def test_what_a_visitor_claims_changes_nothing(claimed: list[str]) -> None:
    assert address("10.0.0.1", ", ".join([*claimed, "8.8.8.8", "10.0.0.2"])) == "8.8.8.8"


def test_there_may_be_no_address() -> None:
    caller = Caller.of(scope(None, ("host", "localhost")), PROXIES)
    assert caller.address == "" == caller.network and not caller.is_local


@pytest.mark.parametrize(
    ("scheme", "told", "client", "expected"),
    [
        ("https", (), "8.8.8.8", True), ("wss", (), "8.8.8.8", True), ("ws", (), "8.8.8.8", False),
        ("http", ("https",), "10.0.0.1", True), ("http", ("HTTPS",), "10.0.0.1", True),
        ("http", ("https, http",), "10.0.0.1", False), ("http", ("https", "http"), "10.0.0.1", False),
        ("https", ("http",), "10.0.0.1", False), ("http", ("httpsx",), "10.0.0.1", False),
        ("http", ("https",), "8.8.8.8", False), ("https", ("http",), "8.8.8.8", True),
    ],
)  # fmt: skip
def test_by_https(scheme: str, told: tuple[str, ...], client: str, expected: bool) -> None:
    headers = [("X-Forwarded-Proto", value) for value in told]
    assert Caller.of(scope(client, *headers, scheme=scheme), PROXIES).is_secure == expected


def test_an_origin_is_compared_as_the_browser_names_it() -> None:
    told = (("X-Forwarded-Proto", "https"), ("host", "speeches.example:8443"))
    for origin, foreign in (("https://speeches.example:8443", False), ("http://speeches.example:8443", True)):
        assert Caller.of(scope("10.0.0.1", *told, ("origin", origin)), PROXIES).is_foreign == foreign
    two = (("origin", "http://speeches.example"), ("origin", "http://evil.example"))
    assert Caller.of(scope("8.8.8.8", *two)).is_foreign, "every one of them counts"
    assert not Caller.of(scope("8.8.8.8", two[0], ("host", "Speeches.Example"))).is_foreign
    assert Caller.of(scope("8.8.8.8", two[0], ("host", "speeches.example."))).is_foreign


NAMES = ("localhost", "LocalHost:1", "127.0.0.1:7860", "[::1]", "[::1]:7860")
OTHERS = (
    "localhost.", "localhost:", "localhost:x", "localhost:8\u00b2", "localhost:-1", "localhost:1:1", "localhost\t:1x",
    "::1", "::1:7860", "[::1", "[::1].", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]", "127.0.0.1.", "127.1", "0",
    "0.0.0.0",
    "localhost#evil.example", "localhost/evil", "evil@localhost", "localhost, localhost", "xlocalhost", ":7860", "",
)  # fmt: skip


@pytest.mark.parametrize("host", NAMES)
def test_the_machine_itself_under_its_own_name(host: str) -> None:
    for client in ("127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1"):
        assert Caller.of(scope(client, ("host", host))).is_local
    assert not Caller.of(scope("10.0.0.1", ("host", host))).is_local


@pytest.mark.parametrize("host", OTHERS)
def test_any_other_name_is_not_this_machine(host: str) -> None:
    assert not Caller.of(scope("127.0.0.1", ("host", host))).is_local


def test_a_request_with_two_hosts_is_not_local_and_is_foreign() -> None:
    caller = Caller.of(scope("127.0.0.1", ("host", "localhost"), ("Host", "localhost")))
    assert not caller.is_local and caller.is_foreign


FORWARDING = (
    "Forwarded", "X-Forwarded-For", "X-FORWARDED-HOST", "x-forwarded", "X-Forwarded-Prefix", "X-Real-IP", "Via",
    "CF-Connecting-IP", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Original-Forwarded-For",
    "Fly-Client-IP", "Fastly-Client-IP", "X-Original-Host", "X-Envoy-External-Address", "X-ProxyUser-Ip",
)  # fmt: skip


@pytest.mark.parametrize("name", FORWARDING)
@pytest.mark.parametrize("value", ["", "127.0.0.1"])
def test_what_any_proxy_passes_on_is_not_local(name: str, value: str) -> None:
    for proxies in ((), networks("127.0.0.1")):
        assert not Caller.of(scope("127.0.0.1", ("host", "localhost"), (name, value)), proxies).is_local


def test_whoever_believes_every_header_gets_none_to_believe() -> None:
    claims = [(name, "evil.example") for name in (*FORWARDING, "X-Gradio-Server")]
    sent = scope("10.0.0.2", ("host", "speeches.example"), ("cookie", "a=b"), *claims)
    kept = [(b"host", b"speeches.example"), (b"cookie", b"a=b")]
    assert Caller.of(sent).believed(sent) == {"scheme": "http", "headers": kept}
    secure = scope("10.0.0.2", ("host", "speeches.example"), ("X-Forwarded-Proto", "https"))
    assert Caller.of(secure, networks("10.0.0.2")).believed(secure) == {"scheme": "https", "headers": kept[:1]}


def test_a_household_is_one_place() -> None:
    def network(address: str) -> str:
        return Caller(address, is_secure=False, is_local=False, is_foreign=False, is_from_elsewhere=False).network

    assert network("2001:db8:0:7::1") == network("2001:db8:0:7:ffff::9") != network("2001:db8:0:8::1")
    assert network("::ffff:8.8.8.8") == network("8.8.8.8") == "8.8.8.8"
    assert network("fe80::1%eth0") == network("fe80::2%eth1"), "a name after % makes no other place"


@given(st.ip_addresses())
def test_loopback_is_what_only_this_machine_reaches(known: object) -> None:
    assert is_loopback(str(known)) == ip_address(str(known)).is_loopback or "ffff:127" in str(known)


@given(st.text(max_size=20))
def test_no_text_is_an_address_by_mistake(text: str) -> None:
    assert not is_loopback(text) or text.startswith(("127.", "::1", "0"))


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_nobody_is_trusted_where_nobody_is_named(text: str) -> None:
    assert networks(text) == ()


@pytest.mark.parametrize(
    "text", ["proxy", "10.0.0.0/33", "10.0.0.1;10.0.0.2", "*", "10.0.0.1:80", "\uff11\uff10.0.0.2"]
)
def test_a_setting_that_is_no_list_of_addresses_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="ASKSPEECH_TRUSTED_PROXIES"):
        networks(text)


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "10.0.0.1, 1.2.3.4/0"])
def test_nobody_trusts_everybody(text: str) -> None:
    with pytest.raises(SettingsError, match="every address"):
        networks(text)


def test_a_proxy_may_be_named_as_a_socket_of_both_kinds_names_it() -> None:
    told = scope("::ffff:10.0.0.2", ("X-Forwarded-For", "8.8.8.8"))
    assert Caller.of(told, networks("::ffff:10.0.0.2")).address == "8.8.8.8"
    assert Caller.of(told, networks("10.0.0.2")).address == "8.8.8.8"
