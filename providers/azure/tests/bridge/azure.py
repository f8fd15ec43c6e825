"""Azure: what a build's document makes, on loopback: brokers, vaults, tables, identities, roles, function apps.

    with Azure.running(clock, azurite_connection) as azure:
        apply(Document.read(Path("build/prod")), azure, {})
        azure.apps["shop-prod-on-take-4d5e6f"].settings

One subscription and one tenant; who deploys is a principal that nothing is granted to but by the document, except what
Owner of the subscription has of its own: to make resources and assignments.
May import: the standard library, servicebus, functionshost's HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Self, TypeVar

from cloudless.codec import is_object
from providers.azure.tests.bridge import roles
from providers.azure.tests.bridge.directory import STORAGE, VAULT, Directory, Principal
from providers.azure.tests.bridge.functionapp import App
from providers.azure.tests.bridge.roles import Assignments
from providers.azure.tests.bridge.storage import Account
from providers.azure.tests.bridge.tables import TableServer
from providers.azure.tests.bridge.vault import VaultServer
from providers.azure.tests.servicebus import Authoriser, Broker, Clock, Namespace
from providers.azure.tests.servicebus.problems import Problem
from tests.bridge.expression import Unreadable
from tests.bridge.kind import must
from tests.hosting.http import Request
from tests.hosting.loopback import Loopback

T = TypeVar("T")
_VERBS = {"getSecret": roles.GET_SECRET, "setSecret": roles.SET_SECRET}


class Azure:
    """See the module. features: of the provider, by block and name."""

    subscription = "00000000-0000-0000-0000-000000000000"

    def __init__(self, clock: Clock, azurite: str, ends: ExitStack) -> None:
        self.clock = clock
        self.directory = Directory()
        self.deployer = self.directory.principal("whoever deploys")
        self.assignments = Assignments()
        self.features: Mapping[str, Mapping[str, Any]] = {}
        self.groups: dict[str, str] = {}
        self.identities: dict[str, Principal] = {}
        self.accounts: dict[str, Account] = {}
        self.brokers: dict[str, Broker] = {}
        self.apps: dict[str, App] = {}
        self.plans: set[str] = set()
        self.insights: dict[str, str] = {}
        self.default_rules: dict[str, bool] = {}
        self.made_tables: list[tuple[str, str]] = []
        self.fronts: dict[str, Loopback] = {}
        self.tables = TableServer(azurite, self._may_use_rows)
        self.vaults = VaultServer(self._may_use_secret)
        self._vaults: dict[str, str] = {}
        self._local: dict[str, str] = {}
        self._ends = ends
        self._tokens = Loopback()
        self._tokens.serve(self.directory.answer)
        for server in (self.tables, self.vaults, self._tokens):
            ends.callback(server.close)

    @classmethod
    @contextmanager
    def running(cls, clock: Clock, azurite: str) -> Generator[Self]:
        """An Azure without resources. azurite: connection string of the emulator that keeps rows."""
        with ExitStack() as ends:
            yield cls(clock, azurite, ends)

    # --- making ---------------------------------------------------------------------------------------

    def group(self, arguments: Mapping[str, Any]) -> str:
        """Id of the resource group that a resource is in."""
        name = arguments["resource_group_name"]
        if name not in self.groups:
            raise Unreadable(f"no resource group {name!r}")
        return self.groups[name]

    def feature(self, block: str, name: str) -> bool:
        """A switch of the provider."""
        return bool(self.features.get(block, {}).get(name))

    def add_broker(self, name: str, id: str, authoriser: Authoriser) -> None:
        """Start a broker for a namespace."""
        broker = self.brokers[id] = self._ends.enter_context(Broker.running(self.clock, authoriser))
        self._local[f"{name}.servicebus.windows.net"] = broker.host

    def on_bus(self, namespace: str, function: Callable[[Namespace], T]) -> T:
        """Do something to the entities of a namespace; what it refuses is Unreadable."""
        if namespace not in self.brokers:
            raise Unreadable(f"no namespace {namespace!r}")
        try:
            return self.brokers[namespace].call(function)
        except Problem as problem:
            raise Unreadable(f"{namespace}: {problem}") from problem

    def add_account(self, address: str, account: Account) -> None:
        must(account.id not in self.accounts, address, f"account {account.name} is there already")
        self.accounts[account.id] = account
        self._local[f"https://{account.name}.table.core.windows.net"] = self.tables.url(account.name)

    def account_of(self, id: str) -> Account:
        if id not in self.accounts:
            raise Unreadable(f"no storage account {id!r}")
        return self.accounts[id]

    def account_named(self, name: str) -> Account:
        return next(one for one in self.accounts.values() if one.name == name)

    def add_vault(self, name: str, id: str) -> None:
        self._vaults[name] = id
        self._local[f"https://{name}.vault.azure.net"] = self.vaults.add(name)

    def may_set_secrets(self, vault_id: str) -> bool:
        """Whether who deploys may."""
        return self.assignments.allows(self.deployer.id, roles.SET_SECRET, vault_id)

    def identity_of(self, address: str, id: str) -> Principal:
        must(id in self.identities, address, f"no identity {id!r}")
        return self.identities[id]

    def add_app(self, app: App) -> None:
        """Take an app; its address answers 503 until somebody serves it."""
        self.apps[app.name] = app
        front = self.fronts[app.name] = self._ends.enter_context(Loopback())
        self._local[f"https://{app.host}"] = front.url

    def app_of(self, id: str) -> App:
        found = next((app for app in self.apps.values() if app.id == id), None)
        if found is None:
            raise Unreadable(f"no function app {id!r}")
        return found

    # --- using ----------------------------------------------------------------------------------------

    def local(self, value: Any) -> Any:
        """A value with every address of a service of ours replaced by the one on loopback."""
        if is_object(value):
            return {name: self.local(part) for name, part in value.items()}
        if not isinstance(value, str):
            return value
        for there, here in self._local.items():
            value = value.replace(there, here)
        return value

    def environment(self, *identities: Principal) -> dict[str, str]:
        """What a process needs to get tokens of these identities."""
        return {
            "IDENTITY_ENDPOINT": f"{self._tokens.url}/msi/token",
            "IDENTITY_HEADER": self.directory.admit(identities),
        }

    def _may_use_rows(self, request: Request, action: str, account: str, table: str) -> bool:
        holder = self.directory.bearer(request, STORAGE)
        if holder is None:
            return False
        id = f"{self.account_named(account).id}/tableServices/default/tables/{table}"
        return self.assignments.allows(holder, action, id)

    def _may_use_secret(self, request: Request, verb: str, vault: str, secret: str) -> bool | None:
        holder = self.directory.bearer(request, VAULT)
        if holder is None:
            return None
        return self.assignments.allows(holder, _VERBS[verb], f"{self._vaults[vault]}/secrets/{secret}")
