"""A provider, and a stage of it that can be talked to; how installed providers are found."""

from __future__ import annotations

import os
import sys
from functools import lru_cache

from cloudless.errors import InvalidArgument
from cloudless.options import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from importlib.metadata import EntryPoint
    from typing import Any, Protocol

    from cloudless.driver.function import FunctionDriver
    from cloudless.driver.gap import Gap
    from cloudless.driver.guarantee import Guarantee
    from cloudless.driver.ledger import Ledger
    from cloudless.driver.limit import Limit
    from cloudless.driver.orchestration import OrchestrationDriver
    from cloudless.driver.queue import QueueDriver
    from cloudless.driver.secret import SecretDriver
    from cloudless.driver.setting import Setting
    from cloudless.driver.topic import TopicDriver
    from cloudless.driver.verified import Verified
else:
    Protocol = object

ENTRY_POINTS = "cloudless.providers"
EXTRAS = {"aws": "Amazon Web Services", "azure": "Azure", "gcp": "Google Cloud"}
"""Titles of the providers that are extras of cloudless-sdk, and so can be named before they are installed."""


class Cloud(Protocol):
    """A stage that can be talked to. Attributes may be properties that open their client at first use."""

    provider: str
    """Name of the provider, e.g. "aws"."""

    blocks: bool
    """Whether driver calls wait for a network; async twins then run them in a worker thread."""

    @property
    def queues(self) -> QueueDriver: ...
    @property
    def topics(self) -> TopicDriver: ...
    @property
    def functions(self) -> FunctionDriver: ...
    @property
    def orchestrations(self) -> OrchestrationDriver: ...
    @property
    def secrets(self) -> SecretDriver: ...
    @property
    def ledger(self) -> Ledger: ...

    def new_id(self) -> str:
        """32 hexadecimal digits, unique."""
        ...

    def now_s(self) -> float:
        """Seconds since the epoch, by the cloud's clock (virtual in memory)."""
        ...

    def config(self, name: str) -> Any | None:
        """The stage's value of a configuration entry, None where it has none."""
        ...


class Compiled(Protocol):
    """What a compiler gives: cloudless.compiler.Compiled."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """Content by path."""
        ...

    @property
    def package(self) -> Any | None:
        """A cloudless.compiler.Package: what is bundled; None for nothing."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """Lines about what is compiled, and may not be had."""
        ...

    @property
    def published(self) -> tuple[str, ...]:
        """Addresses of what Terraform makes when the new code begins to run."""
        ...


class Provider(Protocol):
    """What the entry point `cloudless.providers` of a distribution refers to; importing it costs nothing."""

    name: str
    title: str
    """As shown to people, e.g. "Amazon Web Services"."""

    @property
    def gaps(self) -> Mapping[str, Gap]:
        """By capability key; what is not here is supported."""
        ...

    @property
    def limits(self) -> Mapping[str, Limit]:
        """By limit key (`cloudless.driver.limit.KEYS`); what is not here is unlimited."""
        ...

    def compile(self, stage: Any, application: Any, definitions: Any) -> Compiled:
        """The files of a stage, and what is bundled for it.

        stage: of cloudless.toml. application: its IR, which fits. definitions: cloudless.compiler.Definitions, of its
        orchestrations and of those that still run.
        Equal arguments give equal bytes. Raises InvalidArgument for a stage that lacks what this provider needs,
        DefinitionError with every problem found. Never called where `gaps` has "compile".
        """
        ...

    def connect(self, stage: Any, application: Any) -> Cloud:
        """The deployed stage, for callers outside of a function. application: its IR."""
        ...


class Examines(Protocol):
    """What a provider may have besides, so that a check does not wait for files that nobody reads."""

    def examine(self, stage: Any, application: Any, definitions: Any) -> tuple[str, ...]:
        """The warnings of `compile` with these arguments; raises what that raises."""
        ...


class Settles(Protocol):
    """What a provider may have besides, so that its stages are checked when cloudless.toml is read."""

    @property
    def settings(self) -> Sequence[Setting]:
        """The keys of a stage that this provider reads: `region`, and others that the core does not know."""
        ...


class Compares(Protocol):
    """What a provider may have besides, to be compared with others: `cloudless check --compare`, `cloudless matrix`."""

    @property
    def guarantees(self) -> Mapping[str, Guarantee]:
        """By key of `cloudless.driver.guarantee.ASPECTS`; what is not here, the provider does not say."""
        ...

    @property
    def verified(self) -> Verified | None:
        """The record of the last run of its tests."""
        ...


class Shares(Protocol):
    """What a provider has besides whose functions share identities (the gap "identity.per_function")."""

    def widened(self, application: Any) -> Mapping[str, Sequence[Any]]:
        """By name of handler or orchestration: the grants (ir.Grant) that it has beyond its own, because others do."""
        ...


class Deploys(Protocol):
    """What a provider may have besides, for plans and errors in people's words; any part of it, or nothing."""

    least_terraform: tuple[int, int]
    """The least version that reads what it compiles, of Terraform and OpenTofu alike: (1, 11)."""

    hints: Sequence[tuple[str, str]]
    """What its cloud and Terraform's plugins say when they fail, as a regular expression; and what to do, on one line.

    {} in the line stands for the folder of the build. They are looked through before those that all clouds share.
    """

    regions: Collection[str]
    """Those that there were when this version was made, for clouds whose plugin takes any name until it deploys."""

    def resource(self, type: str, label: str, handlers: Iterable[str]) -> tuple[str, str]:
        """What a resource is by the program's names, and what destroying it loses: ("queue orders", "its messages").

        type, label: of Terraform, "acme_queue" and "orders"; those that earlier versions made, too. handlers: names of
        those that are deployed, or are to be, of which labels may be made. The first is "queue
        …", "topic …", "subscription …", "handler …", "secret …", "app …" (of several handlers), "ledger"; "" for what
        stands for nothing in the program. The second is "" where nothing is lost.
        """
        ...

    def credentials(self, stage: Any) -> str:
        """With which credentials Terraform would go, in a few words: "service principal of ACME_CLIENT_ID".

        By environment and files alone, at once, and with no secret in the text. Raises PermissionDenied, with what to
        do, where there are none.
        """
        ...


class Deploying:
    """See Deploys: the parts that a provider has, and for the others what holds of any."""

    __slots__ = ("_provider", "hints", "least_terraform", "regions")

    def __init__(self, provider: Provider) -> None:
        self._provider: Any = provider
        self.hints: Sequence[tuple[str, str]] = getattr(provider, "hints", ())
        self.least_terraform: tuple[int, int] = getattr(provider, "least_terraform", (0, 0))
        self.regions: Collection[str] = getattr(provider, "regions", ())

    def resource(self, type: str, label: str, handlers: Iterable[str] = ()) -> tuple[str, str]:
        """Nothing of the program, and nothing lost."""
        found: tuple[str, str] = ("", "")
        return self._provider.resource(type, label, handlers) if hasattr(self._provider, "resource") else found

    def credentials(self, stage: Any) -> str:
        """Nothing, where the provider cannot say."""
        return self._provider.credentials(stage) if hasattr(self._provider, "credentials") else ""


def installed() -> tuple[str, ...]:
    """The names of installed providers, in order; none of them is loaded."""
    return tuple(entries())


def provider(name: str) -> Provider:
    """The installed provider of that name, and no other; raises InvalidArgument with what to install."""
    found = entries()
    if name in found:
        return found[name].load()  # type: ignore[no-any-return]
    guess = nearest(name, [*found, *EXTRAS, "memory"])
    hint = f"did you mean {guess!r}?" if guess and guess in found else f"pip install 'cloudless-sdk[{guess or name}]'"
    raise InvalidArgument(f"no provider {name!r} is installed ({', '.join(found) or 'none'} are): {hint}")


def entries() -> Mapping[str, EntryPoint]:
    """The entry points of installed providers by name, in order; none of them is loaded.

    To find them, each distribution's metadata are read: some 0.1 ms each. It is done again once a folder of sys.path
    is another, or was changed, as by an installation.
    """
    return _entries(tuple(map(_state, sys.path)))


@lru_cache(maxsize=1)
def _entries(folders: tuple[object, ...]) -> Mapping[str, EntryPoint]:  # noqa: ARG001  (what the answer hangs on)
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)}


def _state(folder: str) -> tuple[str, int, int, int]:
    """Another one, once something comes into a folder or goes from it."""
    try:
        found = os.stat(folder or ".")  # noqa: PTH116  (pathlib costs 4 ms of a process)
    except OSError:
        return folder, 0, 0, 0
    return folder, found.st_dev, found.st_ino, found.st_mtime_ns
