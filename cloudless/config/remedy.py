"""What to write instead of a line of the user's that raised while its module was imported."""

from __future__ import annotations

import re
from typing import Any, cast

from cloudless.app import App
from cloudless.errors import NoProvider
from cloudless.options import nearest
from cloudless.queue import OrderedQueue, Queue
from cloudless.topic import Topic

_HANDLES = (Queue, OrderedQueue, Topic)
_ELSEWHERE: tuple[tuple[tuple[type, ...], str, str], ...] = (
    ((Topic,), "consumer|consume", "a topic has subscribers, each with retries of its own: @{handle}.subscriber"),
    ((Topic,), "send", "write {handle}.publish(…)"),
    (
        (Queue, OrderedQueue),
        "subscriber|subscribe",
        "a queue has one consumer: @{handle}.consumer; several hear a topic",
    ),
    ((Queue, OrderedQueue), "publish", "write {handle}.send(…)"),
    ((App,), "consumer", 'name the queue, orders = {handle}.queue("orders"), then write @orders.consumer'),
    ((App,), "subscriber", 'name the topic, placed = {handle}.topic("placed"), then write @placed.subscriber'),
    ((App,), "cron|timer|every", '@{handle}.schedule("0 8 * * *"), or every=timedelta(minutes=5)'),
    ((App,), "task|job|step|activity", "@{handle}.function, which others invoke and orchestrations call"),
    ((App,), "workflow|saga|flow", "@{handle}.orchestration"),
)
"""Of what, a name that it has not, what to write: words of other libraries, and of the neighbour's handle."""
_OTHERWISE = "mend this line, or what it calls"


def remedy(problem: BaseException, source: str) -> str:
    """What to do about an exception. source: the line that raised."""
    if isinstance(problem, NoProvider):
        return "no stage is known while modules are imported: read values, and send, in a handler or below connect()"
    if isinstance(problem, AttributeError):
        return _of_attribute(problem.obj, problem.name or "", source) or _OTHERWISE
    if isinstance(problem, TypeError) and (called := re.match(r"'(\w+)' object is not callable", str(problem))):
        return _of_call(called[1], source) or _OTHERWISE
    if isinstance(problem, ImportError) and "partially initialized module" in str(problem):
        return "two modules import each other: put the app and its channels into one that imports neither of them"
    return _OTHERWISE


def _of_attribute(of: Any, name: str, source: str) -> str:
    if not isinstance(of, (App, *_HANDLES)):
        return ""
    found = re.search(rf"(\w+)\.{re.escape(name)}\b", source)
    handle = found[1] if found else "app"
    for kinds, words, text in _ELSEWHERE:
        if isinstance(of, kinds) and re.fullmatch(words, name):
            return text.format(handle=handle)
    guess = nearest(name, [one for one in dir(cast("object", of)) if not one.startswith("_")])
    return f"did you mean {handle}.{guess}?" if guess else ""


def _of_call(kind: str, source: str) -> str:
    """A handle that stands above a function, as if it were a decorator."""
    verbs = {"Queue": "consumer", "OrderedQueue": "consumer", "Topic": "subscriber"}
    if kind not in verbs:
        return ""
    made = source.strip().removeprefix("@")
    name = "placed" if kind == "Topic" else "orders"
    return f"give it a name, {name} = {made}, then write @{name}.{verbs[kind]}"
