"""The commands `evaluate --compare` and `questions`, on a real index."""

import json
from pathlib import Path

import pytest

from askspeech.cli import main
from askspeech.evaluation import read_questions


@pytest.fixture(scope="module")
def made(samples_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of twenty questions made of the samples."""
    out = tmp_path_factory.mktemp("made") / "made.jsonl"
    assert main(["questions", str(out), "--store", str(samples_store), "--count", "20"]) == 0
    return out


def test_made_questions_are_read_and_none_misses_its_evidence(
    made: Path, samples_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(read_questions(made)) == 20
    assert main(["evaluate", str(made), "--store", str(samples_store), "--way", "keyword"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["questions"] == 20
    assert "does not hold the evidence" not in captured.err


def test_same_index_and_seed_give_the_same_file(made: Path, samples_store: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.jsonl"
    assert main(["questions", str(again), "--store", str(samples_store), "--count", "20", "--seed", "0"]) == 0
    assert again.read_bytes() == made.read_bytes()


def test_a_file_that_is_there_is_left_alone(
    made: Path, samples_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = made.read_bytes()
    assert main(["questions", str(made), "--store", str(samples_store)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert made.read_bytes() == before


def test_says_when_the_speeches_yield_fewer(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "made.jsonl"
    assert main(["questions", str(out), "--store", str(store), "--count", "900"]) == 0
    captured = capsys.readouterr()
    written = len(out.read_text(encoding="utf-8").splitlines())
    assert f"yield only {written} of the 900" in captured.err
    assert f"{written} questions" in captured.out


@pytest.mark.parametrize("count", ["0", "-1", "ten"])
def test_count_is_a_whole_number_above_0(count: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["questions", str(tmp_path / "made.jsonl"), "--count", count])
    assert stopped.value.code == 2


def test_compared_with_an_earlier_run(
    made: Path, samples_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = tmp_path / "keyword.jsonl"
    command = ["evaluate", str(made), "--store", str(samples_store)]
    assert main([*command, "--way", "keyword", "--predictions", str(earlier)]) == 0
    capsys.readouterr()
    assert main([*command, "--way", "dense", "--compare", str(earlier), "--by-type"]) == 0
    printed = capsys.readouterr().out
    assert "与上次相比: 20 questions" in printed and "→" in printed
    assert main([*command, "--way", "keyword", "--compare", str(earlier)]) == 0
    assert "No figure changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "is no prediction", id="a file of questions"),
        pytest.param('{"id": "x", "passages": []}\n', "holds no prediction of the 20", id="other ids"),
        pytest.param("", "it is empty", id="empty"),
        pytest.param('{"id": "made-001", "passages": [{"file": "a", "spans": [[1]]}]}', "is no prediction", id="span"),
        pytest.param('{"id": "a", "passages": []}\n' * 2, "more than one prediction", id="twice"),
    ],
)
def test_what_cannot_be_compared_with_is_said_before_anything_is_asked(
    made: Path, tmp_path: Path, content: str | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = made
    if content is not None:
        earlier = tmp_path / "earlier.jsonl"
        earlier.write_text(content, encoding="utf-8")
    assert main(["evaluate", str(made), "--store", str(tmp_path / "none"), "--compare", str(earlier)]) == 1
    assert message in capsys.readouterr().err
