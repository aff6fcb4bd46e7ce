#!/usr/bin/env python3
"""The chat page's front door, with this clone's vectordb/store: the same job as `askspeech serve`.

.venv/bin/python app.py --port 7860
"""

import os
import sys
from pathlib import Path

try:
    from askspeech import cli
except ModuleNotFoundError as missing:
    sys.exit(
        f"{missing}: askspeech and what it needs are not installed for {sys.executable}. "
        "Run `make chat`, or this program with the Python of `.venv/bin` after any `make` command."
    )

REPOSITORY = Path(__file__).resolve().parent

if __name__ == "__main__":
    os.environ.setdefault("ASKSPEECH_STORE", str(REPOSITORY / "vectordb" / "store"))
    sys.exit(cli.main(["serve", *sys.argv[1:]]))
