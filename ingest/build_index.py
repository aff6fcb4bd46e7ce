#!/usr/bin/env python3
"""Build the index of folders of speeches into this clone's vectordb/store: the same job as `askspeech build`.

.venv/bin/python ingest/build_index.py ingest/samples
"""

import sys
from pathlib import Path

try:
    from askspeech import cli
except ModuleNotFoundError as missing:
    sys.exit(
        f"{missing}: askspeech and what it needs are not installed for {sys.executable}. "
        "Run `make index`, or this script with the Python of `.venv/bin` after any `make` command."
    )

REPOSITORY = Path(__file__).resolve().parents[1]

if __name__ == "__main__":
    sys.exit(cli.build_main(default_store=REPOSITORY / "vectordb" / "store"))
