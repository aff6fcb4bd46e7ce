"""askspeech, as its README begins: `build_index`, `SpeechIndex.open`, `search`."""

from pathlib import Path

from askspeech import SpeechIndex, Turn, build_index
from askspeech.embedder import Embedder, SentenceTransformerEmbedder, builtin_embedder
from benchmarks.peers.sides.wire import Found, Settings, serve


class Ours:
    """An index with its default settings; `model` names another embedder than the built-in one."""

    def __init__(self, settings: Settings) -> None:
        name = settings.get("model", "")
        self.embedder: Embedder = SentenceTransformerEmbedder(name) if name else builtin_embedder()
        self.index: SpeechIndex | None = None
        self.texts: dict[str, str] = {}

    def build(self, corpus: Path, store: Path) -> None:
        build_index([corpus], store=store, embedder=self.embedder)

    def open(self, store: Path) -> None:
        self.index = SpeechIndex.open(store, embedder=self.embedder)
        self.texts = {}

    def ask(self, question: str, k: int) -> list[Found]:
        """The hits with all their spans, each a piece: an outline passage is put together of several places."""
        if self.index is None:
            raise ValueError("no index has been opened")
        *earlier, asked = question.split("\n")
        self.texts = self.texts or self.index.source_texts()
        hits = self.index.search(asked, k=k, history=tuple(Turn(one) for one in earlier))
        return [
            {
                "file": hit.passage.file,
                "pieces": [self.texts[hit.passage.file][start:end] for start, end in hit.spans],
            }
            for hit in hits
        ]


if __name__ == "__main__":
    serve(Ours)
