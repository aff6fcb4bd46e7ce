"""The benchmark command on made-up sets: what it reads, what it counts, and what it says where something is absent."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import embedders, search_speed
from benchmarks.development import development_figures, in_place_of_the_builtin
from benchmarks.memory import memory_of
from benchmarks.retrieval import (
    BIGRAMS,
    Figures,
    embedder_figures,
    keyword_rankings,
    late_interaction,
    rival_figures,
    table_of_figures,
)
from benchmarks.rivals import MINILM, NOT_INSTALLED, Rival, minilm, minilm_folder
from benchmarks.sets import Benchmark, best_rows, read_benchmarks, recall
from benchmarks.speed import Measured, asking_speed, cut, encoding_speed, rival_speed, table_of_speed
from benchmarks.tables import markdown
from tests import tiny

from askspeech.embedder import SentenceTransformerEmbedder, StaticEmbedder, builtin_embedder
from askspeech.late_interaction import late_interaction_scores

PASSAGES = (
    "县财政局六月底前建立政府拖欠企业账款台账，写明每一笔欠款的金额、成因和还款时间。",
    "县交通运输局开通青禾至临港的货运班列，对首次使用班列的企业给予补贴。",
    "市金融办建好融资平台，对小微企业发放无抵押信用贷款。",
    "党员干部要主动上门，企业家也要讲真话、谈实情、走正道。",
)
QUESTIONS = (("政府拖欠企业的账款什么时候还？", ["p0"]), ("货运班列有什么补贴？", ["p1"]), ("小微企业的贷款？", ["p2"]))
QUOTE = "由县财政局牵头，六月底前建立政府拖欠企业账款台账"
DEVELOPMENT = (
    {"id": "q1", "question": "拖欠企业的账款由谁牵头清理？", "lang": "zh", "type": "who"},
    {"id": "q2", "question": "Who settles the debts owed to enterprises?", "lang": "en", "type": "who"},
)


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, mode="wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """A folder with one set, one question of which no passage answers, and a file of questions without passages."""
    folder = tmp_path / "sets"
    folder.mkdir()
    write_lines(folder / "a.corpus.jsonl.gz", ({"id": f"p{row}", "text": text} for row, text in enumerate(PASSAGES)))
    asked = [*QUESTIONS, ("月亮离地球多远？", [])]
    write_lines(folder / "a.queries.jsonl.gz", ({"question": text, "positive": ids} for text, ids in asked))
    write_lines(folder / "b_unanswerable.queries.jsonl.gz", [{"question": "无人知晓？", "positive": []}])
    return folder


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A folder with a question in Chinese and one in English about the test corpus."""
    folder = tmp_path / "questions"
    folder.mkdir()
    evidence = {"answerable": True, "evidence": [{"file": "county/opening.txt", "quote": QUOTE}]}
    write_lines(folder / "made.jsonl", ({**row, **evidence} for row in DEVELOPMENT))
    return folder


@pytest.fixture
def benchmark(sets: Path) -> Benchmark:
    (only,) = read_benchmarks(sets)
    return only


def test_reads_the_questions_that_have_an_answer(benchmark: Benchmark) -> None:
    assert (benchmark.name, benchmark.passages) == ("a", PASSAGES)
    assert benchmark.questions == tuple(text for text, _ in QUESTIONS)
    assert benchmark.positives == (frozenset({0}), frozenset({1}), frozenset({2}))


def test_recall_counts_questions_with_a_hit_within_each_cutoff() -> None:
    ranked = [[4, 2], [1], [*range(10), 10], []]
    assert recall(ranked, [frozenset({2}), frozenset({1, 9}), frozenset({10}), frozenset({0})]) == (0.25, 0.5)


def test_equal_scores_are_ranked_in_the_order_of_the_passages() -> None:
    assert best_rows(np.array([[0.5, 1.0, 0.5, 1.0]], dtype=np.float32)) == [[1, 3, 0, 2]]


def test_samples_are_evenly_spaced(benchmark: Benchmark) -> None:
    assert benchmark.sampled(2).questions == (QUESTIONS[0][0], QUESTIONS[1][0])
    assert benchmark.sampled(0) is benchmark.sampled(3) is benchmark


def test_keyword_ways_share_one_index_and_differ_by_weights(benchmark: Benchmark) -> None:
    found, nothing = keyword_rankings(benchmark, [BIGRAMS, {"heading_bigrams": 1.0}])
    assert [rows[0] for rows in found] == [0, 1, 2]
    assert nothing == [[], [], []]


def test_late_interaction_ranks_by_its_scores(benchmark: Benchmark) -> None:
    model = builtin_embedder()
    passages = model.token_ids(benchmark.passages)
    scores = [
        late_interaction_scores(ids, passages, model.token_directions) for ids in model.token_ids(benchmark.questions)
    ]
    assert late_interaction(benchmark, model) == best_rows(np.stack(scores))


def test_measures_both_ways_of_a_static_model(benchmark: Benchmark) -> None:
    mean, late, whole = embedder_figures(benchmark, builtin_embedder())
    assert whole == Figures("a", "whole search", (1.0, 1.0), 3)
    assert mean == Figures("a", "mean-pooled", (1.0, 1.0), 3)
    assert late == Figures("a", "late interaction", (1.0, 1.0), 3)


def test_a_rival_is_measured_on_a_sample_that_its_row_names(benchmark: Benchmark, tmp_path: Path) -> None:
    rival = Rival("tiny", SentenceTransformerEmbedder(str(tiny.sentence_transformer(tmp_path))))
    figures = rival_figures(benchmark, rival, 2)
    assert (figures.way, figures.questions) == ("tiny (2 questions, evenly spaced)", 2)
    assert 0 <= figures.recall[0] <= figures.recall[1] == 1
    assert [each.unit for each in rival_speed(rival, PASSAGES, Measured("ours, 4", 9.0, ""))] == ["passages/s", "times"]


def test_a_rival_that_is_not_installed_has_a_row_that_says_so(
    benchmark: Benchmark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.rivals.MINILM_PACKAGE", "no_such_package")
    figures = rival_figures(benchmark, minilm(), 0)
    assert table_of_figures([figures]).splitlines()[-1] == f"| a | {MINILM}: {NOT_INSTALLED} | – | – |"
    (speed,) = rival_speed(minilm(), PASSAGES, Measured("ours", 1.0, ""))
    assert "not installed" in table_of_speed([speed])


def test_minilm_is_read_from_its_package(benchmark: Benchmark) -> None:
    if minilm_folder() is None:
        pytest.skip(f"{MINILM} is {NOT_INSTALLED}")
    rival = minilm()
    assert rival.embedder is not None
    assert rival.embedder.dimension == 384
    assert rival_figures(benchmark, rival, 0).way == MINILM


def test_every_way_is_measured_by_language(corpus: Path, questions: Path, tmp_path: Path) -> None:
    absent = Rival("absent", None, "not installed")
    found = development_figures(corpus, questions / "made.jsonl", builtin_embedder(), [absent], tmp_path)
    ways = ["keyword", "dense", "late interaction", "hybrid", "dense, absent: not installed"]
    assert [(each.language, each.way) for each in found] == [(name, way) for name in ("zh", "en") for way in ways]
    assert {each.way: each.figures.get("evidence@2000") for each in found[:5]} == dict.fromkeys(ways[:4], 1.0) | {
        ways[4]: None
    }
    assert found[0].figures["questions"] == 1
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == [
        f"{way.replace(' ', '-')}.jsonl" for way in sorted(ways[:4])
    ]


def test_another_static_model_takes_the_place_of_the_builtin_everywhere(corpus: Path, tmp_path: Path) -> None:
    from askspeech import SpeechIndex, build_index

    model = StaticEmbedder(embedders.BUILTIN, "another")
    with in_place_of_the_builtin(model):
        build_index([corpus], store=tmp_path)
        with SpeechIndex.open(tmp_path, embedder=model) as index:
            assert index.encoders.tokens is index.encoders.embedder is model


def test_passages_are_cut_to_one_length() -> None:
    assert cut(["一二三四", "五六七"], 9, 3) == ["一二三", "四五六"]
    assert cut(["一二三四五六"], 1, 2) == ["一二"]


def test_speed_is_measured_beside_the_bare_tokenizer() -> None:
    whole, bare, share = encoding_speed(builtin_embedder(), embedders.BUILTIN, PASSAGES)
    assert whole.figure and bare.figure and share.figure
    assert share.figure == pytest.approx(100 * whole.figure / bare.figure)


def test_memory_is_that_of_a_process_of_its_own() -> None:
    measured = memory_of(embedders.BUILTIN, PASSAGES)
    # The weights alone are 24 MB; this process holds far more than the child.
    assert 0 < measured["before"] < 200
    assert 20 < measured["after"] - measured["before"] < 300


def test_asking_is_timed_from_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKSPEECH_EMBEDDER", "no/such-model")
    best, median = asking_speed(rounds=1)
    assert best.figure == median.figure
    assert best.figure is not None and 0.1 < best.figure < 120


def test_prints_tables_and_writes_every_figure(
    sets: Path,
    questions: Path,
    corpus: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmarks.rivals.MINILM_PACKAGE", "no_such_package")
    folders = ["--benchmarks", str(sets), "--eval", str(questions), "--corpus", str(corpus)]
    file = tmp_path / "figures.json"
    assert embedders.main([*folders, "--parts", "retrieval", "questions", "--json", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "| a | BM25, bigrams | 1.000 | 1.000 |" in printed
    assert "| Chinese | late interaction | 1.000 | 1.000 |" in printed
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["environment"]["fingerprint"] == builtin_embedder().fingerprint
    assert [row["way"] for row in report["figures"]["retrieval"]][:4] == [
        "BM25, bigrams",
        "BM25, bigrams and words",
        "mean-pooled",
        "late interaction",
    ]
    assert {row["file"] for row in report["figures"]["questions"]} == {"made.jsonl"}
    assert report["skipped"] == {}


def test_parts_whose_folders_are_absent_are_skipped_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.rivals.MINILM_PACKAGE", "no_such_package")
    file = tmp_path / "figures.json"
    gone = tmp_path / "gone"
    options = ["--benchmarks", str(gone), "--eval", "", "--parts", "retrieval", "questions", "--json", str(file)]
    assert embedders.main(options) == 0
    printed = capsys.readouterr().out
    assert f"Skipped: the folder {gone} (--benchmarks) is not there; expected the folder of the sets" in printed
    assert "Skipped: --eval was not given; it names the folder of questions with evidence" in printed
    assert json.loads(file.read_text(encoding="utf-8"))["skipped"].keys() == {"retrieval", "questions"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--model", "no-such-folder"], "expected the folder of a static model"),
        (["--json", "no-such-folder/figures.json"], "expected a file in a folder that exists"),
        (["--sample", "few"], "expected 0 (all) or more"),
        (["--corpus", __file__], "is a file, expected a folder"),
        (["--predictions", "no-such-folder"], "expected one that exists"),
        (["--parts", "all"], "invalid choice"),
    ],
)
def test_wrong_arguments_say_what_was_expected(
    options: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        embedders.main(options)
    assert stopped.value.code == 2
    assert expected in capsys.readouterr().err


def test_a_model_that_cannot_be_loaded_ends_the_run_with_its_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    assert embedders.main(["--model", str(tmp_path)]) == 1
    assert "Traceback" not in (message := capsys.readouterr().err)
    assert str(tmp_path) in message


def test_training_measures_with_the_same_code(sets: Path, repository: Path) -> None:
    command = [sys.executable, "-m", "training.evaluate_embedder", "--benchmarks", str(sets)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repository)
    figures = list(embedder_figures(next(read_benchmarks(sets)), builtin_embedder()))
    assert done.stdout == table_of_figures(figures) + "\n"


def test_bars_in_cells_are_escaped() -> None:
    assert markdown(("a", "b"), [("x|y", "z")]) == "| a | b |\n| --- | --- |\n| x\\|y | z |"


def unanswered(folder: Path) -> Path:
    """The questions in a file; only how long they take matters."""
    path = folder / "questions.jsonl"
    write_lines(path, ({**one, "answerable": False} for one in DEVELOPMENT))
    return path


def test_searches_are_timed_beside_bare_queries(
    samples_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = unanswered(tmp_path)
    figures = tmp_path / "figures.json"
    arguments = ["--store", str(samples_store), "--questions", str(questions), "--rounds", "2", "--share", "0.2"]
    assert search_speed.main([*arguments, "--json", str(figures)]) == 0
    written = json.loads(figures.read_text(encoding="utf-8"))
    assert [each["queries"] for each in written["times"]] == [4, 4, 4, 4]
    assert all(0 < each["median"] <= each["p95"] for each in written["times"])
    table = capsys.readouterr().out
    assert "2 questions, 2 rounds" in table
    assert "a filter that keeps" in table
    assert "times" in table.splitlines()[-1]


def test_a_store_that_is_not_there_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = unanswered(tmp_path)
    assert search_speed.main(["--store", str(tmp_path / "none"), "--questions", str(questions)]) != 0
    assert "askspeech build" in capsys.readouterr().err


@pytest.mark.parametrize(("values", "share", "found"), [([3, 1, 2], 0.5, 2), ([1], 0.95, 1), (range(1, 101), 0.95, 95)])
def test_percentiles(values: Sequence[float], share: float, found: float) -> None:
    assert search_speed.percentile(values, share) == found
