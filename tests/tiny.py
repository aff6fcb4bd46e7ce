"""Tiny models of other people's kinds, with weights by chance, made on the spot and saved to folders."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

CHARACTERS = "政府欠企业的钱怎么办优化营商环境，。一二三四五专窗帮代货运班列补贴贷款清理账融资难破解办理案件"
LETTERS = "abcdefghijklmnopqrstuvwxyz:?"


def sentence_transformer(folder: Path, *, dimension: int = 32, prompts: Mapping[str, str] | None = None) -> Path:
    """A folder with a BERT of one layer and mean pooling, and its prompts."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    _bert(folder / "bert", "BertModel", dimension)
    model = SentenceTransformer(modules=[Transformer(str(folder / "bert")), Pooling(dimension)], device="cpu")
    model.prompts |= dict(prompts or {})
    model.save_pretrained(str(folder / "model"), create_model_card=False)
    return folder / "model"


def cross_encoder(folder: Path, *, labels: int = 1, names: Sequence[str] = ()) -> Path:
    """A folder with a BERT of one layer that gives a pair of texts as many scores as there are labels."""
    place = _bert(folder / "cross-encoder", "BertForSequenceClassification", 32, num_labels=labels)
    if names:
        config = json.loads((place / "config.json").read_text(encoding="utf-8"))
        config["id2label"] = {str(number): name for number, name in enumerate(names)}
        config["label2id"] = {name: number for number, name in enumerate(names)}
        (place / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return place


def with_remote_code(folder: Path, marker: Path) -> Path:
    """The model of a folder, which asks for code beside it; running that code makes the marker."""
    (folder / "stranger.py").write_text(f"open({str(marker)!r}, 'w').close()\nclass Stranger: pass\n", encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoConfig": "stranger.Stranger", "AutoModel": "stranger.Stranger"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def _bert(folder: Path, kind: str, dimension: int, **settings: int) -> Path:
    import torch
    import transformers

    torch.manual_seed(7)
    tokenizer = _tokenizer()
    config = transformers.BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=dimension,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=2 * dimension,
        max_position_embeddings=128,
        initializer_range=0.5,
        **settings,
    )
    getattr(transformers, kind)(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer():  # type: ignore[no-untyped-def]
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(CHARACTERS + LETTERS)]
    numbers = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\s*(?=\S)"), "removed")
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", numbers["[SEP]"]), ("[CLS]", numbers["[CLS]"]))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=128,
    )
