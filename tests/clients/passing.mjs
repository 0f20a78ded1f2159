/// Runs tests by name, all of them; returns how many failed.
export async function run(tests) {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log(`passed ${name}`);
    } catch (e) {
      failed += 1;
      console.log(`FAILED ${name}: ${e.stack ?? e}`);
    }
  }
  return failed;
}

/// Calls `work` while waits of some seconds end at once; returns them in milliseconds.
export async function waitsDuring(work) {
  const real = globalThis.setTimeout;
  const waits = [];
  globalThis.setTimeout = (then, ms, ...rest) => {
    const isWait = ms >= 900 && ms <= 62_000;
    if (isWait) waits.push(ms);
    return real(then, isWait ? 0 : ms, ...rest);
  };
  try {
    await work();
  } finally {
    globalThis.setTimeout = real;
  }
  return waits;
}
