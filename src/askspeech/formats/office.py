"""Old Word files (.doc), Word 2003 XML and .wps: LibreOffice makes a docx of them, where it is installed.

LibreOffice runs without a window in a folder of its own, with a profile that runs no macro and opens no link: by
default it would fetch pictures that a document only links to, from anywhere. It runs in the process group of the
reader, so that it ends with it.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from askspeech.bilingual import with_command
from askspeech.errors import ReadError
from askspeech.formats import docx
from askspeech.formats.extracted import Extracted
from askspeech.formats.ole import OLE_MARK

__all__ = ["find_office", "read"]

_COMMANDS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
_SECONDS = 150  # the pool stops sooner; this is for a LibreOffice that hangs when the pool is gone
_SECURITY = "org.openoffice.Office.Common/Security/Scripting"
_PROXY = "org.openoffice.Inet/Settings"
# Links are not followed; should one be all the same, it ends at a proxy that is not there.
_SETTINGS = (
    (_SECURITY, "MacroSecurityLevel", "3"),
    (_SECURITY, "DisableMacrosExecution", "true"),
    (_SECURITY, "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    (_PROXY, "ooInetProxyType", "2"),
    (_PROXY, "ooInetHTTPProxyName", "127.0.0.1"),
    (_PROXY, "ooInetHTTPProxyPort", "9"),
    (_PROXY, "ooInetHTTPSProxyName", "127.0.0.1"),
    (_PROXY, "ooInetHTTPSProxyPort", "9"),
    (_PROXY, "ooInetNoProxy", ""),
)


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Take the text out of a file that LibreOffice reads as a text document; its places are paragraphs.

    Raises:
        ReadError: LibreOffice is not installed, or cannot read the file.
    """
    command = find_office()
    if command is None:
        raise ReadError(
            with_command(
                "it is an old Word or WPS file, which is read through LibreOffice, and that is not installed on the "
                "server. Open it in Word or WPS and save it as .docx; or have LibreOffice installed there.",
                "这是旧版 Word 或 WPS 文件，需要通过 LibreOffice 读取，但服务器没有安装。"
                "请用 Word 或 WPS 打开，另存为 .docx；也可以在服务器上安装 LibreOffice。",
                "Debian, Ubuntu: sudo apt-get install libreoffice-writer-nogui; macOS: brew install --cask libreoffice",
            )
        )
    return docx.read(_converted(data, command), announce)


def find_office() -> str | None:
    """The command that starts LibreOffice; None where it is not installed."""
    return next((found for command in _COMMANDS if (found := shutil.which(command))), None)


def _converted(data: bytes, command: str) -> bytes:
    """The file as docx."""
    with tempfile.TemporaryDirectory(prefix="askspeech-office-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        is_ole = data.startswith(OLE_MARK)
        source = folder / ("speech.doc" if is_ole else "speech.xml")
        source.write_bytes(data)
        _write_profile(folder / "profile")
        arguments = ["--headless", "--norestore", "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder)]
        # Without its filter, XML would be taken for a plain text.
        arguments += [] if is_ole else ["--infilter=MS Word 2003 XML"]
        try:
            subprocess.run(
                [command, f"-env:UserInstallation={(folder / 'profile').as_uri()}", *arguments, str(source)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=False,
            )
        except (subprocess.TimeoutExpired, OSError) as error:
            raise _not_converted() from error
        result = source.with_suffix(".docx")
        if not result.exists():  # the exit status is 0 all the same
            raise _not_converted()
        return result.read_bytes()


def _write_profile(profile: Path) -> None:
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for path, name, value in _SETTINGS
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n{items}</oor:items>\n',
        encoding="utf-8",
    )


def _not_converted() -> ReadError:
    return ReadError(
        "LibreOffice cannot read it: it is damaged, protected with a password, or no text document. Open it in the "
        "program it was made with and save it as .docx.",
        "LibreOffice 读不了这个文件：文件已损坏、设有密码，或不是文字文档。请用原来的软件打开后另存为 .docx。",
    )
