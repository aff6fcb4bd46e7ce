"""`python -m askspeech` is the program `askspeech`."""

import sys

from askspeech.cli import main

if __name__ == "__main__":
    sys.exit(main())
