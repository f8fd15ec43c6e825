"""The suite's applications, built and running.

Each is deployed once a session and emptied for each test, since processes of functions take a while to start. Code
comes from the repository's tree, not from packages: the suite is in none. See running.py.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from cloudless.auth import Jwt
from cloudless.build import build
from cloudless.codec import SYSTEM_ATTRIBUTE
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
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.names import addresses_of, prefix_of, secret_of
from providers.gcp.tests.broker import new_project
from providers.gcp.tests.pubsubmodel import Subscription
from providers.gcp.tests.running import REGION, Ground, Running
from tests.hosting.patches import PAGES
from tests.hosting.web import Issuers, client_of

FORGOTTEN_S = 301.0
"""Between tests: longer than a secret is kept in memory."""


class Stage:
    """One deployed application; see `cloudless.conformance.harness.Target`, and its relatives with secrets and HTTP."""

    def __init__(self, entry: str, ground: Ground, folder: Path) -> None:
        self.application, self.stage = built_app(entry, folder)
        self._journal, pages = folder / "journal", folder / "pages"
        env = {journal.VARIABLE: str(self._journal), PAGES: str(pages)}
        assert self.stage.project
        self.running = Running(folder / "build", folder, ground, start=START, env=env,
            project=self.stage.project, own_packages=False,
        )  # fmt: skip
        self.addresses = addresses_of(self.application, self.stage)
        self.cloud = GoogleCloud(self.addresses, self.running.now_s)
        self._owned = GoogleCloud({"ledger": self.addresses["ledger"]}, self.running.now_s)
        self._issuers = Issuers(pages)

    # --- what a target does ---------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        """As whoever deployed: callers may not use it."""
        return self._owned.ledger

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
        sent, self.running.sent = self.running.sent, []
        for attributes in sent:
            system = attributes.get(SYSTEM_ATTRIBUTE)
            error = unpack("", {}, system, native_id="", native_attempt=1, sent_s=0).error
            if error is not None and error.type == PermissionDenied.__name__:
                raise PermissionDenied(error.text)

    def journal(self) -> Sequence[Mapping[str, Any]]:
        return journal.read(self._journal)

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        self.running.publish(self.addresses["queues"][queue], body.encode(), attributes or {})

    def rotate(self, secret: str, value: str) -> None:
        """As `gcloud secrets versions add` does."""
        declared = next(one for one in self.application.secrets if one.name == secret)
        prefix = prefix_of(self.application.name, self.stage.name)
        self.running.google.secrets.put(secret_of(declared, prefix, self.running.google.project), value.encode())

    def token(self, auth: Jwt, lifetime: timedelta = timedelta(hours=1), **claims: Any) -> str:
        """A token of an issuer whose keys the functions find where it says that they are."""
        return self._issuers.token(auth, self.running.now_s(), lifetime, claims)

    def subscription(self, source: str) -> Subscription:
        """The push subscription of a queue, by its logical name."""
        topic = self.addresses["queues"][source]
        (name,) = [one.name for one in self.running.google.subscriptions.values() if one.topic == topic]
        return self.running.subscriptions[name]

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
        self._owned.close()
        self.running.close()


def built_app(entry: str, folder: Path) -> tuple[Application, StageOf]:
    """Build an application into `folder/build`, for a stage of no project: nothing is installed into its package."""
    file = folder / "cloudless.toml"
    file.write_text(f'app = "{entry}"\n')
    told = {"name": "test", "provider": "gcp", "region": REGION, "project": new_project(), "config": CONFIG}
    stage = StageOf.model_validate(told)
    built = build(load(file), stage, dependencies=False)
    built.write(folder / "build", lock=False)
    return built.application, stage


class Stages:
    """Every application that was deployed, by entry. folder: where their builds go."""

    def __init__(self, ground: Ground, folder: Path) -> None:
        self._ground = ground
        self._folder = folder
        self._deployed: dict[str, Stage] = {}
        self._ends = ExitStack()

    def stage(self, entry: str) -> Stage:
        """The application at `entry`, "module:name", deployed when it is first asked for."""
        if entry not in self._deployed:
            stage = self._deployed[entry] = Stage(entry, self._ground, Path(mkdtemp(dir=self._folder)))
            self._ends.callback(stage.close)
        return self._deployed[entry]

    def close(self) -> None:
        self._ends.close()


@contextmanager
def deployed(stages: Stages, entry: str, *, seed: int = 0, start: datetime = START) -> Generator[Stage]:
    """The application at `entry`, empty; client calls of the block go to it."""
    stage = stages.stage(entry)
    stage.begin(seed, start)
    with stage.current():
        yield stage
