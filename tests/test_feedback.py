"""What readers thought of answers, as questions to evaluate with: from the store of conversations to the file."""

from pathlib import Path

import pytest
from tests.kept import DEBTS_TURN, WEATHER_TURN

from askspeech.cli import main
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.evaluation import read_questions
from askspeech.keeping import Judgement, kept_turn


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    conversations = Conversations.open(folder)
    for owner in (LOCAL_OWNER, "bob"):
        identity = conversations.create(owner)
        for turn in (DEBTS_TURN, WEATHER_TURN):
            conversations.append(owner, identity, turn)
        conversations.judge(owner, identity, Judgement(1, "good"))
    conversations.judge("bob", identity, Judgement(0, "good"))
    return folder


def export(out: Path, *options: object) -> int:
    return main(["feedback", "export", str(out), *map(str, options)])


def test_the_questions_are_those_that_evaluate_reads(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "judged.jsonl"
    # Beside the store, which need not be there.
    assert export(out, "--store", data.parent / "store") == 0
    assert f"{out}: 3 questions 题, 2 of them unanswerable" in capsys.readouterr().out
    questions = read_questions(out)
    assert sorted(question.answerable for question in questions) == [False, False, True]
    assert export(out, "--store", data.parent / "store") == 1
    assert "is there already" in capsys.readouterr().err


def test_one_users_and_another_folder(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(tmp_path / "a.jsonl", "--data", data, "--owner", LOCAL_OWNER) == 0
    assert len(read_questions(tmp_path / "a.jsonl")) == 1
    monkeypatch.setenv("ASKSPEECH_DATA", str(data))
    assert export(tmp_path / "b.jsonl", "--owner", "bob") == 0
    assert len(read_questions(tmp_path / "b.jsonl")) == 2
    capsys.readouterr()
    assert export(tmp_path / "c.jsonl", "--owner", "nobody") == 1
    assert "holds no answer that was judged good" in capsys.readouterr().err
    assert not (tmp_path / "c.jsonl").exists()


def test_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["feedback"], ["feedback", "import"], ["feedback", "export"]):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 2
    with pytest.raises(SystemExit) as left:
        main(["feedback", "export", "--help"])
    assert left.value.code == 0
    assert "--store DIR" in capsys.readouterr().out


def test_a_good_answer_is_measured_in_full_by_its_own_index(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from askspeech import Answerer, SpeechIndex
    from askspeech.evaluation import evaluate

    conversations = Conversations.open(tmp_path / "data")
    with SpeechIndex.open(store) as index:
        answerer = Answerer(index)
        answers = [answerer.ask(question) for question in ("帮办代办的专窗叫什么名字？", "红烧肉怎么做才好吃？")]
        identity = conversations.create(LOCAL_OWNER)
        for answer in answers:
            turn = kept_turn(answer, asked_at=1.0, generation=index.generation)
            conversations.judge(
                LOCAL_OWNER, identity, Judgement(conversations.append(LOCAL_OWNER, identity, turn), "good")
            )
        assert export(tmp_path / "judged.jsonl", "--data", conversations.path.parent) == 0
        evaluation = evaluate(index, answerer, read_questions(tmp_path / "judged.jsonl"))
    capsys.readouterr()
    assert evaluation.missing == ()
    answered, refused = evaluation.rows
    assert (answered.figures["cited_recall"], answered.refused, refused.refused) == (1.0, False, True)
