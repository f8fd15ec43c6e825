"""State machines written by hand, in the shapes that ours have: branches that are settled all, a loop, a wait."""

from __future__ import annotations

from typing import Any

Plain = dict[str, Any]

INVOKE = "arn:aws:states:::lambda:invoke"
ERROR = (
    "{% ($o := $states.errorOutput; $o.Error in ['Declined', 'OutOfStock'] ? $parse($parse($o.Cause).errorMessage) :"
    " {'type': $o.Error, 'message': $exists($o.Cause) ? $string($o.Cause) : ''}) %}"
)
ANY = {"ErrorEquals": ["States.ALL"]}


def machine(start: str, states: Plain) -> Plain:
    """A document."""
    return {"QueryLanguage": "JSONata", "StartAt": start, "States": states}


def task(function: str, payload: Any, **fields: Any) -> Plain:
    """A call of a function."""
    return {"Type": "Task", "Resource": INVOKE, "Arguments": {"FunctionName": function, "Payload": payload}, **fields}


def end(value: Any) -> Plain:
    """The end of a machine or branch, with a value."""
    return {"Type": "Pass", "Output": {"v": value}, "End": True}


def fan_out(limit: int = 0, **fields: Any) -> Plain:
    """Calls `pay` with each of xs; its value is the list, or it fails with the error of the lowest index."""
    call = task(
        "pay",
        {"x": "{% $states.input.item %}"},
        Output={"v": "{% $states.result.Payload.v %}"},
        Catch=[{**ANY, "Output": {"err": ERROR}, "Next": "m.err"}],
        End=True,
        **fields,
    )
    processor = {
        "ProcessorConfig": {"Mode": "INLINE"},
        "StartAt": "m.call",
        "States": {"m.call": call, "m.err": {"Type": "Pass", "End": True}},
    }
    return machine(
        "start",
        {
            "start": {"Type": "Pass", "Assign": {"xs": "{% $states.input.xs %}"}, "Next": "m"},
            "m": {
                "Type": "Map",
                "Items": "{% $xs %}",
                "MaxConcurrency": limit,
                "ItemSelector": {"item": "{% $states.context.Map.Item.Value %}"},
                "ItemProcessor": processor,
                "Assign": {"r": "{% $states.result %}"},
                "Next": "m.bad",
            },
            "m.bad": {
                "Type": "Pass",
                "Assign": {"bad": "{% $append([], $filter($r, function($b) { $exists($b.err) })[]) %}"},
                "Next": "m.any",
            },
            "m.any": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $count($bad) > 0 %}", "Next": "fail"}],
                "Default": "m.values",
            },
            "m.values": {
                "Type": "Pass",
                "Assign": {
                    "ys": "{% $append([], $map($r, function($b) { $type($b.v) = 'array' ? [$b.v] : $b.v })[]) %}"
                },
                "Next": "end",
            },
            "end": end("{% $ys %}"),
            "fail": {
                "Type": "Fail",
                "Error": "{% $bad[0].err.type %}",
                "Cause": "{% $string({'errorType': $bad[0].err.type, 'errorMessage': $string($bad[0].err)}) %}",
            },
        },
    )


def both(first: Plain, second: Plain) -> Plain:
    """Two tasks beside one another; the value is the list of their outputs."""
    branches = [{"StartAt": f"b{index}", "States": {f"b{index}": one}} for index, one in enumerate((first, second))]
    return machine(
        "p",
        {
            "p": {"Type": "Parallel", "Branches": branches, "Assign": {"r": "{% $states.result %}"}, "Next": "end"},
            "end": end("{% $r %}"),
        },
    )


def paid(**fields: Any) -> Plain:
    """One call of `pay`, whose output is its value."""
    return task("pay", {"x": 1}, Output={"v": "{% $states.result.Payload.v %}"}, **fields)


def retried(retriers: list[Plain], **fields: Any) -> Plain:
    """One call of `pay`, tried again."""
    call = task("pay", {"x": 1}, Retry=retriers, Assign={"r": "{% $states.result.Payload.v %}"}, Next="end", **fields)
    return machine("call", {"call": call, "end": end("{% $r %}")})


def loop() -> Plain:
    """Sums 0 … n - 1, and lists them."""
    return machine(
        "start",
        {
            "start": {
                "Type": "Pass",
                "Assign": {"i": 0, "total": 0, "xs": [], "n": "{% $states.input.n %}"},
                "Next": "test",
            },
            "test": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $i < $n %}", "Next": "body"}],
                "Default": "end",
            },
            "body": {
                "Type": "Pass",
                "Assign": {"total": "{% $total + $i %}", "xs": "{% $append($xs, [$i]) %}", "i": "{% $i + 1 %}"},
                "Next": "test",
            },
            "end": {"Type": "Pass", "Output": {"v": {"total": "{% $total %}", "xs": "{% $xs %}"}}, "End": True},
        },
    )


def wait(timeout_s: int | None = None) -> Plain:
    """Waits for the event `go`, 100 s after the start."""
    limit = {} if timeout_s is None else {"TimeoutSeconds": timeout_s}
    payload = {"op": "wait", "event": "go", "token": "{% $states.context.Task.Token %}"}
    call = task("broker", payload, Assign={"e": "{% $states.result.v %}"}, Next="end", **limit)
    call["Resource"] += ".waitForTaskToken"
    call["Catch"] = [{"ErrorEquals": ["States.Timeout"], "Assign": {"e": "too late"}, "Next": "end"}]
    return machine("pause", {"pause": {"Type": "Wait", "Seconds": 100, "Next": "w"}, "w": call, "end": end("{% $e %}")})


SHAPES = {
    "fan_out": fan_out(), "limited": fan_out(2), "both": both(paid(End=True), end(2)),
    "retried": retried([{"ErrorEquals": ["Declined"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}]),
    "loop": loop(), "wait": wait(), "wait_s": wait(50),
}  # fmt: skip
