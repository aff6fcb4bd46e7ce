"""Pairs that share a run of 30 characters with what is measured are dropped, and counted."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training import invented
from training.pairs import RUN_CHARACTERS, HeldOut, PairSet, held_out_texts, read_pair_sets, run_hashes, texts_of

from askspeech.errors import SettingsError

characters = st.sampled_from("青禾县营商环境aB1，。 \n")
some_text = st.text(characters, max_size=20)


def compared(text: str) -> str:
    """What is compared of these characters."""
    return "".join(text.split()).lower().replace("，", ",")


def test_a_run_is_thirty_characters() -> None:
    assert RUN_CHARACTERS == 30


@pytest.mark.parametrize("shared", [0, 29, 30, 31, 40])
def test_from_thirty_characters_on_a_text_is_shared(shared: int) -> None:
    passage = invented.PASSAGE
    text = f"另一句话，{passage[3 : 3 + shared]}到此为止"
    assert HeldOut([passage]).shares(text) == (shared >= 30)


@pytest.mark.parametrize(
    "disguise",
    [
        "\n".join,
        lambda run: "　 ".join(run[place : place + 7] for place in range(0, len(run), 7)),
        lambda run: run.replace("2026", "２０２６"),
        lambda run: run.lower(),
        lambda run: run.replace("，", ","),
    ],
    ids=["a line each", "blanks", "full-width digits", "lower case", "half-width comma"],
)
def test_blanks_width_and_case_make_no_difference(disguise: Callable[[str], str]) -> None:
    run = "云陵市自二月起用尺子量，2026年GDP有多少由各家水厂贡献"
    assert len(run) == RUN_CHARACTERS
    assert HeldOut([run]).shares(f"开头{disguise(run)}结尾")


@given(before=some_text, common=st.text(characters, min_size=20, max_size=40), after=some_text, other=some_text)
def test_shared_means_that_a_run_occurs_in_both(before: str, common: str, after: str, other: str) -> None:
    held, text = f"{before}{common}{after}", f"{after}{common}{other}"
    first, second = compared(held), compared(text)
    expected = any(first[place : place + 30] in second for place in range(len(first) - 29))
    assert HeldOut([held]).shares(text) == expected


@given(text=st.text(max_size=60))
def test_any_text_shares_its_runs_with_itself(text: str) -> None:
    assert HeldOut([text]).shares(text) == bool(len(run_hashes(text)))


def test_nothing_held_out_shares_nothing() -> None:
    assert not HeldOut([]).shares(invented.PASSAGE)
    assert not HeldOut([""]).shares(invented.PASSAGE)
    assert not HeldOut([invented.PASSAGE]).shares("")


def test_shared_pairs_are_dropped_whichever_side_shares_and_counted() -> None:
    kept = invented.pairs(20)
    leaked = [("短问", f"前文。{invented.PASSAGE}"), (invented.PASSAGE, "后文"), (invented.QUESTION, invented.PASSAGE)]
    mixed = (*kept[:7], leaked[0], *kept[7:12], *leaked[1:], *kept[12:])
    cleaned = HeldOut(invented.MEASURED).without_shared(PairSet("mixed", mixed))
    assert cleaned == PairSet("mixed", tuple(kept), dropped=3)


def test_nothing_shared_drops_nothing() -> None:
    pair_set = PairSet("clean", tuple(invented.pairs(20)))
    assert HeldOut(invented.MEASURED).without_shared(pair_set) == pair_set


@pytest.mark.parametrize("measured", invented.MEASURED, ids=["passage", "question", "quote", "speech in a subfolder"])
def test_everything_measured_is_held_out(tmp_path: Path, measured: str) -> None:
    invented.write_measured(tmp_path)
    folders = [tmp_path / name for name in ("benchmarks", "eval", "corpus")]
    assert HeldOut(held_out_texts(*folders)).shares(f"某段。{measured[2:]}")


def test_a_folder_without_text_stops_the_training(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(SettingsError, match="holds no text") as raised:
            list(held_out_texts(folder))
        assert str(folder) in str(raised.value)


def test_texts_are_found_however_deep_and_names_of_files_are_none() -> None:
    row = {"id": "q1", "evidence": [{"file": "s.txt", "quote": "甲"}], "history": ["乙"], "answers": "丙", "lang": "zh"}
    assert sorted(texts_of(row)) == sorted(["甲", "乙", "丙"])
    assert list(texts_of([{"text": "丁"}, 3, None])) == ["丁"]


def test_data_sets_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    rows = {name: invented.pairs(3, start) for start, name in enumerate(("b_second", "a_first"))}
    for name, pairs in rows.items():
        invented.write_pairs(tmp_path, name, pairs)
    (tmp_path / "notes.txt").write_text("no pairs", encoding="utf-8")
    expected = [PairSet(name, tuple(rows[name])) for name in sorted(rows)]
    assert read_pair_sets(tmp_path) == expected


def test_empty_lines_between_pairs_are_no_pairs(tmp_path: Path) -> None:
    line = json.dumps({"a": "问", "b": "答"})
    (tmp_path / "gaps.jsonl.gz").write_bytes(gzip.compress(f"\n{line}\n\n{line}\n".encode()))
    assert read_pair_sets(tmp_path) == [PairSet("gaps", (("问", "答"), ("问", "答")))]
