"""A caller that does not read holds its provider back, and one that leaves ends the call and pays.

slow_reader.py SPILLWAY_BINARY

The provider is a socket of ours that offers far more than all buffers between it and the caller can
hold: what it gets rid of is what was read of it.
"""
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

OFFERED = 192 * 1024 * 1024
# Buffers of three sockets, which the kernel may let grow to 6 MiB each, and our own windows.
HELD_MAX = 32 * 1024 * 1024
PATIENCE = 30  # seconds for what should take one, on a machine that is busy


def chunk(text):
    return ("data: " + json.dumps({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-mini",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}) + "\n\n").encode()


class Provider(threading.Thread):
    """Streams until it is no longer read for a while, then waits for the connection to end."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sent = 0
        self.held_back = threading.Event()
        self.ended = threading.Event()

    def run(self):
        peer, _ = self.listener.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        peer.setblocking(False)
        piece = chunk("word " * 800)
        left = b""
        while self.sent < OFFERED:
            _, writable, _ = select.select([], [peer], [], 2)
            if not writable:
                break
            left = left or piece
            count = peer.send(left)
            left = left[count:]
            self.sent += count
        self.held_back.set()
        peer.setblocking(True)
        try:
            while peer.recv(65536):
                pass
        except ConnectionError:
            pass
        self.ended.set()


def fail(why):
    sys.exit(f"slow_reader: {why}")


def rss_of(pid):
    for line in open(f"/proc/{pid}/status", encoding="ascii"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def metrics(url):
    with urllib.request.urlopen(url.removesuffix("/v1") + "/metrics") as reply:
        lines = reply.read().decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))


def main():
    provider = Provider()
    provider.start()
    folder = tempfile.TemporaryDirectory()
    config = os.path.join(folder.name, "spillway.toml")
    with open(config, "w", encoding="ascii") as out:
        out.write(f"""
[gateway]
listen = "127.0.0.1:0"
[providers.openai]
base_url = "http://127.0.0.1:{provider.port}/v1"
[routes]
default = ["gpt-4o-mini"]
""")
    server = subprocess.Popen([sys.argv[1], "serve", "--config", config], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, "OPENAI_API_KEY": "of-nobody"})
    try:
        url = ""
        said = []
        while not url:
            line = server.stdout.readline()
            if not line:
                fail("spillway ended: " + "".join(said))
            said.append(line)
            if line.startswith("spillway serves "):
                url = line.split()[2]
        port = int(url.split(":")[2].split("/")[0])
        before = rss_of(server.pid)
        caller = socket.socket()
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        caller.connect(("127.0.0.1", port))
        body = json.dumps({"model": "default", "stream": True,
                           "messages": [{"role": "user", "content": "Tell me of rivers."}]}).encode()
        caller.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: "
                       + str(len(body)).encode() + b"\r\n\r\n" + body)
        if not provider.held_back.wait(10 * PATIENCE):
            fail(f"the provider is still read, after {provider.sent} bytes")
        if provider.sent >= HELD_MAX:
            fail(f"{provider.sent} bytes were read for a caller that reads none")
        grown = rss_of(server.pid) - before
        if grown >= HELD_MAX:
            fail(f"memory grew by {grown} bytes")
        left_at = time.monotonic()
        caller.close()
        if not provider.ended.wait(PATIENCE):
            fail("the provider's connection outlives its caller's")
        took = time.monotonic() - left_at
        deadline = time.monotonic() + PATIENCE
        cost = 'spillway_cost_usd_total{model="gpt-4o-mini"}'
        while metrics(url).get("spillway_requests_in_flight") != "0":
            if time.monotonic() > deadline:
                fail("the request is still in flight")
            time.sleep(0.05)
        paid = float(metrics(url).get(cost, 0))
        if paid <= 0:
            fail("what came is not paid")
        print(f"{provider.sent} bytes read, memory grew by {grown}, ended after {took:.3f} s, "
              f"paid ${paid}")
    finally:
        server.terminate()
        server.wait()


main()
