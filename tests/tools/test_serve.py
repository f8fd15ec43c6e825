"""`tools.serve`: ready when it says so, gone when the block ends, and plain words when it fails."""

import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests import tools

LISTEN = """
import os, socket, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print("child", child.pid, flush=True)
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
while True:
    listener.accept()[0].close()
"""
FAIL = "import sys; print('no such table'); sys.exit(3)"


def accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_server_accepts_inside_the_block_and_is_gone_after_it() -> None:
    port = tools.free_port()
    with tools.serve([sys.executable, "-c", LISTEN], {"PORT": str(port)}, port=port) as server:
        assert accepts(port)
        assert server.url == f"http://127.0.0.1:{port}"
    assert not accepts(port)
    assert server.process.returncode is not None


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads the process table")
def test_the_children_of_a_server_end_with_it() -> None:
    port = tools.free_port()
    with tools.serve([sys.executable, "-c", LISTEN], {"PORT": str(port)}, port=port) as server:
        child = int(server.output().split()[1])
        assert is_running(child)
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        os.sched_yield()
    assert not is_running(child)


def test_a_server_that_ends_early_fails_with_its_output() -> None:
    with (
        pytest.raises(tools.ServerFailed, match=r"(?s)ended with code 3.*no such table"),
        tools.serve([sys.executable, "-c", FAIL], port=tools.free_port()),
    ):
        pass


def test_a_server_that_never_becomes_ready_fails_in_time() -> None:
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    with (
        pytest.raises(tools.ServerFailed, match="was not ready in time"),
        tools.serve(command, ready=lambda: False, timeout_s=0.1),
    ):
        pass


def test_free_ports_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", tools.free_port())) as listener:
        assert listener.getsockname()[1] > 0
