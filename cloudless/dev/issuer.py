"""Keys of token issuers, from the network.

`MemoryHttp.fetch` looks in its table `issuers`, and refuses every URL that is not there: a simulation has no network.
Here that table is the web, so the same code, with the same caching, fetches from the real issuers.
"""

from __future__ import annotations

from cloudless.runtime.keys import fetch


class Web(dict[str, bytes]):
    """The content of every URL, fetched anew each time; `cloudless.runtime.keys` keeps it. Raises Unavailable."""

    def __contains__(self, url: object) -> bool:
        return True

    def __missing__(self, url: str) -> bytes:
        return fetch(url)
