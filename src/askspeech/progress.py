"""How long work reports where it stands: a callback that a face passes in, so that no library code prints."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, what is done of it and what there is in all (0 where that is not known).

A stage begins with its first call and ends with the call whose `done` equals its total, or with another stage's first.
"""


def silent(stage: str, done: int, total: int) -> None:
    """A progress callback that reports nothing."""
