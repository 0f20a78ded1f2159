"""Anthropic's own Python client before the gateway.

anthropic_client.py BASE_URL
"""

import sys
import unittest.mock

import anthropic
import passing

base_url = sys.argv[1].removesuffix("/v1")
client = anthropic.Anthropic(base_url=base_url, api_key="client-key")
ask = [{"role": "user", "content": "Why do dams have spillways? Name two reasons."}]
tools = [{"name": name, "description": f"The {what} of a city",
          "input_schema": {"type": "object", "properties": {"city": {"type": "string"}},
                           "required": ["city"]}}
         for name, what in [("get_weather", "weather"), ("get_population", "population")]]


def test_messages():
    raw = client.messages.with_raw_response.create(
        model="default", max_tokens=500, system="Answer shortly.", messages=ask)
    reply = raw.parse()
    assert reply.content[0].type == "text" and reply.content[0].text
    assert reply.stop_reason == "end_turn" and reply.usage.output_tokens > 0
    assert reply._request_id == raw.headers["x-spillway-request-id"]


def test_stream():
    with client.messages.stream(model="default", max_tokens=500, messages=ask) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text and text == final.content[0].text and final.usage.output_tokens > 0


def test_tools():
    messages = [{"role": "user", "content": "Weather and population of Bern?"}]
    first = client.messages.create(model="default", max_tokens=500, messages=messages, tools=tools)
    calls = [block for block in first.content if block.type == "tool_use"]
    assert first.stop_reason == "tool_use"
    assert {c.name for c in calls} == {"get_weather", "get_population"}
    messages.append({"role": "assistant", "content": first.content})
    messages.append({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": c.id, "content": "134,591; sunny"} for c in calls]})
    last = client.messages.create(model="default", max_tokens=500, messages=messages, tools=tools)
    assert last.stop_reason == "end_turn" and last.content[0].text


def test_streamed_tools():
    with client.messages.stream(
            model="default", max_tokens=500, tools=tools,
            messages=[{"role": "user", "content": "Weather and population of Bern?"}]) as stream:
        final = stream.get_final_message()
    calls = [block for block in final.content if block.type == "tool_use"]
    assert len(calls) == 2 and all(c.input["city"] for c in calls)


def test_count_tokens():
    count = client.messages.count_tokens(model="default", messages=ask, system="Answer shortly.")
    assert 10 <= count.input_tokens <= 60, count


def test_models():
    listed = client.models.list()
    assert "default" in [m.id for m in listed]
    assert client.models.retrieve("gpt-4o-mini").id == "gpt-4o-mini"


def test_errors():
    try:
        client.messages.create(model="gpt-4o-mimi", max_tokens=10, messages=ask)
        raise AssertionError("an unknown model answered")
    except anthropic.NotFoundError as e:
        assert e.body["error"]["type"] == "not_found_error"
    try:
        client.with_options(api_key="nobody").messages.create(
            model="default", max_tokens=10, messages=ask)
        raise AssertionError("a stranger was let in")
    except anthropic.AuthenticationError as e:
        assert e.body["error"]["type"] == "authentication_error"


def test_retries_wait_as_long_as_they_are_told():
    client.messages.create(model="narrow", max_tokens=100, messages=ask)
    waits = []
    with unittest.mock.patch("time.sleep", waits.append):
        try:
            client.with_options(max_retries=2).messages.create(
                model="narrow", max_tokens=100, messages=ask,
                extra_headers={"x-spillway-deadline-ms": "1000"})
            raise AssertionError("a second call in the minute was let pass")
        except anthropic.RateLimitError as e:
            told = int(e.response.headers["retry-after"])
    assert 1 <= told <= 60 and len(waits) == 2, (told, waits)
    assert all(told <= w <= told + 2 for w in waits), (told, waits)


passing.run(globals())
