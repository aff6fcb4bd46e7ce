"""What three invented speeches do not say, beside what they say: unknown persons, crops, prices, other counties.

`data/absent/` holds the speeches, `data/absent.questions.jsonl` a question a line with the words that a citation must
hold, or null where nothing answers it. Every other question was kept back while the rules were made.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from askspeech import Answer, Answerer, SpeechIndex, build_index
from askspeech.datatypes import Turn

DATA = Path(__file__).parent / "data"
ROWS = [json.loads(line) for line in (DATA / "absent.questions.jsonl").read_text(encoding="utf-8").splitlines()]
ANSWERED = {row["question"]: row["answer"] for row in ROWS if row["answer"]}
ABSENT = [row["question"] for row in ROWS if not row["answer"]]


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    """Answers from an index of the speeches."""
    store = tmp_path_factory.mktemp("absent")
    build_index([DATA / "absent"], store=store)
    with SpeechIndex.open(store) as index:
        yield Answerer(index)


def holds(answer: Answer, words: str) -> bool:
    return any(words in citation.quote.replace("\n", "") for citation in answer.citations)


def test_every_answer_stands_in_a_speech_and_no_question_stands_twice() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (DATA / "absent").glob("*.txt")]
    assert all(any(words in text for text in texts) for words in ANSWERED.values())
    assert len(ANSWERED) >= 40
    assert len(ABSENT) >= 40
    assert len({row["question"] for row in ROWS}) == len(ROWS)


def test_what_the_speeches_do_not_say_is_refused(answerer: Answerer) -> None:
    answers = {question: answerer.ask(question) for question in ABSENT}
    answered = [question for question, answer in answers.items() if not answer.refused]
    assert len(answered) <= 0.1 * len(ABSENT), answered


def test_nothing_is_called_blanked_out_that_is_not_there(answerer: Answerer) -> None:
    assert [question for question in ABSENT if answerer.ask(question).outcome == "blanked_out"] == []


def test_what_they_say_is_answered(answerer: Answerer) -> None:
    answers = {question: answerer.ask(question) for question in ANSWERED}
    refused = [question for question, answer in answers.items() if answer.refused]
    missed = [question for question, answer in answers.items() if not holds(answer, ANSWERED[question])]
    assert len(refused) <= 0.08 * len(ANSWERED), refused
    assert len(missed) <= 0.1 * len(ANSWERED), missed


@pytest.mark.parametrize(
    "question",
    [
        "去年我县小麦产量是多少？",
        "张三同志哪一年出生？",
        "芦河县的县委书记叫什么名字？",
        "清河县去年的地区生产总值是多少？",
        "宏泰轴承在哪一年上市的？",
        "县人民医院有多少张床位？",
    ],
)
def test_a_neighbouring_figure_or_name_is_no_answer(answerer: Answerer, question: str) -> None:
    assert answerer.ask(question).outcome == "not_found"


def test_problems_and_tasks_are_told_apart(answerer: Answerer) -> None:
    problems = answerer.ask("芦河县优化营商环境存在哪些问题？")
    tasks = answerer.ask("芦河县优化营商环境要抓好哪些任务？")
    assert [sentence.text[:7] for sentence in problems.sentences][1:] == [
        "一是审批环节多",
        "二是服务意识差",
        "三是要素保障弱",
        "四是诚信意识淡",
    ]
    assert [sentence.text[:3] for sentence in tasks.sentences] == ["（一）", "（二）", "（三）", "（四）", "（五）"]


def test_a_question_that_leads_on_is_answered_itself(answerer: Answerer) -> None:
    first = answerer.ask("芦河县优化营商环境要抓好哪些任务？")
    history = [Turn(first.question, first.text, first.citations)]
    second = answerer.ask("那由谁来负责监督？", history=history)
    assert [sentence.text[:10] for sentence in second.sentences] == ["县纪委监委负责监督检"]
    third = answerer.ask("由谁打分？", history=[*history, Turn(second.question, second.text, second.citations)])
    assert "年底由企业给部门打分" in third.text
    assert "负责监督" not in third.text
