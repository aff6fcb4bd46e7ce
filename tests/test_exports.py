"""The address that answers are taken along from: whose they are, which of them, and how the file is called."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from tests import fakes, kept, taken

from askspeech.chat import Conversation
from askspeech.chat_keeping import Remembered, exchange_of
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.exports import export_route
from askspeech.formats import docx
from askspeech.keeping import KeptTurn
from askspeech.texts import CHINESE

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass
class Somebody:
    owner: str


class SignedIn:
    """Every request is of that user, as the gate says it."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self.app, self.name = app, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"user": Somebody(self.name)}
        await self.app(scope, receive, send)


@contextmanager
def client(
    store: Conversations | None, remembered: Remembered | None = None, user: str = "", language: str = "zh"
) -> Iterator[TestClient]:
    application = Starlette(routes=[export_route(store, remembered or Remembered())])
    app: ASGIApp = SignedIn(application, user) if user else application
    with TestClient(app, headers={"accept-language": language}) as made:
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def kept_in(store: Conversations, *turns: KeptTurn, owner: str = LOCAL_OWNER) -> str:
    identity = store.create(owner)
    for turn in turns:
        store.append(owner, identity, turn)
    return identity


def name_of(disposition: str) -> str:
    assert disposition.isascii()
    return unquote(disposition.partition("filename*=UTF-8''")[2])


def test_a_whole_conversation_as_word_and_as_markdown(store: Conversations) -> None:
    identity = kept_in(store, *taken.CONVERSATION)
    store.rename(LOCAL_OWNER, identity, "欠款：第一稿/2024")
    with client(store) as asking:
        word = asking.get(f"/export/{identity}.docx")
        text = asking.get(f"/export/{identity}.md")
    assert (word.status_code, word.headers["content-type"]) == (200, WORD)
    assert name_of(word.headers["content-disposition"]) == "欠款：第一稿 2024.docx"
    assert word.headers["cache-control"] == "no-store"
    assert docx.read(word.content).text.startswith("欠款：第一稿/2024\n")
    assert text.headers["content-type"] == "text/markdown; charset=utf-8"
    assert text.text.startswith("# 欠款：第一稿/2024\n\n## ")


def test_one_answer_with_and_without_what_nothing_supports(store: Conversations) -> None:
    identity = kept_in(store, *taken.CONVERSATION)
    with client(store) as asking:
        plain = asking.get(f"/export/{identity}.md?turn=5")
        whole = asking.get(f"/export/{identity}.md?turn=5&unsupported=1")
    assert name_of(plain.headers["content-disposition"]) == "欠款要怎么还？.md"
    assert plain.text.startswith("# 欠款要怎么还？\n\n*") and "[^1]: " in plain.text
    assert "每周开一次会" not in plain.text
    assert f"每周开一次会。{CHINESE.export_not_found}" in whole.text


def test_the_words_are_the_readers(store: Conversations) -> None:
    identity = kept_in(store, kept.DEBTS_TURN)
    with client(store, language="en-GB") as asking:
        assert ", line 11: “" in asking.get(f"/export/{identity}.md").text


@pytest.mark.parametrize("query", ["?turn=6", "?turn=0", "?turn=-1", "?turn=x", "?turn=", "?turn=" + "9" * 5000])
def test_an_answer_that_is_not_there(store: Conversations, query: str) -> None:
    identity = kept_in(store, *taken.CONVERSATION)
    with client(store) as asking:
        answer = asking.get(f"/export/{identity}.docx{query}")
    assert answer.status_code == 404 and "message" in answer.json()


@pytest.mark.parametrize("name", ["nobody.docx", "..%2F..%2Fetc.md", "%00.md", "\ud83d.md".encode("utf-8", "replace")])
def test_a_conversation_that_is_not_there(store: Conversations, name: str) -> None:
    kept_in(store, kept.DEBTS_TURN)
    with client(store) as asking:
        assert asking.get(f"/export/{name}").status_code == 404


def test_no_other_format(store: Conversations) -> None:
    identity = kept_in(store, kept.DEBTS_TURN)
    with client(store) as asking:
        assert asking.get(f"/export/{identity}.pdf").status_code == 404
        assert asking.get(f"/export/{identity}").status_code == 404
        assert asking.post(f"/export/{identity}.md").status_code == 405


def test_what_is_another_users_is_not_there(store: Conversations) -> None:
    mine, local = kept_in(store, kept.DEBTS_TURN, owner="mei"), kept_in(store, kept.DEBTS_TURN)
    with client(store, user="mei") as asking:
        assert asking.get(f"/export/{mine}.md").status_code == 200
        assert asking.get(f"/export/{local}.md").status_code == 404
    with client(store) as asking:
        assert asking.get(f"/export/{mine}.md").status_code == 404


def test_where_nothing_is_kept_what_is_remembered_is_exported() -> None:
    remembered = Remembered()
    exchanges = tuple(exchange_of(turn) for turn in (kept.DEBTS_TURN, kept.OFFICERS_TURN))
    running = replace(exchanges[0], view=replace(exchanges[0].view, state="running"))
    remembered.add("mei", Conversation((*exchanges, running), id="c1"))
    with client(None, remembered, user="mei") as asking:
        answer = asking.get("/export/c1.md")
        assert answer.text.count("\n## ") == 2, "what is running is not there yet"
        assert answer.text.startswith(f"# {CHINESE.export_title.format(number=2)}\n\n## {fakes.DEBTS.question}\n")
        assert asking.get("/export/c2.md").status_code == 404
    with client(None, remembered) as asking:
        assert asking.get("/export/c1.md").status_code == 404


def test_a_damaged_folder_is_said(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    identity = kept_in(store, kept.DEBTS_TURN)
    store.path.write_bytes(b"damaged" * 1000)
    with client(store) as asking:
        answer = asking.get(f"/export/{identity}.md")
    said = answer.json()["message"]
    assert answer.status_code == 503 and "对话和用户的数据" in said and str(tmp_path) not in said


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("..\\..//etc:passwd", "etc passwd"),
        ("a\u202egpj.exe\x00b\r\nc", "a gpj.exe b c"),
        ("...", "askspeech"),
        ("长" * 300, "长" * 80),
        ("\ud800x", "x"),
    ],
)
def test_names_of_files_are_safe(store: Conversations, title: str, name: str) -> None:
    identity = kept_in(store, replace(kept.DEBTS_TURN, question=title))
    with client(store) as asking:
        answer = asking.get(f"/export/{identity}.md?turn=1")
    assert name_of(answer.headers["content-disposition"]) == f"{name}.md"
