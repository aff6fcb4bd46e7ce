"""Fitting static token vectors to pairs: in-batch negatives, sparse Adam, the same result for the same seed."""

import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy, embedding_bag, normalize

from training.pairs import PairSet
from training.pieces import UNKNOWN

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the vectors are trained."""

    dimension: int = 768
    epochs: int = 4
    pairs_of_a_set: int = 20_000
    """No data set gives more pairs to one epoch; a larger one gives others to the next."""
    batch: int = 1024
    kept: float = 0.5
    """The share of a long text's tokens that is seen each time, so that no pair is learnt by heart."""
    whole: int = 40
    """Texts up to so many tokens, questions above all, are seen whole."""
    scale: float = 20.0
    learning_rate: float = 0.004
    seed: int = 7
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Texts:
    """Tokenized texts, end to end: the ids of text i are `ids[starts[i]:starts[i + 1]]`; `keys` tell equal texts."""

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    keys: NDArray[np.int64]

    def thinned(
        self, rows: NDArray[np.int64], recipe: Recipe, generator: np.random.Generator
    ) -> list[NDArray[np.int64]]:
        """The ids of some texts, a random part of those of the long ones."""
        pieces = [self.ids[self.starts[row] : self.starts[row + 1]] for row in rows]
        return [
            piece if len(piece) <= recipe.whole else piece[generator.random(len(piece)) < recipe.kept]
            for piece in pieces
        ]


class RowAdam:
    """Adam on those rows of a table that a batch has touched; the others rest (as torch's SparseAdam, and faster)."""

    def __init__(self, table: Tensor, betas: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-8) -> None:
        self.table, self.betas, self.epsilon, self.steps = table, betas, epsilon, 0
        self.mean, self.square = torch.zeros_like(table), torch.zeros_like(table)

    def step(self, rows: Tensor, gradient: Tensor, rate: float) -> None:
        """Move the rows against their gradient."""
        self.steps += 1
        first, second = self.betas
        mean = torch.lerp(gradient, self.mean[rows], first)
        square = torch.lerp(gradient.square(), self.square[rows], second)
        self.mean[rows], self.square[rows] = mean, square
        scale = (1 - second**self.steps) ** 0.5 / (1 - first**self.steps)
        self.table[rows] -= rate * scale * mean / (square.sqrt() + self.epsilon)


def tokenized(texts: Sequence[str], tokenizer: Tokenizer) -> Texts:
    """The texts as token ids."""
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    lengths = [len(encoding.ids) for encoding in encodings]
    ids = np.fromiter(itertools.chain.from_iterable(encoding.ids for encoding in encodings), np.int64, sum(lengths))
    _, keys = np.unique(np.array(texts, dtype=object), return_inverse=True)
    return Texts(ids, np.concatenate([[0], np.cumsum(lengths)]), keys)


def sides_of(pair_set: PairSet, tokenizer: Tokenizer) -> tuple[Texts, Texts]:
    """The first texts of all pairs, and the second."""
    left, right = zip(*pair_set.pairs, strict=True)
    return tokenized(left, tokenizer), tokenized(right, tokenizer)


def batches(sizes: Sequence[int], recipe: Recipe) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """For every step, the data set and the rows of its batch; a pair comes at most once in an epoch."""
    generator = np.random.default_rng(recipe.seed)
    for _ in range(recipe.epochs):
        epoch: list[tuple[int, NDArray[np.int64]]] = []
        for number, size in enumerate(sizes):
            rows = generator.permutation(size)[: recipe.pairs_of_a_set]
            parts = np.array_split(rows, max(1, round(len(rows) / recipe.batch)))
            epoch.extend((number, part) for part in parts)
        yield from (epoch[place] for place in generator.permutation(len(epoch)))


def loss_of_scores(scores: Tensor, left: NDArray[np.int64], right: NDArray[np.int64]) -> Tensor:
    """Cross entropy, both ways, of finding each text's partner among the batch; equal texts are no negatives."""
    same = np.equal.outer(left, left) | np.equal.outer(right, right)
    np.fill_diagonal(same, False)
    scores = scores.masked_fill(torch.from_numpy(same), float("-inf"))
    partners = torch.arange(len(scores))
    return (cross_entropy(scores, partners) + cross_entropy(scores.T, partners)) / 2


def means(vectors: Tensor, pieces: Sequence[NDArray[np.int64]]) -> Tensor:
    """The mean of the vectors of each text's ids, brought to unit length; texts × dimension."""
    offsets = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
    ids, starts = torch.from_numpy(np.concatenate(pieces)), torch.from_numpy(offsets)
    return normalize(embedding_bag(ids, vectors, starts, mode="mean"))


def loss_and_gradient(
    table: Tensor, pieces: Sequence[NDArray[np.int64]], keys: Sequence[NDArray[np.int64]], scale: float
) -> tuple[float, Tensor, Tensor]:
    """The loss of a batch (all left texts, then all right ones), the rows that it touches, and their gradient."""
    rows, places = np.unique(np.concatenate(pieces), return_inverse=True)
    local = np.split(places, np.cumsum([len(piece) for piece in pieces])[:-1])
    touched = torch.from_numpy(rows)
    vectors = table[touched].requires_grad_()
    left, right = means(vectors, local).chunk(2)
    loss = loss_of_scores(scale * left @ right.T, *keys)
    (gradient,) = torch.autograd.grad(loss, vectors)
    return loss.item(), touched, gradient


def first_vectors(documents: Sequence[Texts], pieces: int, recipe: Recipe) -> NDArray[np.float32]:
    """Vectors in directions taken at random, as long as the piece is rare: already a projection of TF-IDF.

    Few dimensions blur it, which is what more of them help against; a low learning rate keeps what it tells apart.
    """
    counts = np.zeros(pieces)
    total = 0
    for texts in documents:
        for row in np.unique(texts.keys, return_index=True)[1]:
            counts[np.unique(texts.ids[texts.starts[row] : texts.starts[row + 1]])] += 1
            total += 1
    rarity = np.log1p((total - counts + 0.5) / (counts + 0.5))
    directions = np.random.default_rng(recipe.seed).normal(0, recipe.dimension**-0.5, (pieces, recipe.dimension))
    scaled: NDArray[np.float32] = (directions * (rarity / np.median(rarity))[:, None]).astype(np.float32)
    return scaled


def fit(pair_sets: Sequence[PairSet], tokenizer: Tokenizer, recipe: Recipe) -> NDArray[np.float32]:
    """Token vectors, vocabulary × dimension, trained on the pairs; the unknown token's is zero."""
    torch.set_num_threads(recipe.threads)
    torch.use_deterministic_algorithms(True)
    generator = np.random.default_rng(recipe.seed)
    pair_sets = [each for each in pair_sets if each.pairs]
    sides = [sides_of(each, tokenizer) for each in pair_sets]
    table = torch.from_numpy(first_vectors([right for _, right in sides], tokenizer.get_vocab_size(), recipe))
    optimizer = RowAdam(table)
    steps = list(batches([len(each.pairs) for each in pair_sets], recipe))
    for step, (number, rows) in enumerate(steps):
        pieces = [piece for side in sides[number] for piece in side.thinned(rows, recipe, generator)]
        keys = [side.keys[rows] for side in sides[number]]
        loss, touched, gradient = loss_and_gradient(table, pieces, keys, recipe.scale)
        optimizer.step(touched, gradient, recipe.learning_rate * (1 - step / len(steps)))
        if step % 100 == 0:
            LOG.info("step %d of %d: %s, loss %.3f", step, len(steps), pair_sets[number].name, loss)
    table[tokenizer.token_to_id(UNKNOWN)] = 0
    return turned(table.numpy())


def turned(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vectors in coordinates of their principal axes, the longest first: no cosine changes.

    So the first numbers of a vector tell more than the others, and may be compared by themselves.
    """
    exact = vectors.astype(np.float64)
    _, axes = np.linalg.eigh(exact.T @ exact)
    axes = axes[:, ::-1]
    # Either direction of an axis is as good: let its largest number be positive, so that the same data give the same.
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    result: NDArray[np.float32] = (exact @ axes).astype(np.float32)
    return result
