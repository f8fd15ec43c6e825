"""Tasks: all queues of a project, the API's calls, and what is due.

https://cloud.google.com/tasks/docs/reference/rest
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from random import Random
from threading import RLock
from typing import Any

from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.tasks.queue import Queue, queue_of
from providers.gcp.tests.tasks.task import ID, Dispatch, Task, task_of
from tests.virtual import US, Agenda, Entry, Kind

_QUEUES = "projects.locations.queues"


def _is_wish(task: Task) -> bool:
    return False


def _nobody(dispatch: Dispatch) -> int | None:
    raise NotImplementedError(f"nobody takes {dispatch.method} {dispatch.url}")


class Tasks:
    """Queues by name; something that moves, for `tests.virtual.World`. Safe from several threads.

    dispatch: makes a request, and gives the status of its answer, None for an answer that never came.
    is_backoff: whether a task that is due later is so since something failed, and not by the sender's wish: `World.run`
    waits for the former only. seed: of the order of what is due at once.
    """

    def __init__(self, now_us: Callable[[], int], seed: int = 0) -> None:
        self._now_us = now_us
        self.dispatch: Callable[[Dispatch], int | None] = _nobody
        self.is_backoff: Callable[[Task], bool] = _is_wish
        self.queues: dict[str, Queue] = {}
        self.gone: list[Task] = []
        self._waiting: dict[str, tuple[Task, Entry]] = {}
        self._used: set[str] = set()
        self._agenda = Agenda(Random(seed))
        self._lock = RLock()

    # --- the API --------------------------------------------------------------------------------------

    def call(self, method: str, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """A method by its id, "projects.locations.queues.tasks.create"; raises ApiError."""
        operations: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]] = {
            f"{_QUEUES}.create": self._create_queue,
            f"{_QUEUES}.tasks.create": self._create,
            f"{_QUEUES}.tasks.delete": self._delete,
            f"{_QUEUES}.tasks.get": self._get,
        }
        if method not in operations:
            raise ApiError("UNIMPLEMENTED", f"cloudtasks {method} is not in this model")
        with self._lock:
            return operations[method](params, body)

    def _create_queue(self, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        queue = queue_of(body)
        if not queue.name.startswith(f"{params['parent']}/queues/"):
            raise ApiError("INVALID_ARGUMENT", f"{queue.name} is not in {params['parent']}")
        if queue.name in self.queues:
            raise ApiError("ALREADY_EXISTS", "Queue already exists")
        self.queues[queue.name] = queue
        return {"name": queue.name, "state": "RUNNING"}

    def _create(self, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        queue, asked = str(params["parent"]), body["task"]
        if queue not in self.queues:
            raise ApiError("NOT_FOUND", "Requested entity was not found.")
        name = str(asked.get("name") or f"{queue}/tasks/{secrets.randbits(63)}")
        if not name.startswith(f"{queue}/tasks/") or not ID.fullmatch(name.rpartition("/")[2]):
            raise ApiError("INVALID_ARGUMENT", f"Task.name: {name!r}")
        if name in self._used:
            text = "The task cannot be created because a task with this name existed too recently."
            raise ApiError("ALREADY_EXISTS", text)
        task = task_of(asked, queue, name, self._now_us())
        self._used.add(name)
        self._schedule(task)
        return task.told()

    def _get(self, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        return self._found(params)[0].told()

    def _delete(self, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        task, entry = self._found(params)
        entry.cancel()
        del self._waiting[task.name]
        return {}

    def _found(self, params: Mapping[str, Any]) -> tuple[Task, Entry]:
        if params["name"] not in self._waiting:
            raise ApiError("NOT_FOUND", "The task no longer exists.")
        return self._waiting[params["name"]]

    # --- time -----------------------------------------------------------------------------------------

    @property
    def waiting(self) -> list[Task]:
        """What was not dispatched for good yet. gone: what was given up."""
        return [task for task, _ in self._waiting.values()]

    def next_due_us(self, *, with_delayed: bool, now_us: int) -> int | None:
        """When something is dispatched next."""
        with self._lock:
            due_us = self._agenda.next_due_us(sleeps=with_delayed)
            first_us = self._agenda.next_due_us()
            return first_us if first_us is not None and first_us <= now_us else due_us

    def deliver_next(self, now_us: int) -> None:
        """Dispatch one task that is due."""
        with self._lock:
            entry = self._agenda.pop(now_us)
        if entry is not None:
            entry.action()

    def clear(self) -> None:
        """Forget all tasks, and which names were used; queues stay."""
        with self._lock:
            self._agenda.clear()
            self._waiting.clear()
            self._used.clear()
            self.gone.clear()

    def _schedule(self, task: Task) -> None:
        is_wish = task.due_us > self._now_us() and not task.attempts and not self.is_backoff(task)
        kind = Kind.SLEEP if is_wish else Kind.BACKOFF
        self._waiting[task.name] = task, self._agenda.add(task.due_us, lambda: self._attempt(task), kind)

    def _attempt(self, task: Task) -> None:
        now_us = self._now_us()
        task.first_us = now_us if task.first_us is None else task.first_us
        status = self.dispatch(task.dispatch(now_us))
        task.attempts += 1
        with self._lock:
            if status is not None and 200 <= status < 300:
                del self._waiting[task.name]
            else:
                self._fail(task, now_us + (0 if status is not None else round(task.deadline_s * US)))

    def _fail(self, task: Task, now_us: int) -> None:
        queue = self.queues[task.queue]
        if queue.is_over(task.attempts, (now_us - (task.first_us or 0)) / US):
            del self._waiting[task.name]
            self.gone.append(task)
            return
        task.due_us = now_us + round(queue.backoff_s(task.attempts) * US)
        self._schedule(task)
