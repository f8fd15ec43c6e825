"""The suite's applications, built and running, whatever the cloud.

Each is deployed once a session and emptied for each test, since what answers takes a while to start. Code comes from
the repository's tree, not from packages: the suite is in none. A provider says how a build runs (its running.py), and
how its cloud gets a foreign message and a secret.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from cloudless.auth import Jwt
from cloudless.build import build
from cloudless.config import Stage as StageOf
from cloudless.config.project import load
from cloudless.conformance import journal
from cloudless.conformance.apps import CONFIG, SECRETS
from cloudless.conformance.harness import START
from cloudless.driver import Ledger
from cloudless.driver.current import leave, use
from cloudless.errors import PermissionDenied
from cloudless.ir import Application
from cloudless.system import unpack
from cloudless.testing.http import Client
from tests.hosting.patches import PAGES
from tests.hosting.web import Issuers, client_of

if TYPE_CHECKING:
    from cloudless.driver.provider import Cloud

FORGOTTEN_S = 301.0
"""Between tests: longer than a secret is kept in memory."""


class Hosted(Protocol):
    """A build that runs, on a clock that stands still between these calls."""

    def environment(self) -> dict[str, str]:
        """What a program of whoever deployed needs to find the stage."""
        ...

    def now_s(self) -> float: ...
    def output(self, name: str) -> Any:
        """The value of an output, with addresses on loopback."""
        ...

    def run(self) -> None:
        """Deliver, and let time pass for as long as back-off waits."""
        ...

    def advance(self, by: timedelta) -> None:
        """Let time pass, and do everything that is due within, in order."""
        ...

    def pass_to(self, at_s: float) -> None:
        """Let it be that time, and do nothing of it yet."""
        ...

    def restart(self, at: datetime) -> None:
        """Begin anew at a time, with schedules that have never been due. What there is of messages must be gone."""
        ...

    def clear(self, seed: int) -> None:
        """Empty it. seed: of the disorder from now on."""
        ...

    def close(self) -> None: ...


if TYPE_CHECKING:

    class Reached(Cloud, Protocol):
        """The cloud of a stage, as its callers have it."""

        def close(self) -> None: ...


R = TypeVar("R", bound=Hosted)
C = TypeVar("C", bound="Reached")


@dataclass(frozen=True, slots=True)
class Built:
    """An application that was built into `build`. env: of whoever runs it, so that the suite hears what it does."""

    application: Application
    stage: StageOf
    build: Path
    journal: Path
    pages: Path

    @property
    def env(self) -> dict[str, str]:
        return {journal.VARIABLE: str(self.journal), PAGES: str(self.pages)}

    def change(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the Terraform document."""
        file = self.build / "main.tf.json"
        document: dict[str, Any] = json.loads(file.read_text("utf-8"))
        change(document)
        file.write_text(json.dumps(document))


def built_app(entry: str, folder: Path, **stage: str) -> Built:
    """Build an application into `folder/build`, for a stage of no project: nothing is installed into its package.

    stage: its provider, and where it is.
    """
    project = folder / "cloudless.toml"
    project.write_text(f'app = "{entry}"\n')
    told = StageOf.model_validate({"name": "test", **stage, "config": CONFIG})
    made = build(load(project), told, dependencies=False)
    made.write(folder / "build", lock=False)
    return Built(made.application, told, folder / "build", folder / "journal", folder / "pages")


class HostedStage(ABC, Generic[R, C]):
    """One deployed application; see `cloudless.conformance.harness.Target`, and its relatives with secrets and HTTP."""

    def __init__(self, built: Built, running: R, cloud: C) -> None:
        self.application, self.stage = built.application, built.stage
        self.running = running
        self.cloud = cloud
        self._journal = built.journal
        self._issuers = Issuers(built.pages)

    # --- what a provider says -------------------------------------------------------------------------

    @abstractmethod
    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None: ...

    @abstractmethod
    def rotate(self, secret: str, value: str) -> None: ...

    def sent(self) -> Iterable[str | None]:
        """Our attribute of every message that was sent since this was asked last, as far as the provider hears it."""
        return ()

    def start(self) -> None:
        """Start what is not running yet."""

    # --- what a target does ---------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        return self.cloud.ledger

    @property
    def http(self) -> Client:
        return Client(client_of(self.running.output("http_url")))

    def run(self) -> None:
        self.running.run()
        self._see_denials()

    def advance(self, by: timedelta) -> None:
        self.running.advance(by)
        self._see_denials()

    def _see_denials(self) -> None:
        """Raise PermissionDenied where a handler gave up for want of one: that fails a test, as in memory."""
        for system in self.sent():
            error = unpack("", {}, system, native_id="", native_attempt=1, sent_s=0).error
            if error is not None and error.type == PermissionDenied.__name__:
                raise PermissionDenied(error.text)

    def journal(self) -> Sequence[Mapping[str, Any]]:
        return journal.read(self._journal)

    def token(self, auth: Jwt, lifetime: timedelta = timedelta(hours=1), **claims: Any) -> str:
        """A token of an issuer whose keys the functions find where it says that they are."""
        return self._issuers.token(auth, self.running.now_s(), lifetime, claims)

    # --- for the harness ------------------------------------------------------------------------------

    def begin(self, seed: int, start: datetime) -> None:
        """Empty all of it, and begin at that time where there are schedules; some time later than before where not."""
        self.running.clear(seed)
        self._journal.unlink(missing_ok=True)
        declared = {one.name for one in self.application.secrets}
        for secret in SECRETS.keys() & declared:
            self.rotate(secret, SECRETS[secret])
        if self.application.schedules:
            self.running.restart(start)
        else:
            self.running.pass_to(self.running.now_s() + FORGOTTEN_S)

    @contextmanager
    def current(self) -> Generator[None]:
        """Client calls of the block go to this stage, as whoever deployed it."""
        environment = self.running.environment()
        before = {name: os.environ.get(name) for name in environment}
        os.environ.update(environment)
        token = use(self.cloud)
        try:
            yield
        finally:
            leave(token)
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value

    def close(self) -> None:
        self.cloud.close()
        self.running.close()


S = TypeVar("S", bound=HostedStage[Any, Any])


class Stages(Generic[S]):
    """Every application that was deployed, by entry. deploy: makes a stage of an entry, in a folder of its own."""

    def __init__(self, deploy: Callable[[str, Path], S], folder: Path) -> None:
        self._deploy = deploy
        self._folder = folder
        self._deployed: dict[str, S] = {}
        self._ends = ExitStack()

    def stage(self, entry: str) -> S:
        """The application at `entry`, "module:name", deployed when it is first asked for."""
        if entry not in self._deployed:
            stage = self._deployed[entry] = self._deploy(entry, Path(mkdtemp(dir=self._folder)))
            self._ends.callback(stage.close)
            stage.start()
        return self._deployed[entry]

    def close(self) -> None:
        self._ends.close()


@contextmanager
def deployed(stages: Stages[S], entry: str, *, seed: int = 0, start: datetime = START) -> Generator[S]:
    """The application at `entry`, empty; client calls of the block go to it."""
    stage = stages.stage(entry)
    stage.begin(seed, start)
    with stage.current():
        yield stage
