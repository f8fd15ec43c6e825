"""Emulators, command-line tools and local servers for tests: found, started and stopped in one place.

    from tests import tools

    @pytest.fixture(scope="session")
    def ministack() -> Iterator[int]:
        port = tools.free_port()
        env = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
        with tools.serve([tools.require("ministack")], env, port=port):
            yield port

`python -m tests.tools install` installs what package registries offer under `.tools/` (not in git);
`python -m tests.tools list` says what is there and how to get what is not. What each tool's path points at
stands in `catalogue.py`.

May import: the standard library and pytest (on first use).
"""

from tests.tools.catalogue import FIRESTORE_MAIN
from tests.tools.require import Missing, find, require
from tests.tools.serve import Server, ServerFailed, free_port, serve

__all__ = ["FIRESTORE_MAIN", "Missing", "Server", "ServerFailed", "find", "free_port", "require", "serve"]
