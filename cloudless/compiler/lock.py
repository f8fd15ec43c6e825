"""Lock: the definitions whose executions may still run, and what they need of the program.

`cloudless.lock/<stage>.json`, beside cloudless.toml and committed with it. An execution keeps the definition that it
was started with, while its steps run the code that is deployed today; so a definition stays here, and in what is
deployed, until no execution of it runs, and a build that would take away what it calls is refused:

    lock = Lock.load(project.root, "prod").without_drafts()
    lock.problems(application)                        # CL514: what is gone, or changed so that it no longer fits
    lock = lock.with_current(application, definitions_of(application, stage.config, lock.texts))
    lock.write()
    lock.without(["1f0c…"]).write()                   # `plan` asked the cloud: no execution of these runs any more
    lock.with_deployed(["77ab…"]).write()             # `deploy` is through: executions of these may run from now on

    {"version": 1, "definitions": {"<sha256>": {
        "orchestration": "fulfil", "deployed": true,
        "needs": {"function charge": {"parameters": {"order": {"type": "Order", "required": true}}, "result": "str"},
                  "queue orders": {"body": "Order"}, "event approval": {"body": "Approval"}},
        "definition": {…}}}}

A definition that was neither deployed from here nor committed is a draft, which the next build forgets: until then
programs change freely. Changes of two branches merge by themselves, unless they stand next to one another: keep both.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from cloudless.compiler.definitions import Definitions
from cloudless.compiler.needs import Need, Needs, Offer, Shapes, needs, offers
from cloudless.config import codes
from cloudless.errors import InvalidArgument
from cloudless.ir import Application, Diagnostic, Span
from cloudless.node import node, replace

FOLDER = "cloudless.lock"
VERSION = 1


@node(kw_only=True)
class Kept:
    """A definition. needs: as of the program that it was built from. text: its canonical JSON."""

    orchestration: str
    needs: Needs
    text: bytes
    deployed: bool = False


class Lock:
    """file: where it stands, or would. kept: definitions by sha256."""

    def __init__(self, file: Path, kept: Mapping[str, Kept]) -> None:
        self.file = file
        self.kept = dict(sorted(kept.items()))

    @classmethod
    def load(cls, root: Path, stage: str) -> Lock:
        """The lock of a stage; one without definitions where there is none yet.

        Raises InvalidArgument where the file is not what a build wrote.
        """
        file = root / FOLDER / f"{stage}.json"
        try:
            plain = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls(file, {})
        except ValueError as problem:
            raise InvalidArgument(f"{_shown(file)} is no JSON: {problem}; {_RESTORE}") from problem
        return cls(file, _kept(file, plain))

    @property
    def retained(self) -> dict[str, str]:
        """Of which orchestration each definition is, by sha256."""
        return {digest: one.orchestration for digest, one in self.kept.items()}

    @property
    def texts(self) -> dict[str, bytes]:
        """Definitions by sha256, for `Definitions`."""
        return {digest: one.text for digest, one in self.kept.items()}

    def problems(self, application: Application, shapes: Shapes | None = None) -> list[Diagnostic]:
        """What definitions that may still run need, and the program no longer has, or has otherwise; all of it.

        shapes: of the program's types (`cloudless.frontend.shape`); without them, names of types are compared.
        """
        offered = offers(application, shapes) if self.kept else {}
        found: dict[tuple[str, str], list[str]] = {}
        for digest, one in self.kept.items():
            for what, complaint in _complaints(one, offered):
                found.setdefault((what, complaint), []).append(digest)
        return [self._problem(what, complaint, digests, offered) for (what, complaint), digests in found.items()]

    def with_current(self, application: Application, definitions: Definitions, shapes: Shapes | None = None) -> Lock:
        """The lock of a build: these definitions, and those of the application. shapes: as above."""
        known = {one.name: one for one in application.orchestrations}
        offered = offers(application, shapes) if definitions.current else {}
        added = {
            digest: Kept(
                orchestration=name, needs=needs(definitions.texts[digest], offered), text=definitions.texts[digest]
            )
            for name, digest in definitions.current.items()
            if name in known and digest not in self.kept
        }
        return Lock(self.file, {**self.kept, **added})

    def without_drafts(self) -> Lock:
        """Without definitions that were never deployed from here, and that nobody else can have deployed."""
        unsure = [digest for digest, one in self.kept.items() if not one.deployed]
        committed = _committed(self.file) if unsure else frozenset[str]()
        return self.without([digest for digest in unsure if digest not in committed])

    def with_deployed(self, digests: Collection[str]) -> Lock:
        """With these definitions as deployed ones."""
        kept = {digest: replace(one, deployed=True) if digest in digests else one for digest, one in self.kept.items()}
        return Lock(self.file, kept)

    def without(self, digests: Collection[str]) -> Lock:
        """Without these definitions."""
        return Lock(self.file, {digest: one for digest, one in self.kept.items() if digest not in digests})

    def write(self) -> bool:
        """Make the file hold this; whether that changed it. One without definitions is removed."""
        before = self.file.read_bytes() if self.file.is_file() else None
        after = self._content() if self.kept else None
        if after is not None and after != before:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_bytes(after)
        elif after is None and before is not None:
            self.file.unlink()
        return after != before

    def _content(self) -> bytes:
        definitions = {
            digest: {
                "orchestration": one.orchestration,
                "deployed": one.deployed,
                "needs": one.needs,
                "definition": json.loads(one.text),
            }
            for digest, one in self.kept.items()
        }
        plain = {"version": VERSION, "definitions": definitions}
        text = json.dumps(plain, indent=1, ensure_ascii=False, sort_keys=True)
        return f"{text}\n".encode(errors="backslashreplace")

    def _problem(self, what: str, complaint: str, digests: list[str], offered: Mapping[str, Offer]) -> Diagnostic:
        orchestrations = sorted({self.kept[digest].orchestration for digest in digests})
        titles = ", ".join(repr(name) for name in orchestrations)
        count = "a definition" if len(digests) == 1 else f"{len(digests)} definitions"
        message = f"{what} {complaint}, and executions of {count} of {titles} that need it as it was may still run"
        offer = offered.get(what)
        leave = "leave it as it was, and add another beside it"
        keep = f"keep `{what.partition(' ')[2]}` deployed until these executions have ended"
        forgets = f"`cloudless plan {self.file.stem}` forgets definitions that no longer run"
        remedy = f"{leave if offer else keep}; {forgets}"
        span = self._place(digests[0]) if offer is None else offer.span
        return Diagnostic(codes.STILL_RUNS, message, span, remedy)

    def _place(self, digest: str) -> Span:
        """Where a definition stands in the file."""
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.is_file() else []
        wanted = f'"{digest}"'
        number = next((at for at, line in enumerate(lines, 1) if wanted in line), 0)
        return Span(_shown(self.file), number)


_RESTORE = "restore it from version control; where it was merged, keep the definitions of both sides"


def _complaints(kept: Kept, offered: Mapping[str, Offer]) -> Iterator[tuple[str, str]]:
    """What of the program does not fit a definition: its title, and why."""
    title = f"orchestration {kept.orchestration}"
    if title not in offered:
        yield title, "is gone"
    plain = json.loads(kept.text)
    for what, signature in kept.needs.items():
        offer = offered.get(what)
        if offer is None:
            yield what, "is gone"
        else:
            yield from ((what, complaint) for complaint in Need(what, signature, plain).complaints(offer))


def _kept(file: Path, plain: Any) -> dict[str, Kept]:
    try:
        if plain["version"] != VERSION:
            text = f"{_shown(file)} is of version {plain['version']!r}, and this cloudless reads {VERSION}"
            raise InvalidArgument(f"{text}: install the newer one")
        kept = {
            digest: Kept(
                orchestration=one["orchestration"],
                needs=dict(one["needs"]),
                text=_text(one["definition"]),
                deployed=bool(one["deployed"]),
            )
            for digest, one in plain["definitions"].items()
        }
    except (KeyError, TypeError, AttributeError) as problem:
        raise InvalidArgument(f"{_shown(file)} is no lock: {problem!r}; {_RESTORE}") from problem
    for digest, one in kept.items():
        if sha256(one.text).hexdigest() != digest:
            raise InvalidArgument(f"{_shown(file)}: definition {digest[:12]} was changed by hand; {_RESTORE}")
    return kept


def _committed(file: Path) -> frozenset[str]:
    """The definitions of the file as it was committed last; none outside of a repository of git."""
    words = ["git", "-C", str(file.parent), "show", f"HEAD:./{file.name}"]
    try:
        done = subprocess.run(words, capture_output=True, check=False)
        plain: Any = json.loads(done.stdout) if done.returncode == 0 else {"definitions": {}}
        return frozenset(plain["definitions"])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def _text(definition: Any) -> bytes:
    """As `cloudless.passes.definition.canonical` writes it."""
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="backslashreplace")


def _shown(file: Path) -> str:
    return str(file).removeprefix(f"{Path.cwd()}{os.sep}")
