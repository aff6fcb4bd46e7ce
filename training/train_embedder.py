"""Train the built-in embedder, from the folders of data to the finished model folder.

    python training/train_embedder.py --data DIR --corpora DIR --benchmarks DIR --eval DIR --corpus DIR \
        --output src/askspeech/embedding_model

The tokenizer beside this file is used as it is; `--new-tokenizer` trains another one, which takes far longer than the
vectors. Nothing from the folders benchmarks, eval and corpus is trained on: pairs that share a run of 30 characters
with them are dropped, and counted.
"""

import argparse
import logging
import time
from collections.abc import Sequence
from pathlib import Path

from evaluate_embedder import evaluate, table_of_figures
from fitting import Recipe, fit
from made_questions import made_questions
from model_folder import write_model, write_model_card
from pairs import RUN_CHARACTERS, HeldOut, PairSet, held_out_texts, read_pair_sets
from pieces import train_tokenizer, training_lines
from tokenizers import Tokenizer

from askspeech.embedder import StaticEmbedder

LOG = logging.getLogger("train_embedder")
HERE = Path(__file__).parent
KEPT_TOKENIZER = HERE / "tokenizer.json"


def arguments_of(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of pairs: NAME.jsonl.gz with a and b")
    parser.add_argument("--corpora", type=Path, required=True, help="folder of reports, notices and laws")
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder of the sets to measure on")
    parser.add_argument("--eval", type=Path, required=True, help="folder of the development questions")
    parser.add_argument("--corpus", type=Path, help="folder of the speeches that the questions are about")
    parser.add_argument("--output", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--epochs", type=int, default=Recipe().epochs, help="how often pairs are seen (%(default)s)")
    parser.add_argument("--seed", type=int, default=Recipe().seed, help="another seed, another model (%(default)s)")
    parser.add_argument("--new-tokenizer", action="store_true", help="train the tokenizer again, too")
    return parser.parse_args(argv)


def clean_pair_sets(data: Path, held_out: HeldOut) -> list[PairSet]:
    """The data sets without what is held out, with a line for each on what was dropped."""
    pair_sets = [held_out.without_shared(each) for each in read_pair_sets(data)]
    for each in pair_sets:
        LOG.info("%s: %d pairs, %d dropped (a run of %d characters)", *_counts(each), RUN_CHARACTERS)
    return pair_sets


def _counts(pair_set: PairSet) -> tuple[str, int, int]:
    return pair_set.name, len(pair_set.pairs), pair_set.dropped


def kept_tokenizer(corpora: Path, pair_sets: Sequence[PairSet], held_out: HeldOut, anew: bool) -> Tokenizer:
    """The tokenizer of the project; trained, and kept, where there is none or another one is asked for."""
    if anew or not KEPT_TOKENIZER.exists():
        LOG.info("training the tokenizer, some minutes")
        train_tokenizer(training_lines(corpora, pair_sets, held_out)).save(str(KEPT_TOKENIZER), pretty=False)
    return Tokenizer.from_file(str(KEPT_TOKENIZER))


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments = arguments_of()
    measured = [folder for folder in (arguments.benchmarks, arguments.eval, arguments.corpus) if folder]
    held_out = HeldOut(held_out_texts(*measured))
    recipe = Recipe(epochs=arguments.epochs, seed=arguments.seed)
    pair_sets = clean_pair_sets(arguments.data, held_out)
    tokenizer = kept_tokenizer(arguments.corpora, pair_sets, held_out, arguments.new_tokenizer)
    pair_sets.append(made_questions(pair_sets, recipe.seed))
    LOG.info("%s: %d pairs, made of the paragraphs of others", pair_sets[-1].name, len(pair_sets[-1].pairs))
    started = time.monotonic()
    vectors = fit(pair_sets, tokenizer, recipe)
    LOG.info("trained in %.0f s", time.monotonic() - started)
    write_model(arguments.output, vectors, tokenizer)
    figures = evaluate(StaticEmbedder(arguments.output), arguments.benchmarks)
    write_model_card(arguments.output, recipe, pair_sets, figures)
    LOG.info("%s", table_of_figures(figures))


if __name__ == "__main__":
    main()
