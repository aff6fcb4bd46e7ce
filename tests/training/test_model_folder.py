"""The model folder: rounded weights that the loader reads back, and a card; the one in the package is such a folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from string import Template

import numpy as np
import pytest
import training.model_folder
from benchmarks.retrieval import Figures
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from tokenizers import Tokenizer, models
from training.fitting import Recipe
from training.model_folder import CARD, LEVELS, rounded, sets_of_card, write_model, write_model_card
from training.pairs import PairSet

import askspeech.embedder
from askspeech.embedder import StaticEmbedder, builtin_embedder

SHIPPED = Path(askspeech.embedder.__file__).parent / "embedding_model"
KEPT_TOKENIZER = Path(training.model_folder.__file__).with_name("tokenizer.json")
CONFIGURATION = ("modules.json", "config_sentence_transformers.json")


def some_vectors(rows: int = 6, dimension: int = 400) -> NDArray[np.float32]:
    """Rows of very different lengths, one of them zeros."""
    generator = np.random.default_rng(2)
    vectors = generator.normal(size=(rows, dimension)) * generator.uniform(0.001, 10, (rows, 1))
    vectors[0] = 0
    return vectors.astype(np.float32)


def small_tokenizer() -> Tokenizer:
    return Tokenizer(models.WordLevel({piece: number for number, piece in enumerate("？青禾云陵县")}, unk_token="？"))


def step_of(row: NDArray[np.float32]) -> float:
    """The power of two that lies nearest to a 31st of eight deviations."""
    return float(2.0 ** np.round(np.log2(8 * row.std(dtype=np.float64) / LEVELS)))


@pytest.mark.parametrize("number", range(1, 6))
def test_rounding_stays_within_half_a_step(number: int) -> None:
    row = some_vectors()[number]
    result = rounded(some_vectors())[number]
    step = step_of(row)
    assert result.dtype == np.float32
    assert np.abs(result - row).max() <= step / 2
    assert (result / step == np.round(result / step)).all()
    assert len(np.unique(result)) <= 1.5 * LEVELS


@given(vectors=arrays(np.float32, (3, 8), elements=st.floats(-8, 8, width=32).map(lambda value: round(value, 3))))
def test_any_row_stays_within_half_of_its_largest_step(vectors: NDArray[np.float32]) -> None:
    # The step is at most √2 times a 31st of eight deviations; a little more, for rounding in float32.
    largest = 8 * vectors.std(axis=1, keepdims=True) / LEVELS * 2**0.5
    spread = vectors.std(axis=1) > 1e-4
    assert (np.abs(rounded(vectors) - vectors) <= largest / 2 + 1e-5)[spread].all()
    assert np.isfinite(rounded(vectors)[spread]).all()


def test_zeros_stay_zeros() -> None:
    assert not rounded(some_vectors())[0].any()


def test_the_loader_reads_the_rounded_vectors_to_the_last_bit(tmp_path: Path) -> None:
    write_model(tmp_path / "new" / "model", some_vectors(), small_tokenizer())
    embedder = StaticEmbedder(tmp_path / "new" / "model")
    assert embedder.token_vectors.tobytes() == rounded(some_vectors()).tobytes()
    assert embedder.dimension == 400


def test_the_written_tokenizer_neither_cuts_nor_pads(tmp_path: Path) -> None:
    tokenizer = small_tokenizer()
    tokenizer.enable_truncation(2)
    tokenizer.enable_padding(length=9)
    write_model(tmp_path, some_vectors(), tokenizer)
    written = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    assert written["truncation"] is None
    assert written["padding"] is None


def test_everybody_may_read_the_weights_who_may_read_the_rest(tmp_path: Path) -> None:
    write_model(tmp_path, some_vectors(), small_tokenizer())
    assert len({path.stat().st_mode for path in tmp_path.iterdir()}) == 1


def write_card(folder: Path, sets: Mapping[str, PairSet]) -> str:
    figures = [Figures("made", "mean-pooled", (0.25, 0.5), 8)]
    write_model_card(folder, Recipe(dimension=48, seed=11), list(sets.values()), figures)
    return (folder / "README.md").read_text(encoding="utf-8")


def test_the_card_names_every_data_set_with_its_counts_and_figures(tmp_path: Path) -> None:
    sets = {
        name: PairSet(name, (("问", "段"),) * (1000 + number), dropped=number)
        for number, name in enumerate(sorted(sets_of_card()))
    }
    card = write_card(tmp_path, sets)
    assert "$" not in card
    for number in range(len(sets)):
        assert f"| {1000 + number:,} ({number} dropped) |" in card
    assert "| made | mean-pooled | 0.250 | 0.500 |" in card
    assert "one vector of 48 numbers" in card
    assert "Seed 11" in card


def test_the_card_of_the_package_is_the_template_filled_in() -> None:
    template, card = Template(CARD.read_text(encoding="utf-8")), (SHIPPED / "README.md").read_text(encoding="utf-8")
    for part in template.substitute(dict.fromkeys(template.get_identifiers(), "\0")).split("\0"):
        _, found, card = card.partition(part)
        assert found == part
    assert not card


def test_the_model_of_the_package_is_written_as_this_code_writes(tmp_path: Path) -> None:
    write_model(tmp_path, some_vectors(), Tokenizer.from_file(str(KEPT_TOKENIZER)))
    for name in ("tokenizer.json", *CONFIGURATION):
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes(), name


def test_the_vectors_of_the_package_are_turned_and_rounded() -> None:
    vectors = builtin_embedder().token_vectors
    assert vectors.shape == (24_000, Recipe().dimension)
    assert not vectors[0].any()
    moments = np.square(vectors, dtype=np.float64).sum(axis=0)
    # Rounding moves the moments a little; neighbouring ones may change places.
    assert (moments[:-20] >= moments[20:]).all()
    assert moments[:192].sum() > 0.25 * moments.sum()
    for row in vectors[1:500]:
        assert len(np.unique(row)) <= 2 * LEVELS
