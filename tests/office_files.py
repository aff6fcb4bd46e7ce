"""Small Word and OpenDocument files for tests, written part by part."""

import zipfile
from io import BytesIO

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_WORD_NAMES = (
    f'xmlns:w="{WORD}" xmlns:r="{_RELATIONSHIPS}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_OPEN_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
) + (
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
)
_KINDS = {"numbering": "numbering", "styles": "styles", "footnotes": "footnotes", "endnotes": "endnotes"}


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """A zip file of these members."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def word_part(root: str, content: str) -> str:
    """A part of a Word file: w:root with all namespaces."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {_WORD_NAMES}>{content}</w:{root}>'


def relationships(*targets: tuple[str, str, str], external: str = "") -> str:
    """A part of relationships of (id, kind, target); `external` is an address outside."""
    inside = "".join(
        f'<Relationship Id="{key}" Type="{_RELATIONSHIPS}/{kind}" Target="{target}"/>' for key, kind, target in targets
    )
    outside = f'<Relationship Id="x" Type="{_RELATIONSHIPS}/styles" Target="{external}" TargetMode="External"/>'
    return f'<Relationships xmlns="{_PACKAGE}">{outside if external else ""}{inside}</Relationships>'


def word_parts(body: str, **parts: str) -> dict[str, str | bytes]:
    """The members of a Word file; `parts` are numbering, styles, notes, or header1, footer1 and so on."""
    related = [(name, _KINDS.get(name, name.rstrip("0123456789")), f"{name}.xml") for name in parts]
    roots = {"header": "hdr", "footer": "ftr"}
    return {
        "_rels/.rels": relationships(("main", "officeDocument", "word/document.xml")),
        "word/document.xml": word_part("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": relationships(*related),
        **{
            f"word/{name}.xml": word_part(roots.get(name.rstrip("0123456789"), name), content)
            for name, content in parts.items()
        },
    }


def word_file(body: str, **parts: str) -> bytes:
    """A Word file with this body."""
    return zipped(word_parts(body, **parts))


def paragraph(text: str = "", properties: str = "") -> str:
    """A Word paragraph of one run."""
    run = f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>' if text else ""
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{run}</w:p>"


def open_parts(body: str, automatic: str = "", styles: str = "", master: str = "") -> dict[str, str | bytes]:
    """The members of an OpenDocument text."""
    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:document-content {_OPEN_NAMES}><office:automatic-styles>{automatic}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>",
        "styles.xml": f"<office:document-styles {_OPEN_NAMES}><office:styles>{styles}</office:styles>"
        f"<office:master-styles>{master}</office:master-styles></office:document-styles>",
    }


def open_file(body: str, **parts: str) -> bytes:
    """An OpenDocument text with this body."""
    return zipped(open_parts(body, **parts))
