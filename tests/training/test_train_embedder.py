"""The whole training on invented pairs: what it drops, what it writes, who reads it, and whether it repeats."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.training import invented
from tokenizers import Tokenizer
from training import train_embedder
from training.model_folder import sets_of_card
from training.pairs import HeldOut, PairSet
from training.train_embedder import KEPT_TOKENIZER, kept_tokenizer, main

from askspeech.embedder import StaticEmbedder

DATA_SETS = sorted(sets_of_card() - {"made_questions"})
PAIRS = 30
LEAKED = tuple(("哪里？", f"另一篇也说：{measured[1:]}") for measured in invented.MEASURED)
FILES = ["README.md", "config_sentence_transformers.json", "model.safetensors", "modules.json", "tokenizer.json"]
TEXTS = ("青禾县的货运班列由谁牵头？", "云陵市GDP增长5%，办得好。", "Who pays?", "", "\U0001f9ff", "银杏镇。" * 700)

pytestmark = pytest.mark.usefixtures("torch_as_before")


def write_data(folder: Path, *, leaked: Sequence[tuple[str, str]] = ()) -> None:
    """Pairs under every name of the card, and what is measured; the leaked pairs stand in the midst of one set."""
    invented.write_measured(folder)
    for number, name in enumerate(DATA_SETS):
        pairs = invented.pairs(PAIRS, PAIRS * number)
        middle = leaked if name == "drcd_dev_sc" else ()
        invented.write_pairs(folder / "data", name, [*pairs[:9], *middle, *pairs[9:]])


def options(folder: Path, output: Path) -> list[str]:
    """The command's options; the corpora are not there, which only a new tokenizer would need."""
    folders = {"--data": folder / "data", "--corpora": folder / "absent", "--output": output}
    folders |= {f"--{name}": folder / name for name in ("benchmarks", "eval", "corpus")}
    return [*(str(part) for option in folders.items() for part in option), "--dimension", "24", "--epochs", "1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of which four pairs hold what is measured."""
    made = tmp_path_factory.mktemp("training")
    write_data(made, leaked=LEAKED)
    return made


@pytest.fixture(scope="module")
def model(folder: Path, torch_as_before: None) -> Path:
    """The model that these data give."""
    assert main(options(folder, folder / "model")) == 0
    return folder / "model"


def test_weights_tokenizer_configuration_and_card_are_written(model: Path) -> None:
    assert sorted(path.name for path in model.iterdir()) == FILES
    card = (model / "README.md").read_text(encoding="utf-8")
    assert "one vector of 24 numbers" in card
    assert "1 epochs with up to" in card
    for way in ("mean-pooled", "late interaction", "whole search"):
        assert f"| made | {way} | " in card


def test_dropped_pairs_are_counted_in_the_card(model: Path) -> None:
    card = (model / "README.md").read_text(encoding="utf-8")
    assert f"| DRCD dev, in simplified characters: question, paragraph of Wikipedia | {PAIRS} (4 dropped) |" in card
    assert card.count(f"| {PAIRS} (0 dropped) |") == len(DATA_SETS) - 1


def test_what_is_measured_leaves_no_trace_in_the_weights(model: Path, tmp_path: Path) -> None:
    write_data(tmp_path)
    assert main(options(tmp_path, tmp_path / "model")) == 0
    for name in ("model.safetensors", "tokenizer.json"):
        assert (tmp_path / "model" / name).read_bytes() == (model / name).read_bytes()


def test_both_loaders_read_the_same_vectors(model: Path) -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(model), device="cpu").encode(list(TEXTS), normalize_embeddings=True)
    ours = StaticEmbedder(model).embed_passages(TEXTS)
    assert ours.shape == (len(TEXTS), 24)
    assert ours[:3].any(axis=1).all()
    assert np.abs(ours - theirs).max() < 1e-5


def test_the_tokenizer_is_the_one_that_is_kept(model: Path) -> None:
    assert (model / "tokenizer.json").read_bytes() == KEPT_TOKENIZER.read_bytes()


def test_the_command_gives_the_same_bytes_again_and_says_what_it_drops(
    model: Path, folder: Path, tmp_path: Path, repository: Path
) -> None:
    tokenizer = KEPT_TOKENIZER.read_bytes()
    command = [sys.executable, "-m", "training.train_embedder", *options(folder, tmp_path / "again")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=repository)
    assert done.returncode == 0, done.stderr
    assert f"drcd_dev_sc: {PAIRS} pairs, {len(LEAKED)} dropped (a run of 30 characters)" in done.stderr
    assert "training the tokenizer" not in done.stderr
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (model / name).read_bytes(), name
    assert KEPT_TOKENIZER.read_bytes() == tokenizer


def test_another_seed_gives_another_model(model: Path, folder: Path, tmp_path: Path) -> None:
    assert main([*options(folder, tmp_path), "--seed", "8"]) == 0
    assert (tmp_path / "model.safetensors").read_bytes() != (model / "model.safetensors").read_bytes()


def test_a_new_tokenizer_is_trained_when_asked_for_and_then_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_embedder, "KEPT_TOKENIZER", tmp_path / "tokenizer.json")
    (tmp_path / "government-reports").mkdir()
    for name in ("notices-2020", "laws"):
        invented.write_lines(tmp_path / f"{name}.jsonl.gz", [{"text": "青禾县的货运班列"}])
    arguments = (tmp_path, [PairSet("made", tuple(invented.pairs(50)))], HeldOut([]))
    first = kept_tokenizer(*arguments, anew=False)
    written = (tmp_path / "tokenizer.json").read_bytes()
    assert Tokenizer.from_buffer(written).to_str() == first.to_str()
    kept_tokenizer(*arguments, anew=False)
    assert (tmp_path / "tokenizer.json").read_bytes() == written
    kept_tokenizer(tmp_path, [PairSet("made", tuple(invented.pairs(90, 200)))], HeldOut([]), anew=True)
    assert (tmp_path / "tokenizer.json").read_bytes() != written


def extra(folder: Path) -> None:
    invented.write_pairs(folder / "data", "gathered_anywhere", invented.pairs(5))


def without_one(folder: Path) -> None:
    (folder / "data" / "cmrc2018_trial.jsonl.gz").unlink()


def with_nothing_else(folder: Path) -> None:
    for name in DATA_SETS:
        invented.write_pairs(folder / "data", name, LEAKED)


def with_nothing_measured(folder: Path) -> None:
    (folder / "corpus" / "nested" / "s.txt").unlink()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (extra, "no line for the data set gathered_anywhere"),
        (without_one, "a line for the data set cmrc2018_trial"),
        (with_nothing_else, "No pairs are left"),
        (with_nothing_measured, "holds no text"),
    ],
    ids=["a set without a line", "a line without a set", "all dropped", "nothing measured"],
)
def test_what_does_not_fit_ends_the_training_with_a_sentence_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], None], expected: str
) -> None:
    write_data(tmp_path)
    change(tmp_path)
    assert main(options(tmp_path, tmp_path / "model")) == 2
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "model").exists()


def test_training_needs_no_package_that_askspeech_does_not_need(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=\[]", line)[0].replace("-", "_") for line in project["dependencies"]}
    used = {
        module.split(".")[0]
        for path in (repository / "training").glob("*.py")
        for module in re.findall(r"^(?:from|import) ([\w.]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert used - sys.stdlib_module_names <= declared | {"askspeech", "benchmarks", "torch", "training"}
