"""Runs in a GitHub workflow: validates specs, and shows how a pull request changes their models.

Everything comes from the environment: the inputs of `action.yml`, and what GitHub sets.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from comments import publish
from comparing import compared, report


def main() -> int:
    """Validate and compare; return the exit code of the validation."""
    specs = os.environ["INPUT_SPECS"].split()
    code = validate(specs)
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))
    if "pull_request" in event:
        show(event["pull_request"], specs)
    return code


def validate(specs: list[str]) -> int:
    """Annotate the findings of specs; return 1 if there are errors."""
    options = ["--strict"] if os.environ["INPUT_STRICT"] == "true" else []
    for code in os.environ["INPUT_IGNORE"].split():
        options += ["--ignore", code]
    command = [sys.executable, "-m", "cnnspec", "validate", *options]
    if sarif := os.environ["INPUT_SARIF"]:
        with Path(sarif).open("wb") as file:
            subprocess.run([*command, "--format", "sarif", *specs], stdout=file, check=False)
    return subprocess.run([*command, "--format", "github", *specs], check=False).returncode


def show(pull_request: dict[str, Any], specs: list[str]) -> None:
    """Write the differences of models to the summary of the job, and as a comment."""
    models = compared(pull_request["base"]["sha"], specs)
    text = report(models)
    write("GITHUB_STEP_SUMMARY", text)
    write("GITHUB_OUTPUT", f"changed={len(models)}")
    if os.environ["INPUT_COMMENT"] != "true":
        return
    problem = publish(
        text,
        is_new=bool(models),
        address=f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}",
        number=pull_request["number"],
        token=os.environ["INPUT_TOKEN"],
    )
    if problem:
        print(f"::warning title=cnnspec::the differences are only in the summary: {problem}")


def write(variable: str, text: str) -> None:
    """Append a text to a file that GitHub reads."""
    with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
