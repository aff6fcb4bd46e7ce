"""The words of the library page, in Chinese and in English."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LibraryTexts:
    """The words in one language; `{…}` stands for what is filled in."""

    library_off: str
    library_empty: str
    library_empty_reader: str
    library_first_build: str
    library_up_to_date: str
    library_waits: str
    library_waits_reader: str
    library_not_yours: str
    library_waits_added: str
    library_waits_replaced: str
    library_waits_deleted: str
    library_waits_excluded: str
    library_waits_taken_back: str
    library_build: str
    library_cancel: str
    library_cancelling: str
    library_running: str
    library_begun: str
    library_begun_by: str
    library_goes_on: str
    library_goes_on_first: str
    library_somebody: str
    library_already: str
    library_meanwhile: str
    library_step: str
    library_stage_starting: str
    library_stage_reading: str
    library_stage_copying: str
    library_stage_comparing: str
    library_stage_embedding: str
    library_stage_adding_vectors: str
    library_stage_adding_keywords: str
    library_stage_verifying: str
    library_stage_publishing: str
    library_done: str
    library_arriving: str
    library_unchanged: str
    library_cancelled: str
    library_failed: str
    library_lost: str
    library_when: str
    library_when_by: str
    library_numbers: str
    library_same_files: str
    library_same_as: str
    library_skipped: str
    library_warned: str
    library_left_out_files: str
    library_speeches: str
    library_speeches_none: str
    library_speeches_unfound: str
    library_search: str
    library_table_note: str
    library_count: str
    library_count_found: str
    library_count_copies: str
    library_copy: str
    library_copy_of: str
    library_alike: str
    library_also_in: str
    library_untitled: str
    library_also_more: str
    library_shown: str
    library_earlier: str
    library_later: str
    library_column_title: str
    library_column_file: str
    library_column_place: str
    library_column_date: str
    library_column_level: str
    library_column_kind: str
    library_column_characters: str
    library_column_passages: str
    library_column_dropped: str
    library_column_copies: str
    library_choose: str
    library_choose_all: str
    library_sort: str
    library_order_up: str
    library_order_down: str
    library_uploaded: str
    library_gone_soon: str
    library_chosen: str
    library_remove_speeches: str
    library_remove_files: str
    library_remove_file: str
    library_unchoose: str
    library_really_speeches: str
    library_really_files: str
    library_really_files_only: str
    library_really_same: str
    library_really_alike: str
    library_untouched: str
    library_confirm: str
    library_leave: str
    library_removed_now: str
    library_taken_back_now: str
    library_nothing_done: str
    library_files: str
    library_files_none: str
    library_files_note: str
    library_file_characters: str
    library_more: str
    library_report: str
    library_report_new: str
    library_report_title: str
    library_report_failed: str
    library_dropped: str
    library_removed: str
    library_removed_none: str
    library_removed_speech: str
    library_removed_file: str
    library_removed_at: str
    library_removed_by: str
    library_take_back: str
    library_trouble: str


CHINESE_LIBRARY = {
    "library_off": "这个页面没有连接资料库，不能管理讲话稿。",
    "library_empty": "资料库还是空的。先把讲话稿拖到下面的框里，再点“更新资料库”，整理好后就可以提问了。",
    "library_empty_reader": "资料库还是空的。请联系管理员添加讲话稿。",
    "library_first_build": "文件已经收到。点“更新资料库”，整理好后就可以提问了。",
    "library_up_to_date": "资料库是最新的：没有等待处理的文件。",
    "library_waits": "还没有生效的改动：{changes}。点“更新资料库”后生效。",
    "library_waits_reader": "还没有生效的改动：{changes}。管理员更新资料库后生效。",
    "library_not_yours": "这里可以查看收了哪些讲话；添加、更新和移除由管理员来做。",
    "library_waits_added": "新增文件 {number} 个",
    "library_waits_replaced": "替换文件 {number} 个",
    "library_waits_deleted": "删除文件 {number} 个",
    "library_waits_excluded": "移除 {number} 项",
    "library_waits_taken_back": "取回 {number} 项",
    "library_build": "更新资料库",
    "library_cancel": "停止更新",
    "library_cancelling": "正在停止……资料库保持原样。",
    "library_running": "正在更新资料库",
    "library_begun": "{when} 开始，已用时 {lasted}。",
    "library_begun_by": "{when} 由{who}开始，已用时 {lasted}。",
    "library_goes_on": "关闭本页也会继续；这期间可以照常提问。",
    "library_goes_on_first": "关闭本页也会继续；整理好后就可以提问。",
    "library_somebody": "用户“{name}”",
    "library_already": "已经有一次更新正在进行，没有再开始一次。上面是它的进度。",
    "library_meanwhile": "之后的改动不在这次更新里，完成后请再更新一次：{changes}。",
    "library_step": "第 {step} 步，共 {steps} 步：{stage}",
    "library_stage_starting": "准备",
    "library_stage_reading": "读取文件",
    "library_stage_copying": "复制现有资料",
    "library_stage_comparing": "整理段落、比对重复",
    "library_stage_embedding": "分析每段的意思",
    "library_stage_adding_vectors": "保存分析结果",
    "library_stage_adding_keywords": "登记关键词",
    "library_stage_verifying": "检查新资料",
    "library_stage_publishing": "启用新资料",
    "library_done": "资料库已更新，现在按新的资料回答。",
    "library_arriving": "新的资料已经整理好，正在换用，请稍候……",
    "library_unchanged": "没有变化，资料库保持原样。",
    "library_cancelled": "更新已停止，资料库还是原来的。需要时再点“更新资料库”。",
    "library_failed": "更新没有成功，资料库还是原来的。原因：{reason}",
    "library_lost": "上一次更新中途断了（程序意外结束），资料库还是原来的。请再点“更新资料库”。",
    "library_when": "{when}，用时 {lasted}",
    "library_when_by": "{when}，{who}，用时 {lasted}",
    "library_numbers": "文件 {files} 个，讲话 {speeches} 篇，段落 {passages} 段",
    "library_same_files": "与已有文件相同 {number} 个",
    "library_same_as": "与“{name}”文字相同，只算一份",
    "library_skipped": "没有收进资料库的文件 {number} 个，原因如下：",
    "library_warned": "读取时的提醒 {number} 条",
    "library_left_out_files": "因移除而不再收入的文件 {number} 个",
    "library_speeches": "讲话",
    "library_speeches_none": "资料库里还没有讲话。",
    "library_speeches_unfound": "没有找到符合的讲话。",
    "library_search": "搜索题目、文件、地点、日期……",
    "library_table_note": "表中的字数、段落和略去字数都只算这一篇讲话；一个文件里还可能有别的文字，"
    "整个文件的数目见下面“每个文件的处理结果”。“略去”是指检索时不用的文字，如页码、广告，在清洗报告里都能看到。",
    "library_count": "共 {number} 篇",
    "library_count_found": "找到 {found} 篇，共 {number} 篇",
    "library_count_copies": "（其中 {number} 篇与另一篇几乎相同，标为副本）",
    "library_copy": "“{name}”的副本",
    "library_copy_of": "与“{name}”里的讲话几乎相同，是同一篇讲话的另一份；两份都保留",
    "library_alike": "{name}（几乎相同）",
    "library_untitled": "原文无题",
    "library_also_in": "另有相同的：{names}",
    "library_also_more": "等 {number} 个",
    "library_shown": "第 {first}–{last} 篇",
    "library_earlier": "上一页",
    "library_later": "下一页",
    "library_column_title": "题目",
    "library_column_file": "文件",
    "library_column_place": "地点",
    "library_column_date": "日期",
    "library_column_level": "层级",
    "library_column_kind": "类型",
    "library_column_characters": "字数",
    "library_column_passages": "段落",
    "library_column_dropped": "略去字数",
    "library_column_copies": "相同文件",
    "library_choose": "选择：{title}",
    "library_choose_all": "选择本页全部",
    "library_sort": "按{column}排序",
    "library_order_up": "从小到大",
    "library_order_down": "从大到小",
    "library_uploaded": "上传",
    "library_gone_soon": "将在更新时移除",
    "library_chosen": "已选 {number} 篇",
    "library_remove_speeches": "移除所选讲话",
    "library_remove_files": "移除所在文件",
    "library_remove_file": "移除文件",
    "library_unchoose": "取消选择",
    "library_really_speeches": "移除这 {number} 篇讲话？",
    "library_really_files": "移除这 {number} 个文件，连同其中的 {speeches} 篇讲话？",
    "library_really_files_only": "移除这 {number} 个文件？",
    "library_really_same": "同样的文字还在下面的文件里，会一并移除，否则这些讲话仍会被检索到：",
    "library_really_alike": "几乎相同的讲话还在下面的文件里，不会移除，仍会被检索到：",
    "library_untouched": "只是不再检索，文件本身不会被改动，随时可以取回。更新资料库后生效。",
    "library_confirm": "确定移除",
    "library_leave": "取消",
    "library_removed_now": "已移除 {number} 项，更新资料库后生效。",
    "library_taken_back_now": "已取回“{name}”，更新资料库后生效。",
    "library_nothing_done": "没有改变：它已经不在了。",
    "library_files": "每个文件的处理结果（{number}）",
    "library_files_none": "还没有处理过文件。",
    "library_files_note": "这里的数目算的是整个文件，包括讲话以外的文字，所以比上面表格里一篇讲话的多。",
    "library_file_characters": "全文字数",
    "library_more": "显示更多",
    "library_report": "清洗报告",
    "library_report_new": "在新标签页打开",
    "library_report_title": "清洗报告：{name}",
    "library_report_failed": "没能打开清洗报告。请检查本页的服务是否还在运行，然后再试一次。",
    "library_dropped": "略去 {number} 字：{reasons}",
    "library_removed": "已移除（{number}）",
    "library_removed_none": "没有移除过讲话或文件。",
    "library_removed_speech": "讲话",
    "library_removed_file": "文件",
    "library_removed_at": "{when} 移除",
    "library_removed_by": "{when} 由{who}移除",
    "library_take_back": "取回",
    "library_trouble": "出错了，没有做成。请再试一次；如果仍然如此，请查看运行本页的终端。",
}

ENGLISH_LIBRARY = {
    "library_off": "This page has no library to manage.",
    "library_empty": "The library is empty. Drop your speeches into the box below, then press “Update the library”; "
    "after that you can ask.",
    "library_empty_reader": "The library is empty. Ask an administrator to add speeches.",
    "library_first_build": "Your files are here. Press “Update the library”; after that you can ask.",
    "library_up_to_date": "The library is up to date: nothing is waiting.",
    "library_waits": "Not in effect yet: {changes}. Press “Update the library”.",
    "library_waits_reader": "Not in effect yet: {changes}. An administrator’s next update makes it so.",
    "library_not_yours": "You can see here what the library holds; administrators add, update and remove.",
    "library_waits_added": "{number} added",
    "library_waits_replaced": "{number} replaced",
    "library_waits_deleted": "{number} deleted",
    "library_waits_excluded": "{number} removed",
    "library_waits_taken_back": "{number} taken back",
    "library_build": "Update the library",
    "library_cancel": "Stop updating",
    "library_cancelling": "Stopping… The library stays as it is.",
    "library_running": "The library is being updated",
    "library_begun": "Started {when}, running for {lasted}.",
    "library_begun_by": "Started {when} by {who}, running for {lasted}.",
    "library_goes_on": "It goes on when you close this page, and questions are answered meanwhile.",
    "library_goes_on_first": "It goes on when you close this page; you can ask once it is done.",
    "library_somebody": "“{name}”",
    "library_already": "An update is running already, so no other was started. How far it is stands above.",
    "library_meanwhile": "What has changed since it began is not part of it; update once more afterwards: {changes}.",
    "library_step": "Step {step} of {steps}: {stage}",
    "library_stage_starting": "getting ready",
    "library_stage_reading": "reading the files",
    "library_stage_copying": "copying what is there",
    "library_stage_comparing": "sorting passages, looking for copies",
    "library_stage_embedding": "working out what passages mean",
    "library_stage_adding_vectors": "storing what was worked out",
    "library_stage_adding_keywords": "noting the words",
    "library_stage_verifying": "checking the result",
    "library_stage_publishing": "putting it to use",
    "library_done": "The library is updated; answers come from it now.",
    "library_arriving": "The new library is ready and is being put to use; one moment.",
    "library_unchanged": "Nothing had changed; the library stays as it is.",
    "library_cancelled": "The update was stopped; the library is as it was before. Press “Update the library” when "
    "you want it.",
    "library_failed": "The update failed; the library is as it was before. Why: {reason}",
    "library_lost": "The last update broke off (its program died); the library is as it was before. Press “Update "
    "the library” again.",
    "library_when": "{when}, took {lasted}",
    "library_when_by": "{when}, {who}, took {lasted}",
    "library_numbers": "Files: {files}; speeches: {speeches}; passages: {passages}",
    "library_same_files": "Files with the text of another: {number}",
    "library_same_as": "“{name}” has the same text; it counts once",
    "library_skipped": "Files that are not in the library: {number}. Why:",
    "library_warned": "Warnings while reading: {number}",
    "library_left_out_files": "Files left out because they or their speeches were removed: {number}",
    "library_speeches": "Speeches",
    "library_speeches_none": "The library holds no speech yet.",
    "library_speeches_unfound": "No speech matches.",
    "library_search": "Search titles, files, places, dates…",
    "library_table_note": "Characters, passages and characters left out are those of one speech; its file may hold "
    "other text as well, and “What became of each file” below counts the whole file. “Left out” is text that the "
    "search does not use, such as page numbers or advertisements; the cleaning report shows all of it.",
    "library_count": "Speeches: {number}",
    "library_count_found": "{found} of {number} speeches",
    "library_count_copies": "({number} nearly the same as another, marked as copies)",
    "library_copy": "copy of “{name}”",
    "library_copy_of": "Nearly the same as the speech in “{name}”, of which it is another copy; both are kept",
    "library_alike": "{name} (nearly the same)",
    "library_untitled": "untitled",
    "library_also_in": "The same in: {names}",
    "library_also_more": ", … ({number} in all)",
    "library_shown": "{first}–{last}",
    "library_earlier": "Previous page",
    "library_later": "Next page",
    "library_column_title": "Title",
    "library_column_file": "File",
    "library_column_place": "Place",
    "library_column_date": "Date",
    "library_column_level": "Level",
    "library_column_kind": "Kind",
    "library_column_characters": "Characters",
    "library_column_passages": "Passages",
    "library_column_dropped": "Left out",
    "library_column_copies": "Copies",
    "library_choose": "Choose: {title}",
    "library_choose_all": "Choose all on this page",
    "library_sort": "Sort by {column}",
    "library_order_up": "ascending",
    "library_order_down": "descending",
    "library_uploaded": "uploaded",
    "library_gone_soon": "goes with the next update",
    "library_chosen": "Chosen: {number}",
    "library_remove_speeches": "Remove these speeches",
    "library_remove_files": "Remove their files",
    "library_remove_file": "Remove file",
    "library_unchoose": "Choose none",
    "library_really_speeches": "Remove these speeches ({number})?",
    "library_really_files": "Remove these files ({number}) with their speeches ({speeches})?",
    "library_really_files_only": "Remove these files ({number})?",
    "library_really_same": "These files hold the same text and are removed as well, since the speeches would still be "
    "found through them:",
    "library_really_alike": "Nearly the same speeches are in these files, which stay and are searched:",
    "library_untouched": "They are only left out of the search: no file is changed, and you can take them back at "
    "any time. The next update makes it so.",
    "library_confirm": "Remove",
    "library_leave": "Cancel",
    "library_removed_now": "Removed: {number}. The next update makes it so.",
    "library_taken_back_now": "“{name}” was taken back. The next update makes it so.",
    "library_nothing_done": "Nothing changed: it is gone already.",
    "library_files": "What became of each file ({number})",
    "library_files_none": "No file has been read yet.",
    "library_files_note": "These numbers are of whole files, with the text outside the speeches, and so larger than "
    "those of one speech in the table above.",
    "library_file_characters": "Characters in all",
    "library_more": "Show more",
    "library_report": "Cleaning report",
    "library_report_new": "Open in a new tab",
    "library_report_title": "Cleaning report: {name}",
    "library_report_failed": "The report could not be opened. See whether the server of this page still runs, then "
    "try again.",
    "library_dropped": "{number} characters left out: {reasons}",
    "library_removed": "Removed ({number})",
    "library_removed_none": "Nothing has been removed.",
    "library_removed_speech": "speech",
    "library_removed_file": "file",
    "library_removed_at": "removed {when}",
    "library_removed_by": "removed {when} by {who}",
    "library_take_back": "Take back",
    "library_trouble": "Something went wrong, and nothing was done. Try again, or look at the terminal that runs "
    "this page.",
}
