// The peers from npm, as bench_tokens: node peers.mjs PEER ENCODING ROUNDS FILE...
import { readFileSync } from "node:fs";

const makers = {
  // WebAssembly of the reference implementation.
  "npm-tiktoken": async (encoding) => {
    const { get_encoding } = await import("tiktoken");
    const by = get_encoding(encoding);
    return (text) => by.encode_ordinary(text).length;
  },
  "gpt-tokenizer": async (encoding) => {
    const by = await import(`gpt-tokenizer/encoding/${encoding}`);
    return (text) => by.countTokens(text, { disallowedSpecial: new Set() });
  },
  "ai-tokenizer": async (encoding) => {
    const { default: Tokenizer } = await import("ai-tokenizer");
    const by = new Tokenizer(await import(`ai-tokenizer/encoding/${encoding}`));
    return (text) => by.count(text);
  },
};

const [peer, encoding, rounds, ...files] = process.argv.slice(2);
if (!(peer in makers) || files.length === 0) {
  console.error(`usage: peers.mjs ${Object.keys(makers).join("|")} ENCODING ROUNDS FILE...`);
  process.exit(2);
}
const count = await makers[peer](encoding);

// Processor time of all threads, the collector's included: there is none of one thread alone.
function pass(text, bytes) {
  const start = process.cpuUsage();
  const tokens = count(text);
  const { user, system } = process.cpuUsage(start);
  return { tokens, speed: bytes / Math.max(user + system, 1) };
}

for (const file of files) {
  const data = readFileSync(file);
  const text = data.toString("utf8");
  const first = pass(text, data.length);
  let best = first.speed;
  for (let round = 1; round < Number(rounds); ++round)
    best = Math.max(best, pass(text, data.length).speed);
  console.log(`${file} ${data.length} ${first.tokens} ${first.speed.toFixed(2)} ${best.toFixed(2)}`);
}
