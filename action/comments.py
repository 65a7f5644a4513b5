"""Writes the comment on a pull request with the API of GitHub: one, which each run brings up to date."""

import json
import urllib.error
import urllib.request
from typing import Any

from comparing import MARKER

PER_PAGE = 100
PAGES = 30
"""More comments than a pull request has."""


def publish(text: str, *, is_new: bool, address: str, number: int, token: str) -> str:
    """Write or change the comment; return why that was not possible, or an empty text.

    Without a comment of an earlier run there is a new one only with `is_new`.
    """
    try:
        for earlier in _earlier(address, number, token):
            if _changed(f"{address}/issues/comments/{earlier}", token, text):
                return ""
        if is_new:
            _call("POST", f"{address}/issues/{number}/comments", token, {"body": text})
    except urllib.error.HTTPError as error:  # as in pull requests from forks, which only read
        return f"GitHub answered {error.code} {error.reason}"
    except OSError as error:
        return f"GitHub cannot be reached: {error}"
    return ""


def _earlier(address: str, number: int, token: str) -> list[int]:
    """List the comments that look like those of an earlier run."""
    numbers: list[int] = []
    for page in range(1, PAGES + 1):
        query = f"per_page={PER_PAGE}&page={page}"
        found = _call("GET", f"{address}/issues/{number}/comments?{query}", token)
        numbers += [each["id"] for each in found if (each["body"] or "").startswith(MARKER)]
        if len(found) < PER_PAGE:
            break
    return numbers


def _changed(address: str, token: str, text: str) -> bool:
    """Change a comment, unless it is that of somebody else who has copied ours."""
    try:
        _call("PATCH", address, token, {"body": text})
    except urllib.error.HTTPError as error:
        if error.code in (403, 404):
            return False
        raise
    return True


def _call(method: str, address: str, token: str, data: dict[str, str] | None = None) -> Any:
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token}",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    body = json.dumps(data).encode() if data is not None else None
    request = urllib.request.Request(address, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
