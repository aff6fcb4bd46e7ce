import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from askspeech.errors import ReadError
from askspeech.formats import office
from askspeech.formats.sniffing import recognise
from askspeech.formats.table import FORMATS
from askspeech.reading_pool import ReadingPool

PARAGRAPHS = ("在营商环境大会上的讲话", "同志们：今天开会，𠮷。", "一、提高认识")
SOFFICE = office.find_office()
needs_office = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is not installed (Debian, Ubuntu: sudo make system)"
)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[int, list[str]]]:
    """The port of a server on this machine, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, paths
        server.shutdown()


@pytest.fixture(scope="module")
def word_97(tmp_path_factory: pytest.TempPathFactory, asked: tuple[int, list[str]]) -> bytes:
    """A speech with a picture that is only linked to."""
    assert SOFFICE is not None
    folder = tmp_path_factory.mktemp("office")
    page = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    link = f"http://127.0.0.1:{asked[0]}/picture.png"
    source = folder / "speech.html"
    source.write_text(f'<html><meta charset="utf-8"><body>{page}<img src="{link}"></body></html>', encoding="utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "doc:MS Word 97", "--outdir", folder, source]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return source.with_suffix(".doc").read_bytes()


@needs_office
def test_a_word_97_file_is_read_without_following_its_links(
    pool: ReadingPool, word_97: bytes, asked: tuple[int, list[str]]
) -> None:
    assert asked[1], "left alone, LibreOffice fetches what a document links to"
    asked[1].clear()
    format = recognise("讲话.wps", word_97)
    assert format == FORMATS["office"]
    lines = pool.read(format, word_97).text.splitlines()
    assert [line for line in lines if line in PARAGRAPHS] == list(PARAGRAPHS)
    assert asked[1] == []


@needs_office
def test_a_word_2003_xml_file(pool: ReadingPool) -> None:
    paragraphs = "".join(f"<w:p><w:r><w:t>{paragraph}</w:t></w:r></w:p>" for paragraph in PARAGRAPHS)
    data = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><?mso-application progid="Word.Document"?>'
        '<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xml:space="preserve">'
        f"<w:body>{paragraphs}</w:body></w:wordDocument>"
    ).encode()
    lines = pool.read(recognise("讲话.doc", data), data).text.splitlines()
    assert [line for line in lines if line.strip()] == list(PARAGRAPHS)


@needs_office
def test_a_damaged_file(pool: ReadingPool, word_97: bytes) -> None:
    with pytest.raises(ReadError, match=r"LibreOffice cannot read it.*LibreOffice 读不了"):
        pool.read(FORMATS["office"], word_97[:600] + bytes(len(word_97) - 600))


def test_a_libreoffice_that_hangs_ends_with_its_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    command, note = tmp_path / "soffice", tmp_path / "note"
    command.write_text(f'#!/bin/sh\necho "$$ $TMPDIR" > {note}\nsleep 60\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    hurried = replace(FORMATS["office"], limits=replace(FORMATS["office"].limits, seconds=1.0))
    with ReadingPool(1) as fresh, pytest.raises(ReadError, match="took longer than 1 s"):
        fresh.read(hurried, b"")
    process, folder = note.read_text().split()
    found = subprocess.run(["ps", "-o", "stat=", "-p", process], capture_output=True, text=True, check=False)
    assert found.stdout.strip()[:1] in ("", "Z")
    assert not Path(folder).exists()


def test_without_libreoffice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if office.find_office() is not None:
        pytest.skip("this is a Mac with LibreOffice among its applications")
    with pytest.raises(ReadError, match=r"is not installed.*libreoffice-writer-nogui.*没有安装"):
        office.read(b"")
