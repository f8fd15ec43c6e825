"""A command that is run elsewhere: `python -ISE client.py SOCKET NAME WORDS…`.

Imports as little as it can: it is started for every command.
"""

import json
import os
import socket
import sys


def main(address: str, name: str, *words: str) -> int:
    """Hand everything over, and end as it ended."""
    told = {
        "folder": os.getcwd(),  # noqa: PTH109  (pathlib takes time to import)
        "env": dict(os.environ),
        "name": name,
        "words": words,
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
        there.connect(address)
        socket.send_fds(there, [b"."], [0, 1, 2])
        there.sendall(json.dumps(told).encode())
        there.shutdown(socket.SHUT_WR)
        return int(there.recv(16) or b"1")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
