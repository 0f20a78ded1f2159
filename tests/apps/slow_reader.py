"""A caller that does not read holds its provider back, and one that leaves ends the call and pays.

slow_reader.py SPILLWAY_BINARY

The provider is a socket of ours that offers far more than all buffers between it and the caller can
hold: what it gets rid of is what was read of it.
"""
import json
import select
import socket
import sys
import threading
import time

from live_gateway import PATIENCE, Gateway, chunk, fail

OFFERED = 192 * 1024 * 1024
# Buffers of three sockets, which the kernel may let grow to 6 MiB each, and our own windows.
HELD_MAX = 32 * 1024 * 1024


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


def rss_of(pid):
    for line in open(f"/proc/{pid}/status", encoding="ascii"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def main():
    provider = Provider()
    provider.start()
    with Gateway(sys.argv[1], provider.port) as gateway:
        before = rss_of(gateway.process.pid)
        caller = socket.socket()
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        caller.connect(("127.0.0.1", gateway.port))
        body = json.dumps({"model": "default", "stream": True,
                           "messages": [{"role": "user", "content": "Tell me of rivers."}]}).encode()
        caller.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: "
                       + str(len(body)).encode() + b"\r\n\r\n" + body)
        if not provider.held_back.wait(10 * PATIENCE):
            fail(f"the provider is still read, after {provider.sent} bytes")
        if provider.sent >= HELD_MAX:
            fail(f"{provider.sent} bytes were read for a caller that reads none")
        grown = rss_of(gateway.process.pid) - before
        if grown >= HELD_MAX:
            fail(f"memory grew by {grown} bytes")
        left_at = time.monotonic()
        caller.close()
        if not provider.ended.wait(PATIENCE):
            fail("the provider's connection outlives its caller's")
        took = time.monotonic() - left_at
        gateway.wait_until_idle()
        if gateway.paid() <= 0:
            fail("what came is not paid")
        print(f"{provider.sent} bytes read, memory grew by {grown}, ended after {took:.3f} s, "
              f"paid ${gateway.paid()}")


main()
