"""boto3's session of a stage and its clients, opened at first use, and repeated by us instead of by it."""

from __future__ import annotations

import time
from importlib import import_module
from os import environ
from threading import RLock

from cloudless.errors import CloudlessError, InvalidArgument, Unavailable
from cloudless.options import nearest
from cloudless_aws.clients.errors import translated
from cloudless_aws.names import partition_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")

TRIES = 3
"""Requests before something is called unavailable."""
PAUSE_S = 0.1
"""Before the second request; twice as long before the third."""
CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 10.0
ACCOUNT = "CLOUDLESS_ACCOUNT"
"""The variable that says to a function which account it is in."""


class Sdk:
    """boto3 of one stage. Safe from several threads.

    region: "" for the one that the environment or the profile names (inside Lambda, its own). account: "" to be found.
    """

    __slots__ = ("_account", "_lock", "_region", "_session")

    def __init__(self, region: str = "", account: str = "") -> None:
        self._region = region
        self._account = account
        self._lock = RLock()
        self._session: Any = None

    @property
    def region(self) -> str:
        """Where the stage is. Raises InvalidArgument where nothing names a region."""
        if not self._region:
            self._region = environ.get("AWS_REGION") or self._opened().region_name or ""
        if not self._region:
            raise InvalidArgument(
                "no region is named: set AWS_REGION, or region in the stage's table of cloudless.toml"
            )
        return self._region

    @property
    def account(self) -> str:
        """The account's 12 digits: what was said, else the environment, else what AWS answers, once."""
        if not self._account:
            self._account = environ.get(ACCOUNT) or self._asked()
        return self._account

    @property
    def partition(self) -> str:
        """Of the region, e.g. aws-cn."""
        return partition_of(self.region)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in this stage's region and account; of what is an ARN already, itself."""
        if resource.startswith("arn:"):
            return resource
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def role(self, name: str) -> str:
        """The ARN of a role, which belongs to no region."""
        return name if name.startswith("arn:") else f"arn:{self.partition}:iam::{self.account}:role/{name}"

    def open(self, service: str, read_timeout_s: float = READ_TIMEOUT_S, *, checks: bool = False) -> Any:
        """A new client of boto3's. checks: whether it looks at parameters before it sends them, as is its habit.

        Ours are right. Looking at them, and telling AWS with each request anew what made it, takes a sixth of the time
        of a request.
        """
        ours: dict[str, Any] = {} if checks else {"parameter_validation": False, "user_agent": _user_agent()}
        config = import_module("botocore.config").Config(
            retries={"total_max_attempts": 1, "mode": "standard"},  # who retries: docs/mechanisms.md
            connect_timeout=min(CONNECT_TIMEOUT_S, read_timeout_s),
            read_timeout=read_timeout_s,
            tcp_keepalive=True,
            **ours,
        )
        with self._lock, translated(f"opening {service}"):  # no two threads may make clients of one session
            return self._opened().client(service, region_name=self.region, config=config)

    def is_known(self, service: str) -> bool:
        """Whether the SDK has heard of the region, which may be newer than it."""
        return self.region in self._regions(service)

    def nearest_region(self, service: str) -> str:
        """The region that was probably meant, "" where none is near."""
        return nearest(self.region, self._regions(service)) or ""

    def close(self) -> None:
        """Nothing: clients hold the connections."""

    def _regions(self, service: str) -> list[str]:
        found: list[str] = self._opened().get_available_regions(service, partition_name=self.partition)
        return found

    def _opened(self) -> Any:
        with self._lock:
            if self._session is None:
                # of our own: boto3's default one is the user's
                with translated("opening a session with AWS"):
                    self._session = import_module("boto3.session").Session(region_name=self._region or None)
            return self._session

    def _asked(self) -> str:
        client = Client(self, "sts")
        try:
            found: str = client.call("asking whose account this is", lambda sts: sts.get_caller_identity()["Account"])
            return found
        finally:
            client.close()


class Client:
    """A lazy client of one service."""

    __slots__ = ("_checking", "_client", "_lock", "_read_timeout_s", "sdk", "service")

    def __init__(self, sdk: Sdk, service: str, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self.sdk = sdk
        self.service = service
        self._read_timeout_s = read_timeout_s
        self._lock = RLock()
        self._client: Any = None
        self._checking: Any = None

    @property
    def native(self) -> Any:
        """boto3's own, for programs: it checks parameters. Any: its methods are made when it runs."""
        with self._lock:
            if self._checking is None:
                self._checking = self.sdk.open(self.service, checks=True)
            return self._checking

    @property
    def endpoint(self) -> str:
        """The URL of the service in the region, without a slash at its end."""
        url: str = self._opened().meta.endpoint_url
        return url.rstrip("/")

    def call(self, what: str, request: Callable[[Any], T]) -> T:
        """Make a request that may be repeated, at most three times. what: the operation, as people read it."""
        for attempt in range(1, TRIES):
            try:
                return self.once(what, request)
            except Unavailable:
                pause(attempt)
        return self.once(what, request)

    def once(self, what: str, request: Callable[[Any], T]) -> T:
        """Make a request, once; the SDK's errors become ours."""
        try:
            with translated(f"{what} in {self.sdk.region}"):
                return request(self._opened())
        except Unavailable as problem:
            self._see_region(problem)
            raise

    def close(self) -> None:
        """Close the connections; the object is not used after that."""
        for client in (self._client, self._checking):
            if client is not None:
                client.close()

    def _opened(self) -> Any:
        if self._client is None:
            with self._lock:
                if self._client is None:
                    self._client = self.sdk.open(self.service, self._read_timeout_s)
        return self._client

    def _see_region(self, problem: CloudlessError) -> None:
        """Say so where there was nobody to connect to, and the region is one that nobody knows."""
        if type(problem.native).__name__ != "EndpointConnectionError" or self.sdk.is_known(self.service):
            return
        region, guess = self.sdk.region, self.sdk.nearest_region(self.service)
        hint = f"did you mean {guess!r}?" if guess else "see region in the stage's table of cloudless.toml"
        ours = InvalidArgument(f"{problem}. The SDK knows no region {region!r} of {self.service}: {hint}")
        ours.native = problem.native
        raise ours from problem


def _user_agent() -> str:
    from cloudless import __version__

    return f"cloudless/{__version__} Boto3/{import_module('boto3').__version__}"


def pause(attempt: int) -> None:
    """Wait after failed request number `attempt`, from 1."""
    time.sleep(PAUSE_S * 2 ** (attempt - 1))
