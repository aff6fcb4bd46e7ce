"""The words around adding and deleting files on the library page, in Chinese and in English."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UploadTexts:
    """The words in one language; `{…}` stands for what is filled in."""

    library_add: str
    library_add_drop: str
    library_add_formats: str
    library_add_replace: str
    library_added: str
    library_same: str
    library_renamed: str
    library_replaced: str
    library_refused: str
    library_vanished: str
    library_what_became: str
    library_warn_empty: str
    library_warn_unread: str
    library_warn_large: str
    library_warn_picture: str
    library_warn_no_recogniser: str
    library_warn_no_office: str
    library_warn_twin: str
    library_warn_removed: str
    library_next_step: str
    library_uploads: str
    library_uploads_none: str
    library_upload_line: str
    library_delete: str
    library_really_delete: str
    library_really_stays: str
    library_deleted_now: str
    library_deleted_unknown: str
    library_delete_confirm: str


CHINESE_UPLOAD = {
    "library_add": "添加文件",
    "library_add_drop": "把讲话稿拖到这里，或点击选择",
    "library_add_formats": "可以添加 Word（docx、odt、rtf）、PDF、网页（html）、epub、txt、md，也可以把它们打包成 "
    "zip；单个文件最大 200 MB。",
    "library_add_replace": "同名文件用新的替换",
    "library_added": "已添加",
    "library_same": "已经有了（内容相同）",
    "library_renamed": "已有同名文件，内容不同：新文件存为 {name}",
    "library_replaced": "已替换同名文件",
    "library_refused": "没有添加：{reason}",
    "library_vanished": "没有添加：上传的文件不见了，请再上传一次。",
    "library_what_became": "刚才上传的文件：",
    "library_warn_empty": "注意：文件里没有文字，更新时收不进来。请换成有内容的文件。",
    "library_warn_unread": "注意：更新时收不进来。{reason}",
    "library_warn_large": "注意：文件有 {size}，这种格式最多读取 {most}，更新时收不进来。请拆成几个较小的文件。",
    "library_warn_picture": "这是图片：更新时会识别其中的文字，识别结果请对照原图核对。",
    "library_warn_no_recogniser": "注意：这是图片，要先识别其中的文字，但服务器上没有安装文字识别，更新时收不进来。"
    "请上传有文字的文件（如 Word），或在服务器上安装文字识别。",
    "library_warn_no_office": "注意：这是旧版 Word 或 WPS 文件，读取它要用 LibreOffice，但服务器上没有安装，"
    "更新时收不进来。请另存为 docx 后再上传，或在服务器上安装 LibreOffice。",
    "library_warn_twin": "注意：内容与“{name}”完全相同，只会算作一份。",
    "library_warn_removed": "注意：这个文件在“已移除”里，更新时不会收进来。需要时请到页面下方“已移除”里取回。",
    "library_next_step": "点上面的“更新资料库”，这些文件才能被检索到。",
    "library_uploads": "上传的文件（{number}）",
    "library_uploads_none": "还没有上传过文件。",
    "library_upload_line": "{size}，{when} 上传",
    "library_delete": "彻底删除",
    "library_really_delete": "彻底删除上传的文件“{name}”？删除后不能恢复。",
    "library_really_stays": "同样的文字还在下面的文件里，仍会被检索到：",
    "library_deleted_now": "已彻底删除“{name}”，更新资料库后不再检索到。",
    "library_deleted_unknown": "已彻底删除“{name}”。它还没有收进资料库，不用更新。",
    "library_delete_confirm": "彻底删除",
}
ENGLISH_UPLOAD = {
    "library_add": "Add files",
    "library_add_drop": "Drop speeches here, or click to choose",
    "library_add_formats": "Word (docx, odt, rtf), PDF, web pages (html), epub, txt, md, or a zip of them; at most "
    "200 MB a file.",
    "library_add_replace": "Replace files of the same name",
    "library_added": "added",
    "library_same": "here already, with the same content",
    "library_renamed": "another file has this name: kept beside it as {name}",
    "library_replaced": "replaced the file of this name",
    "library_refused": "not added: {reason}",
    "library_vanished": "not added: the uploaded file is gone; upload it again.",
    "library_what_became": "What became of your files:",
    "library_warn_empty": "Note: there is no text in it, so the update cannot take it in. Upload one with text.",
    "library_warn_unread": "Note: the update cannot take it in. {reason}",
    "library_warn_large": "Note: it has {size}, and of its kind at most {most} are read, so the update cannot take "
    "it in. Split it into smaller files.",
    "library_warn_picture": "This is a picture: the update will recognise the words in it; compare them with the "
    "picture.",
    "library_warn_no_recogniser": "Note: this is a picture, whose words have to be recognised, and the server has "
    "nothing installed for that, so the update cannot take it in. Upload a file with text (such as Word), or ask an "
    "administrator to install it.",
    "library_warn_no_office": "Note: this is an old Word or WPS file, which is read through LibreOffice, and the "
    "server does not have it, so the update cannot take it in. Save it as docx and upload that, or ask an "
    "administrator to install LibreOffice.",
    "library_warn_twin": "Note: the same as “{name}”, byte for byte; the two will count as one.",
    "library_warn_removed": "Note: this file is under “Removed”, so the update leaves it out. Take it back there, at "
    "the foot of this page, if you want it.",
    "library_next_step": "Press “Update the library” above, so that they can be found.",
    "library_uploads": "Uploaded files ({number})",
    "library_uploads_none": "No file has been uploaded yet.",
    "library_upload_line": "{size}, uploaded {when}",
    "library_delete": "Delete for good",
    "library_really_delete": "Delete the uploaded file “{name}” for good? It cannot be brought back.",
    "library_really_stays": "The same text is in these files, which stay and are searched:",
    "library_deleted_now": "“{name}” was deleted for good. The next update takes it out of the library.",
    "library_deleted_unknown": "“{name}” was deleted for good. It was not in the library yet; no update is needed.",
    "library_delete_confirm": "Delete for good",
}
