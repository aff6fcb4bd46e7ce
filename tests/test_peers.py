"""The benchmark beside its peers, without any peer: judging by words, tables, plots, protocol, verdicts of kills."""

import json
import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from benchmarks.memory import ROOT
from benchmarks.peers import command, environments
from benchmarks.peers.children import Child, ChildError
from benchmarks.peers.environments import Environment, constraint_lines, environment
from benchmarks.peers.killing import (
    ERROR,
    MIXED,
    NEW,
    NOTHING,
    OLD,
    Rehearsal,
    Torture,
    earlier_corpus,
    moments,
    told,
    verdict,
)
from benchmarks.peers.measuring import Measured, Task, measure, percentile
from benchmarks.peers.placing import Places, Words, joined
from benchmarks.peers.quality import figures, read_texts
from benchmarks.peers.report import report
from benchmarks.peers.rows import LANGCHAIN, OURS, PEERS, Peer, Row, rows

from askspeech.datatypes import Span
from askspeech.scoring import Extract, Question, Quote

TEXTS = {
    "a.txt": "一、优化服务。\n县财政局六月底前建立\n\n拖欠账款台账。二、开好班列。\n",
    "b.txt": "党员干部要主动上门。企业家要讲真话。党员干部要主动上门。",
}
QUESTIONS = (
    Question("q1", "台账？", "zh", "fact", True, (), (Quote("a.txt", "六月底前建立\n\n拖欠账款台账"),)),
    Question("q2", "那谁来讲？", "zh", "who", True, ("谁上门？",), (Quote("b.txt", "企业家要讲真话"),)),
    Question("q3", "Unknown?", "en", "unanswerable", False),
)
TINY = "tests.tiny_pipeline"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def task(corpus: Path) -> Task:
    return Task(corpus, read_texts(corpus), QUESTIONS)


@pytest.fixture
def tiny() -> Iterator[Row]:
    yield Row(Peer("Tiny", TINY, ()), "defaults", {"size": 8})


@pytest.fixture
def place() -> Environment:
    """This very interpreter as an environment."""

    class Here(Environment):
        @property
        def python(self) -> Path:
            return Path(sys.executable)

    return Here("Tiny", Path(sys.prefix), first_bytes=5_000_000, torch_bytes=7_000_000)


def test_a_passage_is_found_by_its_words_whatever_its_white_space() -> None:
    words = Words(TEXTS["a.txt"])
    span = words.find("六月底前 建立拖欠账款\n台账。")
    assert span is not None and TEXTS["a.txt"][slice(*span)] == "六月底前建立\n\n拖欠账款台账。"
    assert words.find("没有的话") is None and words.find(" \n") is None


def test_of_equal_words_the_next_place_counts() -> None:
    words = Words(TEXTS["b.txt"])
    first = words.find("党员干部要主动上门")
    assert first is not None and first.start == 0
    second = words.find("党员干部要主动上门", first.end)
    assert second is not None and second.start > first.end
    assert words.find("企业家", len(TEXTS["b.txt"])) == words.find("企业家")


def test_a_passage_of_several_pieces_has_their_spans_and_none_twice() -> None:
    places = Places(TEXTS)
    extract = places.extract({"file": "a.txt", "pieces": ["一、优化服务。", "二、开好班列。", "没有的话"]})
    assert extract is not None
    assert [TEXTS["a.txt"][slice(*span)] for span in extract.spans] == ["一、优化服务。", "二、开好班列。"]
    assert places.extract({"file": "a.txt", "pieces": ["没有"]}) is None
    assert places.extract({"file": "c.txt", "pieces": ["一"]}) is None
    assert joined([Span(0, 4), Span(4, 6), Span(5, 9), Span(20, 21)]) == (Span(0, 9), Span(20, 21))


def test_quality_is_the_scorers_at_equal_characters_and_at_passages() -> None:
    found = {
        "q1": (Extract("b.txt", (Span(0, 10),)), Extract("a.txt", (Span(0, len(TEXTS["a.txt"])),))),
        "q2": (Extract("b.txt", (Span(0, len(TEXTS["b.txt"])),)),),
    }
    groups = figures(QUESTIONS, found, TEXTS)
    assert set(groups) == {"all", "zh", "fact", "who", "zh:fact", "zh:who"}
    assert groups["zh"]["evidence@1000"] == 1.0 and groups["zh"]["mrr"] == 0.75
    assert groups["zh:fact"]["mrr"] == 0.5 and groups["zh:fact"]["characters@k=2"] == 10 + len(TEXTS["a.txt"])
    assert groups["all"]["questions"] == 3 and groups["zh"]["evidence@k=2"] == 1.0
    assert figures(QUESTIONS, {}, TEXTS)["zh"]["evidence@4000"] == 0.0


def measured(name: str, second: bool, found: float, **more: Any) -> Measured:
    quality = {
        "zh": {"questions": 2.0, "evidence@2000": found, "mrr": 0.5, "evidence@k=2": 1.0, "characters@k=2": 99.6}
    }
    quality["zh:fact"] = {"questions": 1.0, "evidence@2000": found, "mrr": 1.0}
    return Measured(name, name, second, {}, quality=quality, costs={"build_seconds": 1.25, "disk_bytes": 2e6}, **more)


def test_the_report_marks_the_best_of_each_half_and_says_what_is_missing() -> None:
    every = [
        measured("One", False, 0.25, kills={OLD: 3, ERROR: 1}, kill_notes=["it | broke"]),
        measured("Two", False, 0.5),
        measured("Three", True, 0.375),
        Measured("Gone", "Gone", True, {}, problem="could not be installed: no wheel"),
    ]
    text = report(every, {"date": "2026-11-21", "embedder": "some-model"})
    assert "- Gone: could not be installed: no wheel" in text and "the second rows some-model" in text
    assert "| Two | – | **0.500** |" in text and "| Three | – | **0.375** |" in text and "| One | – | 0.250 |" in text
    assert "**1.000** (100)" in text and "| pipeline | fact (1) |" in text
    assert "| One | 3 | 0 | 0 | 0 | 1 | it \\| broke |" in text and "| Gone | – | – | – | – | – |" in text
    assert text.count("*As the documentation starts*") == text.count("*Best documented settings for Chinese*")


def test_the_plots_are_drawn_without_a_screen_and_alike_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (the optional dependencies `benchmark`)")
    from benchmarks.peers.plots import draw

    every = [measured("LangChain", False, 0.25), measured("Other", True, 0.5)]
    every[0].costs["question_median"] = 0.02
    first = [path.read_bytes() for path in draw(every, tmp_path)]
    assert [path.read_bytes() for path in draw(every, tmp_path)] == first
    assert all(content.startswith(b"<?xml") and b"LangChain" in content for content in first)


def test_every_pipeline_has_a_first_and_a_second_row() -> None:
    every = rows("/models/minilm", "/models/other")
    assert [(row.peer, row.second) for row in every] == [(peer, second) for second in (False, True) for peer in PEERS]
    assert len({row.key for row in every}) == len({row.name for row in every}) == len(every)
    for row in every:
        expected = "/models/other" if row.second else "/models/minilm"
        assert row.settings.get("model", expected if row.peer is OURS else "") == expected
    builtin = [row for row in rows("", str(command.BUILTIN)) if row.peer is OURS]
    assert [row.settings for row in builtin] == [{}, {}]
    for peer in PEERS:
        assert (ROOT / peer.module.replace(".", "/")).with_suffix(".py").is_file()


def test_a_row_is_measured_through_its_program(tiny: Row, place: Environment, task: Task, tmp_path: Path) -> None:
    result, found = measure(tiny, place, task, tmp_path / "store")
    assert not result.problem and set(found) == {"q1", "q2", "q3"}
    assert result.quality["zh"]["evidence@1000"] == 1.0
    assert result.costs["setup_bytes"] == 5_000_000 and result.costs["disk_bytes"] > 0
    assert 0 < result.costs["question_median"] <= result.costs["question_p95"]
    assert result.costs["peak_megabytes"] > 1
    json.dumps(result.as_record())


def test_a_failing_program_is_a_row_that_says_so(tiny: Row, place: Environment, task: Task, tmp_path: Path) -> None:
    broken = Row(tiny.peer, "broken", {"size": 8, "fail": "build"})
    result, found = measure(broken, place, task, tmp_path / "store")
    assert "RuntimeError: as it was told to" in result.problem and not found and not result.quality
    absent, _ = measure(tiny, Environment("Tiny", tmp_path, problem="could not be installed: x"), task, tmp_path / "b")
    assert absent.problem == "could not be installed: x"


def test_a_program_that_ends_without_an_answer_is_told(tiny: Row, place: Environment) -> None:
    with Child(place.python, TINY) as child, pytest.raises(ChildError, match=r"(?s)ended with status 3: .*last words"):
        child.do("start", settings={"size": 8, "fail": "start"})
    with Child(place.python, "tests.no_such_module") as child, pytest.raises(ChildError, match="no_such_module"):
        child.do("start", settings={})
    with Child(place.python, TINY) as child:
        child.do("start", settings={"size": 8})
        with pytest.raises(ChildError, match="no such request: dance"):
            child.do("dance")
        assert child.do("memory")["peak_megabytes"] > 1, "what libraries print must not reach the protocol"
        child.kill()
        assert not child.running


def test_the_verdicts_of_a_kill() -> None:
    before, after = (("a",), ("b",)), (("a", "c"), ("b",))
    assert verdict(before, before, after) == OLD and verdict(after, before, after) == NEW
    assert verdict((("a",), ()), before, after) == MIXED and verdict(((), ()), before, after) == NOTHING


def test_an_error_is_told_in_one_line_without_its_numbers() -> None:
    assert told("JSONDecodeError: line 30\n  column 7") == told("JSONDecodeError: line 4 column 123")
    assert len(told("x" * 500)) == 80


def test_kills_are_spread_over_the_build_and_over_its_writing() -> None:
    chosen = moments(40, Rehearsal(10.0, 8.0, (), ()), random.Random(1))
    begun = [delay for since, delay in chosen if since == "begun"]
    written = [delay for since, delay in chosen if since == "written"]
    assert len(begun) == len(written) == 20
    assert max(written) <= 2.0 < max(begun) <= 10.0 and min(begun) < 3.0
    assert moments(40, Rehearsal(10.0, 8.0, (), ()), random.Random(1)) == chosen


def test_the_earlier_corpus_lacks_a_file_and_half_of_another(corpus: Path, tmp_path: Path) -> None:
    earlier = earlier_corpus(corpus, tmp_path / "earlier")
    assert [path.name for path in earlier.iterdir()] == ["a.txt"]
    assert (earlier / "a.txt").read_text(encoding="utf-8") == TEXTS["a.txt"][: len(TEXTS["a.txt"]) // 2]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"swap": True}, {OLD, NEW}), ({"slowly": 0.3}, {OLD, NEW, MIXED, NOTHING, ERROR})],
    ids=["swapped at once", "written in place"],
)
def test_a_killed_build_is_judged_by_what_opens_after_it(
    settings: Mapping[str, Any], expected: set[str], place: Environment, corpus: Path, tmp_path: Path
) -> None:
    asked = [question.text for question in QUESTIONS]
    torture = Torture(lambda: Child(place.python, TINY), {"size": 8, **settings}, corpus, asked, tmp_path / "work")
    (tmp_path / "work").mkdir()
    verdicts, notes = torture.trials(4)
    assert sum(verdicts.values()) == 4 and set(verdicts) <= expected
    if "slowly" in settings:
        assert set(verdicts) - {OLD, NEW}, "a store written in place is torn by a kill while it is written"
    assert bool(notes) == (ERROR in verdicts)
    assert all(str(tmp_path) not in note for note in notes)


def test_the_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0 and percentile([1.0], 0.5) == 1.0
    assert percentile([float(number) for number in range(1, 101)], 0.95) == 95.0


def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments.sys, "executable", str(tmp_path / "no-python"))
    place = environment(LANGCHAIN, tmp_path)
    assert place.problem.startswith("could not be installed: ") and "no-python" in place.problem


def test_a_made_environment_is_taken_again(tmp_path: Path) -> None:
    folder = tmp_path / LANGCHAIN.key
    folder.mkdir()
    record = {"peer": "LangChain", "folder": "/moved", "problem": "", "first_bytes": 1, "all_bytes": 2}
    record |= {"torch_bytes": 3, "versions": {"langchain": "1.5.0", "torch": "2.13.0+cpu", "pip": "26.1"}}
    (folder / environments.DONE).write_text(json.dumps(record), encoding="utf-8")
    place = environment(LANGCHAIN, tmp_path)
    assert place.folder == folder and place.all_bytes == 2
    assert constraint_lines(place.versions) == ["langchain==1.5.0"]


def test_environments_lie_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environments.ENVIRONMENTS, str(tmp_path))
    assert environments.environments_folder() == tmp_path
    monkeypatch.delenv(environments.ENVIRONMENTS)
    assert environments.environments_folder() == ROOT / ".bench-environments"
    assert ".bench-environments/" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def test_sizes_leave_out_what_is_named(tmp_path: Path) -> None:
    for name in ("torch", "torch-2.13.0.dist-info", "torchtools", "one"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"12345")
    assert environments._bytes(tmp_path) == 20
    assert environments._bytes(tmp_path, without=environments.TORCH_PARTS) == 10
    assert environments._bytes(tmp_path / "absent") == 0


def test_what_is_absent_is_said_and_is_no_failure(
    tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = ["--output", str(tmp_path / "out")]
    assert command.main(["--corpus", str(tmp_path / "gone"), "--eval", str(tmp_path), *output]) == 0
    assert f"Skipped: the folder {tmp_path / 'gone'} (--corpus) is not there" in capsys.readouterr().out
    assert command.main(["--corpus", str(corpus), *output]) == 0
    assert "Skipped: (nothing named) (--eval) is not there" in capsys.readouterr().out


def test_questions_that_cannot_be_read_end_the_command(
    tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.jsonl").write_text("no question\n", encoding="utf-8")
    arguments = ["--corpus", str(corpus), "--eval", str(tmp_path / "bad.jsonl"), "--output", str(tmp_path / "out")]
    assert command.main(arguments) == 1
    assert "bad.jsonl, line 1" in capsys.readouterr().err
