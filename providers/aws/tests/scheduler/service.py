"""Scheduler: all schedules of an account, and what of them is due.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from threading import RLock
from typing import Any

from providers.aws.tests.scheduler.expression import At
from providers.aws.tests.scheduler.schedule import NAME, Refused, Schedule, Send, made

MADE_S = 23
"""Past the time that the clock of a test shows: rates count from there, and no schedule is made at a whole minute."""
Assume = Callable[[str, str], bool]
"""Whether the service may take a role, for a schedule of a group: ARN of the role, name of the group.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
"""


class SchedulerError(Exception):
    """What the API answers with. code: its name. status: of HTTP."""

    def __init__(self, code: str, text: str, status: int) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.status = status


@dataclass(frozen=True, slots=True)
class Due:
    """One invocation of a target. role: as whom."""

    role: str
    send: Send


class Scheduler:
    """Schedules by group and name. now_s: the clock. Safe from several threads."""

    def __init__(self, region: str, account: str, now_s: Callable[[], float], may_assume: Assume) -> None:
        self._arn = f"arn:aws:scheduler:{region}:{account}"
        self._now_s = now_s
        self._may_assume = may_assume
        self._groups = {"default"}
        self._schedules: dict[tuple[str, str], tuple[Schedule, float | None]] = {}
        self._ids = count(1)
        self._lock = RLock()

    # --- the API --------------------------------------------------------------------------------------

    def create_schedule_group(self, **params: Any) -> dict[str, Any]:
        name = str(params["Name"])
        if not NAME.fullmatch(name):
            raise SchedulerError("ValidationException", f"Name {name!r}", 400)
        if name in self._groups:
            raise SchedulerError("ConflictException", f"Schedule group {name} already exists.", 409)
        self._groups.add(name)
        return {"ScheduleGroupArn": f"{self._arn}:schedule-group/{name}"}

    def create_schedule(self, **params: Any) -> dict[str, Any]:
        place = str(params.get("GroupName", "default")), str(params["Name"])
        arn = f"{self._arn}:schedule/{'/'.join(place)}"
        with self._lock:
            schedule = self._made(params, arn)
            if schedule.group not in self._groups:
                raise SchedulerError(
                    "ResourceNotFoundException", f"Schedule group {schedule.group} does not exist.", 404
                )
            before = self._schedules.get(place)
            if before and not (schedule.token and before[0].token == schedule.token):
                raise SchedulerError("ConflictException", f"Schedule {schedule.name} already exists.", 409)
            if not before:
                self._schedules[place] = schedule, self._first_s(schedule)
        return {"ScheduleArn": arn}

    def delete_schedule(self, **params: Any) -> dict[str, Any]:
        with self._lock:
            del self._schedules[self._found(params)]
        return {}

    def get_schedule(self, **params: Any) -> dict[str, Any]:
        with self._lock:
            schedule, _ = self._schedules[self._found(params)]
        return {"Name": schedule.name, "GroupName": schedule.group, "Arn": schedule.arn, "Target": schedule.target}

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """An operation of the API, by its name: "CreateSchedule"."""
        operations = {
            "CreateSchedule": self.create_schedule,
            "CreateScheduleGroup": self.create_schedule_group,
            "DeleteSchedule": self.delete_schedule,
            "GetSchedule": self.get_schedule,
        }
        if operation not in operations:
            raise SchedulerError("NotModelled", f"scheduler {operation} is not in this model", 501)
        return operations[operation](**params)

    def _made(self, params: Mapping[str, Any], arn: str) -> Schedule:
        try:
            schedule = made(params, arn, self._now_s(), self._begun_s())
        except (Refused, KeyError) as problem:
            raise SchedulerError("ValidationException", str(problem), 400) from problem
        if not self._may_assume(schedule.role, schedule.group):
            text = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
            raise SchedulerError("ValidationException", text, 400)
        return schedule

    def _found(self, params: Mapping[str, Any]) -> tuple[str, str]:
        place = str(params.get("GroupName", "default")), str(params["Name"])
        if place not in self._schedules:
            raise SchedulerError("ResourceNotFoundException", f"Schedule {place[1]} does not exist.", 404)
        return place

    # --- time -----------------------------------------------------------------------------------------

    @property
    def schedules(self) -> list[Schedule]:
        return [schedule for schedule, _ in self._schedules.values()]

    def next_s(self) -> float | None:
        """When a schedule is due next; None for never."""
        with self._lock:
            return min((due_s for _, due_s in self._schedules.values() if due_s is not None), default=None)

    def take(self) -> Due | None:
        """What is due by now, the earliest first: one invocation, which counts as made; None for nothing."""
        with self._lock:
            due = [
                (due_s, place)
                for place, (_, due_s) in self._schedules.items()
                if due_s is not None and due_s <= self._now_s()
            ]
            if not due:
                return None
            due_s, place = min(due)
            schedule, _ = self._schedules[place]
            self._schedules[place] = schedule, schedule.next_s(due_s)
            if schedule.is_deleted_after and schedule.next_s(due_s) is None:
                del self._schedules[place]
            return Due(schedule.role, schedule.send(due_s, f"execution-{next(self._ids)}"))

    def restart(self) -> None:
        """Begin anew, at what time it is now: what recurs, recurs from then on, and what is once, is gone."""
        with self._lock:
            for place, (schedule, _) in list(self._schedules.items()):
                if isinstance(schedule.expression, At):
                    del self._schedules[place]
                else:
                    begun = replace(schedule, begun_s=self._begun_s())
                    self._schedules[place] = begun, self._first_s(begun)

    def _begun_s(self) -> float:
        """When what is made now is made: some time within the minute, since no clock that stands says."""
        return self._now_s() + MADE_S

    def _first_s(self, schedule: Schedule) -> float | None:
        """The first time that is due from now on."""
        if isinstance(schedule.expression, At) and schedule.is_enabled:
            return schedule.expression.at_s
        return schedule.next_s(self._now_s())
