"""Examples for the description of the REST interface, made of a small speech as everything that is sent is. Pure."""

from askspeech.api_models import (
    AnswerResponse,
    IndexResponse,
    SearchResponse,
    SpeechesResponse,
    SpeechResponse,
    TextResponse,
)
from askspeech.api_results import (
    answer_response,
    found_hits,
    found_speeches,
    search_response,
    speech_response,
    text_response,
)
from askspeech.citing import cite, locate
from askspeech.datatypes import (
    Answer,
    Fact,
    Filters,
    Hit,
    Passage,
    SearchResult,
    Section,
    Sentence,
    Source,
    Span,
    Speech,
    Usage,
)
from askspeech.whole_speech import WholeSpeech

__all__ = ["ANSWER", "ASKED", "INDEX", "SEARCH", "SEARCHED_FOR", "SOURCE_ID", "SPEECH", "SPEECHES", "SPEECH_ID", "TEXT"]

SPEECH_ID = "056cff62b780c9de4fe24b476fbebfd0"
SOURCE_ID = "e246e6cdba29db2d754307d672c4073d"
_GENERATION = "20260301-081530"
_TITLE = "在青禾县优化营商环境动员大会上的讲话"
_HEADING = "二、突出重点，抓好四件实事"
_WORDS = "二要清理拖欠账款。由县财政局牵头，六月底前建立政府拖欠企业账款台账。"
_TEXT = f"{_TITLE}\n\n{_HEADING}\n\n{_WORDS}\n"
_FILE = "青禾县/动员大会.docx"
_QUESTION = "拖欠企业的账款由谁牵头清理？"


def _span(words: str) -> Span:
    start = _TEXT.index(words)
    return Span(start, start + len(words))


_SOURCE = Source(SOURCE_ID, _FILE, _TEXT, "", "docx", "1", "")
_SPEECH = Speech(
    SPEECH_ID,
    SOURCE_ID,
    _FILE,
    _TITLE,
    Span(0, len(_TEXT)),
    (_span(_TITLE),),
    (
        Fact("place", "青禾县", "text", _span("青禾县")),
        Fact("level", "县", "text", _span("县")),
        Fact("kind", "动员大会", "text", _span("动员大会")),
    ),
    len(_TEXT) - 5,
)
_SECTION = Section(
    "e4bf2c51b3b0fc6ada09221961265803",
    SPEECH_ID,
    None,
    "二、",
    2,
    _HEADING,
    (_span(_HEADING),),
    Span(_span(_HEADING).start, len(_TEXT)),
)
_PASSAGE = Passage(
    "5fe9b82613ae0866b6a4c092bded82aa",
    SOURCE_ID,
    SPEECH_ID,
    _SECTION.id,
    _FILE,
    "text",
    _WORDS,
    (_span(_WORDS),),
    (_HEADING,),
)
_HIT = Hit(_PASSAGE, _SPEECH, 2.09, found_by=("keyword 1", "dense 2", "late interaction 1"))
_RESULT = SearchResult((_HIT,), (_SPEECH,), _QUESTION, Filters(year=("2026",)), kind="fact")
_SAID = "由县财政局牵头，六月底前建立政府拖欠企业账款台账。"
_START = _WORDS.index(_SAID)

SEARCHED_FOR = {"question": _QUESTION, "k": 8, "filters": {"level": ["县"], "year": ["2026"]}}
ASKED = {
    "question": "台账什么时候建立？",
    "filters": {"place": ["青禾县"]},
    "history": [{"question": _QUESTION, "answer": f"{_SAID}[1]"}],
}
SEARCH: SearchResponse = search_response(
    _QUESTION, _RESULT, found_hits([(_HIT, locate(_TEXT, _SOURCE.layout, _PASSAGE.spans))]), _GENERATION
)
ANSWER: AnswerResponse = answer_response(
    Answer(
        _QUESTION,
        f"{_SAID}[1]",
        (Sentence(_SAID, (1,)),),
        (cite(1, _SOURCE, _HIT, _START, len(_WORDS)),),
        "answered",
        (),
        _RESULT,
        usage=Usage(0.08, 0.08),
    ),
    [],
    _GENERATION,
)
SPEECH: SpeechResponse = speech_response(WholeSpeech(_SPEECH, _SOURCE, (_SECTION,)), _GENERATION)
SPEECHES = SpeechesResponse(
    total=1, offset=0, limit=50, speeches=found_speeches([_SPEECH]), notices=[], generation=_GENERATION
)
TEXT: TextResponse = text_response(_SOURCE, *_span(_WORDS), _GENERATION)
INDEX = IndexResponse(
    ready=True,
    generation=_GENERATION,
    speeches=1,
    sources=1,
    passages=1,
    characters=_SPEECH.characters,
    chat_model=False,
    message="",
    notices=[],
)
