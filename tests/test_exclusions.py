"""The exclusion list: several processes, damage, and what tells one exclusion from another."""

import subprocess
import sys
from pathlib import Path

import pytest

from askspeech.datatypes import Span
from askspeech.errors import StoreDamagedError
from askspeech.exclusions import Exclusion, Exclusions

SPEECH = Exclusion("speech", "合集.txt", "讲话", "a" * 32, "b" * 32, Span(3, 90), excluded_by="王芳")
FILE = Exclusion("file", "uploads/讲话.txt", "uploads/讲话.txt")


def test_what_is_added_is_there_until_it_is_taken_back(tmp_path: Path) -> None:
    exclusions = Exclusions(tmp_path / "store")
    assert exclusions.all() == ()
    assert not exclusions.remove(FILE)
    assert exclusions.add(SPEECH) and exclusions.add(FILE)
    assert not exclusions.add(Exclusion("file", FILE.file, "another title"))
    speech, file = Exclusions(tmp_path / "store").all()
    assert (speech.key, speech.span, speech.excluded_by) == (SPEECH.key, Span(3, 90), "王芳")
    assert file.excluded_at.endswith("+00:00")
    assert exclusions.remove(speech)
    assert exclusions.all() == (file,)


def test_processes_do_not_lose_each_other_s_words(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from askspeech.exclusions import Exclusion, Exclusions\n"
        "for n in range(20): Exclusions(Path(sys.argv[1])).add(Exclusion('file', f'{sys.argv[2]}-{n}', 't'))"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), f"{number}"]) for number in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    assert len(Exclusions(tmp_path).all()) == 60


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"exclusions": [{"kind": "tree"}]}', '{"exclusions": [1]}'])
def test_a_damaged_list_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "exclusions.json").write_text(content, encoding="utf-8")
    with pytest.raises(StoreDamagedError, match="移除名单已损坏"):
        Exclusions(tmp_path).all()
