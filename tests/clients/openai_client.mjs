// OpenAI's own Node client before the gateway.
// node openai_client.mjs BASE_URL
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { run, waitsDuring } from './passing.mjs';

const packages = createRequire(process.env.SPILLWAY_NODE_PACKAGES + '/');
const load = name => import(pathToFileURL(packages.resolve(name)).href);
const { default: OpenAI } = await load('openai');

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'client-key' });
const messages = [{ role: 'user', content: 'Why do dams have spillways? Name two reasons.' }];
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'],
                 additionalProperties: false };
const functions = ['weather', 'population'].map(what => ({
  name: `get_${what}`, description: `The ${what} of a city`, parameters: schema }));
const tools = functions.map(f => ({ type: 'function', function: f }));
const question = [{ role: 'user', content: 'Weather and population of Bern?' }];

async function refusal(call) {
  try {
    await call;
  } catch (e) {
    return e;
  }
  assert.fail('nothing was refused');
}

process.exitCode = await run({
  async chat() {
    const { data, response } =
      await client.chat.completions.create({ model: 'default', messages }).withResponse();
    assert.ok(data.choices[0].message.content);
    assert.ok(data.usage.total_tokens > 0);
    assert.ok(Number(response.headers.get('x-spillway-cost-usd')) > 0);
    assert.equal(data._request_id, data.id);
  },

  async stream() {
    const stream = await client.chat.completions.create(
      { model: 'default', messages, stream: true, stream_options: { include_usage: true } });
    let text = '';
    let usage;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    assert.ok(text);
    assert.ok(usage.completion_tokens > 0);
  },

  async streamIsLeft() {
    const stream = await client.chat.completions.create({ model: 'default', messages, stream: true });
    for await (const _ of stream) break;
  },

  async tools() {
    const first = await client.chat.completions.create({ model: 'default', messages: question, tools });
    const calls = first.choices[0].message.tool_calls;
    assert.deepEqual(calls.map(c => c.function.name).sort(), ['get_population', 'get_weather']);
    const results = calls.map(c => ({ role: 'tool', tool_call_id: c.id, content: 'sunny' }));
    const last = await client.chat.completions.create(
      { model: 'default', messages: [...question, first.choices[0].message, ...results], tools });
    assert.equal(last.choices[0].finish_reason, 'stop');
  },

  async runTools() {
    const called = [];
    const runnable = functions.map(f => ({ type: 'function', function: {
      ...f, parse: JSON.parse, function: ({ city }) => { called.push(city); return 'sunny'; } } }));
    const runner = client.chat.completions.runTools(
      { model: 'default', messages: question, tools: runnable, stream: true });
    assert.ok(await runner.finalContent());
    assert.equal(called.length, 2);
  },

  async structuredOutput() {
    const reply = await client.chat.completions.parse({ model: 'default', messages,
      response_format: { type: 'json_schema', json_schema: { name: 'place', strict: true, schema } } });
    assert.equal(typeof JSON.parse(reply.choices[0].message.content).city, 'string');
  },

  async embeddings() {
    const one = await client.embeddings.create({ model: 'text-embedding-3-small', input: 'a river' });
    assert.ok(one.data[0].embedding.length > 8);
    const plain = await client.embeddings.create(
      { model: 'text-embedding-3-small', input: ['a', 'b'], encoding_format: 'float' });
    assert.deepEqual(plain.data.map(d => d.index), [0, 1]);
  },

  async models() {
    const ids = [];
    for await (const m of client.models.list()) ids.push(m.id);
    assert.ok(ids.includes('default'));
    assert.equal((await client.models.retrieve('gpt-4o-mini')).owned_by, 'openai');
  },

  async responses() {
    const reply = await client.responses.create({ model: 'default', input: messages });
    assert.equal(reply.status, 'completed');
    assert.ok(reply.output_text);
    let text = '';
    const stream = client.responses.stream({ model: 'default', input: messages });
    for await (const event of stream)
      if (event.type === 'response.output_text.delta') text += event.delta;
    assert.equal((await stream.finalResponse()).output_text, text);
    const flat = functions.map(f => ({ type: 'function', strict: true, ...f }));
    const called = await client.responses.create({ model: 'default', input: question, tools: flat });
    assert.equal(called.output.filter(item => item.type === 'function_call').length, 2);
  },

  async errors() {
    const unknown = await refusal(client.chat.completions.create({ model: 'gpt-4o-mimi', messages }));
    assert.ok(unknown instanceof OpenAI.NotFoundError);
    assert.equal(unknown.code, 'model_not_found');
    const stranger = new OpenAI({ baseURL: process.argv[2], apiKey: 'nobody' });
    assert.ok(await refusal(stranger.models.list()) instanceof OpenAI.AuthenticationError);
    const spent = await refusal(client.chat.completions.create(
      { model: 'default', messages }, { headers: { 'x-spillway-team': 'spent' } }));
    assert.equal(spent.code, 'insufficient_quota');
  },

  async retriesWaitAsLongAsTheyAreTold() {
    await client.chat.completions.create({ model: 'narrow', messages });
    let late;
    const waits = await waitsDuring(async () => {
      late = await refusal(client.chat.completions.create(
        { model: 'narrow', messages },
        { maxRetries: 2, headers: { 'x-spillway-deadline-ms': '1000' } }));
    });
    assert.ok(late instanceof OpenAI.RateLimitError);
    const told = 1000 * Number(late.headers.get('retry-after'));
    // Node's own timers for connections are among them.
    const kept = waits.filter(w => w >= told && w <= told + 2000);
    assert.equal(kept.length, 2, `${waits} for ${told}`);
  },
});
