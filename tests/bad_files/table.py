"""What a bad file is: how it is made, and what is expected of a build that meets it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["KEPT", "SPEECH", "BadFile", "bad"]

SPEECH = """在青禾县优化营商环境大会上的讲话

同志们：

今天召开大会，主要任务是总结经验、部署工作。下面，我讲三点意见。

一、提高认识，把服务企业放在心上。营商环境就是生产力，窗口单位要换位思考，不让企业跑断腿。

二、办好实事，把政策落到企业身上。县财政局要在六月底前建立拖欠账款台账，逐笔写明责任人和还款时间。

三、严肃纪律，把监督贯穿工作全程。对吃拿卡要、推诿扯皮的，发现一起、查处一起、通报一起。

谢谢大家！
"""
KEPT = "把服务企业放在心上"
"""Words of the speech that a file must be found to hold where it has to be read."""


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file of the list, by the name it lies under.

    `error` is a pattern of the reason that the build gives; empty where the file must be read, and then `text` is what
    its text must hold and `notice` a pattern of what is warned of. `slow` ones are made by the row alone, and `pages`
    give them time. Where `either` is set, it is read where characters of pictures are recognised (extra `ocr`), with a
    notice of that pattern.
    """

    name: str
    make: Callable[[Path], object]
    error: str = ""
    text: str = ""
    notice: str = ""
    pages: int = 0
    slow: bool = False
    either: str = ""
    seconds: float = 5.0
    memory: int = 512


def bad(name: str, content: Callable[[], bytes] | bytes, error: str = "", **more: object) -> BadFile:
    """A file of these bytes; they are made when they are asked for where they are many."""

    def make(path: Path) -> None:
        path.write_bytes(content() if callable(content) else content)

    return BadFile(name, make, error, **more)  # type: ignore[arg-type]
