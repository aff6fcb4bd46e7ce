"""What the rows about the service share: a server with users, and visitors from addresses of their own."""

import contextlib
import http.client
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.torture.security_world import QUESTION, UNLIMITED, Server, environment, program

from askspeech.access import Access
from askspeech.users import Users

READER, ADMINISTRATOR, VICTIM = "reader", "administrator", "victim"
PASSWORD = "correct horse battery staple"
FORM = "application/x-www-form-urlencoded"
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Service:
    """A running server with users, and the tokens of two programs."""

    server: Server
    token: str
    second_token: str

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.port

    def memory(self) -> int:
        """Its resident memory in bytes."""
        lines = Path(f"/proc/{self.server.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) * 1024

    def visitor(self, source: str = "127.0.0.1", **headers: str) -> "Visitor":
        """Somebody at an address of loopback, who is not signed in."""
        return Visitor(self.port, source, {name.replace("_", "-"): value for name, value in headers.items()})


@contextlib.contextmanager
def service(scratch: Path, folder: Path, **settings: str) -> Iterator[Service]:
    """The server over the row's store, with a reader, an administrator and a victim, and with settings."""
    data = folder / "data"
    users = Users(data)
    if not users.exist():
        users.add(ADMINISTRATOR, PASSWORD, "administrator", first=True)
        users.add(READER, PASSWORD, "reader")
        users.add(VICTIM, PASSWORD, "reader")
    tokens = [Access(data).add(name, "torture")[1] for name in ("reader", "second")]
    usual = dict.fromkeys(UNLIMITED, "")  # an empty setting is none
    with program(scratch / "store", folder, env=environment(**{**usual, **settings})) as server:
        waiting = Visitor(server.port)
        for _ in range(600):
            if waiting.get("/health/ready").status == 200:
                break
            time.sleep(0.1)
        yield Service(server, *tokens)


@dataclass(frozen=True)
class Heard:
    """An answer, and after how long it came."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


class Visitor:
    """Somebody at one address, with one connection that is used again, and the cookies of whoever signed in."""

    def __init__(self, port: int, source: str = "127.0.0.1", headers: Mapping[str, str] | None = None) -> None:
        self._port, self._source = port, source
        self.headers = {"Origin": f"http://127.0.0.1:{port}", **(headers or {})}
        self._connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Heard:
        """A request and its whole answer; status 0 where the connection broke."""
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        began = time.perf_counter()
        for last in (False, True):
            connection = self._connection or http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=60, source_address=(self._source, 0)
            )
            fresh, self._connection = self._connection is None, connection
            try:
                connection.request(method, path, body, named)
                answer = connection.getresponse()
                content = answer.read()
                found = {name.lower(): value for name, value in answer.getheaders()}
                # As a browser sends them back.
                set_cookies = answer.headers.get_all("set-cookie") or []
                found["set-cookie"] = "; ".join(one.partition(";")[0] for one in set_cookies)
                return Heard(answer.status, found, content, time.perf_counter() - began)
            except (OSError, http.client.HTTPException):
                self.close()
                if fresh or last:  # one that was kept open may have been closed meanwhile
                    break
        return Heard(0, seconds=time.perf_counter() - began)

    def get(self, path: str, **headers: str) -> Heard:
        """A page or a file."""
        return self.send("GET", path, **headers)

    def post(self, path: str, content: object, **headers: str) -> Heard:
        """JSON that is sent."""
        return self.send("POST", path, json.dumps(content).encode(), Content_Type="application/json", **headers)

    def sign_in(self, name: str, password: str = PASSWORD, **headers: str) -> Heard:
        """Try to sign in; the cookie is kept where that goes well."""
        form = urlencode({"name": name, "password": password}).encode()
        heard = self.send("POST", "/sign-in", form, Content_Type=FORM, **headers)
        if heard.status == 303:
            self.headers["Cookie"] = heard.headers["set-cookie"]
        return heard

    def ask(self, token: str) -> Heard:
        """Ask by REST what the small store answers."""
        return self.post("/api/v1/ask", {"question": QUESTION}, Authorization=f"Bearer {token}")

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
