"""A gateway of its own for a test, before a provider that is a socket of the test's."""
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

PATIENCE = 30  # seconds for what takes milliseconds, on a machine that is busy


def fail(why):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {why}")


def chunk(text):
    """One event of a streamed answer in OpenAI's dialect."""
    return ("data: " + json.dumps({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-mini",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}) + "\n\n").encode()


class Gateway:
    """`spillway serve` with gpt-4o-mini at 127.0.0.1:`provider_port` as its one model."""

    def __init__(self, binary, provider_port):
        self.folder = tempfile.TemporaryDirectory()
        config = os.path.join(self.folder.name, "spillway.toml")
        with open(config, "w", encoding="ascii") as out:
            out.write(f"""
[gateway]
listen = "127.0.0.1:0"
[providers.openai]
base_url = "http://127.0.0.1:{provider_port}/v1"
[routes]
default = ["gpt-4o-mini"]
""")
        self.process = subprocess.Popen(
            [binary, "serve", "--config", config], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env={**os.environ, "OPENAI_API_KEY": "of-nobody"})
        said = []
        while not said or not said[-1].startswith("spillway serves "):
            line = self.process.stdout.readline()
            if not line:
                fail("spillway ended: " + "".join(said))
            said.append(line)
        self.port = int(said[-1].split()[2].split(":")[2].split("/")[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as reply:
            for line in reply.read().decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[-1])
        return 0.0

    def paid(self):
        return self.metric('spillway_cost_usd_total{model="gpt-4o-mini"}')

    def wait_until_idle(self):
        deadline = time.monotonic() + PATIENCE
        while self.metric("spillway_requests_in_flight") != 0:
            if time.monotonic() > deadline:
                fail("the request is still in flight")
            time.sleep(0.02)
