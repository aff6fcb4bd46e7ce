"""Rows about paths and addresses: no form of a path reads a file (S1), and none makes the server fetch one (S2)."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import gradio
from tests.torture.event_files import JOINING, joined
from tests.torture.rows import Figures, Row, Trial
from tests.torture.security_world import SECRET_BODY, Canary, Reply, Server, canary, prepare_store, raw, shared_server

import askspeech
from askspeech.uploads import Uploads, safe_name

SECRET = "canary-file-8c41e7b2"
"""What stands in files that nobody may read through the server."""
PACKAGE = Path(askspeech.__file__).parent
GRADIO = Path(gradio.__file__).parent
_UP = (
    b"../", b"..%2f", b"%2e%2e/", b"%2e%2e%2f", b"..%5c", b"..\\", b"%252e%252e%252f", b"....//", b"..;/", b"..%00/",
    b"%c0%ae%c0%ae/", b"%e0%80%ae%e0%80%ae/", b".%2e/", b"%2e./", b"..%c0%af", b"..%ef%bc%8f",
    b"\xef\xbc\x8e\xef\xbc\x8e/", b"..%u2215", b"./../", b"//../", b"..//", b"%2e%2e%5c",
)  # fmt: skip


def path_forms(secret: Path) -> list[bytes]:
    """More than sixty ways of naming a file that is none of the server's, given as it stands after a route."""
    plain = str(secret).encode()
    quoted = plain.replace(b"/", b"%2f")
    climbs = [up * depth + rest for up in _UP for depth, rest in ((12, b"etc/passwd"), (12, plain[1:]))]
    return [
        *climbs, b"/etc/passwd", b"//etc/passwd", b"///etc/passwd", b"%2fetc%2fpasswd", b"%252fetc%252fpasswd",
        b"file:///etc/passwd", b"file:/etc/passwd", b"file://localhost/etc/passwd", b"\\etc\\passwd",
        b"C:/windows/win.ini", b"//127.0.0.1/share/x", b"\\\\127.0.0.1\\share\\x", b"/proc/self/environ",
        b"/proc/self/cwd/.env", b"/proc/self/root" + plain, b"/dev/fd/3", plain, quoted, b"/" + plain,
        plain + b"%00.css", plain + b"/.", plain + b"?x", plain + b"#x", b".env", b"./.env", b"%2eenv", b"../.env",
        b"../../server.py", b"..%2f..%2fserver.py", b"~/.ssh/id_rsa", b"%7e/secret.txt", b"x/../" * 9 + b"etc/passwd",
        b"page.css/../../../server.py", b"page.css%2f..%2f..%2f..%2fserver.py", b"askspeech/..%2f..%2fserver.py",
        b"nul", b"a" * 5000, b"%ff%fe", b"%", b"uploads/../../" + secret.name.encode(), b"\xe2\x80\xa5/etc/passwd",
        b"../" * 12 + b"proc/self/maps",
    ]  # fmt: skip


ROUTES = (
    "/", "/static/", "/static/askspeech/", "/static/fonts/", "/svelte/", "/assets/", "/theme.css/", "/pwa_icon/",
    "/gradio_api/file=", "/gradio_api/file/", "/gradio_api/proxy=", "/gradio_api/stream/",
    "/gradio_api/upload_progress?upload_id=", "/gradio_api/deep_link?session_hash=", "/gradio_api/custom_component/",
    "/custom_component/", "/file=", "/file/", "/proxy=", "/stream/", "/monitoring/", "/login/", "/speech/",
    "/export/", "/health/", "/mcp/", "/api/v1/speeches/", "/api/v1/sources/", "/library/", "/glance/", "/people/",
    "/sign-in/", "/metrics/", "/gradio_api/info/", "/gradio_api/mcp/", "/?__theme=", "/config/",
)  # fmt: skip
"""What stands before a path in a request, and so every route that takes one, or could."""
WAITING = "/gradio_api/upload_progress?upload_id="
"""Waits three seconds for an upload that it does not know, so that a few forms have to do."""
UPLOADING, SENDING, MCP = "the names of uploads", "files sent under any name", "what agents read"


def path_kinds(_: Path) -> Sequence[str]:
    return (*ROUTES, UPLOADING, SENDING, MCP)


def prepare_secrets(scratch: Path) -> None:
    """The store, and files with the secret where a path may lead: beside it, above it, hidden, in its own folders."""
    prepare_store(scratch)
    for place in ("secret.txt", ".env", "store/secret.txt", "speeches/secret.key"):
        (scratch / place).write_text(SECRET, encoding="utf-8")


def allowed_bodies() -> frozenset[bytes]:
    """The hashes of all files that may be served: those of our page and of Gradio's."""
    folders = (PACKAGE / "static", GRADIO / "templates")
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return frozenset(sha256(path.read_bytes()).digest() for path in files)


def leaked(reply: Reply, allowed: frozenset[bytes]) -> str:
    """What is wrong with an answer; empty for a refusal, for a file that may be served, and for a page of ours."""
    for words in (SECRET.encode(), b"root:x:0", b"SECURITY_HEADERS", SECRET_BODY, b"PYTHONPATH="):
        if words in reply.body:
            return f"the body holds {words!r}"
    if reply.status >= 500:
        return f"status {reply.status}"
    if reply.status != 200 or sha256(reply.body).digest() in allowed:
        return ""
    ours = (b"gradio_config", b"askspeech-words", b'"alive"', b"/static/askspeech/", b"fetchUpdates")
    page = reply.kind.startswith(("text/html", "application/json")) and any(words in reply.body for words in ours)
    known = reply.kind.startswith(("text/css", "image/", "application/manifest", "text/plain", "text/event-stream"))
    empty = reply.body in (b"", b"0\r\n\r\n", b"null", b"{}", b"[]")
    return "" if page or empty or (known and len(reply.body) < 100_000) else f"200 with {reply.body[:80]!r}"


def traversed(trial: Trial) -> Figures:
    """Every form behind one route, from a server of its own."""
    secret = trial.scratch / "secret.txt"
    if trial.kind == UPLOADING:
        return upload_names(trial)
    server = shared_server(trial.scratch)
    if trial.kind == SENDING:
        return sent(server, path_forms(secret))
    if trial.kind == MCP:
        return asked(server, [form for form in path_forms(secret) if form.isascii()], mcp=True)
    targets = [trial.kind.encode() + form for form in path_forms(secret)]
    return asked(server, targets[::20] if trial.kind == WAITING else targets)


def asked(server: Server, targets: Sequence[bytes], *, mcp: bool = False) -> Figures:
    """Ask for all of them; raises AssertionError where one gives what it must not."""
    allowed = allowed_bodies()
    wrong, refused = [], 0
    for target in targets:
        reply = called(server.port, target) if mcp else raw(server.port, target)
        refused += reply.status != 200
        if found := leaked(reply, allowed | ({sha256(reply.body).digest()} if mcp else frozenset())):
            wrong.append(f"{target[:120]!r}: {found}")
    assert not wrong, "\n".join(wrong)
    assert raw(server.port, b"/health").status == 200, "the server does not answer any more"
    return {"requests": len(targets), "refused": refused}


def called(port: int, form: bytes) -> Reply:
    """An agent asks for a resource, and for a speech, by that path."""
    text = form.decode("ascii")
    orders = (
        ("resources/read", {"uri": text}),
        ("tools/call", {"name": "read_speech", "arguments": {"speech_id": text}}),
    )
    replies = []
    for method, parameters in orders:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        replies.append(raw(port, b"/mcp", method="POST", headers=headers, body=body))
    return Reply(max(one.status for one in replies), b"", b"".join(one.body for one in replies))


def upload_names(trial: Trial) -> Figures:
    """Files added under every form as their name stay in the folder of uploads, and nothing else is touched."""
    store, source = trial.folder / "store", trial.folder / "upload.txt"
    source.write_text("正文", encoding="utf-8")
    store.mkdir()
    before = files_below(trial.folder)
    names = [form.decode("utf-8", "surrogateescape") for form in path_forms(trial.scratch / "secret.txt")]
    uploads = Uploads(store)
    for name in (*names, "", ".", "..", "~", "con", "讲话\u202etxt.exe", "讲话\n.txt", "a\0b.txt", "é" * 300):
        added = uploads.add(name, source)
        assert added.name == Path(added.name).name and not added.name.startswith("."), added
        assert (store / "uploads" / added.name).is_file(), added
        assert len(added.name.encode()) <= 200 and safe_name(added.name), added
    outside = files_below(trial.folder) - before
    assert all(path.parent == store / "uploads" for path in outside), outside
    return {"requests": len(names) + 9, "refused": 0}


def sent(server: Server, forms: Sequence[bytes]) -> Figures:
    """Files that are sent as the page sends them land in a folder of their own, under a plain name, or are refused."""
    refused = 0
    for form in forms:
        name = form.replace(b'"', b"%22")
        head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="' + name + b'"\r\n\r\n'
        headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": server.address}
        reply = raw(
            server.port, b"/gradio_api/upload", method="POST", headers=headers, body=head + b"text\r\n--x--\r\n"
        )
        assert reply.status < 500 or len(name) > 255, f"{name[:80]!r}: {reply.status} {reply.body[:200]!r}"
        refused += reply.status != 200
        if reply.status == 200:
            placed = [
                Path(path) for path in json.loads(reply.body[reply.body.index(b"[") : reply.body.rindex(b"]") + 1])
            ]
            for path in placed:
                inside = path.parent.parent.name in ("gradio", "askspeech-uploads") or "askspeech" in str(path.parent)
                assert inside and ".." not in path.parts and path.read_bytes() == b"text", path
    return {"requests": len(forms), "refused": refused}


def files_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


# S2


def address_forms(port: int) -> Iterator[str]:
    """Ways of naming the canary, and of naming what a server must not reach."""
    loopback = (
        "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0", "[::1]",
        "[::ffff:127.0.0.1]", "127.0.0.1.nip.io", "localtest.me", "①②⑦.⓪.⓪.①", "user@127.0.0.1",
        "127.0.0.1#@example.org", "127.0.0.1%2523",
    )  # fmt: skip
    for host in loopback:
        for scheme in ("http", "https"):
            yield f"{scheme}://{host}:{port}/reached"
    yield from (
        f"http:/127.0.0.1:{port}/x", f"//127.0.0.1:{port}/x", f"HTTP://127.0.0.1:{port}/x",
        f"http:\\\\127.0.0.1:{port}/x", f"ftp://127.0.0.1:{port}/x", f"gopher://127.0.0.1:{port}/_x",
        "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/latest/",
        "http://metadata.google.internal/", "https://example.org/", "https://192.0.2.1/x",
        f"http://127.0.0.1:{port}/x?redirect=http://192.0.2.1/", "data:text/html,<script>1</script>",
        f"jar:http://127.0.0.1:{port}/x!/", f"file://127.0.0.1:{port}/x",
    )  # fmt: skip


FETCHING = (
    "/gradio_api/file=", "/file=", "/gradio_api/proxy=", "/proxy=", "/gradio_api/stream/", "/svelte/", "/static/",
    "/assets/", "/speech/", "/export/", "/gradio_api/deep_link?session_hash=", "/?url=",
)  # fmt: skip
HOSTS = (
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example:80",
    "169.254.169.254",
    "[fd00::1]",
    "127.0.0.1@evil.example",
)
REBOUND = "requests under the names of others"


def address_kinds(_: Path) -> Sequence[str]:
    return (*FETCHING, JOINING, REBOUND)


def fetched(trial: Trial) -> Figures:
    """The server is given addresses in every place that takes one; it opens no connection to any of them."""
    if trial.kind == JOINING:
        return joined(trial)
    server = shared_server(trial.scratch)
    with canary() as bird:
        forms = list(address_forms(bird.port))
        count = (rebound if trial.kind == REBOUND else by_route)(server, bird, forms, trial.kind)
        assert bird.reached == [], f"the server fetched {bird.reached}"
    return {"requests": count}


def by_route(server: Server, _: Canary, forms: Sequence[str], route: str) -> int:
    wrong = []
    for form in forms:
        target = f"{route}{form}".encode()
        reply = raw(server.port, target.replace(b" ", b"%20"))
        if SECRET_BODY in reply.body or reply.status >= 500:
            wrong.append((form, reply.status, reply.body[:80]))
        location = next((line for line in reply.head.split(b"\r\n") if line.lower().startswith(b"location:")), b"")
        value = location.partition(b":")[2].strip()
        ours = value.startswith((b"/", b"./", f"{server.address}/".encode())) and not value.startswith(b"//")
        if value and not ours:
            wrong.append((form, reply.status, value))
    assert not wrong, wrong
    return len(forms)


def rebound(server: Server, _: Canary, forms: Sequence[str], __: str) -> int:
    """A page of another name that has been given this server's address learns that a server is there, and no more."""
    wrong = []
    targets = (b"/config", b"/health", b"/api/v1/speeches", b"/mcp", b"/gradio_api/info", b"/speech/x")
    for host in HOSTS:
        for target in targets:
            headers = {"Host": host, "Origin": f"http://{host}", "Content-Type": "application/json"}
            reply = raw(server.port, target, headers=headers)
            allowed = f"access-control-allow-origin: http://{host}".encode() in reply.head.lower()
            if (reply.status == 200 and reply.body != b'{"alive":true}') or allowed:
                wrong.append((host, target, reply.status, reply.body[:60]))
    assert not wrong, wrong
    return len(HOSTS) * len(targets)


PATHS_ROWS = {
    "S1": Row(
        "paths that lead out of what is served, behind every route that takes one",
        traversed,
        path_kinds,
        prepare_secrets,
    ),
    "S2": Row("addresses for the server to fetch, and other names for it", fetched, address_kinds, prepare_secrets),
}
