"""A caller that leaves ends its call at the provider, whatever it waited for, and pays what came.

leaving_caller.py SPILLWAY_BINARY

The provider is a socket of ours that says so much of an answer and then nothing more: nothing but
its connection's end can tell it that nobody wants the rest.
"""
import json
import socket
import sys
import threading
import time

from live_gateway import PATIENCE, Gateway, chunk, fail

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
DOCUMENT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"


class Provider:
    """Answers each request with what it is told to, and waits for the end of its connection."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.says = b""
        self.asked = threading.Event()
        self.ended = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def expect(self, says):
        self.says = says
        self.asked.clear()
        self.ended.clear()

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            with peer:
                request = b""
                while b"Tell me" not in request:
                    request += peer.recv(65536)
                peer.sendall(self.says)
                self.asked.set()
                try:
                    while peer.recv(65536):
                        pass
                except ConnectionError:
                    pass
            self.ended.set()


def ask(port, path, stream):
    body = {"model": "default", "stream": stream, "max_tokens": 100,
            "messages": [{"role": "user", "content": "Tell me of rivers."}]}
    if path == "/v1/responses":
        body = {"model": "default", "stream": stream, "max_output_tokens": 100,
                "input": "Tell me of rivers."}
    text = json.dumps(body).encode()
    caller = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    caller.sendall(f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(text)}\r\n\r\n".encode()
                   + text)
    return caller


def cost_of_leaving(gateway, provider, path, stream, says, until=b""):
    """`until`: what the caller has read of its answer when it leaves."""
    name = f"{path}{' streamed' if stream else ''}, {len(says)} bytes of an answer"
    before = gateway.paid()
    provider.expect(says)
    caller = ask(gateway.port, path, stream)
    if not provider.asked.wait(PATIENCE):
        fail(f"{name}: the provider is not asked")
    read = b""
    while until not in read:
        piece = caller.recv(65536)
        if not piece:
            fail(f"{name}: the answer ends after {read!r}")
        read += piece
    left_at = time.monotonic()
    caller.close()
    if not provider.ended.wait(PATIENCE):
        fail(f"{name}: the provider's connection outlives its caller's")
    took = time.monotonic() - left_at
    gateway.wait_until_idle()
    paid = gateway.paid() - before
    if paid <= 0:
        fail(f"{name}: nothing is paid")
    print(f"{name}: ended after {took * 1000:.1f} ms, paid ${paid:.9f}")
    return paid


def main():
    provider = Provider()
    with Gateway(sys.argv[1], provider.port) as gateway:
        for path in ("/v1/chat/completions", "/v1/responses", "/v1/messages"):
            few, many = (cost_of_leaving(gateway, provider, path, True,
                                         STREAM + chunk("The Oder. " * times), b"Oder")
                         for times in (1, 10))
            if many <= few:
                fail(f"{path}: ten times the words cost ${many}, fewer ${few}")
            cost_of_leaving(gateway, provider, path, True, b"")
            for says in (b"", STREAM, DOCUMENT):
                cost_of_leaving(gateway, provider, path, False, says)


main()
