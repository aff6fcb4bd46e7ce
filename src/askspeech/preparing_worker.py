"""A process that prepares files for another one: `python -m askspeech.preparing_worker`.

Messages come in on its standard input and leave on its standard output, as frames: eight bytes of length (big-endian),
then the content. The first is the recipe, then every task has its outcome. It ends when its standard input does.
"""

import os
import sys
from typing import BinaryIO

from askspeech.errors import ModelError, SettingsError
from askspeech.formats.replies import HEADER, frame
from askspeech.prepared import Recipe, Task, failed
from askspeech.preparing import Preparer, prepare
from askspeech.reading_pool import ReadingPool

__all__ = ["main"]


def main() -> int:
    """Prepare until standard input ends."""
    tasks, outcomes = _own_streams()
    recipe = _message(tasks)
    if recipe is None:
        return 0
    try:
        preparer: Preparer | ModelError | SettingsError = Preparer(Recipe.unpacked(recipe))
    except (ModelError, SettingsError) as error:
        preparer = error
    with ReadingPool(workers=1) as pool:
        while (task := _message(tasks)) is not None:
            if isinstance(preparer, Preparer):
                outcomes.write(frame(prepare(preparer, pool, Task.unpacked(task))))
            else:
                outcomes.write(frame(failed(preparer)))
            outcomes.flush()
    return 0


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under numbers of their own: whatever a library reads or prints must not meet the frames."""
    tasks, outcomes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return tasks, outcomes


def _message(stream: BinaryIO) -> bytes | None:
    """The next message; None at the end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    content = stream.read(length)
    return content if len(content) == length else None


if __name__ == "__main__":
    sys.exit(main())
