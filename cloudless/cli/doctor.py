"""`cloudless doctor`: what is installed, what is missing, what for, and how to get it.

environment.py looks at the machine; `diagnose` judges what it found, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import typer
from rich.text import Text

from cloudless._version import __version__
from cloudless.cli import show
from cloudless.cli.environment import Environment, Installed, Setup, probe
from cloudless.cli.failure import FAILED, told
from cloudless.cli.options import AsJson, ConfigFile, stage_names
from cloudless.driver.provider import EXTRAS as PROVIDERS
from cloudless.ir import Diagnostic
from cloudless.terraform.program import INSTALL

PYTHON = (3, 11)
_COMMANDS = "check, run and permissions"


Status = Literal["ok", "missing", "broken"]


@dataclass(frozen=True)
class Extra:
    """An extra of cloudless-sdk. wants: the least version of each distribution. is_needed: by every command."""

    purpose: str
    wants: Mapping[str, str]
    is_needed: bool = False


EXTRAS = {
    "cli": Extra("the command line", {"rich": "13", "typer": "0.12.5", "uv": "0.7"}, is_needed=True),
    "dev": Extra("cloudless dev", {"starlette": "0.46", "uvicorn": "0.30"}),
    "jwt": Extra("endpoints that check tokens", {"PyJWT": "2.13", "cryptography": "0"}),
    "test": Extra("tests", {"hypothesis": "6.100", "pytest": "8"}),
}


@dataclass(frozen=True)
class Finding:
    """One line of the answer. remedy: a command, or what to read; "" where all is well.

    needed: whether the project, or every command, does without it or not; what is not needed never fails.
    """

    subject: str
    status: Status
    detail: str
    purpose: str
    remedy: str = ""
    needed: bool = False

    @property
    def is_error(self) -> bool:
        """Whether something that is needed is not there, or does not work."""
        return self.needed and self.status != "ok"


ToDeploy = Annotated[
    str | None,
    typer.Option(
        "--stage",
        metavar="STAGE",
        help="The stage that is to be deployed from here.",
        show_default=False,
        autocompletion=stage_names,
    ),
]


def doctor(stage: ToDeploy = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say what is installed and what is missing.

    Each with what it is for, and with the command that installs it. What is optional and missing is no error; with
    --stage, what deploying that stage needs is not optional. Nobody is asked whether credentials are good.

    Exit codes: 0 all that is needed works, 1 something that is needed is missing or broken, 2 wrong usage.
    """
    wanted = [name for extra in EXTRAS.values() for name in extra.wants]
    with told(), show.aside(True):
        found = list(diagnose(probe(config, wanted, stage), stage))
    errors = sum(finding.is_error for finding in found)
    hints = sum(finding.status != "ok" for finding in found) - errors
    if as_json:
        show.as_json({"errors": errors, "hints": hints, "findings": [asdict(finding) for finding in found]})
    else:
        _print(found, errors, hints)
    if errors:
        raise typer.Exit(FAILED)


def diagnose(environment: Environment, stage: str | None = None) -> Iterator[Finding]:
    """What there is to say of an environment, in the order in which people need it. stage: that is to be deployed."""
    setup = environment.setup
    yield _python(environment.python)
    yield Finding("cloudless", "ok", __version__, "everything", needed=True)
    for name, extra in EXTRAS.items():
        yield _extra(name, extra, environment.versions)
    stages: Mapping[str, tuple[str, ...]] = setup.providers if setup else {}
    for name in sorted({*PROVIDERS, *environment.providers, *stages}):
        yield _provider(name, environment.providers.get(name), stages.get(name, ()))
    yield _terraform(environment.terraform, needed=setup is not None and stage in setup.deployed)
    for name, credentials in setup.credentials.items() if setup else ():
        yield _credentials(name, credentials, needed=name == stage)
    for name, region in setup.regions.items() if setup else ():
        yield _region(name, region)
    yield from _project(setup)


def _python(version: tuple[int, int, int]) -> Finding:
    detail, least = ".".join(map(str, version)), ".".join(map(str, PYTHON))
    if version < PYTHON:
        remedy = f"install Python {least} or later, and cloudless in a virtual environment of it"
        return Finding("python", "broken", f"{detail} is older than {least}", "everything", remedy, needed=True)
    return Finding("python", "ok", detail, "everything", needed=True)


def _extra(name: str, extra: Extra, versions: Mapping[str, str]) -> Finding:
    missing = [one for one in extra.wants if one not in versions]
    old = [one for one, least in extra.wants.items() if one in versions and _numbers(versions[one]) < _numbers(least)]
    detail = ", ".join(f"{one} {versions[one]}" for one in extra.wants if one in versions)
    subject, remedy = f"extra {name}", f"pip install 'cloudless-sdk[{name}]'"
    if missing:
        return Finding(subject, "missing", f"no {', no '.join(missing)}", extra.purpose, remedy, extra.is_needed)
    if old:
        detail += f"; wanted: {', '.join(f'{one} {extra.wants[one]}' for one in old)}"
        return Finding(subject, "broken", detail, extra.purpose, remedy, extra.is_needed)
    return Finding(subject, "ok", detail, extra.purpose, needed=extra.is_needed)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _provider(name: str, installed: Installed | None, stages: tuple[str, ...]) -> Finding:
    subject, needed = f"provider {name}", bool(stages)
    purpose = f"stages on {PROVIDERS.get(name, name)}" + (f": {', '.join(stages)}" if stages else "")
    remedy = f"pip install 'cloudless-sdk[{name}]'" if name in PROVIDERS else "install the package that brings it"
    if installed is None:
        return Finding(subject, "missing", "not installed", purpose, remedy, needed)
    if installed.problem:
        return Finding(subject, "broken", installed.problem, purpose, remedy, needed)
    if name in PROVIDERS and installed.version != __version__:
        detail = f"{installed.version} does not go with cloudless {__version__}"
        remedy = f"pip install 'cloudless-sdk[{name}]=={__version__}'"
        return Finding(subject, "broken", detail, purpose, remedy, needed)
    return Finding(subject, "ok", installed.version, purpose, needed=needed)


def _terraform(found: Installed, *, needed: bool) -> Finding:
    """Terraform or OpenTofu: either will do."""
    if not found.problem:
        return Finding("terraform", "ok", found.version, "deploying", needed=needed)
    detail, _, remedy = found.problem.partition(": ")
    status: Status = "broken" if found.version else "missing"
    return Finding("terraform", status, detail, "deploying", remedy or f"see {INSTALL}", needed)


def _credentials(stage: str, found: Installed, *, needed: bool) -> Finding:
    subject, purpose = f"credentials {stage}", f"deploying stage {stage}, and calling it"
    if not found.problem:
        return Finding(subject, "ok", found.version, purpose, needed=needed)
    detail, _, remedy = found.problem.partition(": ")
    return Finding(subject, "missing", detail, purpose, remedy or detail, needed)


def _region(stage: str, found: Installed) -> Finding:
    """Never needed: it may have been opened after this version was made."""
    subject, purpose = f"region {stage}", f"deploying stage {stage}"
    if not found.problem:
        return Finding(subject, "ok", found.version, purpose)
    detail, _, remedy = found.problem.partition(": ")
    return Finding(subject, "broken", detail, purpose, remedy)


def _project(setup: Setup | None) -> Iterator[Finding]:
    if setup is None:
        detail = "none here or in a folder above"
        yield Finding("cloudless.toml", "missing", detail, _COMMANDS, "cloudless new NAME")
        return
    yield _problems("cloudless.toml", setup.file, setup.mistakes)
    if setup.app:
        yield _problems("app", f"{setup.app}, {setup.name}", setup.broken)


def _problems(subject: str, detail: str, problems: tuple[Diagnostic, ...]) -> Finding:
    """Fine where there are none; else the first speaks, and the others are counted."""
    if not problems:
        return Finding(subject, "ok", detail, _COMMANDS, needed=True)
    first = problems[0]
    detail = f"{first.span}  {first.code}  {first.message.splitlines()[0]}"
    more = f"; {len(problems) - 1} more: cloudless check" if len(problems) > 1 else ""
    return Finding(subject, "broken", detail, _COMMANDS, f"{first.remedy or 'cloudless check'}{more}", needed=True)


def _print(found: list[Finding], errors: int, hints: int) -> None:
    out = show.console()
    width = max(len(finding.subject) for finding in found) + 2
    for finding in found:
        colour = "green" if finding.status == "ok" else "bold red" if finding.is_error else "yellow"
        text = Text().append(f"{finding.status:<9}", colour).append(f"{finding.subject:<{width}}", "bold")
        text.append(finding.detail).append(f"  for {finding.purpose}", "dim")
        out.print(text.append(f": {finding.remedy}" if finding.remedy else ""))
    out.print(Text(f"{show.count(errors, 'error')}, {show.count(hints, 'hint')}", "red" if errors else "green"))
