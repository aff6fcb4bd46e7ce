"""The row about secrets (S11): a key, a token or a password is found in nothing that comes of the program."""

import base64
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

from tests.chat_server import serving as model_serving
from tests.torture.rows import Figures, Row, Trial
from tests.torture.security_world import QUESTION, Reply, Server, environment, prepare_store, program, raw

SECRETS: Mapping[str, str] = {
    "ASKSPEECH_CHAT_KEY": "sk-canary-c7a41e0f93bd",
    "ASKSPEECH_CHROMA_TOKEN": "chroma-canary-02e9d4b177",
    "OPENAI_API_KEY": "sk-canary-openai-5520fe",
    "HF_TOKEN": "hf_canaryAbCdEf123456",
    "ANTHROPIC_API_KEY": "ant-canary-88bc10",
}
PASSWORD, WRONG_PASSWORD = "canary-PASS-银杏-6e1b", "canary-WRONG-柳溪-9d22"


def forms(secret: str) -> Iterator[bytes]:
    """How a secret may be written."""
    plain = secret.encode()
    yield plain
    yield secret.encode("utf-16-le")
    yield quote(secret).encode()
    yield json.dumps(secret)[1:-1].encode()
    yield plain.hex().encode()
    yield base64.b64encode(plain)[:-4]
    yield plain[::-1]


def places_of(known: Mapping[str, str], contents: Mapping[str, bytes]) -> list[str]:
    """Which secret stands in which content."""
    return [
        f"{name} in {place}"
        for place, content in contents.items()
        for name, secret in known.items()
        if any(form in content for form in forms(secret))
    ]


def files(*folders: Path) -> dict[str, bytes]:
    """All files below folders, but what the trial itself was given."""
    given = ("password.txt",)
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name not in given
    }


class World:
    """A trial's store, its environment with the secrets, and all that comes out."""

    def __init__(self, trial: Trial, **more: str) -> None:
        self.store, self.folder = trial.scratch / "store", trial.folder
        self.speeches = trial.scratch / "speeches"
        self.secrets = {**SECRETS, "the password": PASSWORD, "a wrong password": WRONG_PASSWORD}
        self.env = environment(**SECRETS, ASKSPEECH_LOG_LEVEL="debug", ASKSPEECH_LOG_QUESTIONS="1", **more)
        self.contents: dict[str, bytes] = {}

    def command(self, *arguments: str, store: Path | None = None) -> str:
        """Run a command of the program, which may fail; what it says is kept."""
        done = subprocess.run(
            [sys.executable, "-m", "askspeech", *arguments, "--store", str(store or self.store)],
            env=self.env, cwd=self.folder, capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        said = done.stdout + done.stderr
        self.contents[f"askspeech {' '.join(arguments)}"] = said
        return said.decode(errors="replace")

    def reply(self, server: Server, target: bytes, **how: object) -> Reply:
        """A request, whose answer is kept."""
        reply = raw(server.port, target, **how)  # type: ignore[arg-type]
        self.contents[f"{len(self.contents)} {target.decode()}"] = reply.head + reply.body
        return reply

    def around(self, server: Server, headers: Mapping[str, str] | None = None) -> None:
        """Ask the server for all that it tells."""
        sent = dict(headers or {})
        for target in (
            "/",
            "/config",
            "/health",
            "/metrics",
            "/gradio_api/info",
            "/library",
            "/people",
            "/glance",
            "/openapi.json",
        ):
            self.reply(server, target.encode(), headers=sent)
        body = json.dumps({"question": QUESTION}).encode()
        rest = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **sent}
        self.reply(server, b"/api/v1/ask", method="POST", headers=rest, body=body)
        self.reply(server, b"/api/v1/index", headers=rest)
        self.reply(
            server, b"/gradio_api/queue/join", method="POST", headers=rest, body=b'{"data": [], "fn_index": 999}'
        )
        tool = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        tool["params"] = {"name": "ask_speeches", "arguments": {"question": QUESTION}}
        self.reply(server, b"/mcp", method="POST", headers=rest, body=json.dumps(tool).encode())

    def served(self, using: Callable[[Server], None]) -> None:
        """Use a server; its log is kept."""
        with program(self.store, self.folder, env=self.env) as server:
            using(server)
        self.contents["the server's log"] = server.log.read_bytes()


def model_answers(world: World, manner: str = "good", **how: object) -> None:
    """A chat model that is shown the key, in every face."""
    with model_serving("由县财政局牵头。", manner, **how) as model:  # type: ignore[arg-type]
        world.env |= {"ASKSPEECH_CHAT_MODEL": "openai:canary", "ASKSPEECH_CHAT_URL": model.url}
        world.command("ask", QUESTION)
        world.command("ask", QUESTION, "--json")
        world.served(world.around)
        assert model.requests, "the model was not asked"
        assert all(SECRETS["ASKSPEECH_CHAT_KEY"] in one.authorization for one in model.requests)


def model_refuses(world: World) -> None:
    """It sends the key back with its refusal."""
    model_answers(world, "status", status=401)


def model_is_away(world: World) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://user:{SECRETS['ASKSPEECH_CHAT_KEY']}@127.0.0.1:{unused.getsockname()[1]}/v1"
        world.env |= {"ASKSPEECH_CHAT_MODEL": "openai:canary", "ASKSPEECH_CHAT_URL": address}
        world.command("ask", QUESTION)
        world.served(world.around)


def model_is_wrong(world: World) -> None:
    """A provider whose package is not installed, and one that there is not."""
    for name in ("anthropic:canary", "nosuchprovider:canary", "openai:canary"):
        world.env |= {"ASKSPEECH_CHAT_MODEL": name, "ASKSPEECH_CHAT_FIRST_WORD_SECONDS": "2"}
        world.command("ask", QUESTION)


def chroma_is_away(world: World) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        world.env |= {"ASKSPEECH_CHROMA_URL": f"http://127.0.0.1:{unused.getsockname()[1]}"}
        world.command("build", str(world.speeches), store=world.folder / "other-store")
        world.command("verify")
        world.served(world.around)
    token = SECRETS["ASKSPEECH_CHROMA_TOKEN"]
    world.env |= {"ASKSPEECH_CHROMA_URL": f"http://user:{token}@127.0.0.1:9/"}
    world.command("speeches")


def building(world: World) -> None:
    """A build, everything that is printed of it, and settings that cannot be used."""
    store = world.folder / "built-store"
    for arguments in (
        ["build", str(world.speeches)],
        ["build", str(world.folder / "none")],
        ["speeches", "--json"],
        ["verify"],
    ):
        world.command(*arguments, store=store)
    world.env |= {"ASKSPEECH_PORT": "none", "ASKSPEECH_CHAT_TEMPERATURE": "hot"}
    world.command("serve")


def signing_in(world: World) -> None:
    """The first administrator's password from a file, tried wrongly and rightly; a user's from a file; a token."""
    (world.folder / "password.txt").write_text(f"{PASSWORD}\n", encoding="utf-8")
    data = ["--data", str(world.folder / "data")]
    file = ["--password-file", str(world.folder / "password.txt")]
    world.env |= {"ASKSPEECH_ADMIN_PASSWORD_FILE": str(world.folder / "password.txt")}

    def use(server: Server) -> None:
        for password in (WRONG_PASSWORD, PASSWORD):
            body = urlencode({"name": "admin", "password": password}).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.address}
            reply = world.reply(server, b"/sign-in", method="POST", headers=headers, body=body)
        cookies = [line for line in reply.head.decode().split("\r\n") if line.lower().startswith("set-cookie:")]
        assert cookies, f"nobody is signed in: {reply.head!r} {reply.body[:300]!r}"
        session, browser = (line.partition(":")[2].partition(";")[0].strip() for line in cookies)
        world.secrets |= {"the session": session.partition("=")[2], "the browser": browser.partition("=")[2]}
        # The browser is told its session: that answer alone may hold it.
        world.contents = {
            name: content for name, content in world.contents.items() if content != reply.head + reply.body
        }
        world.around(server, {"Cookie": session, "Origin": server.address})

    world.served(use)
    world.command("user", "add", "reader", "--role", "reader", *data, *file)
    world.command("user", "list", *data)


def a_token(world: World) -> None:
    """The token of a program is shown once, where it is made."""
    said = world.command("token", "add", "--role", "reader", "--name", "row", "--data", str(world.folder / "data"))
    token = next(word for word in said.split() if word.startswith("ask_"))
    world.contents.clear()
    world.secrets |= {"the token": token, "the token's secret": token.rpartition("_")[2]}

    def use(server: Server) -> None:
        world.around(server, {"Authorization": f"Bearer {token}"})
        world.around(server, {"Authorization": f"Bearer {token[:-1]}0"})

    world.served(use)
    world.command("token", "list", "--data", str(world.folder / "data"))


USES: Mapping[str, Callable[[World], None]] = {
    "a model that answers": model_answers, "a model that sends the key back": model_refuses,
    "a model that is away": model_is_away, "models that cannot be loaded": model_is_wrong,
    "a Chroma server that is away": chroma_is_away, "building": building, "signing in": signing_in, "a token": a_token,
}  # fmt: skip


def uses(_: Path) -> Sequence[str]:
    return tuple(USES)


def nothing_is_told(trial: Trial) -> Figures:
    """Use the program with secrets; none of them is in what it says, sends or writes."""
    planted = {name: f"x{secret}y".encode() for name, secret in SECRETS.items()}
    assert len(places_of(SECRETS, planted)) == len(SECRETS), "the search for secrets finds nothing"
    world = World(trial)
    USES[trial.kind](world)
    contents = {**world.contents, **files(world.folder, world.store)}
    found = places_of(world.secrets, contents)
    assert found == [], "\n".join(found)
    return {"secrets": len(world.secrets), "texts and files searched": len(contents)}


SECRETS_ROWS = {
    "S11": Row("secrets in the environment, in files and in requests", nothing_is_told, uses, prepare_store)
}
