"""Fitting static token vectors to pairs: in-batch negatives, sparse Adam, the same result for the same seed."""

import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from pairs import PairSet
from pieces import UNKNOWN
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the vectors are trained."""

    dimension: int = 256
    epochs: int = 16
    pairs_of_a_set: int = 10_000
    """No data set gives more pairs to one epoch; a larger one gives others to the next."""
    batch: int = 1024
    kept: float = 0.5
    """The share of a long text's tokens that is seen each time, so that no pair is learnt by heart."""
    whole: int = 40
    """Texts up to so many tokens, questions above all, are seen whole."""
    scale: float = 20.0
    learning_rate: float = 0.02
    first_norm: float = 1.0
    seed: int = 7
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Texts:
    """Tokenized texts, end to end: the ids of text i are `ids[starts[i]:starts[i + 1]]`; `keys` tell equal texts."""

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    keys: NDArray[np.int64]

    def bag(self, rows: NDArray[np.int64], recipe: Recipe, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        """The ids of some texts end to end, long texts thinned, and where each begins: what an EmbeddingBag takes."""
        pieces = [self.ids[self.starts[row] : self.starts[row + 1]] for row in rows]
        pieces = [
            piece if len(piece) <= recipe.whole else piece[generator.random(len(piece)) < recipe.kept]
            for piece in pieces
        ]
        offsets = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
        return torch.from_numpy(np.concatenate(pieces)), torch.from_numpy(offsets)


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


def fit(pair_sets: Sequence[PairSet], tokenizer: Tokenizer, recipe: Recipe) -> NDArray[np.float32]:
    """Token vectors, vocabulary × dimension, trained on the pairs; the unknown token's is zero."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    torch.use_deterministic_algorithms(True)
    sides = [sides_of(each, tokenizer) for each in pair_sets]
    table = nn.EmbeddingBag(tokenizer.get_vocab_size(), recipe.dimension, mode="mean", sparse=True)
    nn.init.normal_(table.weight, std=recipe.first_norm / recipe.dimension**0.5)
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=recipe.learning_rate)
    steps = list(batches([len(each.pairs) for each in pair_sets], recipe))
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=len(steps))
    generator = np.random.default_rng(recipe.seed + 1)
    for step, (number, rows) in enumerate(steps):
        left, right = sides[number]
        questions, answers = (normalize(table(*side.bag(rows, recipe, generator))) for side in (left, right))
        loss = loss_of_scores(recipe.scale * questions @ answers.T, left.keys[rows], right.keys[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            LOG.info("step %d of %d: %s, loss %.3f", step, len(steps), pair_sets[number].name, loss.item())
    vectors = table.weight.detach().numpy().copy()
    vectors[tokenizer.token_to_id(UNKNOWN)] = 0
    return vectors
