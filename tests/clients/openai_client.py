"""OpenAI's own Python client before the gateway: what an agent written with it does in a day.

openai_client.py BASE_URL
"""

import asyncio
import json
import sys
import unittest.mock

import openai
import passing
from pydantic import BaseModel

base_url = sys.argv[1]
client = openai.OpenAI(base_url=base_url, api_key="client-key")
ask = [{"role": "user", "content": "Why do dams have spillways? Name two reasons."}]
tools = [
    {"type": "function", "function": {
        "name": name, "description": f"The {what} of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}},
                       "required": ["city"], "additionalProperties": False}}}
    for name, what in [("get_weather", "weather"), ("get_population", "population")]
]


class Reason(BaseModel):
    title: str
    weight: int


def test_chat():
    raw = client.chat.completions.with_raw_response.create(model="default", messages=ask)
    reply = raw.parse()
    assert reply.choices[0].message.content and reply.choices[0].finish_reason == "stop"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert float(raw.headers["x-spillway-cost-usd"]) > 0
    assert raw.headers["x-spillway-request-id"] == reply.id
    assert reply._request_id, "the client looks for x-request-id"


def test_stream():
    text, usage = "", None
    with client.chat.completions.create(model="default", messages=ask, stream=True,
                                        stream_options={"include_usage": True}) as stream:
        for chunk in stream:
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or ""
    assert text and usage.completion_tokens > 0


def test_stream_events():
    with client.chat.completions.stream(model="default", messages=ask) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_completion()
    assert "content.delta" in kinds and final.choices[0].message.content


def test_tools():
    messages = [{"role": "user", "content": "Weather and population of Bern?"}]
    first = client.chat.completions.create(model="default", messages=messages, tools=tools)
    calls = first.choices[0].message.tool_calls
    assert {c.function.name for c in calls} == {"get_weather", "get_population"}, calls
    assert all("city" in json.loads(c.function.arguments) for c in calls)
    messages.append(first.choices[0].message)
    messages += [{"role": "tool", "tool_call_id": c.id, "content": "134,591; sunny"} for c in calls]
    last = client.chat.completions.create(model="default", messages=messages, tools=tools)
    assert last.choices[0].finish_reason == "stop" and last.choices[0].message.content

    one = client.chat.completions.create(model="default", messages=messages[:1], tools=tools,
                                         parallel_tool_calls=False, tool_choice="required")
    assert len(one.choices[0].message.tool_calls) == 1


def test_streamed_tools():
    messages = [{"role": "user", "content": "Weather and population of Bern?"}]
    with client.chat.completions.stream(model="default", messages=messages, tools=tools) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    assert len(message.tool_calls) == 2
    assert all("city" in json.loads(c.function.arguments) for c in message.tool_calls)


def test_structured_output():
    reply = client.chat.completions.parse(model="default", messages=ask, response_format=Reason)
    assert isinstance(reply.choices[0].message.parsed, Reason)


def test_embeddings():
    one = client.embeddings.create(model="text-embedding-3-small", input="a river")
    assert len(one.data) == 1 and len(one.data[0].embedding) > 8 and one.usage.prompt_tokens > 0
    many = client.embeddings.create(model="text-embedding-3-small", input=["a", "b", "c"],
                                    encoding_format="float")
    assert [d.index for d in many.data] == [0, 1, 2]


def test_models():
    assert "default" in [m.id for m in client.models.list()]
    assert client.models.retrieve("gpt-4o-mini").owned_by == "openai"


def test_responses():
    reply = client.responses.create(model="default", input="Why do dams have spillways?")
    assert reply.status == "completed" and reply.output_text and reply.usage.total_tokens > 0
    text = ""
    with client.responses.stream(model="default", input=ask) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                text += event.delta
        final = stream.get_final_response()
    assert text == final.output_text
    parsed = client.responses.parse(model="default", input=ask, text_format=Reason)
    assert isinstance(parsed.output_parsed, Reason)
    flat = [{"type": "function", **t["function"], "strict": True} for t in tools]
    called = client.responses.create(model="default", input="Weather and population of Bern?",
                                     tools=flat)
    calls = [item for item in called.output if item.type == "function_call"]
    assert len(calls) == 2
    results = [{"type": "function_call_output", "call_id": c.call_id, "output": "134,591; sunny"}
               for c in calls]
    ended = client.responses.create(
        model="default", tools=flat,
        input=[{"role": "user", "content": "Weather and population of Bern?"}, *calls, *results])
    assert ended.output_text


def expect(kind, **call):
    try:
        client.chat.completions.create(messages=ask, **call)
    except kind as e:
        return e
    raise AssertionError(f"no {kind.__name__}")


def test_errors():
    unknown = expect(openai.NotFoundError, model="gpt-4o-mimi")
    assert unknown.code == "model_not_found" and unknown.param == "model"
    assert expect(openai.BadRequestError, model="default", temperature="hot").status_code == 400
    stranger = client.with_options(api_key="nobody")
    try:
        stranger.models.list()
        raise AssertionError("a stranger was let in")
    except openai.AuthenticationError as e:
        assert e.code == "invalid_api_key"


def test_a_spent_budget_is_not_retried():
    spent = expect(openai.RateLimitError, model="default",
                   extra_headers={"x-spillway-team": "spent"})
    assert spent.code == "insufficient_quota"
    assert int(spent.response.headers["retry-after"]) >= 1
    assert spent.response.request.headers["x-stainless-retry-count"] == "0"


def test_retries_wait_as_long_as_they_are_told():
    """`narrow` takes one call a minute. The client's sleep is skipped, not what it was told."""
    client.chat.completions.create(model="narrow", messages=ask)
    waits = []
    with unittest.mock.patch("time.sleep", waits.append):
        late = None
        try:
            client.with_options(max_retries=2).chat.completions.create(
                model="narrow", messages=ask, extra_headers={"x-spillway-deadline-ms": "1000"})
        except openai.RateLimitError as e:
            late = e
    assert late and late.code == "rate_limit_exceeded", late
    told = int(late.response.headers["retry-after"])
    assert 1 <= told <= 60 and len(waits) == 2, (told, waits)
    assert all(told <= w <= told + 2 for w in waits), (told, waits)


def test_async():
    async def run():
        many = openai.AsyncOpenAI(base_url=base_url, api_key="client-key")
        calls = [many.chat.completions.create(model="default", messages=ask) for _ in range(8)]
        replies = await asyncio.gather(*calls)
        await many.close()
        return replies

    assert all(r.choices[0].message.content for r in asyncio.run(run()))


passing.run(globals())
