"""Signing in and out over HTTP: the forms, their cookie, locks, and what ends a session."""

import asyncio
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.kept import DEBTS_TURN

from askspeech.access_records import access_file
from askspeech.callers import networks
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.devices import DEVICE_SECONDS, Devices
from askspeech.gate import DEVICE, SECURE_DEVICE, SECURE_SESSION, SESSION, Gate, user_of
from askspeech.passwords import Passwords
from askspeech.refusals import SECONDS_TO_REFUSE_A_PASSWORD
from askspeech.sign_in import LARGEST_FORM, WAITING, sign_in_routes
from askspeech.texts import ENGLISH
from askspeech.throttle import Throttle
from askspeech.users import IDLE_SECONDS, LONGEST_SESSION, Users

PASSWORD, OTHER = "correct horse", "battery staple"
WEAK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PAGES = frozenset({"/", "/library", "/people"})
PROXIES = networks("10.0.0.0/24")


class Clock:
    """A time that tests set."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def page(request: Any) -> PlainTextResponse:
    user = user_of(request)
    return PlainTextResponse(f"{user.name}, {user.role}" if user else "nobody")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def empty(tmp_path: Path, clock: Clock) -> Users:
    return Users(tmp_path, WEAK, clock)


@pytest.fixture
def users(empty: Users) -> Users:
    empty.add("Ann", PASSWORD, "administrator")
    empty.add("bob", PASSWORD, "reader")
    return empty


LATE = 0.3
"""How late, here, one is told that a password was not looked at; the tests of being late wait as long as people do."""


def client_of(
    users: Users, address: str = "9.9.9.9", url: str = "http://speeches.example", late: float = LATE
) -> TestClient:
    inner = Starlette(routes=[*sign_in_routes(users, PAGES, late), *(Route(path, page) for path in PAGES)])
    gate = Gate(inner, users, PAGES, PROXIES)
    return TestClient(
        gate, base_url=url, client=(address, 5), follow_redirects=False, headers={"accept-language": "en"}
    )


@pytest.fixture
def client(users: Users) -> Iterator[TestClient]:
    yield client_of(users)


def local(users: Users) -> TestClient:
    return client_of(users, "127.0.0.1", "http://localhost:7860")


def sign_in(
    client: TestClient, name: str = "bob", password: str = PASSWORD, path: str = "/sign-in", **headers: str
) -> Response:
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.post(path, data={"name": name, "password": password}, headers=sent)


def change(client: TestClient, password: str, new: str, again: str | None = None) -> Response:
    return client.post("/password", data={"password": password, "new": new, "again": new if again is None else again})


def whose(client: TestClient) -> str:
    answer = client.get("/")
    return answer.text if answer.status_code == 200 else f"{answer.status_code}"


# Signing in


def test_the_right_password_opens_the_pages(client: TestClient) -> None:
    assert whose(client) == "303" and client.get("/sign-in").status_code == 200
    answer = sign_in(client, "ＢＯＢ")
    assert (answer.status_code, answer.headers["location"]) == (303, "./")
    assert answer.headers["cache-control"] == "no-store" and whose(client) == "bob, reader"
    assert "Signed in as" in client.get("/sign-in").text or "bob" in client.get("/sign-in").text


@pytest.mark.parametrize(
    ("name", "password"),
    [("bob", OTHER), ("eve", PASSWORD), ("bob", ""), ("", ""), ("\0", "\0\0"), ("bob", "correct horse ")],
)
def test_anything_else_opens_nothing_and_says_the_same(client: TestClient, name: str, password: str) -> None:
    answer = sign_in(client, name, password)
    assert answer.status_code == 401 and "The name or the password is wrong." in answer.text
    assert "set-cookie" not in answer.headers and whose(client) == "303"
    assert not password.strip("\0 ") or password not in answer.text


def test_a_name_is_shown_again_as_text_alone(client: TestClient) -> None:
    answer = sign_in(client, '"><script>alert(1)</script>', "x")
    assert "<script>alert" not in answer.text and "&quot;&gt;&lt;script&gt;" in answer.text


FORMS: tuple[tuple[bytes, str], ...] = (
    (b'{"name": "bob", "password": "correct horse"}', "application/json"),
    (urlencode({"name": "bob", "password": PASSWORD}).encode(), "text/plain"),
    (urlencode({"name": "bob", "password": PASSWORD}).encode(), ""),
    (b"&".join([b"a=1"] * 20) + b"&name=bob&password=correct+horse", "application/x-www-form-urlencoded"),
    (b"name=%ff%00&password=%ff", "application/x-www-form-urlencoded"),
    (b"\xff\xfe=&&&=%", "application/x-www-form-urlencoded"),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
)  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), FORMS)
def test_what_is_no_form_opens_nothing(client: TestClient, body: bytes, kind: str) -> None:
    answer = client.post("/sign-in", content=body, headers={"content-type": kind} if kind else {})
    is_form = kind == "application/x-www-form-urlencoded"
    assert answer.status_code == (401 if is_form else 415) and "set-cookie" not in answer.headers


def test_a_form_that_is_too_long_is_not_read(client: TestClient) -> None:
    assert sign_in(client, "bob", "x" * LARGEST_FORM).status_code == 413
    assert sign_in(client, "bob", "x" * 10_000).status_code == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_no_other_method_does_anything(client: TestClient, method: str) -> None:
    for path in ("/sign-in", "/sign-out"):
        assert client.request(method, path, data={"name": "bob", "password": PASSWORD}).status_code == 405
    assert client.head("/sign-in").status_code == 200


# Where to


@pytest.mark.parametrize(
    ("to", "expected"), [("library", "./library"), ("people", "./people"), ("", "./"), ("sign-in", "./sign-in")]
)
def test_back_to_the_page_that_was_wanted(client: TestClient, to: str, expected: str) -> None:
    assert sign_in(client, path=f"/sign-in?to={to}").headers["location"] == expected


EVIL = (
    "//evil.example", "https://evil.example", "/evil.example", "\\\\evil.example", "/\\evil.example",
    "evil.example", "@evil.example",
    "library%0d%0aSet-Cookie:a=b", "%0alibrary", "javascript:alert(1)",
    "library/..//evil.example", "../..", ".", "library?x",
    "%2f%2fevil.example", "Library", "library%00", "library#//evil", "http:evil.example", "%E3%80%82",
)  # fmt: skip


@pytest.mark.parametrize("to", EVIL)
def test_never_to_another_site(client: TestClient, to: str) -> None:
    answer = sign_in(client, path=f"/sign-in?to={to}")
    assert answer.status_code == 303 and answer.headers["location"] in ("./", "./library")
    again = client.post("/sign-in", data={"name": "bob", "password": PASSWORD, "to": to})
    assert again.headers["location"] == "./" and "a" not in client.cookies


# The cookie


def cookie(answer: Response) -> str:
    (found,) = [one for one in answer.headers.get_list("set-cookie") if SESSION in one]
    return str(found)


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: TestClient) -> None:
    said = cookie(sign_in(client))
    assert said.startswith(f"{SESSION}=") and len(said.partition(";")[0]) >= len(SESSION) + 43
    lowered = said.lower()
    assert "; httponly" in lowered and "; samesite=strict" in lowered and "; path=/" in lowered
    assert "secure" not in lowered and "max-age" not in lowered and "domain" not in lowered and "expires" not in lowered


def test_over_https_the_cookie_goes_nowhere_else(users: Users) -> None:
    secure = client_of(users, url="https://speeches.example")
    said = cookie(sign_in(secure))
    assert said.startswith(f"{SECURE_SESSION}=") and "; path=/" in said.lower() and "domain" not in said.lower()
    assert "; secure" in said.lower() and whose(secure) == "bob, reader"
    assert "; secure" in cookie(secure.post("/sign-out")).lower() and whose(secure) == "303"
    told = {"x_forwarded_proto": "https", "x_forwarded_for": "9.9.9.9"}
    assert "; secure" in cookie(sign_in(client_of(users, "10.0.0.1"), **told)).lower()
    assert "; secure" not in cookie(sign_in(client_of(users, "9.9.9.9"), **told)).lower(), "anybody could claim so"


def test_over_https_no_other_host_plants_a_session(users: Users) -> None:
    # What a subdomain, another port or http can set has no `__Host-` before its name: browsers see to that.
    began = users.sign_in("bob", PASSWORD)
    assert began is not None
    planted = client_of(users, url="https://speeches.example")
    planted.cookies.set(SESSION, began[1], domain="speeches.example")
    assert whose(planted) == "303"
    plain = client_of(users)
    plain.cookies.set(SECURE_SESSION, began[1], domain="speeches.example")
    assert whose(plain) == "303"


def test_an_id_that_was_planted_is_no_session(client: TestClient, users: Users) -> None:
    client.cookies.set(SESSION, "planted" * 7, domain="speeches.example")
    began = cookie(sign_in(client)).partition(";")[0].partition("=")[2]
    assert began != "planted" * 7 and users.standing("planted" * 7).user is None and users.standing(began).user


def test_signing_in_again_ends_the_session_before(client: TestClient, users: Users) -> None:
    sign_in(client)
    before = client.cookies[SESSION]
    sign_in(client, "Ann")
    assert users.standing(before).user is None and whose(client) == "Ann, administrator"


# Locks


def test_five_wrong_passwords_lock_the_right_one_out_too(client: TestClient, users: Users) -> None:
    assert [sign_in(client, "bob", OTHER).status_code for _ in range(6)] == [401] * 5 + [429]
    answer = sign_in(client)
    assert answer.status_code == 429 and 290 <= int(answer.headers["retry-after"]) <= 300
    assert "Too many tries: wait" in answer.text and "set-cookie" not in answer.headers
    assert sign_in(client, "Ann").status_code == 303, "another user"
    assert sign_in(client_of(users, "8.8.8.8")).status_code == 303, "the same user elsewhere"
    with access_file(users.folder).writing() as database:
        database.execute("UPDATE tries SET at = at - 301")
    assert sign_in(client).status_code == 303


def test_the_right_password_begins_the_count_anew(client: TestClient) -> None:
    for _ in range(3):
        assert [sign_in(client, "bob", OTHER).status_code for _ in range(4)] == [401] * 4
        assert sign_in(client).status_code == 303


def test_an_unknown_name_is_locked_as_a_known_one(client: TestClient) -> None:
    assert [sign_in(client, "eve", OTHER).status_code for _ in range(6)] == [401] * 5 + [429]


def test_a_claimed_address_is_no_way_round_the_lock(client: TestClient, users: Users) -> None:
    found = [sign_in(client, "bob", OTHER, x_forwarded_for=f"1.1.1.{number}").status_code for number in range(6)]
    assert found == [401] * 5 + [429]
    proxied = client_of(users, "10.0.0.1")
    found = [
        sign_in(proxied, "bob", OTHER, x_forwarded_for=f"1.1.1.{number}, 7.7.7.7").status_code for number in range(6)
    ]
    assert found == [401] * 5 + [429]
    assert sign_in(proxied, x_forwarded_for="7.7.7.8").status_code == 303


def test_a_household_is_one_address(users: Users) -> None:
    found = [sign_in(client_of(users, f"2001:db8::{number}"), "bob", OTHER).status_code for number in range(6)]
    assert found == [401] * 5 + [429]


def test_many_at_once_are_no_more_than_five(users: Users) -> None:
    application = client_of(users).app

    async def work() -> list[int]:
        transport = ASGITransport(application, client=("9.9.9.9", 5))
        async with AsyncClient(transport=transport, base_url="http://speeches.example") as together:
            data = {"name": "bob", "password": OTHER}
            answers = await asyncio.gather(*(together.post("/sign-in", data=data) for _ in range(20)))
            return [answer.status_code for answer in answers]

    found = asyncio.run(work())
    assert found.count(401) == 5 and found.count(429) == 15


class Slow(PasswordHasher):
    """Looks at no wrong password before it is let go."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go = threading.Event()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        """The library's own, later."""
        assert password == PASSWORD.encode() or self.go.wait(30)
        return super().verify(hash, password)


def tries_of(folder: Path) -> int:
    with access_file(folder).reading() as database:
        assert database is not None
        (number,) = database.execute("SELECT count(*) FROM tries").fetchone()
    return int(number)


async def tried(
    application: Any, place: str, password: str = OTHER, headers: dict[str, str] | None = None
) -> tuple[int, float]:
    """The status for bob with that password from that address, and after how many seconds it came."""
    began = time.monotonic()
    transport = ASGITransport(application, client=(place, 5))
    async with AsyncClient(transport=transport, base_url="http://speeches.example", timeout=60) as one:
        answer = await one.post("/sign-in", data={"name": "bob", "password": password}, headers=headers)
    return answer.status_code, time.monotonic() - began


def test_what_nobody_would_look_at_is_refused_late_and_not_counted(tmp_path: Path) -> None:
    hasher = Slow()
    users = Users(tmp_path, Passwords(hasher))
    users.add("bob", PASSWORD, "administrator")
    application = client_of(users, late=SECONDS_TO_REFUSE_A_PASSWORD).app

    async def work() -> list[tuple[int, float]]:
        going = [asyncio.create_task(tried(application, f"10.9.0.{place}")) for place in range(1 + WAITING + 7)]
        busy, _ = await asyncio.wait(going, timeout=2 * SECONDS_TO_REFUSE_A_PASSWORD)
        assert tries_of(tmp_path) == 1 + WAITING and len(busy) == 7
        hasher.go.set()
        return [await one for one in going]

    found = asyncio.run(work())
    assert Counter(status for status, _ in found) == {401: 1 + WAITING, 503: 7}
    assert all(seconds >= SECONDS_TO_REFUSE_A_PASSWORD for status, seconds in found if status == 503)


def test_guesses_from_many_places_hold_up_nobody_who_signs_in(tmp_path: Path) -> None:
    hasher = Slow()
    users = Users(tmp_path, Passwords(hasher))
    users.add("bob", PASSWORD, "administrator")
    application, throttle = client_of(users).app, Throttle(tmp_path)
    for place in range(1 + WAITING):
        throttle.begin(f"10.9.0.{place}", "bob")

    async def work() -> tuple[int, list[int]]:
        guesses = [asyncio.create_task(tried(application, f"10.9.0.{place}")) for place in range(1 + WAITING)]
        while tries_of(tmp_path) < 2 * len(guesses):
            await asyncio.sleep(0.05)
        signed_in, _ = await asyncio.wait_for(tried(application, "10.9.1.1", PASSWORD), 10)
        hasher.go.set()
        return signed_in, [(await one)[0] for one in guesses]

    assert asyncio.run(work()) == (303, [401] * (1 + WAITING))


def test_new_places_hold_up_nobody_where_they_signed_in_before(tmp_path: Path) -> None:
    """As many passwords wait to be looked at as may, each from where none was tried before."""
    hasher = Slow()
    users = Users(tmp_path, Passwords(hasher))
    users.add("bob", PASSWORD, "administrator")
    application, client = client_of(users).app, client_of(users)
    assert sign_in(client).status_code == 303
    known = {"Cookie": f"{DEVICE}={client.cookies[DEVICE]}"}

    async def work() -> list[int]:
        guesses = [asyncio.create_task(tried(application, f"10.9.0.{place}")) for place in range(1 + WAITING)]
        while tries_of(tmp_path) < len(guesses):
            await asyncio.sleep(0.05)
        forged = {"Cookie": f"{DEVICE}={'x' * 43}"}
        asked = [tried(application, "10.9.1.1", PASSWORD, one) for one in (known, {}, forged)]
        here = [(await asyncio.wait_for(one, 10))[0] for one in asked]
        hasher.go.set()
        assert [(await one)[0] for one in guesses] == [401] * (1 + WAITING)
        return here

    assert asyncio.run(work()) == [303, 503, 503]


def test_a_browser_is_given_an_id_of_its_own_that_signing_out_leaves(users: Users) -> None:
    client = client_of(users)
    answer = sign_in(client)
    (told,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{DEVICE}=")]
    assert "HttpOnly" in told and "SameSite=strict" in told and f"Max-Age={DEVICE_SECONDS}" in told
    first = client.cookies[DEVICE]
    assert Devices(users.folder).knows("bob", first)
    client.post("/sign-out")
    assert client.cookies[DEVICE] == first and SESSION not in client.cookies
    assert sign_in(client, "Ann").status_code == 303
    assert client.cookies[DEVICE] != first and Devices(users.folder).knows("bob", client.cookies[DEVICE])
    secure = client_of(users, url="https://speeches.example")
    assert SECURE_DEVICE in sign_in(secure).cookies and DEVICE not in secure.cookies
    assert DEVICE not in sign_in(client_of(users), password=OTHER).cookies


def test_tries_that_wait_for_the_file_hold_up_no_page(users: Users) -> None:
    client, session = client_of(users), {"Cookie": ""}
    session["Cookie"] = sign_in(client).headers["set-cookie"].partition(";")[0]

    async def work() -> float:
        transport = ASGITransport(client.app, client=("9.9.9.9", 5))
        async with AsyncClient(transport=transport, base_url="http://speeches.example", timeout=60) as visitor:
            with access_file(users.folder).writing():
                data = {"name": "ann", "password": OTHER}
                going = [asyncio.create_task(visitor.post("/sign-in", data=data)) for _ in range(60)]
                await asyncio.sleep(0.5)
                began = time.monotonic()
                assert (await visitor.get("/", headers=session)).status_code == 200
                seconds = time.monotonic() - began
            await asyncio.gather(*going)
        return seconds

    assert asyncio.run(work()) < 1


def test_another_password_needs_the_old_one_and_is_locked_as_well(client: TestClient, users: Users) -> None:
    sign_in(client)
    assert [change(client, "wrong wrong", OTHER).status_code for _ in range(6)] == [401] * 5 + [429]
    assert change(client, PASSWORD, OTHER).status_code == 429 and whose(client) == "bob, reader"
    assert users.sign_in("bob", PASSWORD) and not users.sign_in("bob", OTHER)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(tmp_path: Path) -> None:
    hasher = PasswordHasher(time_cost=2, memory_cost=16 * 1024, parallelism=1)
    users = Users(tmp_path, Passwords(hasher))
    users.add("bob", PASSWORD, "administrator")
    users.sign_in("bob", OTHER)

    def taken(name: str) -> float:
        began = time.process_time()
        assert users.sign_in(name, OTHER) is None
        return time.process_time() - began

    # Taken in turns, so that whatever else the machine does counts for both.
    pairs = [(taken("bob"), taken("eve")) for _ in range(15)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2, f"{known:.4f} s and {unknown:.4f} s"


# Other sites


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://speeches.example", "http://speeches.example:81", ""]
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/password"])
def test_no_other_site_sends_a_form(client: TestClient, origin: str, path: str) -> None:
    sign_in(client)
    data = {"name": "Ann", "password": PASSWORD, "new": OTHER, "again": OTHER}
    assert client.post(path, data=data, headers={"origin": origin}).status_code == 403
    assert whose(client) == "bob, reader"


def test_our_own_page_does(client: TestClient) -> None:
    assert sign_in(client, origin="http://speeches.example", sec_fetch_site="same-origin").status_code == 303
    assert sign_in(client, sec_fetch_site="cross-site").status_code == 403


# The end of a session


@pytest.mark.parametrize("seconds", [IDLE_SECONDS, LONGEST_SESSION])
def test_a_session_that_is_not_used_ends(client: TestClient, clock: Clock, seconds: float) -> None:
    sign_in(client)
    clock.now += seconds
    assert whose(client) == "303" and client.post("/password").status_code == 401


def test_a_session_that_is_used_ends_after_seven_days(client: TestClient, clock: Clock) -> None:
    sign_in(client)
    for _ in range(16):
        assert whose(client) == "bob, reader"
        clock.now += 10.5 * 3600
    assert whose(client) == "303"


def test_signing_out_ends_it_for_good(client: TestClient, users: Users) -> None:
    sign_in(client)
    stolen = client.cookies[SESSION]
    assert client.get("/sign-out").status_code == 303 and whose(client) == "bob, reader", "a link does not"
    answer = client.post("/sign-out")
    assert answer.headers["location"] == "./sign-in?after=out" and SESSION not in client.cookies
    form = unescape(client.get("/sign-in?after=out").text)
    assert ENGLISH.sign_in_after_out in form and ENGLISH.sign_in_forgotten in form
    assert ENGLISH.sign_in_after_end in unescape(client.get("/sign-in?to=library&after=end").text)
    assert ENGLISH.sign_in_after_out not in client.get("/sign-in?after=<b>").text
    client.cookies.set(SESSION, stolen, domain="speeches.example")
    assert whose(client) == "303" and users.standing(stolen).user is None


def test_signing_out_everywhere_ends_all_of_ones_own(client: TestClient, users: Users) -> None:
    other, another = client_of(users), client_of(users)
    for one, name in ((client, "bob"), (other, "bob"), (another, "Ann")):
        sign_in(one, name)
    client.post("/sign-out", data={"everywhere": "1"})
    assert [whose(one) for one in (client, other, another)] == ["303", "303", "Ann, administrator"]


def test_signing_out_without_a_session_is_no_error(client: TestClient) -> None:
    assert client.post("/sign-out", data={"everywhere": "1"}).status_code == 303


def test_another_password_ends_all_sessions_but_the_new_one(client: TestClient, users: Users) -> None:
    other = client_of(users)
    sign_in(client)
    sign_in(other)
    before = client.cookies[SESSION]
    assert change(client, PASSWORD, OTHER, "x").status_code == 400
    assert change(client, PASSWORD, "short").status_code == 400 and whose(other) == "bob, reader"
    assert change(client, PASSWORD, OTHER).status_code == 303
    assert whose(client) == "bob, reader" and whose(other) == "303" and client.cookies[SESSION] != before
    assert sign_in(other).status_code == 401 and sign_in(other, "bob", OTHER).status_code == 303
    assert users.all()[1].sessions == 2


def test_what_an_administrator_changes_holds_from_the_next_request_on(client: TestClient, users: Users) -> None:
    for do in (
        lambda: users.set_role("bob", "administrator"), lambda: users.set_password("bob", PASSWORD),
        lambda: users.end_sessions("bob"), lambda: users.remove("bob"),
    ):  # fmt: skip
        assert sign_in(client).status_code == 303 and whose(client).startswith("bob")
        do()
        assert whose(client) == "303"
    assert sign_in(client).status_code == 401


# The first administrator


def test_the_first_administrator_takes_over_what_was_kept(empty: Users) -> None:
    kept = Conversations(empty.folder)
    kept.append(LOCAL_OWNER, kept.create(LOCAL_OWNER), DEBTS_TURN)
    client = local(empty)
    assert whose(client) == "local, administrator" and 'name="again"' in client.get("/sign-in").text
    answer = client.post("/sign-in", data={"name": "Ann", "password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 303 and whose(client) == "Ann, administrator"
    assert len(kept.list(empty.owner_of("Ann"))) == 1 and not kept.list(LOCAL_OWNER)
    assert whose(local(empty)) == "303", "from now on everybody signs in"


@pytest.mark.parametrize(
    ("name", "password", "again"),
    [
        ("ann", PASSWORD, OTHER),
        ("ann", "short", "short"),
        ("", PASSWORD, PASSWORD),
        ("local", PASSWORD, PASSWORD),
        ("annannann", "annannann", "annannann"),
    ],
)
def test_what_cannot_be_the_first_administrator(empty: Users, name: str, password: str, again: str) -> None:
    answer = local(empty).post("/sign-in", data={"name": name, "password": password, "again": again})
    assert answer.status_code == 400 and 'role="alert"' in answer.text and not empty.exist()


def test_nobody_else_makes_the_first_administrator(empty: Users) -> None:
    data = {"name": "eve", "password": PASSWORD, "again": PASSWORD}
    for client in (client_of(empty), client_of(empty, "127.0.0.1"), client_of(empty, "10.0.0.1", "http://localhost")):
        assert client.post("/sign-in", data=data).status_code == 403
    for name in ("origin", "x-forwarded-for", "via", "cf-connecting-ip"):
        assert local(empty).post("/sign-in", data=data, headers={name: "http://evil.example"}).status_code == 403
    assert not empty.exist()


def test_a_damaged_file_signs_nobody_in(client: TestClient, users: Users) -> None:
    sign_in(client)
    (users.folder / "access.db").write_bytes(b"damaged" * 99)
    assert whose(client) == "503" and sign_in(client).status_code == 503
    assert client.post("/sign-out").status_code == 503
