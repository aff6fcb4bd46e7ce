"""A pipeline that fits on a page, for the tests of the benchmark: it cuts files and counts common characters."""

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.peers.sides.wire import Found, Settings, serve

INDEX = "index.json"


class Tiny:
    """Passages of `size` characters; `fail` names what fails, `slowly` the seconds that writing takes."""

    def __init__(self, settings: Settings) -> None:
        print("a library that prints", flush=True)
        self.settings = settings
        self.passages: list[Found] = []
        if settings.get("fail") == "start":
            print("last words", file=sys.stderr, flush=True)
            os._exit(3)

    def build(self, corpus: Path, store: Path) -> None:
        if self.settings.get("fail") == "build":
            raise RuntimeError("as it was told to")
        size = self.settings["size"]
        passages = [
            {"file": path.name, "pieces": [text[start : start + 4 * size]]}
            for path in sorted(corpus.iterdir())
            for text in [path.read_text(encoding="utf-8")]
            for start in range(0, len(text), size)
        ]
        written = json.dumps(passages, ensure_ascii=False)
        if self.settings.get("swap"):
            (store / "new").write_text(written, encoding="utf-8")
            (store / "new").replace(store / INDEX)
            return
        with (store / INDEX).open("w", encoding="utf-8") as file:
            for start in range(0, len(written), 20):
                file.write(written[start : start + 20])
                file.flush()
                time.sleep(self.settings.get("slowly", 0) * 20 / len(written))

    def open(self, store: Path) -> None:
        self.passages = json.loads((store / INDEX).read_text(encoding="utf-8"))

    def ask(self, question: str, k: int) -> list[Found]:
        def common(found: Found) -> int:
            return len(set(question) & set("".join(found["pieces"])))

        return sorted(self.passages, key=common, reverse=True)[:k]


if __name__ == "__main__":
    serve(Tiny)
