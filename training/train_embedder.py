"""Train the built-in embedder, from the folders of data to the finished model folder.

    python -m training.train_embedder --data DIR --corpora DIR --benchmarks DIR --eval DIR --corpus DIR \
        --output src/askspeech/embedding_model

The tokenizer beside this file is used as it is; `--new-tokenizer` trains another one, which takes far longer than the
vectors. Nothing from the folders benchmarks, eval and corpus is trained on: pairs that share a run of 30 characters
with them are dropped, and counted.
"""

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.retrieval import table_of_figures
from tokenizers import Tokenizer

from askspeech.embedder import StaticEmbedder
from askspeech.errors import AskSpeechError, SettingsError
from training.evaluate_embedder import evaluate
from training.fitting import Recipe, fit
from training.made_questions import made_questions
from training.model_folder import CARD, sets_of_card, write_model, write_model_card
from training.pairs import RUN_CHARACTERS, HeldOut, PairSet, held_out_texts, read_pair_sets
from training.pieces import train_tokenizer, training_lines

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
    parser.add_argument(
        "--dimension", type=int, default=Recipe().dimension, help="how long the vectors are (%(default)s)"
    )
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


def check_pair_sets(pair_sets: Sequence[PairSet]) -> None:
    """Raise SettingsError where there is nothing to train on, or the card would name other data than was trained on."""
    named, given = sets_of_card(), {each.name for each in pair_sets}
    if not any(each.pairs for each in pair_sets):
        raise SettingsError("No pairs are left to train on; expected NAME.jsonl.gz with lines of a and b in --data.")
    if unnamed := sorted(given - named):
        raise SettingsError(
            f"{CARD} has no line for the data set {', '.join(unnamed)}; the card names all that was trained on. "
            "Give it a line with its licence there, or take it out of --data."
        )
    if absent := sorted(named - given):
        raise SettingsError(
            f"{CARD} has a line for the data set {', '.join(absent)}, which is not in --data. Put it there, or take "
            "the line out."
        )


def train(arguments: argparse.Namespace) -> None:
    """Everything, from the pairs to the card; raises SettingsError before anything is written."""
    measured = [folder for folder in (arguments.benchmarks, arguments.eval, arguments.corpus) if folder]
    held_out = HeldOut(held_out_texts(*measured))
    recipe = Recipe(dimension=arguments.dimension, epochs=arguments.epochs, seed=arguments.seed)
    pair_sets = clean_pair_sets(arguments.data, held_out)
    made = made_questions(pair_sets, recipe.seed)
    check_pair_sets([*pair_sets, made])
    tokenizer = kept_tokenizer(arguments.corpora, pair_sets, held_out, arguments.new_tokenizer)
    pair_sets.append(made)
    LOG.info("%s: %d pairs, made of the paragraphs of others", pair_sets[-1].name, len(pair_sets[-1].pairs))
    started = time.monotonic()
    vectors = fit(pair_sets, tokenizer, recipe)
    LOG.info("trained in %.0f s", time.monotonic() - started)
    write_model(arguments.output, vectors, tokenizer)
    figures = evaluate(StaticEmbedder(arguments.output), arguments.benchmarks)
    write_model_card(arguments.output, recipe, pair_sets, figures)
    LOG.info("%s", table_of_figures(figures))


def main(argv: Sequence[str] | None = None) -> int:
    """Train what the arguments ask for; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        train(arguments_of(argv))
    except AskSpeechError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
