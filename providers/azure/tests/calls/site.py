"""Site: the stage of `program`, in this process. Callers reach the app of functions over a socket, as in Azure.

Nothing of it has a clock of its own. `callers` are identities by the name that is their token: what each may read of
the vault is in `permitted`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from cloudless.driver.ledger import CLAIMED, Claimed, Done, Held
from cloudless.frontend import compile as to_ir
from cloudless.passes.definition import definition, identity
from cloudless.passes.plans import plans, pure_plans
from cloudless_azure.clients.call import Steps
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.clients.function import StepsFunctions
from cloudless_azure.clients.identity import Token
from cloudless_azure.clients.key import Keys
from cloudless_azure.clients.vault import Stored, Vault
from cloudless_azure.names import CONTROL, INVOKE, SEND, START, key_of
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.call import Door, answering
from cloudless_azure.runtime.durable import kept, orchestrator
from cloudless_azure.runtime.durable_step import activity, step_functions
from providers.azure.tests.bridge.vault import VaultServer
from providers.azure.tests.calls import program
from providers.azure.tests.durable.host import replayed
from providers.azure.tests.durable.hub import Hub
from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

Plain = dict[str, Any]
ENTRY = f"{program.__name__}:app"
START_S = 1_767_355_200.25
VAULT = "calls-test-1a2b3c"
STEPS = "steps"
"""Name and token of the identity of the app of functions."""


class MemoryLedger:
    """See cloudless.driver.ledger.Ledger; on the clock of the site. lost: keys whose completion never arrives."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self.rows: dict[str, tuple[str, float, bool, str]] = {}
        self._now_s = now_s

    def claim(self, key: str, owner: str, ttl_s: float) -> Claimed | Held | Done:
        held_by, ends_s, is_done, result = self.rows.get(key, ("", 0.0, False, ""))
        if ends_s > self._now_s() and (is_done or held_by != owner):
            return Done(result) if is_done else Held(ends_s - self._now_s())
        self.rows[key] = owner, self._now_s() + ttl_s, False, ""
        return CLAIMED

    def complete(self, key: str, owner: str, remember_s: float, result: str = "") -> bool:
        held_by, ends_s, is_done, _ = self.rows.get(key, ("", 0.0, False, ""))
        if held_by != owner or is_done or ends_s <= self._now_s():
            return False
        self.rows[key] = owner, self._now_s() + remember_s, True, result
        return True

    def release(self, key: str, owner: str) -> None:
        if self.rows.get(key, ("",))[0] == owner:
            del self.rows[key]


class Known:
    """An identity whose token is its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get_token(self, *scopes: str, **options: Any) -> Token:
        return Token(self.name, 2**40)


class OneKey:
    """A vault with one answer."""

    def __init__(self, value: str) -> None:
        self._value = value

    def secret(self, name: str) -> Stored:
        return Stored(self._value, "")


class Cloud(AzureCloud):
    """A cloud as that identity. ledger: of the site, for the app of functions."""

    __slots__ = ("_given", "_who")

    def __init__(self, addresses: Mapping[str, Any], now_s: Callable[[], float], who: str, ledger: Any = None) -> None:
        super().__init__(addresses, now_s)
        self._who = who
        self._given = ledger

    @property
    def ledger(self) -> Any:
        return self._given

    def _open_steps(self) -> Steps:
        steps = super()._open_steps()
        steps._service._pause = _no_pause
        return steps

    def _open_vault(self) -> Vault:
        vault = super()._open_vault()
        vault._identity = Known(self._who)  # type: ignore[assignment]
        return vault


def _no_pause(pause_s: float) -> None:
    """Nobody waits for an app that is too busy."""


class HttpRequest:
    """As the worker's library hands it over."""

    def __init__(self, request: Request) -> None:
        _, _, verb, name = request.path.split("/")
        self.route_params = {"verb": verb, "name": name}
        self.headers = {key.lower(): value for key, value in request.headers}
        self._body = request.body

    def get_body(self) -> bytes:
        return self._body


class Site:
    """See the module. permitted: names of secrets by identity, or ALL. calls: paths that the app was asked."""

    def __init__(self) -> None:
        self.now_s = START_S
        self.permitted: dict[str, Collection[str] | None] = {STEPS: None}
        self.before: Callable[[Request], Response | None] = lambda request: None
        """Answers in place of the app, as a platform in trouble does."""
        self.hub_before: Callable[[Request], Response | None] = lambda request: None
        """The same of the extension."""
        self.calls: list[str] = []
        self.vault = VaultServer(self._allows)
        self.vault_url = self.vault.add(VAULT)
        self.hub = Hub(self.clock, "calls")
        self.ledger = MemoryLedger(self.clock)
        self.front = Loopback()
        self._ends: list[Callable[[], None]] = []
        self.definitions: dict[str, Plain] = {}
        self.facts = self._facts()
        for verb, names in self._callable().items():
            for name in names:
                self.vault.put(VAULT, key_of(verb, name), f"the key to {verb} {name}, and nothing else")
        self.open()

    def clock(self) -> float:
        return self.now_s

    def open(self, pause: Callable[[float], None] | None = None) -> None:
        """Start the app of functions (anew). pause: what it does between two looks; by default the extension works."""
        steps = self.cloud(STEPS, ledger=self.ledger)
        door = Door(self.facts["calls"], steps, pause or self._work, lambda work: work())
        self._ends.append(door.close)
        self._answer = answering(door, self._response)
        carry_out = activity(step_functions(self.facts["steps"], steps))
        orchestrate = orchestrator(kept(self.definitions.__getitem__))
        self.hub.open(
            {wire.ORCHESTRATOR: replayed(orchestrate)},
            {wire.ACTIVITY: lambda instance, text: json.dumps(carry_out(json.loads(text)))},
        )
        self.hub._front.serve(self._extension)
        self.front.serve(self.answer)

    def cloud(self, who: str, *permitted: str, ledger: Any = None) -> AzureCloud:
        """The stage as an identity sees it, which may read these secrets, too."""
        if permitted:
            self.permitted[who] = permitted
        addresses = {"vault": self.vault_url, "steps": self.front.url, "secrets": {"stripe-key": "stripe-key"}}
        found = Cloud(addresses, self.clock, who, ledger)
        self._ends.append(found.close)
        return found

    def caller(self, *keys: tuple[str, str], who: str = "caller") -> AzureCloud:
        """The stage as a caller sees it, who has these keys."""
        return self.cloud(who, *(key_of(verb, name) for verb, name in keys))

    def functions_at(self, url: str, key: str = "a key of thirty-two bytes or more") -> StepsFunctions:
        """The driver of a caller whose key is this, whatever it is for, and who looks for the app at a URL."""
        vault: Any = OneKey(key)
        steps = Steps(url, Keys(lambda: vault, self.clock), self.clock)
        self._ends.append(steps.close)
        return StepsFunctions(steps)

    def anybody(self) -> AzureCloud:
        """The stage as one sees it who has every key."""
        self.permitted["anybody"] = None
        return self.cloud("anybody")

    def advance(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due."""
        end_s = self.now_s + seconds
        while self.hub.run() or self.hub.next_s() <= end_s:
            self.now_s = max(self.now_s, min(self.hub.next_s(), end_s))
        self.now_s = end_s

    def close(self) -> None:
        for end in self._ends:
            end()
        self.front.close()
        self.hub.close()
        self.vault.close()

    def answer(self, request: Request) -> Response:
        """As the platform: the app answers, unless `before` does."""
        self.calls.append(request.path)
        instead = self.before(request)
        if instead is not None:
            return instead
        return asyncio.run(self._answer(HttpRequest(request), self.hub.binding()))

    def _extension(self, request: Request) -> Response:
        return self.hub_before(request) or self.hub.answer(request)

    def _work(self, pause_s: float) -> None:
        self.hub.run()

    @staticmethod
    def _response(body: str, *, status_code: int, mimetype: str) -> Response:
        return Response(status=status_code, headers=(("Content-Type", mimetype),), body=body.encode())

    def _allows(self, request: Request, verb: str, vault: str, secret: str) -> bool | None:
        who = request.header("Authorization").removeprefix("Bearer ")
        if who not in self.permitted:
            return None if not who else False
        permitted = self.permitted[who]
        return permitted is None or secret in permitted

    def _callable(self) -> dict[str, Collection[str]]:
        calls = self.facts["calls"]
        return {
            INVOKE: calls["functions"],
            START: calls["orchestrations"],
            CONTROL: calls["orchestrations"],
            SEND: calls["events"],
        }

    def _facts(self) -> Plain:
        """What a build gives the app."""
        application = to_ir(program.app, entry=ENTRY)
        start: Plain = {"app": ENTRY, "include": []}
        made = plans(application)
        functions = {one.name: made[one.name].to_json() for one in application.functions}
        for one in application.orchestrations:
            found = definition(application, one.name)
            self.definitions[identity(found)] = found
        current = {found["main"]: sha256 for sha256, found in self.definitions.items()}
        return {
            "calls": {
                "functions": {name: {**start, "kind": "function", "plan": plan} for name, plan in functions.items()},
                "orchestrations": current,
                "events": {event.name: list(event.waiters) for event in application.events},
            },
            "steps": {
                **start,
                "plans": {**functions, **{name: plan.to_json() for name, plan in pure_plans(application).items()}},
            },
        }
