"""A client of the YAML language server, which speaks to it as an editor does."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT

SERVER = Path(__file__).parent / "node_modules/yaml-language-server/bin/yaml-language-server"
SCHEMA = (ROOT / "schema" / "cnnspec-1.json").as_uri()
SETTINGS = {
    "yaml": {
        "schemas": {SCHEMA: "*.yaml"},
        "schemaStore": {"enable": False},
        "validate": True,
        "completion": True,
        "hover": True,
    }
}


class LanguageServer:
    """A running server, for which all YAML files are specs."""

    def __init__(self) -> None:
        command = ["node", str(SERVER), "--stdio"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._asked = 0
        self._opened = 0
        client = {"workspace": {"configuration": True}}
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": client})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def close(self) -> None:
        self._ask("shutdown", None)
        self._tell("exit", None)
        self._process.communicate(timeout=30)

    def problems(self, text: str) -> list[str]:
        """Return what the server finds wrong with a text."""
        _, found = self._open(text)
        return [each["message"] for each in found]

    def completed(self, text: str) -> list[str]:
        """Return the words that the server offers where `|` stands in a text."""
        before, after = text.split("|")
        uri, _ = self._open(before + after)
        found = self._ask("textDocument/completion", _at(uri, before))
        return [each["label"] for each in found["items"]]

    def hovered(self, text: str) -> str:
        """Return what the server tells about the word behind the `|` in a text."""
        before, after = text.split("|")
        uri, _ = self._open(before + after)
        found = self._ask("textDocument/hover", _at(uri, before))
        value: str = found["contents"]["value"]
        return value

    def _open(self, text: str) -> tuple[str, list[dict[str, Any]]]:
        self._opened += 1
        uri = f"file:///spec_{self._opened}.yaml"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self._read()
            found = message.get("params", {})
            if message.get("method") == "textDocument/publishDiagnostics" and found["uri"] == uri:
                return uri, found["diagnostics"]

    def _ask(self, method: str, params: Any) -> Any:
        self._asked += 1
        self._write({"id": self._asked, "method": method, "params": params})
        while True:
            message = self._read()
            if "method" not in message and message["id"] == self._asked:
                return message["result"]

    def _tell(self, method: str, params: Any) -> None:
        self._write({"method": method, "params": params})

    def _write(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        """Read a message, and answer it if it is a question: for the settings, or for nothing."""
        assert self._process.stdout is not None
        length = 0
        while header := self._process.stdout.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length > 0, "the language server has ended"
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "method" in message and "id" in message:
            asked = message["params"].get("items", []) if message["params"] else []
            result = [SETTINGS.get(each["section"]) for each in asked]
            self._write({"id": message["id"], "result": result})
        return message


def _at(uri: str, before: str) -> dict[str, Any]:
    lines = before.split("\n")
    position = {"line": len(lines) - 1, "character": len(lines[-1])}
    return {"textDocument": {"uri": uri}, "position": position}
