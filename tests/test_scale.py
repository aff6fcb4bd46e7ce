"""make benchmark-scale on a few made-up laws: the sizes, what it counts, and what it says of them."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from benchmarks import scale
from benchmarks.scale_corpus import questions_on, read_laws, subset

MATTERS = (
    "河道采砂的许可与监督",
    "集贸市场的开办与管理",
    "农村公路的养护与巡查",
    "政务服务的受理与办结",
    "企业登记的材料与期限",
)


def law(number: int) -> dict[str, str]:
    articles = [
        f"第{ordinal}条　{MATTERS[(number + place) % 5]}，由青禾县第{number}号专班按职责负责，不得推诿拖延。"
        for place, ordinal in enumerate("一二三四五六七八")
    ]
    return {
        "title": f"青禾县{MATTERS[number % 5][:4]}条例（第{number}号）",
        "text": "第一章　总则\n" + "\n".join(articles),
    }


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    path = tmp_path / "laws.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(law(number), ensure_ascii=False) + "\n" for number in range(12))
    return path


def test_a_larger_corpus_holds_the_smaller_ones(laws: Path) -> None:
    everything = read_laws(laws)
    assert read_laws(laws) == everything
    few, more = subset(everything, 10), subset(everything, 20)
    assert few == more[: len(few)]
    assert 0 < len(few) < len(more) <= len(everything)


def test_questions_have_words_of_these_laws(laws: Path) -> None:
    few = subset(read_laws(laws), 10)
    questions = questions_on(few, 6)
    assert len(questions) == 6
    words = "".join(one.title + one.text for one in few)
    assert all(question.split("”")[0].split("“")[-1].split("，应当")[0] in words for question in questions)


def test_builds_asks_and_tells_every_figure(laws: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "figures"
    status = scale.main(["--laws", str(laws), "--sizes", "20,40", "--rounds", "1", "--output", str(output)])
    printed = capsys.readouterr().out
    assert "times as long as Chroma alone" in printed
    assert status == int("NOT met" in printed)
    assert "bytes a passage" in printed
    sizes = json.loads((output / "scale.json").read_text(encoding="utf-8"))["sizes"]
    first, last = (one["build"] for one in sizes)
    assert 0 < first["passages"] < last["passages"]
    for one in sizes:
        assert one["bare"]["defaults"]["passages"] == one["bare"]["ours"]["passages"] == one["build"]["passages"]
        assert one["search"]["ways"]["hybrid"]["median_ms"] > 0


def row(passages: int, **figures: float) -> Mapping[str, Any]:
    ways = {"median_ms": figures.get("median", 10.0), "p95_ms": 20.0}
    built = {
        "passages": passages,
        "characters": 100 * passages,
        "seconds": figures.get("seconds", 1.0),
        "processor_seconds": 2.0,
        "peak_mb": 500.0,
        "bytes": {"catalog.db": 1000 + 300 * passages},
        "stages": {"reading": 1.0},
    }
    bare = {"seconds": figures.get("bare", 1.0), "bytes": 1}
    searched = {"rss_mb": 300 + passages / 1000, "open_seconds": 1.0, "ways": {"hybrid": ways}}
    return {
        "size": figures.get("size", passages),
        "build": built,
        "bare": {"defaults": bare, "ours": bare},
        "search": searched,
    }


@pytest.mark.parametrize(("seconds", "median", "met"), [(4.0, 20.0, [True, True]), (4.1, 20.1, [False, False])])
def test_what_is_asked_for_is_judged(seconds: float, median: float, met: list[bool]) -> None:
    rows = [row(10_050, size=10_000), row(150_000, seconds=seconds, median=median)]
    assert [verdict.endswith(": met") for verdict in scale.verdicts(rows)] == met


def test_costs_are_what_one_more_takes() -> None:
    told = dict(scale.costs([row(1000, seconds=1, median=10), row(101_000, seconds=21, median=15)]))
    assert told["disk, catalog.db"] == "300 bytes a passage"
    assert told["memory of a process that answers"] == "1,000 bytes a passage"
    assert told["build"] == "2.0 s a million characters"
    assert told["question, median"] == "5.0 ms for 100,000 passages"


def test_without_the_laws_it_says_that_it_is_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scale.main(["--laws", str(tmp_path / "none.jsonl")]) == 0
    assert "Skipped" in capsys.readouterr().err
