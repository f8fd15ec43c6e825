"""What is done, a concern a file. Whoever imports this has registered all of it."""

from handlers import activity, digests, intake, operations, releases, routing

__all__ = ["activity", "digests", "intake", "operations", "releases", "routing"]
