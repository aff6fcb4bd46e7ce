"""The errors that askspeech raises, one small tree.

AskSpeechError                 root: every message says what was found, what was expected, what to do next
├── SettingsError              an option or an `ASKSPEECH_…` variable holds a value that cannot be used
├── QuestionError              the question cannot be searched for: empty, too long, only punctuation
├── CorpusError                the corpus roots hold nothing that can be indexed
├── ReadError                  one file cannot be read: skipped, listed, never fatal to a build
├── BuildCancelledError    somebody asked for the end of a build; the index in use stays
├── ModelError                 an embedder or a chat model cannot be loaded or used
├── DataError                  what is kept of conversations cannot be used: damaged, newer, busy
│   └── NotKeptError           a conversation was asked for that its owner does not have
└── StoreError                 the store cannot be used
    ├── StoreMissingError      no index has been built there
    ├── StoreMismatchError     another schema or another embedder built it
    ├── StoreDamagedError      its parts do not agree, or cannot be read
    ├── StoreLockedError       another build holds it
    ├── StoreUnreachableError  the Chroma server that holds its vectors does not answer
    └── DiskError              the disk is full, read-only or failing
"""

from typing import ClassVar

from askspeech.bilingual import Bilingual, public, said_in

__all__ = [
    "AccountError",
    "AskSpeechError",
    "BuildCancelledError",
    "CorpusError",
    "DataError",
    "DiskError",
    "ModelError",
    "NotAllowedError",
    "NotInIndexError",
    "NotKeptError",
    "QuestionError",
    "ReadError",
    "SettingsError",
    "StoreDamagedError",
    "StoreError",
    "StoreLockedError",
    "StoreMismatchError",
    "StoreMissingError",
    "StoreUnreachableError",
]


class AskSpeechError(Exception):
    """Root of all errors that askspeech raises on purpose.

    `message` and `chinese` say the same; `str()` of the error is both. A message that is English alone is for whoever
    runs the program, and may hold paths and commands: readers of a page are told what `plainly` says in its place.
    """

    exit_status: ClassVar[int] = 1
    plainly: ClassVar[Bilingual] = Bilingual(
        "Something went wrong. Try again; if it happens again, tell an administrator.",
        "出错了。请再试一次；仍然如此，请告诉管理员。",
    )
    """What readers of a page are told of an error of this kind that has no words of its own for them."""

    def __init__(self, message: str = "", chinese: str = "") -> None:
        super().__init__(Bilingual(message, chinese) if chinese else message)

    @property
    def words(self) -> Bilingual:
        """The message, with what readers of either language are told."""
        said = self.args[0] if self.args else ""
        if isinstance(said, Bilingual):
            return said
        return Bilingual(self.plainly.english, self.plainly.chinese, str(said))

    @property
    def is_for_readers(self) -> bool:
        """Whether a reader of a page is told all of it."""
        return str(self) in (self.words.english, self.public)

    @property
    def public(self) -> str:
        """What callers from elsewhere are told, in both languages: it names no place on this machine."""
        return public(self.words)

    def told(self, language: str) -> str:
        """The error for a reader of a page, in her language ("zh" or "en") alone."""
        return said_in(self.words, language)


class SettingsError(AskSpeechError):
    """An option or an `ASKSPEECH_…` variable of the environment holds a value that cannot be used."""

    exit_status = 2


class QuestionError(AskSpeechError):
    """The question is empty, longer than the limit, or holds nothing to search for; or no file of questions."""

    plainly = Bilingual(
        "This cannot be searched for. Ask in other words.",
        "无法按这个问题检索，请换个说法再问。",
    )


class CorpusError(AskSpeechError):
    """The corpus roots cannot be reached, or hold no file that can be indexed."""

    plainly = Bilingual(
        "There is no file that could be indexed, or their folder cannot be reached. An administrator can see to it.",
        "没有可以收进资料库的文件，或者文件夹无法访问。请管理员检查讲话稿所在的文件夹。",
    )


class ReadError(AskSpeechError):
    """One file cannot be read as a speech: its format, its encoding or its permissions."""

    plainly = Bilingual(
        "The file cannot be read. Ask for another copy, or leave it out.",
        "这个文件读不出来。请换一份，或不要收入。",
    )


class BuildCancelledError(AskSpeechError):
    """Somebody asked for the end of the build, which has come; the index in use is as it was."""

    plainly = Bilingual(
        "The update was stopped; the library is as it was.",
        "更新已停止，资料库没有变化。",
    )


class ModelError(AskSpeechError):
    """An embedder or a chat model cannot be loaded or does not answer; of a chat model, `kind` says in a word why."""

    plainly = Bilingual(
        "A model cannot be used just now. Try again; if it stays so, an administrator finds why in the log.",
        "模型暂时无法使用。请稍后再试；仍然如此，请管理员查看服务器日志。",
    )

    def __init__(self, message: str = "", kind: str = "", chinese: str = "") -> None:
        super().__init__(message, chinese)
        self.kind = kind


class AccountError(AskSpeechError):
    """A name, a password or a role that no user can have, or a user who is not there."""

    exit_status = 2

    plainly = Bilingual(
        "This name, password or role cannot be used.",
        "这个用户名、密码或角色不能使用。",
    )


class NotAllowedError(AskSpeechError):
    """Whoever asks may not do this, or is signed in no more."""

    plainly = Bilingual(
        "You may not do this, or are signed in no more.",
        "您没有权限，或者登录已失效。",
    )


class DataError(AskSpeechError):
    """What is kept of conversations (`ASKSPEECH_DATA`) cannot be used: damaged, of a newer version, or busy."""

    plainly = Bilingual(
        "What is kept of conversations and users cannot be read just now. Try again; if it stays so, an administrator "
        "finds why in the log.",
        "保存对话和用户的数据暂时无法使用。请稍后再试；仍然如此，请管理员查看服务器日志。",
    )


class NotKeptError(DataError):
    """A conversation, or a part of one, was asked for that this owner does not have."""

    plainly = Bilingual(
        "There is no such conversation: it was deleted, or it is another user's.",
        "没有这段对话：它已被删除，或者属于其他用户。",
    )


class StoreError(AskSpeechError):
    """The store cannot be used."""

    plainly = Bilingual(
        "The index cannot be used just now. Try again; if it stays so, an administrator finds why in the log.",
        "资料库暂时无法使用。请稍后再试；仍然如此，请管理员查看服务器日志。",
    )


class StoreMissingError(StoreError):
    """No index has been published at this place."""

    plainly = Bilingual(
        "There is no index yet. An administrator can build it.",
        "资料库还是空的。请管理员先添加讲话稿并更新资料库。",
    )


class StoreMismatchError(StoreError):
    """The index was built with another schema or another embedder."""

    plainly = Bilingual(
        "The index does not fit this version or its settings. An administrator has to build it again.",
        "资料库与当前版本或设置不符。请管理员更新资料库。",
    )


class StoreDamagedError(StoreError):
    """A part of the index is missing, unreadable, or disagrees with the others."""

    plainly = Bilingual(
        "The index is damaged. An administrator has to build it again; the server's log says what is wrong.",
        "资料库已损坏。请管理员更新资料库，具体原因见服务器日志。",
    )


class StoreLockedError(StoreError):
    """Another process is building in this store."""

    exit_status = 75

    plainly = Bilingual(
        "The index is being updated by somebody else. Wait until that is done.",
        "资料库正在更新。请等它完成。",
    )


class StoreUnreachableError(StoreError):
    """The Chroma server that holds the vectors does not answer, or not as one; what is on it may be sound."""

    exit_status = 74

    plainly = Bilingual(
        "The server that holds a part of the index does not answer. Try again later, or tell an administrator.",
        "存放资料库的 Chroma 服务器没有回应。请稍后再试，或告诉管理员。",
    )


class NotInIndexError(StoreError):
    """An id was asked for that the index does not hold."""

    plainly = Bilingual(
        "The index does not hold this any more; it may have been built again. Load the page again.",
        "资料库里已经没有这一项，可能刚更新过。请刷新页面。",
    )


class DiskError(StoreError):
    """The disk is full, read-only, or failing."""

    exit_status = 74

    plainly = Bilingual(
        "The server's disk is full or cannot be written to. An administrator finds what is wrong in the log.",
        "服务器的磁盘已满，或无法写入。请告诉管理员，具体原因见服务器日志。",
    )
