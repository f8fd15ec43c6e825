"""A program that stands for Terraform: it says what it is told to say, and writes down how it was called."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCRIPT = """\
#!/bin/sh
PATH=/usr/bin:/bin
printf '%s\\037' "$PWD" "$@" >> '{home}/calls'
echo >> '{home}/calls'
name=$1
if [ "$1" = show ]; then
    case " $* " in *' -json '*) name='show -json' ;; esac
fi
[ -d "{home}/$name" ] || exit 0
set -- "{home}/$name"/*
[ -d "$1/files" ] && cp -r "$1/files/." .
cat "$1/output"
cat "$1/errors" >&2
read -r code < "$1/code"
[ $# -gt 1 ] && rm -r "$1"
exit "$code"
"""
"""Started hundreds of times: a Python takes ten times as long. An answer is a folder; the first one is given."""
PLAN: dict[str, Any] = {"format_version": "1.2", "resource_changes": [], "output_changes": {}}


class FakeTerraform:
    """path: of the program. Without being told, every command succeeds and says nothing, and a plan changes nothing."""

    def __init__(self, home: Path, version: str = "Terraform v1.11.4\non linux_amd64\n") -> None:
        home.mkdir()
        self.path = home / "terraform"
        self._home = home
        self.path.write_text(SCRIPT.format(home=home))
        self.path.chmod(0o755)
        self.says("version", version)
        self.plans(PLAN)
        self.says("output", "{}")

    def says(self, command: str, output: str = "", errors: str = "", code: int = 0, **files: str) -> None:
        """What a command answers from now on. files: what it writes into its working directory."""
        self.answers(command, {"output": output, "errors": errors, "code": code, "files": files})

    def answers(self, command: str, *answers: Mapping[str, object]) -> None:
        """What a command answers, one after the other; the last one from then on."""
        shutil.rmtree(self._home / command, ignore_errors=True)
        for number, answer in enumerate(answers):
            _write(self._home / command / f"{number}", answer)

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
        lines = file.read_text().split("\x1f\n")[:-1] if file.exists() else []
        return [(folder, words) for folder, *words in (line.split("\x1f") for line in lines)]


def _write(folder: Path, answer: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True)
    (folder / "output").write_text(answer.get("output", ""))
    (folder / "errors").write_text(answer.get("errors", ""))
    (folder / "code").write_text(f"{answer.get('code', 0)}\n")
    for path, text in answer.get("files", {}).items():
        file = folder / "files" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
