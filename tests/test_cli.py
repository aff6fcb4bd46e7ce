"""The command line: what it prints, its exit statuses, and that no traceback reaches a user."""

import argparse
import errno
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from askspeech import cli
from askspeech.cli import main
from askspeech.errors import StoreLockedError

COMMANDS = ("build", "ask", "search", "serve", "speeches", "rollback", "verify", "evaluate", "questions")
QUESTION = "帮办代办的专窗叫什么名字？"
EVIDENCE = (
    '{"id": "q1", "question": "帮办代办的专窗叫什么名字？", "lang": "zh", "type": "fact", "history": [],'
    ' "answerable": true, "evidence": [{"file": "county/opening.txt", "quote": "设立“银杏帮办专窗”"}],'
    ' "answer_points": ["银杏帮办专窗"]}\n'
    '{"id": "q2", "question": "What is the highest unsecured loan for small firms?", "lang": "en", "type": "number",'
    ' "history": [], "answerable": true, "answer_points": [],'
    ' "evidence": [{"file": "forum.txt", "quote": "最高三百万元的无抵押信用贷款"}]}\n'
)


def run_program(arguments: Sequence[str], **options: object) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own."""
    command = [sys.executable, "-m", "askspeech", *arguments]
    return subprocess.run(command, encoding="utf-8", check=False, **options)  # type: ignore[call-overload, no-any-return]


def one_sentence(text: str) -> str:
    """What stderr holds, where it holds one message and no traceback."""
    assert "Traceback" not in text
    lines = text.splitlines()
    assert len(lines) == 1, text
    assert lines[0].startswith("askspeech: ")
    return lines[0]


# Usage.


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert "--store DIR" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no command"),
        pytest.param(["inspekt"], id="unknown command"),
        pytest.param(["ask"], id="no question"),
        pytest.param(["ask", QUESTION, "-k", "0"], id="no passages"),
        pytest.param(["serve", "--port", "70000"], id="no such port"),
        pytest.param(["evaluate", "q.jsonl", "--lang", "fr"], id="unknown language"),
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: askspeech" in capsys.readouterr().err


def test_environment_that_cannot_be_used_is_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASKSPEECH_PORT", "http")
    assert main(["speeches"]) == 2
    assert "ASKSPEECH_PORT is 'http'" in one_sentence(capsys.readouterr().err)


def test_option_goes_before_the_environment(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASKSPEECH_STORE", str(tmp_path))
    assert main(["speeches"]) == 1
    assert str(tmp_path) in one_sentence(capsys.readouterr().err)
    assert main(["speeches", "--store", str(store)]) == 0


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith("askspeech ")


# Failures: every exception becomes a sentence and a status.


def fail_with(error: BaseException) -> Callable[[argparse.Namespace], int]:
    def command(_: argparse.Namespace) -> int:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        pytest.param(StoreLockedError("Process 12 is building."), 75, "Process 12", id="locked"),
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), 74, "No space left", id="disk full"),
        pytest.param(KeyboardInterrupt(), 130, "Interrupted", id="interrupted"),
        pytest.param(KeyError("oops"), 1, "KeyError: 'oops'", id="defect"),
        pytest.param(StoreLockedError("a\x1b[2Jb\u202ec"), 75, "a\\x1b[2Jbc", id="control characters"),
    ],
)
def test_failure_is_a_sentence_and_a_status(
    error: BaseException, status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli._run(argparse.Namespace(run=fail_with(error))) == status
    assert words in one_sentence(capsys.readouterr().err)


@pytest.mark.parametrize("command", [["ask", QUESTION], ["speeches"], ["verify"]], ids=lambda command: str(command[0]))
def test_store_that_does_not_exist(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--store", str(tmp_path / "none")]) == 1
    assert "askspeech build" in one_sentence(capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "question", ["", " \n", "？！……", "长" * 10_000], ids=["empty", "blank", "punctuation", "long"]
)
def test_question_that_cannot_be_asked(question: str, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", question, "--store", str(store)]) == 1
    assert len(one_sentence(capsys.readouterr().err)) < 500


def test_reader_that_leaves_early_is_no_failure(store: Path) -> None:
    command = [sys.executable, "-m", "askspeech", "speeches", "--store", str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        complaints = process.stderr.read()
        assert process.wait(timeout=120) == 0
    assert complaints == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_output_on_a_full_disk_is_status_74(store: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = run_program(["speeches", "--store", str(store)], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 74
    assert "No space left" in one_sentence(done.stderr)


# Building.


def test_build_prints_a_table(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", str(corpus), "--store", str(tmp_path / "store")]) == 0
    printed = capsys.readouterr().out
    assert "county/opening.txt" in printed and "forum.txt" in printed
    assert "Speeches 讲话: 2;" in printed
    # Without a corpus: the same folders again, and nothing to embed.
    assert main(["build", "--store", str(tmp_path / "store")]) == 0
    assert "texts newly embedded 新算向量的文本: 0;" in capsys.readouterr().out


def test_build_again_and_go_back(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = ["build", str(corpus), "--store", str(tmp_path)]
    assert main(build) == 0
    first = (tmp_path / "CURRENT").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["rollback", "--store", str(tmp_path)]) == 1
    assert "go back to" in one_sentence(capsys.readouterr().err)
    assert main(build) == 0
    assert "Nothing has changed; nothing was written." in capsys.readouterr().out
    assert (tmp_path / "CURRENT").read_text(encoding="utf-8") == first
    assert main([*build, "--fresh"]) == 0
    assert "Everything was written anew." in capsys.readouterr().out
    assert (tmp_path / "CURRENT").read_text(encoding="utf-8") != first
    assert main(["rollback", "--store", str(tmp_path)]) == 0
    assert first.strip() in capsys.readouterr().out
    assert (tmp_path / "CURRENT").read_text(encoding="utf-8") == first
    assert main(["speeches", "--store", str(tmp_path)]) == 0


def test_ingest_script_does_the_same_job(repository: Path, corpus: Path, tmp_path: Path) -> None:
    script = repository / "ingest" / "build_index.py"
    command = [sys.executable, str(script), str(corpus), "--store", str(tmp_path / "store")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert "Speeches 讲话: 2;" in done.stdout


def test_bad_files_are_skipped_and_named(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.txt").write_bytes((corpus / "forum.txt").read_bytes())
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    (folder / "cut.txt").write_bytes("营商环境".encode("utf-16-le") + b"\x00")
    (folder / "name\x1b[2J.txt").write_bytes(b"")
    assert main(["build", str(folder), "--store", str(tmp_path / "store")]) == 3
    printed = capsys.readouterr().out
    assert "Speeches 讲话: 1;" in printed
    for name in ("empty.txt: ", "picture.txt: ", "name\\x1b[2J.txt: "):
        assert name in printed
    assert "\x1b" not in printed


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_without_permission_is_skipped(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.txt").write_bytes((corpus / "forum.txt").read_bytes())
    (folder / "secret.txt").write_text("同志们", encoding="utf-8")
    (folder / "secret.txt").chmod(0)
    assert main(["build", str(folder), "--store", str(tmp_path / "store")]) == 3
    assert "secret.txt: " in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], ["nowhere"], ["empty"]], ids=["no folder named", "no such folder", "empty"])
def test_corpus_without_a_file_is_status_1(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    folders = [str(tmp_path / name) for name in command]
    assert main(["build", *folders, "--store", str(tmp_path / "store")]) == 1
    message = one_sentence(capsys.readouterr().err)
    assert all(folder in message for folder in folders)


def test_corpus_without_a_readable_file_names_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert main(["build", str(tmp_path), "--store", str(tmp_path / "store")]) == 1
    complaint = capsys.readouterr().err
    assert "a.txt: " in complaint
    assert "Traceback" not in complaint


# Asking.


def test_ask_prints_the_answer_and_its_sources(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION, "--store", str(store), "-k", "3"]) == 0
    printed = capsys.readouterr().out
    assert "银杏帮办专窗" in printed
    assert "[1]" in printed and "county/opening.txt, " in printed
    found = printed[printed.index("Passages found") :]
    assert "\n1. " in found and "\n4. " not in found


def test_ask_as_json(store: Path, corpus_texts: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION, "--store", str(store), "--json", "-k", "2"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["refused"]) == ("answered", False)
    assert len(answer["passages"]) == 2
    for citation in answer["citations"]:
        text = corpus_texts[citation["file"]]
        assert citation["quote"] == "".join(text[start:end] for start, end in citation["spans"])


FILTERED = ["--level", "县", "--level", "市", "--file", "forum.txt", "--place", "云陵市", "--kind", "座谈会"]


@pytest.mark.parametrize("command", ["ask", "search"])
def test_filters_narrow_what_is_found(command: str, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "营商环境怎么优化？", "--store", str(store), "--json", "-k", "30", *FILTERED]) == 0
    printed = json.loads(capsys.readouterr().out)
    hits = printed["passages"] if command == "ask" else printed["hits"]
    assert {hit["passage"]["file"] for hit in hits} == {"forum.txt"}
    assert {cited["file"] for cited in printed.get("citations", [])} <= {"forum.txt"}
    filters = (printed["search"] if command == "ask" else printed)["filters"]
    assert (filters["level"], filters["place"], filters["year"]) == (["县", "市"], ["云陵市"], [])


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--level", "县", "--place", "云陵市"], "没有讲话符合筛选条件"),
        (["--place", "火星\x1b[2J"], "“火星\\x1b[2J” 没有这样的地点; the index has 现有: "),
        (["--speech", "火星"], "a title with “火星”"),
        (["--year", "1999"], "另有 2 篇讲话没有标明年份"),
    ],
    ids=["together", "place", "title", "year"],
)
def test_filters_that_nothing_matches_say_so(
    command: str, options: list[str], words: str, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, QUESTION, "--store", str(store), *options]) == 0
    printed = capsys.readouterr().out
    assert "没有讲话符合筛选条件" in printed and words in printed
    assert "银杏帮办专窗" not in printed


def test_search_prints_each_hit_with_its_place_and_what_found_it(
    store: Path, corpus_texts: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", QUESTION, "--store", str(store), "-k", "2"]) == 0
    printed = capsys.readouterr().out
    assert "\n2. " in printed and "\n3. " not in printed
    first = printed[: printed.index("\n2. ")].splitlines()
    line = next(
        number for number, text in enumerate(corpus_texts["county/opening.txt"].split("\n"), 1) if "专窗" in text
    )
    assert first[0].startswith("1. 在青禾县优化营商环境动员大会上的讲话 › 二、突出重点")
    place = re.fullmatch(r"    county/opening\.txt, line (\d+)(?:–(\d+))? 第.*行", first[1])
    assert place is not None and int(place[1]) <= line <= int(place[2] or place[1])
    assert "keyword 1" in first[2] and "dense" in first[2]
    assert "设立“银杏帮办专窗”" in "".join(first[3:])


def test_search_as_json(store: Path, corpus_texts: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "How are loans made easier for small firms?", "--store", str(store), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["search_question"] != printed["question"]
    assert [hit["rank"] for hit in printed["hits"]] == list(range(1, 9))
    for hit in printed["hits"]:
        text = corpus_texts[hit["passage"]["file"]]
        assert "".join(text[start:end] for start, end in hit["spans"]) == hit["passage"]["text"]
        assert hit["locator"]["unit"] == "line" and hit["found_by"]


def test_question_on_a_foreign_subject_is_refused(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "红烧肉怎么做才好吃？", "--store", str(store), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["refused"] is True
    assert answer["citations"] == []


def test_speeches(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speeches", "--store", str(store)]) == 0
    assert "在青禾县优化营商环境动员大会上的讲话" in capsys.readouterr().out
    assert main(["speeches", "--store", str(store), "--json"]) == 0
    assert {speech["file"] for speech in json.loads(capsys.readouterr().out)} == {"county/opening.txt", "forum.txt"}


@pytest.mark.parametrize("options", [[], ["--quick"]], ids=["whole", "quick"])
def test_sound_store_is_verified(store: Path, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--store", str(store), *options]) == 0
    assert capsys.readouterr().out.strip()


def test_verifying_an_index_of_another_schema_says_that_alone(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Path(shutil.copytree(store, tmp_path / "store"))
    (manifest,) = place.glob("generations/*/manifest.json")
    values = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(values | {"schema": 999}), encoding="utf-8")
    assert main(["verify", "--store", str(place)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "schema 999" in printed.err and "damaged" not in printed.err
    assert len(printed.err.splitlines()) == 1


# Evaluating.


def test_evaluate_prints_figures_and_writes_predictions(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions, out = tmp_path / "questions.jsonl", tmp_path / "p.jsonl"
    questions.write_text(EVIDENCE, encoding="utf-8")
    arguments = ["evaluate", str(questions), "--store", str(store), "--predictions", str(out)]
    assert main([*arguments, "--by-type", "--misses"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert json.loads(lines[0])["questions"] == 2
    assert [line.split()[0] for line in lines[1:5]] == ["en", "zh", "fact", "number"]
    assert [json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()] == ["q1", "q2"]


def test_evaluate_narrowed_to_a_language_and_a_leg(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(EVIDENCE, encoding="utf-8")
    assert main(["evaluate", str(questions), "--store", str(store), "--lang", "zh", "--way", "keyword"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["questions"], figures["evidence@4000"], "cited_recall" in figures) == (1, 1, False)


def test_evaluate_by_late_interaction_alone(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(EVIDENCE, encoding="utf-8")
    assert main(["evaluate", str(questions), "--store", str(store), "--way", "late"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["questions"], figures["evidence@4000"], "cited_recall" in figures) == (2, 1, False)


def test_evaluate_says_when_the_questions_belong_to_another_corpus(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(EVIDENCE.replace("forum.txt", "elsewhere.txt"), encoding="utf-8")
    assert main(["evaluate", str(questions), "--store", str(store), "--way", "keyword"]) == 0
    assert "does not hold the evidence of 1 of 2 questions" in one_sentence(capsys.readouterr().err)
