"""Embedders: the built-in one equals SentenceTransformer to the rounding, and itself to the last bit."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from safetensors.numpy import load_file, save_file
from tests import tiny
from tokenizers import Tokenizer, models, pre_tokenizers

import askspeech.embedder
from askspeech.embedder import (
    Embedder,
    LangChainEmbedder,
    SentenceTransformerEmbedder,
    StaticEmbedder,
    builtin_embedder,
    load_embedder,
)
from askspeech.errors import ModelError
from askspeech.settings import IndexSettings

MODEL = Path(askspeech.embedder.__file__).parent / "embedding_model"
TEXTS = (
    "政府欠企业的钱怎么办",
    "深入推进“放管服”改革，优化营商环境，推动办事流程再精简xx%、材料再压减。",
    "How should the government pay its debts to enterprises?",
    "",
    "　\n",
    "一是加强领导。" * 800,
)
some_text = st.text(alphabet=st.sampled_from("政府欠企业的钱怎么办优化营商环境，。12xX the环"), max_size=30)


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    """A model folder with six pieces of four dimensions."""
    words = ["[UNK]", "政府", "企业", "money", "钱", "！"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    folder = tmp_path / "tiny"
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    vectors = np.random.default_rng(3).normal(size=(len(words), 4)).astype(np.float32)
    vectors[0] = 0
    save_file({"embedding.weight": vectors}, folder / "model.safetensors")
    for name in ("modules.json", "config_sentence_transformers.json"):
        shutil.copy(MODEL / name, folder / name)
    return folder


def test_vectors_equal_those_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(MODEL), device="cpu").encode(list(TEXTS), normalize_embeddings=True)
    ours = builtin_embedder().embed_passages(TEXTS)
    assert ours.dtype == np.float32
    assert np.abs(ours - theirs).max() < 1e-5


def test_the_builtin_embedder_starts_without_torch() -> None:
    code = (
        "import sys, askspeech.embedder as e; e.builtin_embedder().embed_question('政府')\n"
        "print([name for name in ('torch', 'sentence_transformers', 'transformers', 'langchain_core') "
        "if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "[]"


@settings(max_examples=50, deadline=None)
@given(data=st.data(), texts=st.lists(some_text, min_size=1, max_size=8))
def test_equal_texts_get_equal_bits_whatever_the_batch_and_the_order(data: st.DataObject, texts: list[str]) -> None:
    embedder = builtin_embedder()
    together = embedder.embed_passages(texts)
    order = data.draw(st.permutations(range(len(texts))))
    assert embedder.embed_passages([texts[place] for place in order]).tobytes() == together[order].tobytes()
    alone = np.stack([embedder.embed_question(text) for text in texts])
    assert alone.tobytes() == together.tobytes()


def test_batches_beyond_the_tokenizers_are_put_together_in_order() -> None:
    texts = [f"第{number}条 企业" for number in range(askspeech.embedder.TOKENIZER_BATCH + 3)]
    embedder = builtin_embedder()
    vectors = embedder.embed_passages(texts)
    assert vectors.shape == (len(texts), embedder.dimension)
    assert vectors[-1].tobytes() == embedder.embed_question(texts[-1]).tobytes()


@pytest.mark.parametrize("text", TEXTS[:3])
def test_rows_have_unit_length(text: str) -> None:
    assert np.linalg.norm(builtin_embedder().embed_question(text)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    "text", ["", " \n\u3000", "\U0001f9ff", "\ue000\ue001"], ids=["empty", "blank", "emoji", "private"]
)
def test_a_text_without_a_known_token_has_a_row_of_zeros(text: str) -> None:
    assert not builtin_embedder().embed_question(text).any()


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.characters(), max_size=40))
def test_any_text_has_finite_numbers(text: str) -> None:
    vector = builtin_embedder().embed_question(text)
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5) or not vector.any()


def test_no_passages_are_no_rows() -> None:
    assert builtin_embedder().embed_passages([]).shape == (0, builtin_embedder().dimension)


def test_token_ids_are_rows_of_the_token_vectors_and_are_never_cut() -> None:
    embedder = builtin_embedder()
    once, many = embedder.token_ids(["优化营商环境。", "优化营商环境。" * 5000])
    assert once.dtype == np.uint16
    assert len(many) == 5000 * len(once)
    assert int(many.max()) < len(embedder.token_vectors)
    assert embedder.embed_token_ids([once]).tobytes() == embedder.embed_passages(["优化营商环境。"]).tobytes()


def test_questions_find_what_they_ask_for() -> None:
    embedder = builtin_embedder()
    passages = ("建立政府拖欠企业账款清欠台账。", "加快高速公路、铁路建设。", "扩大义务教育学位供给。")
    vectors = embedder.embed_passages(passages)
    assert np.argmax(vectors @ embedder.embed_question("政府欠企业的钱怎么还")) == 0
    assert np.argmax(vectors @ embedder.embed_question("Which railways and highways will be built?")) == 1


def test_a_changed_weight_changes_the_fingerprint(tiny_folder: Path) -> None:
    before = StaticEmbedder(tiny_folder).fingerprint
    assert StaticEmbedder(tiny_folder).fingerprint == before
    vectors = load_file(tiny_folder / "model.safetensors")["embedding.weight"]
    vectors[3, 1] += 1e-3
    save_file({"embedding.weight": vectors}, tiny_folder / "model.safetensors")
    assert StaticEmbedder(tiny_folder).fingerprint != before


def break_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"not a tensor")


def break_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")


def lose_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def rename_tensor(folder: Path) -> None:
    save_file({"other": np.zeros((6, 4), np.float32)}, folder / "model.safetensors")


def lose_a_row(folder: Path) -> None:
    save_file({"embedding.weight": np.zeros((5, 4), np.float32)}, folder / "model.safetensors")


@pytest.mark.parametrize("damage", [break_weights, break_tokenizer, lose_weights, rename_tensor, lose_a_row])
def test_a_damaged_folder_is_refused_with_the_next_step(tiny_folder: Path, damage: Any) -> None:
    damage(tiny_folder)
    with pytest.raises(ModelError, match="Install askspeech again"):
        StaticEmbedder(tiny_folder)


def test_a_sentence_transformer_folder_gives_the_same_vectors(tiny_folder: Path) -> None:
    embedder = load_embedder(IndexSettings(embedder=str(tiny_folder)))
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert embedder.dimension == 4
    texts = ["政府 企业", "money", ""]
    assert embedder.embed_passages(texts) == pytest.approx(StaticEmbedder(tiny_folder).embed_passages(texts), abs=1e-5)
    assert embedder.embed_passages([]).shape == (0, 4)


def test_a_sentence_transformers_prompts_are_used_and_fingerprinted(tiny_folder: Path) -> None:
    plain = SentenceTransformerEmbedder(str(tiny_folder))
    config = {"model_type": "SentenceTransformer", "prompts": {"query": "钱 ", "document": "！ "}}
    (tiny_folder / "config_sentence_transformers.json").write_text(json.dumps(config), encoding="utf-8")
    prompted = SentenceTransformerEmbedder(str(tiny_folder))
    assert prompted.fingerprint != plain.fingerprint
    assert prompted.embed_question("企业") == pytest.approx(plain.embed_question("钱 企业"), abs=1e-6)
    assert prompted.embed_passages(["企业"]) == pytest.approx(plain.embed_passages(["！ 企业"]), abs=1e-6)


PROMPTS = {"query": "query: ", "document": "passage: "}


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small BERT with prompts of its own; not to be changed by a test."""
    return tiny.sentence_transformer(tmp_path_factory.mktemp("bert"), prompts=PROMPTS)


def test_a_small_bert_reads_questions_and_passages_with_its_own_prompts(tiny_bert: Path) -> None:
    from sentence_transformers import SentenceTransformer

    embedder, theirs = SentenceTransformerEmbedder(str(tiny_bert)), SentenceTransformer(str(tiny_bert), device="cpu")
    texts = ["政府欠企业的钱", "优化营商环境" * 200, "", "loan"]
    plain = theirs.encode(["passage: " + text for text in texts], normalize_embeddings=True)
    assert embedder.dimension == 32
    assert embedder.embed_passages(texts) == pytest.approx(plain, abs=1e-5)
    asked = theirs.encode(["query: 贷款"], normalize_embeddings=True)[0]
    assert embedder.embed_question("贷款") == pytest.approx(asked, abs=1e-5)
    assert embedder.embed_question("贷款") != pytest.approx(embedder.embed_passages(["贷款"])[0], abs=1e-3)
    assert np.isfinite(embedder.embed_question("\ud800")).all()


def test_the_batch_size_of_the_settings_is_used_and_changes_nothing_else(tiny_bert: Path) -> None:
    large, small = (load_embedder(IndexSettings(embedder=str(tiny_bert), batch_size=size)) for size in (32, 1))
    texts = ["政府欠企业的钱", "优化营商环境", "loan"]
    assert small.embed_passages(texts) == pytest.approx(large.embed_passages(texts), abs=1e-5)
    assert small.fingerprint == large.fingerprint
    broken = SentenceTransformerEmbedder(str(tiny_bert), batch_size=-3)
    with pytest.raises(ModelError, match="ASKSPEECH_BATCH_SIZE below -3"):
        broken.embed_passages(texts)


def test_many_threads_embed_at_once(tiny_bert: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tiny_bert))
    texts = [f"{'贷款' * number}优化营商环境" for number in range(1, 33)]
    with ThreadPoolExecutor(8) as threads:
        vectors = np.stack(list(threads.map(embedder.embed_question, texts)))
    assert vectors == pytest.approx(np.stack([embedder.embed_question(text) for text in texts]), abs=1e-5)


def add_to_a_weight(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if name.endswith("word_embeddings.weight"))
    weights[name][:, 1] += 1e-2
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def change_a_prompt(folder: Path) -> None:
    path = folder / "config_sentence_transformers.json"
    path.write_text(path.read_text(encoding="utf-8").replace("query: ", "ask: "), encoding="utf-8")


def pool_otherwise(folder: Path) -> None:
    path = folder / "1_Pooling" / "config.json"
    path.write_text(path.read_text(encoding="utf-8").replace("mean", "cls"), encoding="utf-8")


@pytest.mark.parametrize("change", [add_to_a_weight, change_a_prompt, pool_otherwise])
def test_whatever_changes_the_vectors_of_a_bert_changes_its_fingerprint(
    tiny_bert: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    folder = Path(shutil.copytree(tiny_bert, tmp_path / "model"))
    before = SentenceTransformerEmbedder(str(folder))
    assert before.fingerprint == SentenceTransformerEmbedder(str(tiny_bert)).fingerprint, "wherever the folder lies"
    change(folder)
    after = SentenceTransformerEmbedder(str(folder))
    assert after.fingerprint != before.fingerprint
    assert np.abs(after.embed_question("环境") - before.embed_question("环境")).max() > 0


def test_pickled_weights_are_refused(tiny_folder: Path) -> None:
    (tiny_folder / "model.safetensors").rename(tiny_folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin.*safetensors"):
        load_embedder(IndexSettings(embedder=str(tiny_folder)))


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="ASKSPEECH_EMBEDDER"):
        load_embedder(IndexSettings(embedder=str(tmp_path)))


def test_without_a_setting_the_builtin_embedder_is_loaded_once() -> None:
    assert load_embedder(IndexSettings()) is builtin_embedder()


class BrokenEmbeddings(Embeddings):
    """Embeddings that answer a question, and give what they are told to for passages."""

    def __init__(self, vectors: list[list[float]] | None) -> None:
        self.vectors = vectors

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if self.vectors is None:
            raise ConnectionError("connection refused")
        return self.vectors

    def embed_query(self, text: str) -> list[float]:
        return [3.0, 4.0]


def test_langchain_embeddings_give_rows_of_unit_length() -> None:
    embedder: Embedder = LangChainEmbedder(DeterministicFakeEmbedding(size=12), "fake")
    vectors = embedder.embed_passages(["政府", "企业"])
    assert embedder.dimension == 12
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1])
    assert vectors[1] == pytest.approx(embedder.embed_question("企业"))
    assert embedder.fingerprint != LangChainEmbedder(DeterministicFakeEmbedding(size=12), "other").fingerprint


@pytest.mark.parametrize(
    ("vectors", "message"),
    [(None, "connection refused"), ([[1.0, 0.0]], "shape"), ([[1.0, 0.0], [float("nan"), 1.0]], "no numbers")],
    ids=["raises", "too few", "not a number"],
)
def test_langchain_embeddings_that_fail_become_model_errors(vectors: list[list[float]] | None, message: str) -> None:
    embedder = LangChainEmbedder(BrokenEmbeddings(vectors), "broken")
    with pytest.raises(ModelError, match=message):
        embedder.embed_passages(["政府", "企业"])
