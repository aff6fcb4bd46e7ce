"""The same text is understood the same way in every process and in every order of the files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

INPUTS = 2000
TESTS = Path(__file__).parent

PROGRAM = f"""
import hashlib, random, sys
from askspeech.copies import copies_among
from askspeech.datatypes import Source
from askspeech.readers import source_id
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

PIECES = [
    "同志们：", "在白石县优化营商环境大会上的讲话", "一、抓好审批提速。", "（一）推行帮办代办。",
    "一是减材料。", "二是减时限，", "三要把xx件实事办好；", "第一，责任要压实", "- 3 -", "白石文库",
    "---此处隐藏120字,下载后查看---", "企业的事要马上办，不能拖到明天。", "投入**亿元，增长*%。",
    "第三条 行政机关应当一次告知。", "谢谢大家！", "2023年3月5日", "优化營商環境",
    "\\r\\n", "\\n", "\\n\\n", "\\f", "　　", " ", "\\u2028",
]
generator = random.Random(7)
texts = ["".join(generator.choices(PIECES, k=generator.randint(0, 40))) for _ in range({INPUTS})]
named = [(f"{{number:04}}.txt", text) for number, text in enumerate(texts)]
if sys.argv[1] == "backwards":
    named.reverse()
documents = {{}}
for name, text in named:
    source = Source(source_id(text), name, text, "", "text", "1", "utf-8")
    documents[name] = understand(source, IndexSettings())
digest = hashlib.sha256()
for name in sorted(documents):
    digest.update(repr(documents[name]).encode())
passages = [passage for name in documents for passage in documents[name].passages]
digest.update(repr(copies_among({{passage.id: passage for passage in passages}}.values())).encode())
print(digest.hexdigest())
"""


def _digest(seed: str, order: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, order], env=environment, capture_output=True, text=True, check=True, cwd=TESTS
    )
    return ran.stdout.strip()


@pytest.fixture(scope="module")
def expected() -> str:
    """The digest of one process."""
    return _digest("0", "forwards")


@pytest.mark.parametrize(("seed", "order"), [("1", "forwards"), ("2", "backwards")])
def test_one_digest_in_every_process_and_order(expected: str, seed: str, order: str) -> None:
    assert len(expected) == 64
    assert _digest(seed, order) == expected
