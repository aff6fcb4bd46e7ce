"""How fast embedding and asking are, and how much memory embedding takes; compare figures of one run only."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tokenizers import Tokenizer

from askspeech.embedder import Embedder, StaticEmbedder
from askspeech.indexing import build_index
from askspeech.late_interaction import late_interaction_scores
from benchmarks.memory import ROOT, memory_of
from benchmarks.rivals import Rival
from benchmarks.tables import markdown

SAMPLES = ROOT / "tests" / "data" / "samples"
SAMPLES_QUESTION = "市里年初定的五场硬仗是哪五场？"
PASSAGE_CHARACTERS = 300
PASSAGES = 4000
RIVAL_PASSAGES = 64
RIVAL_WARM_UP = 8
CANDIDATES = 300
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure with its unit; None where it could not be measured, and `what` says why."""

    what: str
    figure: float | None
    unit: str


def cut(texts: Iterable[str], count: int, characters: int = PASSAGE_CHARACTERS) -> list[str]:
    """At most so many passages of exactly so many characters, cut out of the texts one after the other."""
    whole = "".join(texts)
    starts = range(0, len(whole) - characters + 1, characters)
    return [whole[start : start + characters] for start in starts][:count]


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """How long the work takes, each time."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return taken


def encoding_speed(model: StaticEmbedder, folder: Path, passages: Sequence[str]) -> Iterator[Measured]:
    """Passages a second of the model and of its bare tokenizer, the best of several rounds each, in turns."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    texts = list(passages)
    model.embed_passages(texts[:RIVAL_WARM_UP])
    tokenizer.encode_batch_fast(texts[:RIVAL_WARM_UP], add_special_tokens=False)
    whole, bare = [], []
    for _ in range(ROUNDS):
        whole += seconds(lambda: model.embed_passages(texts), 1)
        bare += seconds(lambda: tokenizer.encode_batch_fast(texts, add_special_tokens=False), 1)
    yield Measured(f"{model.name}, {len(texts)} passages", len(texts) / min(whole), "passages/s")
    yield Measured("its bare tokenizer", len(texts) / min(bare), "passages/s")
    yield Measured("share of the bare tokenizer's speed", 100 * min(bare) / min(whole), "%")


def rival_speed(rival: Rival, passages: Sequence[str], reference: Measured) -> Iterator[Measured]:
    """Passages a second of another embedder, once over few passages, and how many times as many the reference does."""
    if rival.embedder is None:
        yield Measured(f"{rival.name}: {rival.problem}", None, "passages/s")
        return
    few = passages[:RIVAL_PASSAGES]
    speed = len(few) / _seconds_of(rival.embedder, few)
    yield Measured(f"{rival.name}, {len(few)} passages", speed, "passages/s")
    if reference.figure is not None:
        yield Measured(f"{reference.what.split(',')[0]} against {rival.name}", reference.figure / speed, "times")


def _seconds_of(embedder: Embedder, passages: Sequence[str]) -> float:
    embedder.embed_passages(passages[:RIVAL_WARM_UP])
    return seconds(lambda: embedder.embed_passages(passages), 1)[0]


def memory(folder: Path, passages: Sequence[str]) -> Measured:
    """The memory of loading the model and embedding the passages, above the bare imports."""
    measured = memory_of(folder, passages)
    what = f"memory above the bare imports, loading and embedding {len(passages)} passages"
    return Measured(what, measured["after"] - measured["before"], "MB")


def late_interaction_speed(model: StaticEmbedder, passages: Sequence[str], questions: Sequence[str]) -> Measured:
    """Scoring the candidates of a question whose token ids are at hand, the median over the questions."""
    candidates, asked = model.token_ids(passages[:CANDIDATES]), model.token_ids(questions)
    taken = [seconds(partial(late_interaction_scores, ids, candidates, model.token_directions), 1)[0] for ids in asked]
    what = f"late interaction of a question with {len(candidates)} candidates, median of {len(asked)}"
    return Measured(what, 1000 * statistics.median(taken), "ms")


def asking_speed(rounds: int = ROUNDS) -> Iterator[Measured]:
    """`askspeech ask` as a program of its own, over an index of the samples."""
    with tempfile.TemporaryDirectory() as store:
        build_index([SAMPLES], store=store)
        command = [sys.executable, "-m", "askspeech", "ask", SAMPLES_QUESTION, "--store", store]
        # The index is that of the built-in embedder, whatever this shell's settings name.
        plain = {name: value for name, value in os.environ.items() if not name.startswith("ASKSPEECH_")}
        taken = seconds(lambda: subprocess.run(command, check=True, capture_output=True, env=plain), rounds)
    yield Measured(f"askspeech ask, from a shell, on the samples: best of {rounds}", min(taken), "s")
    yield Measured("the same, median", statistics.median(taken), "s")


def table_of_speed(measured: Sequence[Measured]) -> str:
    """A Markdown table, one line for each figure."""
    rows = [(each.what, "–" if each.figure is None else f"{_rounded(each.figure)} {each.unit}") for each in measured]
    return markdown(("what", "figure"), rows)


def _rounded(figure: float) -> str:
    """Three significant digits, and all digits of what is above a thousand."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
