"""What a provider implements: small protocols whose docstrings are contracts.

    Cloud       a stage that can be talked to: one driver a noun, and values of secrets and configuration
    queue.py    QueueDriver      send, receive, acknowledge, release, native
    topic.py    TopicDriver      publish, native
    function.py FunctionDriver   invoke, native
    secret.py   SecretDriver     read
    ledger.py   Ledger           claim, complete, release
    provider.py Provider         name, gaps, limits, connect, compile
    current.py  which Cloud a client call goes to, and on whose behalf

Users hold the portable types (`cloudless.Queue` …), which own all shared logic: validation, encoding,
sizes, ids, batches, threads for async twins. A driver gets finished envelopes and logical names, and
stores or fetches them. Drivers are called from several threads at once, unless they say otherwise.
"""

from cloudless.driver.current import Here, here, use
from cloudless.driver.function import FunctionDriver
from cloudless.driver.gap import Gap
from cloudless.driver.ledger import CLAIMED, Claimed, Done, Held, Ledger
from cloudless.driver.limit import Limit
from cloudless.driver.provider import Cloud, Provider, installed, provider
from cloudless.driver.queue import Delivered, QueueDriver, Unsent
from cloudless.driver.secret import SecretDriver
from cloudless.driver.topic import TopicDriver

__all__ = [
    "CLAIMED",
    "Claimed",
    "Cloud",
    "Delivered",
    "Done",
    "FunctionDriver",
    "Gap",
    "Held",
    "Here",
    "Ledger",
    "Limit",
    "Provider",
    "QueueDriver",
    "SecretDriver",
    "TopicDriver",
    "Unsent",
    "here",
    "installed",
    "provider",
    "use",
]
