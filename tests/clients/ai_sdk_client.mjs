// Vercel's AI SDK before the gateway.
// node ai_sdk_client.mjs BASE_URL
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { run } from './passing.mjs';

const packages = createRequire(process.env.SPILLWAY_NODE_PACKAGES + '/');
const load = name => import(pathToFileURL(packages.resolve(name)).href);
const ai = await load('ai');
const { createOpenAI } = await load('@ai-sdk/openai');
const { z } = await load('zod');

const openai = createOpenAI({ baseURL: process.argv[2], apiKey: 'client-key' });
const prompt = 'Why do dams have spillways? Name two reasons.';
const Reason = z.object({ title: z.string(), weight: z.number() });

/// Tools that write down which of them was called.
function toolbox(called) {
  const one = what => ai.tool({
    description: `The ${what} of a city`,
    inputSchema: z.object({ city: z.string() }),
    execute: async () => { called.push(what); return 'fine'; },
  });
  return { get_weather: one('weather'), get_population: one('population') };
}

/// The SDK speaks the Responses API unless it is told otherwise.
for (const [api, model] of [['chat', openai.chat('default')], ['responses', openai('default')]]) {
  console.log(`over ${api}:`);
  const failed = await run({
    async text() {
      const { text, usage, finishReason } = await ai.generateText({ model, prompt });
      assert.ok(text);
      assert.ok(usage.totalTokens > 0);
      assert.equal(finishReason, 'stop');
    },

    async stream() {
      const result = ai.streamText({ model, prompt, onError: ({ error }) => { throw error; } });
      let text = '';
      for await (const piece of result.textStream) text += piece;
      assert.ok(text);
      assert.ok((await result.usage).outputTokens > 0);
    },

    async tools() {
      const called = [];
      const { text, steps } = await ai.generateText({
        model, prompt: 'Weather and population of Bern?', tools: toolbox(called),
        stopWhen: ai.stepCountIs(4) });
      assert.deepEqual(called.sort(), ['population', 'weather']);
      assert.ok(text);
      assert.ok(steps.length >= 2);
    },

    async streamedTools() {
      const called = [];
      const result = ai.streamText({
        model, prompt: 'Weather and population of Bern?', tools: toolbox(called),
        stopWhen: ai.stepCountIs(4) });
      let text = '';
      for await (const piece of result.textStream) text += piece;
      assert.equal(called.length, 2);
      assert.ok(text);
    },

    async structuredOutput() {
      const { object } = await ai.generateObject({ model, schema: Reason, prompt });
      assert.equal(typeof object.title, 'string');
    },
  });
  if (failed) process.exitCode = 1;
}

const failed = await run({
  async embeddings() {
    const { embeddings, usage } = await ai.embedMany({
      model: openai.embedding('text-embedding-3-small'), values: ['a river', 'a dam'] });
    assert.equal(embeddings.length, 2);
    assert.ok(usage.tokens > 0);
  },

  async errors() {
    const refused = await ai.generateText({ model: openai.chat('gpt-4o-mimi'), prompt })
      .catch(e => e);
    assert.equal(refused.statusCode, 404);
    assert.match(refused.message, /gpt-4o-mini/);
  },
});
if (failed) process.exitCode = 1;
