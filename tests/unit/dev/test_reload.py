"""What is watched, and that no server outlives its reloader."""

import os
import signal
import sys
from pathlib import Path
from socket import create_server

import pytest

from cloudless.dev import reload
from cloudless.dev.reload import Reloader, Spare, snapshot

STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), file=open("process", "w"), flush=True)
os.kill(os.getppid(), signal.SIGTERM)
time.sleep(600)
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "cloudless.toml").write_text('app = "app:app"\n')
    return tmp_path / "cloudless.toml"


@pytest.mark.parametrize("name", ["app.py", "shop/deep/app.py"])
def test_sources_are_watched(config: Path, name: str) -> None:
    before = snapshot(config)
    file = config.parent / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("")
    made = snapshot(config)
    file.write_text("x = 1\n")
    changed = snapshot(config)
    file.unlink()
    assert made.keys() - before.keys() == {file}
    assert changed[file] != made[file]
    assert snapshot(config) == before


def test_the_configuration_is_watched_though_another_name_was_given(config: Path) -> None:
    other = config.rename(config.with_name("other.toml"))
    assert list(snapshot(other)) == [other]


@pytest.mark.parametrize(
    "name", ["notes.txt", ".git/a.py", ".venv/a.py", "__pycache__/a.py", "build/lib/a.py", "node_modules/a.py"]
)
def test_the_rest_is_not(config: Path, name: str) -> None:
    before = snapshot(config)
    (config.parent / name).parent.mkdir(parents=True, exist_ok=True)
    (config.parent / name).write_text("")
    assert snapshot(config) == before


def test_a_virtual_environment_of_any_name_is_not(config: Path) -> None:
    (config.parent / "env").mkdir()
    (config.parent / "env" / "pyvenv.cfg").touch()
    (config.parent / "env" / "a.py").touch()
    assert list(snapshot(config)) == [config]


WAITING = """
import sys, time
from cloudless.dev.reload import wait_to
go = [word for word in sys.argv if word.startswith("--go=")]
if go:
    wait_to(int(go[0].removeprefix("--go=")))
print("began", flush=True)
"""


def test_a_spare_begins_when_it_is_told_to(capfd: pytest.CaptureFixture[str]) -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        spare = Spare([sys.executable, "-c", WAITING], listener.fileno())
        assert spare.process.poll() is None
        assert spare.begin()
        assert spare.process.wait(30) == 0
    assert capfd.readouterr().out == "began\n"


def test_a_spare_that_nobody_wants_ends(capfd: pytest.CaptureFixture[str]) -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        spare = Spare([sys.executable, "-c", WAITING], listener.fileno())
        spare.close()
        assert spare.process.poll() is not None
    assert capfd.readouterr().out == ""


def test_a_spare_whose_reloader_is_gone_ends(capfd: pytest.CaptureFixture[str]) -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        spare = Spare([sys.executable, "-c", WAITING], listener.fileno())
        os.close(spare._writer)
        assert spare.process.wait(30) == 0
    assert capfd.readouterr().out == ""


def test_a_spare_that_has_ended_is_not_begun() -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        spare = Spare([sys.executable, "-c", ""], listener.fileno())
        spare.process.wait(30)
        assert not spare.begin()


def test_a_server_that_does_not_end_is_killed(config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reload, "GRACE_S", 0.05)
    monkeypatch.setattr(reload, "POLL_S", 0.01)
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)
    Reloader([sys.executable, "-c", STUBBORN], config, print).run("127.0.0.1", 0)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "process").read_text()), 0)
    assert signal.getsignal(signal.SIGTERM) is handler
