"""A program that stands for Terraform: it says what it is told to say, and writes down how it was called."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCRIPT = """\
#!{python} -IS
import json, os, sys

home = {home!r}
words = sys.argv[1:]
with open(home + "/calls", "a") as calls:
    print(json.dumps([os.getcwd(), words]), file=calls)
name = "show -json" if words[0] == "show" and "-json" in words else words[0]
path = f"{{home}}/{{name}}.json"
answers = [{{}}]
if os.path.exists(path):
    with open(path) as file:
        answers = json.load(file)
answer = answers[0]
if len(answers) > 1:
    with open(path, "w") as file:
        json.dump(answers[1:], file)
for path, text in answer.get("files", {{}}).items():
    with open(path, "w") as file:
        file.write(text)
sys.stdout.write(answer.get("output", ""))
sys.stderr.write(answer.get("errors", ""))
sys.exit(answer.get("code", 0))
"""
"""Started hundreds of times: without the environment's packages and without pathlib, it takes half as long."""
PLAN: dict[str, Any] = {"format_version": "1.2", "resource_changes": [], "output_changes": {}}


class FakeTerraform:
    """path: of the program. Without being told, every command succeeds and says nothing, and a plan changes nothing."""

    def __init__(self, home: Path, version: str = "Terraform v1.11.4\non linux_amd64\n") -> None:
        home.mkdir()
        self.path = home / "terraform"
        self._home = home
        self.path.write_text(SCRIPT.format(python=sys.executable, home=str(home)))
        self.path.chmod(0o755)
        self.says("version", version)
        self.plans(PLAN)
        self.says("output", "{}")

    def says(self, command: str, output: str = "", errors: str = "", code: int = 0, **files: str) -> None:
        """What a command answers from now on. files: what it writes into its working directory."""
        self.answers(command, {"output": output, "errors": errors, "code": code, "files": files})

    def answers(self, command: str, *answers: Mapping[str, object]) -> None:
        """What a command answers, one after the other; the last one from then on."""
        (self._home / f"{command}.json").write_text(json.dumps(answers))

    def plans(self, plan: object) -> None:
        """What the next plan is, as data."""
        self.says("show -json", json.dumps(plan))

    @property
    def calls(self) -> list[list[str]]:
        """The words of each call, `version` left out."""
        return [words for _, words in self._calls() if words[0] != "version"]

    @property
    def folders(self) -> set[str]:
        """Where it was called, `version` left out."""
        return {folder for folder, words in self._calls() if words[0] != "version"}

    def _calls(self) -> list[tuple[str, list[str]]]:
        file = self._home / "calls"
        return [tuple(json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []
