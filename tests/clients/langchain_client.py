"""LangChain's OpenAI classes before the gateway.

langchain_client.py BASE_URL
"""

import sys

import openai
import passing
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

reach = {"base_url": sys.argv[1], "api_key": "client-key"}
chat = ChatOpenAI(model="default", **reach)
ask = "Why do dams have spillways? Name two reasons."


class Reason(BaseModel):
    """One reason."""

    title: str
    weight: int


@tool
def get_weather(city: str) -> str:
    """The weather of a city"""
    return "sunny"


@tool
def get_population(city: str) -> str:
    """The population of a city"""
    return "134,591"


def test_chat():
    reply = chat.invoke(ask)
    assert reply.content and reply.usage_metadata["total_tokens"] > 0


def test_stream():
    whole = None
    for chunk in chat.stream(ask, stream_usage=True):
        whole = chunk if whole is None else whole + chunk
    assert whole.content and whole.usage_metadata["output_tokens"] > 0


def test_batch():
    assert all(r.content for r in chat.batch([ask] * 4))


def test_tools():
    known = {t.name: t for t in [get_weather, get_population]}
    bound = chat.bind_tools(list(known.values()))
    talk = [HumanMessage("Weather and population of Bern?")]
    first = bound.invoke(talk)
    assert {c["name"] for c in first.tool_calls} == set(known)
    talk.append(first)
    for call in first.tool_calls:
        result = known[call["name"]].invoke(call["args"])
        talk.append(ToolMessage(result, tool_call_id=call["id"]))
    assert bound.invoke(talk).content


def test_structured_output():
    for method in ["json_schema", "function_calling"]:
        reason = chat.with_structured_output(Reason, method=method).invoke(ask)
        assert isinstance(reason, Reason), (method, reason)


def test_responses():
    reply = ChatOpenAI(model="default", use_responses_api=True, **reach).invoke(ask)
    assert reply.text


def test_embeddings():
    # Its own check of lengths would load a tokenizer from the Internet.
    embed = OpenAIEmbeddings(model="text-embedding-3-small", check_embedding_ctx_length=False,
                             **reach)
    vectors = embed.embed_documents(["a river", "a dam"])
    assert len(vectors) == 2 and len(vectors[0]) == len(embed.embed_query("a lake"))


def test_errors():
    try:
        ChatOpenAI(model="gpt-4o-mimi", **reach).invoke(ask)
        raise AssertionError("an unknown model answered")
    except openai.NotFoundError as e:
        assert e.code == "model_not_found"


passing.run(globals())
