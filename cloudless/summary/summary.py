"""Summary: what a deployment would do, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from cloudless.compiler.record import ADDRESS, OUTPUT, Record, read
from cloudless.node import node
from cloudless.summary.change import ACTIONS, Change, Naming, changes, gone, nameless
from cloudless.summary.grant import Shift, shifts
from cloudless.summary.running import LOST, Pinned, Running, pinned


@node(kw_only=True)
class Summary:
    """has_record: whether it is known what was deployed before; where not, `shifts` has every grant.

    outputs: names of those that change, ours left out. drift: what is otherwise than the last deployment left it.
    notes: what else to know, each a sentence.
    """

    changes: tuple[Change, ...] = ()
    outputs: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()
    pinned: tuple[Pinned, ...] = ()
    drift: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    has_record: bool = False
    is_empty: bool = True

    @property
    def losses(self) -> tuple[str, ...]:
        """What would be lost for good, each as a sentence without its full stop, and once."""
        data = dict.fromkeys(f"{one.name or one.address} loses {one.loses}" for one in self.changes if one.loses)
        return (*data, *(f"{one.orchestration}: {one}" for one in self.pinned if one.fate == LOST))

    @property
    def counts(self) -> dict[str, int]:
        """How many resources of each action there are; none of those that there are not."""
        found = Counter(one.action for one in self.changes)
        return {action: found[action] for action in ACTIONS if found[action]}


def deployed(plan: Mapping[str, Any]) -> Record | None:
    """What was deployed before a plan; None where nothing was, or that is not known."""
    return read(plan.get("output_changes", {}).get(OUTPUT, {}).get("before"))


def summary(
    plan: Mapping[str, Any],
    after: Record,
    *,
    naming: Naming = nameless,
    running: Running | None = None,
    notes: Iterable[str] = (),
) -> Summary:
    """The summary of a plan, `terraform show -json` of it.

    after: what will be deployed; Record(app=…) for nothing. running: of the orchestrations that are `affected`, as far
    as the cloud could be asked.
    """
    outputs: Mapping[str, Any] = plan.get("output_changes", {})
    changed = sorted(name for name, one in outputs.items() if one["actions"] != ["no-op"])
    before = deployed(plan)
    done = changes(plan, naming)
    return Summary(
        changes=tuple(one for one in done if one.address != ADDRESS),
        outputs=tuple(name for name in changed if name != OUTPUT),
        shifts=shifts(before.grants if before else {}, after.grants),
        pinned=pinned(before, after, running or {}) if before else (),
        drift=gone(plan, naming),
        notes=tuple(notes),
        has_record=before is not None,
        is_empty=not done and not changed,
    )


def as_data(one: Summary) -> dict[str, Any]:
    """A summary as JSON shows it."""
    return {
        "is_empty": one.is_empty,
        "counts": one.counts,
        "changes": [
            {
                "action": change.action,
                "address": change.address,
                "name": change.name,
                "loses": change.loses,
                "because": change.because,
            }
            for change in one.changes
        ],
        "outputs": list(one.outputs),
        "losses": list(one.losses),
        "permissions": {shift.holder: {"gained": shift.gained, "lost": shift.lost} for shift in one.shifts},
        "running": [
            {
                "orchestration": pin.orchestration,
                "definition": pin.definition,
                "executions": pin.executions,
                "fate": pin.fate,
            }
            for pin in one.pinned
        ],
        "drift": list(one.drift),
        "notes": list(one.notes),
    }
