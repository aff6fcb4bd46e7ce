"""Fitting token vectors: each step is what it says, pairs come together, and the same seed gives the same bytes."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from tests.training import invented
from tokenizers import Tokenizer, models, pre_tokenizers
from torch.nn.functional import normalize
from training.fitting import (
    Recipe,
    RowAdam,
    batches,
    first_vectors,
    fit,
    loss_and_gradient,
    loss_of_scores,
    means,
    tokenized,
    turned,
)
from training.pairs import PairSet
from training.pieces import UNKNOWN

pytestmark = pytest.mark.usefixtures("torch_as_before")

SMALL = Recipe(dimension=16, epochs=2, batch=16, threads=1)


def character_tokenizer(characters: str) -> Tokenizer:
    """A tokenizer whose pieces are characters."""
    numbers = {piece: number for number, piece in enumerate([UNKNOWN, *dict.fromkeys(characters)])}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    return tokenizer


def random_ids(generator: np.random.Generator, texts: int, pieces: int) -> list[NDArray[np.int64]]:
    return [generator.integers(0, pieces, generator.integers(1, 9)) for _ in range(texts)]


def decayed(scales: NDArray[np.float64], rows: int = 40) -> NDArray[np.float32]:
    """Vectors of which some directions, no axes, are longer than others."""
    generator = np.random.default_rng(5)
    rotation = np.linalg.qr(generator.normal(size=(len(scales), len(scales))))[0]
    return (generator.normal(size=(rows, len(scales))) * scales @ rotation).astype(np.float32)


@settings(max_examples=60)
@given(vectors=arrays(np.float32, (12, 6), elements=st.floats(-4, 4, width=32)))
def test_turning_keeps_every_dot_product(vectors: NDArray[np.float32]) -> None:
    result = turned(vectors)
    assert result.dtype == np.float32
    assert result.shape == vectors.shape
    assert np.abs(result @ result.T - vectors @ vectors.T).max() < 1e-4


def test_turned_axes_are_uncorrelated_and_the_longest_comes_first() -> None:
    scales = np.array([1.0, 3.0, 0.2, 2.0, 0.5])
    result = turned(decayed(scales, rows=4000)).astype(np.float64)
    moments = result.T @ result / len(result)
    assert np.abs(moments - np.diag(np.diag(moments))).max() < 1e-4
    assert (np.diff(np.diag(moments)) < 0).all()
    assert np.sqrt(np.diag(moments)) == pytest.approx(sorted(scales, reverse=True), rel=0.05)


def test_no_other_axes_than_the_principal_ones_hold_more_in_their_first_numbers() -> None:
    vectors = decayed(np.linspace(1, 2, 8))
    generator = np.random.default_rng(6)
    for kept in range(1, 8):
        most = np.square(turned(vectors)[:, :kept]).sum()
        for _ in range(20):
            others = np.linalg.qr(generator.normal(size=(8, 8)))[0]
            assert np.square(vectors @ others[:, :kept]).sum() <= most * (1 + 1e-5)


def test_turning_does_not_depend_on_how_vectors_were_turned_before() -> None:
    vectors = decayed(np.linspace(1, 3, 6))
    rotation = np.linalg.qr(np.random.default_rng(7).normal(size=(6, 6)))[0]
    again = turned((vectors @ rotation).astype(np.float32))
    # An axis may point either way round.
    assert np.abs(np.abs(again) - np.abs(turned(vectors))).max() < 1e-3
    assert turned(vectors).tobytes() == turned(vectors.copy()).tobytes()


def test_turning_leaves_a_row_of_zeros() -> None:
    vectors = decayed(np.linspace(1, 3, 6))
    vectors[4] = 0
    assert not turned(vectors)[4].any()


def test_adam_on_rows_steps_as_the_one_of_torch() -> None:
    generator = np.random.default_rng(1)
    start = torch.from_numpy(generator.normal(size=(9, 4)).astype(np.float32))
    ours, theirs = start.clone(), start.clone().requires_grad_()
    adam = RowAdam(ours)
    reference = torch.optim.SparseAdam([theirs], lr=0.1)
    for step in range(12):
        rows = torch.from_numpy(generator.choice(9, size=3, replace=False))
        gradient = torch.from_numpy(generator.normal(size=(3, 4)).astype(np.float32))
        rate = 0.1 * (1 - step / 12)
        adam.step(rows, gradient, rate)
        reference.param_groups[0]["lr"] = rate
        theirs.grad = torch.sparse_coo_tensor(rows[None], gradient, (9, 4), check_invariants=True)
        reference.step()
    assert torch.allclose(ours, theirs.detach(), atol=1e-5)


def test_loss_and_gradient_are_those_of_the_whole_table() -> None:
    generator = np.random.default_rng(2)
    table = torch.from_numpy(generator.normal(size=(12, 5)).astype(np.float32))
    pieces = random_ids(generator, 8, 12)
    keys = [np.arange(4), np.arange(4)]
    loss, rows, gradient = loss_and_gradient(table, pieces, keys, 20.0)
    whole = table.clone().requires_grad_()
    left, right = torch.stack([normalize(whole[each].mean(dim=0), dim=0) for each in pieces]).chunk(2)
    scores = 20 * left @ right.T
    places = torch.arange(4)
    ways = [scores.log_softmax(dim=way)[places, places].mean() for way in (0, 1)]
    expected = -(ways[0] + ways[1]) / 2
    expected.backward()
    assert loss == pytest.approx(expected.item(), abs=1e-5)
    assert sorted(rows.tolist()) == sorted(set(np.concatenate(pieces).tolist()))
    assert whole.grad is not None
    assert torch.allclose(gradient, whole.grad[rows], atol=1e-5)


def test_equal_texts_are_no_wrong_answers() -> None:
    scores = torch.tensor([[5.0, 9.0, 1.0], [2.0, 6.0, 1.0], [0.0, 1.0, 4.0]])
    numbers = np.arange(3)
    alike = np.array([0, 0, 2])
    strict = loss_of_scores(scores, numbers, numbers)
    assert loss_of_scores(scores, alike, numbers) < strict
    assert loss_of_scores(scores, alike, numbers) == loss_of_scores(scores, numbers, alike)
    only_themselves = loss_of_scores(scores, np.zeros(3, int), numbers)
    assert only_themselves.item() == 0


def test_equal_texts_have_equal_keys() -> None:
    texts = tokenized(["青禾", "云陵", "青禾", ""], character_tokenizer("青禾云陵"))
    assert texts.keys[0] == texts.keys[2]
    assert len(set(texts.keys)) == 3
    assert [ids.tolist() for ids in np.split(texts.ids, texts.starts[1:-1])] == [[1, 2], [3, 4], [1, 2], []]


def test_a_text_without_tokens_has_a_mean_of_zeros() -> None:
    vectors = torch.eye(3)
    rows = means(vectors, [np.array([0, 1]), np.array([], dtype=np.int64), np.array([2])])
    assert rows.numpy() == pytest.approx(np.array([[0.5**0.5, 0.5**0.5, 0], [0, 0, 0], [0, 0, 1]]))


def test_short_texts_are_seen_whole_and_half_of_long_ones() -> None:
    recipe = Recipe()
    texts = tokenized(["青" * recipe.whole, "青禾" * 2000], character_tokenizer("青禾"))
    short, long = texts.thinned(np.array([0, 1]), recipe, np.random.default_rng(3))
    assert short.tolist() == [1] * recipe.whole
    assert len(long) / 4000 == pytest.approx(recipe.kept, abs=0.05)


@given(sizes=st.lists(st.integers(1, 90), min_size=1, max_size=4), seed=st.integers(0, 9))
@settings(max_examples=60)
def test_an_epoch_takes_a_pair_at_most_once_in_batches_of_one_data_set(sizes: list[int], seed: int) -> None:
    recipe = replace(SMALL, epochs=1, pairs_of_a_set=50, seed=seed)
    steps = list(batches(sizes, recipe))
    taken = Counter((number, int(row)) for number, rows in steps for row in rows)
    assert set(taken.values()) == {1}
    assert Counter(number for number, _ in taken) == {number: min(size, 50) for number, size in enumerate(sizes)}
    assert all(row < sizes[number] for number, row in taken)
    assert all(1 <= len(rows) <= 1.5 * recipe.batch for _, rows in steps)


def test_an_epoch_that_does_not_take_all_leaves_others_to_the_next() -> None:
    steps = list(batches([1000], replace(SMALL, pairs_of_a_set=50, epochs=8)))
    taken = {int(row) for _, rows in steps for row in rows}
    assert 300 < len(taken) <= 400


def test_first_vectors_are_as_long_as_their_pieces_are_rare() -> None:
    tokenizer = character_tokenizer("的青禾")
    documents = tokenized(["的的的青", "的", "的青", "的禾", "的禾"], tokenizer)
    lengths = np.linalg.norm(first_vectors([documents], 4, replace(SMALL, dimension=4096)), axis=1)
    counts = np.array([0, 4, 2, 1])  # the two equal texts count once
    rarity = np.log1p((4 - counts + 0.5) / (counts + 0.5))
    assert lengths == pytest.approx(rarity / np.median(rarity), rel=0.05)


def test_first_means_are_a_projection_of_tf_idf() -> None:
    tokenizer = character_tokenizer("".join(left + right for left, right in invented.pairs(60)))
    documents = tokenized([right for _, right in invented.pairs(60)], tokenizer)
    size = tokenizer.get_vocab_size()
    counts = np.stack([np.bincount(ids, minlength=size) for ids in np.split(documents.ids, documents.starts[1:-1])])
    occurs = (counts > 0).sum(axis=0)
    weighted = counts * np.log1p((60 - occurs + 0.5) / (occurs + 0.5))
    projected = counts @ first_vectors([documents], size, replace(SMALL, dimension=4096))
    assert np.abs(cosines(projected) - cosines(weighted)).max() < 0.1


def cosines(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    product: NDArray[np.float64] = unit @ unit.T
    return product


def test_trained_pairs_come_together_though_they_share_no_character() -> None:
    questions, paragraphs = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉"
    generator = np.random.default_rng(4)
    chosen = {tuple(sorted(generator.choice(10, 3, replace=False))) for _ in range(60)}
    pairs = tuple(
        ("".join(questions[n] for n in each), "".join(paragraphs[n] for n in each)) for each in sorted(chosen)
    )
    tokenizer = character_tokenizer(questions + paragraphs)
    recipe = replace(SMALL, epochs=40, learning_rate=0.02)
    first = first_vectors([tokenized([right for _, right in pairs], tokenizer)], 21, recipe)
    trained = fit([PairSet("made", pairs)], tokenizer, recipe)
    assert found_first(first, pairs, tokenizer) < 0.3
    assert found_first(trained, pairs, tokenizer) > 0.9


def found_first(vectors: NDArray[np.float32], pairs: tuple[tuple[str, str], ...], tokenizer: Tokenizer) -> float:
    """The share of the first texts whose partner is the nearest."""
    left, right = (
        normalize(torch.from_numpy(np.stack([vectors[tokenizer.encode(text).ids].sum(axis=0) for text in side])))
        for side in zip(*pairs, strict=True)
    )
    return float((left @ right.T).argmax(dim=1).eq(torch.arange(len(pairs))).float().mean())


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    tokenizer = character_tokenizer("".join(left + right for left, right in invented.pairs(40)))
    pair_sets = [PairSet("one", tuple(invented.pairs(40))), PairSet("two", tuple(invented.pairs(30, 50)))]
    vectors = fit(pair_sets, tokenizer, SMALL)
    assert vectors.dtype == np.float32
    assert vectors.shape == (tokenizer.get_vocab_size(), SMALL.dimension)
    assert not vectors[tokenizer.token_to_id(UNKNOWN)].any()
    assert np.abs(turned(vectors) - vectors).max() < 1e-4
    assert fit(pair_sets, tokenizer, SMALL).tobytes() == vectors.tobytes()
    assert fit(pair_sets, tokenizer, replace(SMALL, seed=8)).tobytes() != vectors.tobytes()


def test_a_data_set_of_which_nothing_is_left_changes_nothing() -> None:
    tokenizer = character_tokenizer("".join(left + right for left, right in invented.pairs(40)))
    pair_set = PairSet("one", tuple(invented.pairs(40)))
    expected = fit([pair_set], tokenizer, SMALL)
    assert fit([PairSet("none", (), dropped=3), pair_set], tokenizer, SMALL).tobytes() == expected.tobytes()
