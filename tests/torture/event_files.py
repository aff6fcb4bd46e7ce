"""Events of the page whose values name files: by addresses, which Gradio would fetch, and by paths of this machine."""

import http.client
import itertools
import json
import shutil
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

from tests.torture.egress_rows import watched
from tests.torture.rows import Figures, Trial
from tests.torture.security_world import SECRET_BODY, Server, canary, program, raw

__all__ = ["JOINING", "joined"]

JOINING = "events whose values name files"
PAGES = ("", "library", "glance", "people")
ADDRESSES = (
    "http://192.0.2.33/x.txt", "https://canary.example.org/x.txt", "HTTP://192.0.2.34/x", " http://192.0.2.35/x",
    "ftp://192.0.2.36/x", "file:///etc/hostname", "http://[2001:db8::1]/x",
)  # fmt: skip
CONFIG = "window.gradio_config = "


def joined(trial: Trial, every: int = 1) -> Figures:
    """Every event of every page gets files by address and by path in all its values; none is fetched or taken in."""
    store, secret = trial.folder / "store", trial.folder / "speeches.txt"
    shutil.copytree(trial.scratch / "store", store)
    secret.write_text(SECRET_BODY.decode(), encoding="utf-8")
    watch = watched(trial.scratch, trial.folder)
    count = 0
    with canary() as bird, program(store, trial.folder, env=watch.env) as server:
        names = [
            *ADDRESSES,
            f"{bird.address}/x.txt",
            str(secret),
            "/etc/hostname",
            "/proc/self/environ",
            "../speeches.txt",
        ]
        turns = itertools.cycle(names)
        for page in PAGES:
            for event in list(events(server, page))[::every]:
                for name in {next(turns), next(turns), next(turns)}:
                    answer = sent(server, event, name, f"session{count}")
                    assert SECRET_BODY not in answer, f"{page} {event['id']} gave {name}: {answer[:300]!r}"
                    count += 1
        assert bird.reached == [], bird.reached
    assert watch.seen() == [], watch.seen()[:10]
    assert secret.exists(), "a file of this machine is gone"
    uploads = store / "uploads"
    assert not uploads.exists() or not [one for one in uploads.iterdir() if not one.name.startswith(".")]
    return {"requests": count}


def events(server: Server, page: str) -> Iterator[dict[str, Any]]:
    """The events of a page, as its browser is told them."""
    with urllib.request.urlopen(f"{server.address}/{page}", timeout=20) as answer:
        html = answer.read().decode()
    config = json.JSONDecoder().raw_decode(html[html.index(CONFIG) + len(CONFIG) :])[0]
    yield from config["dependencies"]


def sent(server: Server, event: dict[str, Any], name: str, session: str) -> bytes:
    """Send an event whose every value is such a file, and wait for what becomes of it."""
    file = {"path": name, "url": name, "orig_name": "taken.txt", "size": 4, "meta": {"_type": "gradio.FileData"}}
    values: Sequence[object] = [[file] if number % 2 == 0 else file for number in range(len(event["inputs"]))]
    body = json.dumps({"data": values, "fn_index": event["id"], "session_hash": session}).encode()
    headers = {"Content-Type": "application/json", "Origin": server.address}
    reply = raw(server.port, b"/gradio_api/queue/join", method="POST", headers=headers, body=body)
    if reply.status != 200:
        return reply.body
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", f"/gradio_api/queue/data?session_hash={session}")
    told = bytearray()
    with connection.getresponse() as stream:
        while line := stream.readline():
            told += line
            if b"process_completed" in line or b"close_stream" in line:
                break
    connection.close()
    return bytes(told)
