"""What people have that cannot be read: each file is named with its reason, and the others are indexed all the same."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.bad_files.all_files import all_files, complaint
from tests.bad_files.odd_paths import HIDDEN, OUTSIDE, named, odd_paths
from tests.bad_files.table import KEPT, SPEECH, BadFile

from askspeech import SpeechIndex, build_index
from askspeech.archives import members
from askspeech.build_report import BuildReport
from askspeech.corpus_files import find_files, open_file
from askspeech.errors import ReadError

FILES = [one for one in all_files() if not one.slow]
SKIPPED = "Skipped files 跳过的文件: "
GOOD = {"好/开头.txt": "第一份好文件。", "好/中间.md": "第二份好文件。", "最后.txt": "第三份好文件。"}


@dataclass(frozen=True)
class Outcome:
    """What the command said about a folder of bad files, and the texts of the index that it made."""

    status: int
    complaint: str
    errors: dict[str, str]
    warned: str
    texts: dict[str, str]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Outcome:
    """The whole batch, built once by the real command."""
    folder = tmp_path_factory.mktemp("bad")
    corpus = folder / "corpus"
    for name, text in GOOD.items():
        (corpus / name).parent.mkdir(parents=True, exist_ok=True)
        (corpus / name).write_text(f"{SPEECH}\n{text}\n", encoding="utf-8")
    for one in FILES:
        one.make(corpus / one.name)
    done = subprocess.run(
        [sys.executable, "-m", "askspeech", "build", str(corpus), "--store", str(folder / "store")],
        env=os.environ | {"PYTHONPATH": str(repository / "src"), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if SKIPPED not in done.stdout:
        pytest.fail(done.stdout + done.stderr)
    before, _, listed = done.stdout.partition(SKIPPED)
    errors = dict(line[2:].split(": ", 1) for line in listed.splitlines()[1:] if line.startswith("  "))
    with SpeechIndex.open(folder / "store") as index:
        sources = {speech.file: index.source(speech.source_id) for speech in index.speeches()}
        texts = {name: source.text for source in sources.values() for name in (source.file, *source.copies)}
    return Outcome(done.returncode, done.stderr, errors, before, texts)


def test_the_list_is_long() -> None:
    assert sum(bool(one.error) for one in all_files()) >= 60
    names = [one.name for one in all_files()]
    assert len(set(names)) == len(names)


@pytest.mark.timeout(600)
def test_the_command_says_that_some_were_skipped(outcome: Outcome) -> None:
    assert outcome.status == 3
    assert "Traceback" not in outcome.complaint


def test_the_good_files_are_indexed(outcome: Outcome) -> None:
    assert {name: text.splitlines()[-1] for name, text in outcome.texts.items() if name in GOOD} == GOOD


@pytest.mark.parametrize("one", [one for one in FILES if one.error], ids=lambda one: one.name)
def test_each_bad_file_is_named_with_its_reason(one: BadFile, outcome: Outcome) -> None:
    if one.either and one.name in outcome.texts:
        return
    errors = [reason for file, reason in outcome.errors.items() if file.split("/")[0] == one.name]
    assert len(errors) == 1
    assert complaint(one, errors[0]) == ""


@pytest.mark.parametrize("one", [one for one in FILES if not one.error], ids=lambda one: one.name)
def test_what_only_looks_bad_is_read(one: BadFile, outcome: Outcome) -> None:
    assert one.text in outcome.texts.get(one.name, outcome.errors.get(one.name, "nothing was said of it"))
    assert not one.notice or one.name in outcome.warned


def test_nothing_else_is_said(outcome: Outcome) -> None:
    names = {one.name for one in FILES} | GOOD.keys()
    assert {name.split("/")[0] if name not in GOOD else name for name in (*outcome.errors, *outcome.texts)} == names


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> BuildReport:
    """A folder of links, pipes and odd names, built."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "corpus" / "锁住").mkdir(parents=True)
    (folder / OUTSIDE).mkdir()
    for place in (folder / OUTSIDE / "文件.txt", folder / "corpus" / HIDDEN):
        place.write_text(f"{SPEECH}\n链接的一份。\n", encoding="utf-8")
    for one in (*odd_paths(), *named()):
        one.make(folder / "corpus" / one.name)
    return build_index([folder / "corpus"], store=folder / "store")


def test_links_pipes_and_devices(odd: BuildReport) -> None:
    expected = {one.name: one for one in odd_paths() if one.error}
    assert {file.file for file in odd.skipped} == expected.keys()
    assert [text for file in odd.skipped if (text := complaint(expected[file.file], file.reason))] == []
    assert "链接到文件.txt" in [file.file for file in odd.files]


def test_every_name_that_a_file_system_allows(odd: BuildReport) -> None:
    shown = {os.fsencode(one.name).decode("utf-8", "backslashreplace") for one in named()}
    assert {file.file for file in odd.files} == shown | {"链接到文件.txt"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "好.txt").write_text(SPEECH, encoding="utf-8")
    (corpus / "锁住.txt").write_text(SPEECH, encoding="utf-8")
    (corpus / "锁住.txt").chmod(0)
    (corpus / "锁住的文件夹").mkdir(mode=0)
    report = build_index([corpus], store=tmp_path / "store")
    assert {file.file: "打不开" in file.reason for file in report.skipped} == {"锁住.txt": True, "锁住的文件夹": True}


def test_a_file_that_vanishes_is_named(tmp_path: Path) -> None:
    (tmp_path / "讲话.txt").write_text(SPEECH, encoding="utf-8")
    (found,) = find_files([tmp_path])
    found.path.unlink()
    with pytest.raises(ReadError, match="no such file"):
        open_file(found)


def test_a_file_that_is_still_being_written_is_not_read_by_halves(tmp_path: Path) -> None:
    path = tmp_path / "讲话.txt"
    path.write_bytes(KEPT.encode() * 500_000)
    writer = subprocess.Popen(["sh", "-c", f"while :; do printf {KEPT} >> 讲话.txt; done"], cwd=tmp_path)
    try:
        with pytest.raises(ReadError, match="changed while it was being read"):
            for _ in range(2_000):
                open_file(find_files([tmp_path])[0])
    finally:
        writer.kill()
        writer.wait()
    assert open_file(find_files([tmp_path])[0]).data.startswith(KEPT.encode())


def test_an_archive_without_documents_is_named(tmp_path: Path) -> None:
    from tests.office_files import zipped

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "空.zip").write_bytes(zipped({"__MACOSX/._讲话.txt": "x", ".DS_Store": "x"}))
    assert members(corpus / "空.zip") == ()
    (corpus / "好.txt").write_text(SPEECH, encoding="utf-8")
    report = build_index([corpus], store=tmp_path / "store")
    assert [(file.file, "压缩包里没有文件" in file.reason) for file in report.skipped] == [("空.zip", True)]
