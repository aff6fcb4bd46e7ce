"""txtai's hybrid search, as its documentation builds it; docs/benchmarks.md names the page of each choice."""

from pathlib import Path
from typing import Any

from txtai import Embeddings
from txtai.pipeline import Segmentation

from benchmarks.peers.sides.wire import Found, Settings, serve

CHINESE_ENDS = ["。", "！", "？", "；", "\n"]


class Txtai:
    """Segmentation, then an embeddings database with a dense and a keyword index."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # Loads the model, so that building does not.
        self.embeddings: Any = Embeddings(self.configuration())

    def configuration(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {"path": self.settings["model"], "method": "sentence-transformers", "content": True}
        chosen |= {"hybrid": True} if "scoring" not in self.settings else {"scoring": self.settings["scoring"]}
        return chosen

    def segmentation(self) -> Any:
        size = self.settings.get("chunk_size")
        if size is None:
            return Segmentation(**{self.settings["split"]: True})
        return Segmentation(
            chunker="sentence",
            tokenizer="character",
            chunk_size=size,
            chunk_overlap=self.settings["chunk_overlap"],
            min_characters_per_sentence=1,
            delim=CHINESE_ENDS,
        )

    def build(self, corpus: Path, store: Path) -> None:
        segment = self.segmentation()
        rows = []
        for path in sorted(corpus.iterdir()):
            pieces = segment(path.read_text(encoding="utf-8"))
            rows += [{"text": piece, "file": path.name} for piece in pieces]
        self.embeddings.index(rows)
        self.embeddings.save(str(store))

    def open(self, store: Path) -> None:
        self.embeddings = Embeddings()
        self.embeddings.load(str(store))

    def ask(self, question: str, k: int) -> list[Found]:
        statement = "select text, file, score from txtai where similar(:question, :share)"
        share = self.settings.get("dense_share")
        if share is None:
            statement = "select text, file, score from txtai where similar(:question)"
        given = {"question": question} | ({} if share is None else {"share": str(share)})
        found = self.embeddings.search(statement, limit=k, parameters=given)
        return [{"file": one["file"], "pieces": [one["text"]]} for one in found]


if __name__ == "__main__":
    serve(Txtai)
