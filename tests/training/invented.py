"""Pairs to train on and sets to measure on, made by rule of invented places: no text of anybody's."""

import gzip
import itertools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

PLACES = tuple("".join(each) for each in itertools.product("青云银枫临柳松岚", "禾陵杏溪沧湾岭泽", ("县", "市", "镇")))
THINGS = ("货运班列", "帮办专窗", "欠款台账", "驻企联络员", "用地清单", "信用贷款", "评议办法", "监督电话")
OFFICES = ("财政局", "审批局", "交通运输局", "金融办", "商务局")

# Each longer than a run of 30 characters, and measured on: in a passage, a question, a quote of evidence, a speech.
PASSAGE = "枫沧县的山泉水厂每年装瓶二十六万箱，其中三成由铁路运往临湾港，再由船运往海外各地。"
QUESTION = "枫沧县的山泉水厂每年装瓶多少箱，其中由铁路运往临湾港再由船运往海外的又占几成？"
QUOTE = "由岚泽市商务局牵头，在十月底以前把全部四十三家水厂的取水口逐一编号并且立碑为界"
SPEECH = "同志们，今年我们要把云岭镇的旧粮仓改成竹编学堂，让三百名手艺人在自己家门口就能够收徒授课。"
MEASURED = (PASSAGE, QUESTION, QUOTE, SPEECH)


def pairs(count: int, start: int = 0) -> list[tuple[str, str]]:
    """Questions, each with a paragraph of three sentences about another thing in another place."""
    return [_pair(number) for number in range(start, start + count)]


def _pair(number: int) -> tuple[str, str]:
    place, thing = PLACES[number % len(PLACES)], THINGS[number // 7 % len(THINGS)]
    office, year = OFFICES[number % len(OFFICES)], 2001 + number % 20
    paragraph = (
        f"{place}是一个以竹编闻名的地方，人口{number + 10}万。{place}的{thing}由{office}牵头，在{year}年建成。"
        f"参与{thing}的企业每月报告一次，办不成的事由{office}说明理由！"
    )
    return f"{place}的{thing}由谁牵头？", paragraph


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as JSON lines, gzipped where the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, mode="wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_pairs(folder: Path, name: str, rows: Iterable[tuple[str, str]]) -> None:
    """A data set of pairs, as training reads it."""
    write_lines(folder / f"{name}.jsonl.gz", ({"a": left, "b": right} for left, right in rows))


def write_measured(folder: Path) -> None:
    """Folders `benchmarks`, `eval` and `corpus` with the texts of `MEASURED`, each where its kind belongs."""
    passages = [{"id": "p0", "text": PASSAGE}, {"id": "p1", "text": "银湾市的灯塔。"}]
    write_lines(folder / "benchmarks" / "made.corpus.jsonl.gz", passages)
    write_lines(folder / "benchmarks" / "made.queries.jsonl.gz", [{"question": QUESTION, "positive": ["p0"]}])
    evidence = [{"file": "s.txt", "quote": QUOTE}]
    write_lines(folder / "eval" / "questions.jsonl", [{"id": "q1", "question": "谁立碑？", "evidence": evidence}])
    (folder / "corpus" / "nested").mkdir(parents=True)
    (folder / "corpus" / "nested" / "s.txt").write_text(f"讲话\n\n{SPEECH}\n", encoding="utf-8")
