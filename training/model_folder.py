"""Writing the model folder: SentenceTransformer's format, so that any program that knows it can read it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from string import Template

import numpy as np
from benchmarks.retrieval import Figures, table_of_figures
from numpy.typing import NDArray
from safetensors.numpy import save
from tokenizers import Tokenizer

from training.fitting import Recipe
from training.pairs import PairSet

CARD = Path(__file__).with_name("model_card.md")
MODULES = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}]
CONFIG = {
    "default_prompt_name": None,
    "model_type": "SentenceTransformer",
    "prompts": {"document": "", "query": ""},
    "similarity_fn_name": "cosine",
}


LEVELS = 31
"""How many values a number of a row can have between four deviations below nothing and four above it."""


def rounded(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vectors with numbers that take few different values, each row a power of two apart, still as float32.

    The wheel packs them to a quarter; what is found stays the same. Saved as
    float16, SentenceTransformer would also compute in float16, and its vectors would no longer equal ours.
    """
    spread = np.maximum(vectors.std(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    step = np.exp2(np.round(np.log2(8 * spread / LEVELS)))
    quantized: NDArray[np.float32] = (np.round(vectors / step) * step).astype(np.float32)
    return quantized


def write_model(folder: Path, vectors: NDArray[np.float32], tokenizer: Tokenizer) -> None:
    """Write weights, tokenizer and configuration; the tokenizer neither cuts nor pads."""
    folder.mkdir(parents=True, exist_ok=True)
    # Not save_file, which makes a file that only its owner can read.
    (folder / "model.safetensors").write_bytes(save({"embedding.weight": rounded(vectors)}))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in (("modules.json", MODULES), ("config_sentence_transformers.json", CONFIG)):
        (folder / name).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def sets_of_card() -> set[str]:
    """The names of the data sets that the card's template has a line for."""
    others = {"figures", *(field.name for field in fields(Recipe))}
    return set(Template(CARD.read_text(encoding="utf-8")).get_identifiers()) - others


def write_model_card(folder: Path, recipe: Recipe, pair_sets: Sequence[PairSet], figures: Sequence[Figures]) -> None:
    """Write README.md from the template beside this file, with the counts and figures of this training."""
    counts = {each.name: f"{len(each.pairs):,} ({each.dropped} dropped)" for each in pair_sets}
    text = Template(CARD.read_text(encoding="utf-8")).substitute(
        counts | asdict(recipe),
        figures=table_of_figures(figures),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
