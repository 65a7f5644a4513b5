"""A stand-in for the API of GitHub, as far as comments on a pull request need it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token"


class Comments:
    """The comments on pull request 7 of `owner/name`."""

    def __init__(self) -> None:
        self.address = ""
        self.bodies: dict[int, str] = {}
        self.of_others: set[int] = set()
        self.is_read_only = False
        self.calls: list[str] = []
        """The methods of all calls, in order."""

    def add(self, body: str, *, is_of_another: bool = False) -> int:
        number = len(self.bodies) + 1
        self.bodies[number] = body
        self.of_others |= {number} if is_of_another else set()
        return number

    def answer(self, method: str, url: str, data: Any) -> tuple[int, Any]:
        self.calls.append(method)
        parts = urlsplit(url)
        if method == "GET" and parts.path == "/repos/owner/name/issues/7/comments":
            (page,), (size,) = (parse_qs(parts.query)[key] for key in ("page", "per_page"))
            listed = [{"id": number, "body": body} for number, body in self.bodies.items()]
            return 200, listed[(int(page) - 1) * int(size) : int(page) * int(size)]
        if self.is_read_only:
            return 403, {"message": "Resource not accessible by integration"}
        if method == "POST" and parts.path == "/repos/owner/name/issues/7/comments":
            return 201, {"id": self.add(data["body"])}
        found = re.fullmatch(r"/repos/owner/name/issues/comments/(\d+)", parts.path)
        if method == "PATCH" and found and int(found[1]) in self.bodies:
            if int(found[1]) in self.of_others:
                return 403, {"message": "Forbidden"}
            self.bodies[int(found[1])] = data["body"]
            return 200, {"id": int(found[1])}
        return 404, {"message": "Not Found"}


@contextmanager
def serving(comments: Comments) -> Iterator[Comments]:
    """Answer calls of the API while the context is open."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            data = json.loads(self.rfile.read(length)) if length else None
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            code, answer = comments.answer(self.command, self.path, data) if known else (401, {})
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_PATCH = handle_any  # noqa: N815 # the names of the base class

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    comments.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield comments
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
