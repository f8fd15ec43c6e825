"""A strict model of Cloud Tasks with HTTP targets, on a virtual clock.

    queue.py  a queue, and how it retries
    task.py   a task as CreateTask takes it, and the request that it makes
    tasks.py  Tasks: all queues, the API, and what is due

Ours, not Google's: written from its pages, which each file cites. Where they leave room the model takes the unkind
side: what is due at one instant is dispatched in an order that a seed shuffles, and a name that was used stays used.
Kinder than the service: nothing is limited by rates, a worker that says 429 or 503 does not slow a queue down, and a
task is dispatched once (https://cloud.google.com/tasks/docs/common-pitfalls says that it may be more often).
May import: the standard library, tests.virtual, so that it is an oracle for our own code and shares none of it.
"""

from providers.gcp.tests.tasks.queue import Queue
from providers.gcp.tests.tasks.task import Dispatch, Task
from providers.gcp.tests.tasks.tasks import Tasks

__all__ = ["Dispatch", "Queue", "Task", "Tasks"]
