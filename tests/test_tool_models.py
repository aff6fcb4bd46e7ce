"""What the tools for language models take: limits, what is forgiven, and schemas that every host can read."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from askspeech.datatypes import Filters
from askspeech.mcp_server import ARGUMENTS, TOOLS
from askspeech.tool_models import AskArguments, ReadArguments, SearchArguments, SpeechesArguments, schema_of


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_stand_alone_and_are_short(tool: Any) -> None:
    for schema in (tool.input_schema, tool.output_schema):
        jsonschema.validators.validator_for(schema).check_schema(schema)
        text = json.dumps(schema, ensure_ascii=False)
        assert "$ref" not in text and "$defs" not in text
        assert schema["type"] == "object"
        assert len(text) < 5000, "every conversation of an agent carries it"
    assert tool.input_schema["additionalProperties"] is False
    assert all("description" in field for field in tool.input_schema["properties"].values())


def test_a_field_may_be_called_title() -> None:
    class Titled(BaseModel):
        title: str

    assert schema_of(Titled)["properties"] == {"title": {"type": "string"}}


def test_the_limits_are_announced() -> None:
    fields = schema_of(SearchArguments)["properties"]
    assert fields["question"]["maxLength"] == 2000
    assert (fields["k"]["minimum"], fields["k"]["maximum"]) == (1, 50)


@pytest.mark.parametrize(
    "written",
    [
        {"year": ["2023"], "level": ["市"]},
        {"year": "2023", "level": "市"},
        {"year": 2023, "level": "市", "place": None},
        {"year": [2023], "level": ["市"], "kind": []},
    ],
)
def test_filters_are_read_as_language_models_write_them(written: dict[str, Any]) -> None:
    arguments = SearchArguments.model_validate({"question": "问题", "filters": written})
    assert arguments.filters.filters() == Filters(year=("2023",), level=("市",))


def test_what_is_left_out_is_as_if_it_were_null() -> None:
    nothing = {"question": "问题", "filters": None, "history": None}
    assert AskArguments.model_validate(nothing) == AskArguments(question="问题")
    assert not AskArguments(question="问题").filters.filters()


@pytest.mark.parametrize("wrong", [{"filters": {"year": True}}, {"filters": {"year": ["x"] * 21}}, {"filters": "市"}])
def test_other_filters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="filters"):
        SpeechesArguments.model_validate(wrong)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
)


@given(
    st.sampled_from(sorted(ARGUMENTS)),
    st.dictionaries(st.sampled_from(["question", "k", "filters", "start"]), anything),
)
def test_whatever_is_sent_is_read_or_refused(tool: str, sent: dict[str, Any]) -> None:
    model = ARGUMENTS[tool]
    try:
        arguments = model.model_validate(sent)
    except ValidationError as error:
        assert error.errors(include_url=False, include_input=False, include_context=False)
        return
    assert model.model_validate(arguments.model_dump()) == arguments


def test_either_id_will_do() -> None:
    assert ReadArguments.model_validate({"speech_id": "x"}).source_id is None
    assert ReadArguments.model_validate({"source_id": "x", "start": 3, "end": 9}).end == 9
