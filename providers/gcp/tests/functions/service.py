"""CloudRun: has an instance of a function answer, and starts as many as it takes.

https://cloud.google.com/run/docs/about-concurrency, https://cloud.google.com/run/docs/troubleshooting
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from providers.gcp.tests.functions.function import Function
from providers.gcp.tests.functions.instance import Died, Instance
from tests.hosting.http import Request, Response
from tests.hosting.launcher import Zygote

BUSY, GONE, LATE = 429, 503, 504
LOG_MAX = 8_000
"""Characters of what a process printed last: notes of many failures would be long."""
_HTML = (("Content-Type", "text/html; charset=UTF-8"),)


@dataclass(frozen=True, slots=True)
class Invocation:
    """at_s: when, by the clock of the stand. log: what its process had printed by then, where it failed."""

    function: str
    at_s: float
    request: Request
    status: int
    log: str = ""


@dataclass(slots=True)
class _Pool:
    """Instances of a function. load: requests of each that is there."""

    function: Function
    env: Callable[[], Mapping[str, str]]
    load: dict[Instance, int] = field(default_factory=dict["Instance", int])


class CloudRun:
    """Functions by name. now_s: for notes. env: variables of every function beside its own, before the first request.

    A request takes real time and no virtual one; instances are started as they are needed, and kept. A process whose
    worker dies goes on with another one, as gunicorn does it. Safe from several threads.
    """

    def __init__(self, zygote: Zygote, now_s: Callable[[], float]) -> None:
        self.calls: list[Invocation] = []
        self.starts = 0
        self.env: Mapping[str, str] = {}
        self._zygote = zygote
        self._now_s = now_s
        self._pools: dict[str, _Pool] = {}
        self._lock = Lock()

    def add(self, function: Function, env: Callable[[], Mapping[str, str]] = dict[str, str]) -> None:
        """Deploy a function, or another revision of it: what runs of the one before is ended.

        env: variables of an instance, asked for when the first one is started.
        """
        before = self._pools.get(function.name)
        self._pools[function.name] = _Pool(function, env)
        for instance in before.load if before else ():
            instance.close()

    def answer(self, name: str, request: Request) -> Response:
        """What a function answers; KeyError for a name that there is not."""
        pool, at_s = self._pools[name], self._now_s()
        instance = self._taken(pool)
        if instance is None:
            return self._noted(name, at_s, request, _page(BUSY, "Rate exceeded."), None)
        try:
            answer = instance.answer(request, pool.function.timeout_s)
        except TimeoutError:
            self._end(pool, instance)
            return self._noted(name, at_s, request, _page(LATE, "upstream request timeout"), instance)
        except Died:
            answer = _page(GONE, "Service Unavailable")
        with self._lock:
            pool.load[instance] -= 1
        return self._noted(name, at_s, request, answer, instance)

    def close(self) -> None:
        """End all processes."""
        for pool in self._pools.values():
            while pool.load:
                pool.load.popitem()[0].close()

    def _taken(self, pool: _Pool) -> Instance | None:
        """One that may take another request; None where there may not be more of them."""
        function = pool.function
        with self._lock:
            for instance, load in pool.load.items():
                if load < function.concurrency:
                    pool.load[instance] += 1
                    return instance
            if function.max_instances and len(pool.load) >= function.max_instances:
                return None
            self.starts += 1
            instance = Instance(self._zygote, function, {**self.env, **pool.env()})
            pool.load[instance] = 1
            return instance

    def _end(self, pool: _Pool, instance: Instance) -> None:
        with self._lock:
            pool.load.pop(instance, None)
        instance.close()

    def _noted(self, name: str, at_s: float, request: Request, answer: Response, instance: Instance | None) -> Response:
        log = instance.output()[-LOG_MAX:] if instance is not None and answer.status >= 500 else ""
        self.calls.append(Invocation(name, at_s, request, answer.status, log))
        return answer


def _page(status: int, text: str) -> Response:
    return Response(status=status, headers=_HTML, body=f"<html><body>{text}</body></html>".encode())
