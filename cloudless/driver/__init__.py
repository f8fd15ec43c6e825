"""What a provider implements: small protocols whose docstrings are contracts.

    Cloud       a stage that can be talked to: one driver a noun, and values of secrets and configuration
    queue.py    QueueDriver      send, receive, acknowledge, release, native
    topic.py    TopicDriver      publish, native
    function.py FunctionDriver   invoke, native
    orchestration.py OrchestrationDriver   start, run, describe, wait, history, cancel, executions, send, native
    secret.py   SecretDriver     read
    ledger.py   Ledger           claim, complete, release
    lease.py    LeaseLedger      the same over a store that keeps versions
    provider.py Provider         name, gaps, limits, connect, compile
    setting.py  Setting          a key of a stage that means something to its provider
    guarantee.py Guarantee       what a cloud gives behind the contract, to be compared with others
    packaged.py Packaged         a provider as what its package has, at the places where all have it
    names.py    physical names, as short as a cloud wants them
    deployed.py what every provider's Cloud shares
    current.py  which Cloud a client call goes to, and on whose behalf
    denied.py   what a cloud's IAM refuses, in the program's words
    refusal.py  errors between functions of ours
    rest.py     HTTP over kept connections, for drivers over REST

Users hold the portable types (`cloudless.Queue` …), which own all shared logic: validation, encoding,
sizes, ids, batches, threads for async twins. A driver gets finished envelopes and logical names, and
stores or fetches them. Drivers are called from several threads at once, unless they say otherwise. Names are
imported when they are first used: a function at its cold start needs `current` only.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.driver.current import Here, here, use
    from cloudless.driver.function import FunctionDriver
    from cloudless.driver.gap import Gap
    from cloudless.driver.ledger import CLAIMED, Claimed, Done, Held, Ledger
    from cloudless.driver.limit import Limit
    from cloudless.driver.orchestration import Entry, OrchestrationDriver, Snapshot
    from cloudless.driver.provider import Cloud, Provider, installed, provider
    from cloudless.driver.queue import Delivered, QueueDriver, Unsent
    from cloudless.driver.secret import SecretDriver
    from cloudless.driver.setting import Setting
    from cloudless.driver.topic import TopicDriver

_HOME = {
    "CLAIMED": "ledger",
    "Claimed": "ledger",
    "Cloud": "provider",
    "Delivered": "queue",
    "Done": "ledger",
    "Entry": "orchestration",
    "FunctionDriver": "function",
    "Gap": "gap",
    "Held": "ledger",
    "Here": "current",
    "Ledger": "ledger",
    "Limit": "limit",
    "OrchestrationDriver": "orchestration",
    "Provider": "provider",
    "QueueDriver": "queue",
    "SecretDriver": "secret",
    "Setting": "setting",
    "Snapshot": "orchestration",
    "TopicDriver": "topic",
    "Unsent": "queue",
    "here": "current",
    "installed": "provider",
    "provider": "provider",
    "use": "current",
}

__all__ = [
    "CLAIMED",
    "Claimed",
    "Cloud",
    "Delivered",
    "Done",
    "Entry",
    "FunctionDriver",
    "Gap",
    "Held",
    "Here",
    "Ledger",
    "Limit",
    "OrchestrationDriver",
    "Provider",
    "QueueDriver",
    "SecretDriver",
    "Setting",
    "Snapshot",
    "TopicDriver",
    "Unsent",
    "here",
    "installed",
    "provider",
    "use",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'cloudless.driver' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"cloudless.driver.{home}"), name)
