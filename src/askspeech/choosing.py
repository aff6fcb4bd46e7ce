"""Which generation of a store to answer from: the one in use if it is sound, else one that is.

A generation is examined in a child process before anything here opens its vector index, because a damaged one can kill
the process that opens it.
"""

from contextlib import ExitStack
from dataclasses import dataclass

from askspeech.bilingual import Bilingual
from askspeech.errors import DiskError, StoreDamagedError, StoreMismatchError, StoreMissingError
from askspeech.manifest import Manifest
from askspeech.store import HeldGeneration, Store
from askspeech.verification import verify

__all__ = ["Choice", "choose", "fallback_notice", "server_notice", "unusable_notice", "vectors_notice"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A generation to answer from, held.

    `current` is what CURRENT said when it was chosen, `vectors_problem` what is wrong with its vector index, `notices`
    what readers should know.
    """

    held: HeldGeneration
    current: str | None
    vectors_problem: str = ""
    notices: tuple[str, ...] = ()


def choose(store: Store) -> Choice:
    """The generation in use, without its vectors if only those are damaged; if more is, the newest sound one before it.

    Raises:
        StoreMissingError: nothing has been published here.
        StoreMismatchError: another version of askspeech built the generation in use.
        StoreDamagedError: no generation can be used.
        DiskError: the store cannot be read.
    """
    current = store.current_name()  # first: what is published after this line is found by the next look
    try:
        held = store.open_current()
        return Choice(held, current, _examined(held, store))
    except StoreMissingError as error:
        if not store.sealed():
            raise
        return _fallback(store, current, error)
    except (StoreDamagedError, DiskError) as error:
        return _fallback(store, current, error)


def vectors_notice(store: Store) -> Bilingual:
    """What readers are told where the vector index is damaged."""
    english, chinese = (
        "The vector index is damaged or cannot be read; the keyword index answers alone.",
        "向量索引损坏，已改用关键词检索",
    )
    return _to_be_repaired(english, chinese, store)


def server_notice() -> Bilingual:
    """What readers are told while the Chroma server is away."""
    return Bilingual(
        "The Chroma server does not answer; the keyword index answers alone until it is back.",
        "Chroma 服务器没有回应，暂时只用关键词检索，恢复后自动接上。",
    )


def fallback_notice(store: Store) -> Bilingual:
    """What readers are told where an earlier generation answers because the newest one is damaged."""
    english, chinese = (
        "The newest index is damaged; an earlier one answers, which may lack what was added since.",
        "资料库的最新版本损坏，已改用上一个版本",
    )
    return _to_be_repaired(english, chinese, store)


def _to_be_repaired(english: str, chinese: str, store: Store) -> Bilingual:
    return Bilingual(
        f"{english} An administrator can repair it by updating the index.",
        f"{chinese}。请管理员更新资料库来修复。",
        f"{english} Repair it with: askspeech build --store {store.path} {chinese}，请用这条命令修复。",
    )


def unusable_notice(error: Exception) -> Bilingual:
    """What readers are told where an index that is open goes on answering because the newest one cannot be used."""
    english = "The newest index cannot be used; the one before it answers, which may lack what was added since."
    chinese = "资料库的最新版本无法使用，仍用上一个版本回答。"
    return Bilingual(english, chinese, f"{english} {error} {chinese}")


def _fallback(store: Store, current: str | None, error: Exception) -> Choice:
    for folder in store.earlier():
        try:
            held = HeldGeneration(folder)
            return Choice(held, current, _examined(held, store), (fallback_notice(store),))
        except (StoreDamagedError, StoreMismatchError, DiskError):
            continue  # what is wrong with the generation in use is what the reader must hear
    raise StoreDamagedError(
        f"The index in {store.path} cannot be used, and there is no earlier one to fall back on: {error} "
        f"索引损坏，请重新建立：askspeech build FOLDER --store {store.path}"
    ) from error


def _examined(held: HeldGeneration, store: Store) -> str:
    """What is wrong with the vectors, if they are all that is damaged; lets go of the generation if it cannot be used.

    Nothing is known to be wrong with vectors on a Chroma server that does not answer.

    Raises:
        StoreMismatchError: another schema made it, which is no damage, or its vectors are elsewhere.
        StoreDamagedError: more than the vectors is damaged.
        DiskError: it cannot be read.
    """
    with ExitStack() as closing:
        closing.enter_context(held)
        Manifest.read(held.path).check_place(on_server=store.server is not None, store=store.path)
        verification = verify(held.path, quick=True, server=store.server)
        problems = "" if verification.unreachable else "; ".join(verification.problems)
        if set(verification.damaged) - {"vectors"}:
            raise StoreDamagedError(f"The index {held.path} is damaged: {problems}")
        closing.pop_all()
    return problems
