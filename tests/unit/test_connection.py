"""connect and CLOUDLESS_STAGE: client calls outside of a function go to the stage that was named."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import cloudless
from cloudless.driver.current import here
from cloudless.errors import ConfigError, InvalidArgument, NoProvider
from cloudless.testing import simulate
from tests.unit.fake_cloud import FakeCloud

APP = 'from cloudless import App\napp = App("shop")\norders = app.queue("orders")\n'
TOML = """
app = "wares_app:app"
[stages.dev]
provider = "memory"
[stages.prod]
provider = "fake"
[stages.other]
provider = "fake"
"""


class FakeProvider:
    """Connects to a cloud of its own for each stage."""

    name, title = "fake", "Fake Cloud"
    gaps: Mapping[str, Any] = {}
    limits: Mapping[str, Any] = {}

    def __init__(self) -> None:
        self.clouds: dict[str, FakeCloud] = {}
        self.applications: list[Any] = []

    def connect(self, stage: Any, application: Any) -> FakeCloud:
        self.applications.append(application)
        return self.clouds.setdefault(stage.name, FakeCloud())


PROVIDER = FakeProvider()


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    """A project in the working directory, and an installed distribution with the provider `fake`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / "cloudless.toml").write_text(TOML)
    (tmp_path / "wares_app.py").write_text(APP)
    installed = tmp_path / "fake-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: fake\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(f"[cloudless.providers]\nfake = {__name__}:PROVIDER\n")
    PROVIDER.clouds.clear()
    PROVIDER.applications.clear()
    yield PROVIDER
    sys.modules.pop("wares_app", None)


def orders() -> Any:
    return __import__("wares_app").orders


def bodies(fake: FakeProvider, stage: str) -> list[str]:
    return [envelope.body for _, envelope in fake.clouds[stage].queues.sent]


def test_calls_of_the_block_go_to_the_stage(fake: FakeProvider) -> None:
    with cloudless.connect("prod") as cloud:
        orders().send({"id": "1"})
        assert here()[0] is cloud
    assert bodies(fake, "prod") == ['{"id":"1"}']
    assert fake.applications[0].name == "shop"
    with pytest.raises(NoProvider):
        orders().send({"id": "2"})


def test_the_stage_has_no_more_than_was_deployed(fake: FakeProvider) -> None:
    """Not the queue of a function that no handler invokes later."""
    code = "\n@app.function\ndef charge(total: float) -> float:\n    return total\n"
    Path("wares_app.py").write_text(APP + code)
    with cloudless.connect("prod"):
        assert [(one.name, one.queue) for one in fake.applications[0].functions] == [("charge", "")]


def test_blocks_nest(fake: FakeProvider) -> None:
    with cloudless.connect("prod"):
        with cloudless.connect("other"):
            orders().send("inner")
        orders().send("outer")
    assert (bodies(fake, "prod"), bodies(fake, "other")) == (['"outer"'], ['"inner"'])


def test_tasks_and_worker_threads_of_the_block_are_connected(fake: FakeProvider) -> None:
    async def both() -> None:
        await asyncio.gather(orders().send_async("task"), asyncio.to_thread(orders().send, "thread"))

    with cloudless.connect("prod"):
        asyncio.run(both())
    assert sorted(bodies(fake, "prod")) == ['"task"', '"thread"']


def test_the_environment_names_the_stage_of_the_process(fake: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDLESS_STAGE", "prod")
    orders().send("one")
    orders().send("two")
    assert bodies(fake, "prod") == ['"one"', '"two"']
    assert len(fake.applications) == 1
    monkeypatch.setenv("CLOUDLESS_STAGE", "other")
    orders().send("three")
    assert bodies(fake, "other") == ['"three"']


def test_a_simulation_and_a_block_come_before_the_environment(
    fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDLESS_STAGE", "prod")
    queue = orders()
    with simulate(queue.app) as cloud:
        queue.send("simulated")
        assert cloud.sent(queue) == ["simulated"]
    with cloudless.connect("other"):
        queue.send("connected")
    assert list(fake.clouds) == ["other"]


def test_a_stage_in_memory_says_what_to_use(fake: FakeProvider) -> None:
    with (
        pytest.raises(InvalidArgument, match=r"use `with cloudless.testing.simulate\(app\) as cloud:`"),
        cloudless.connect("dev"),
    ):
        pass


def test_an_unknown_stage_names_the_nearest(fake: FakeProvider) -> None:
    with pytest.raises(InvalidArgument, match="has no stage 'prd': did you mean 'prod'"), cloudless.connect("prd"):
        pass


def test_a_provider_that_is_not_installed_says_what_to_install(fake: FakeProvider) -> None:
    Path("cloudless.toml").write_text(TOML.replace('provider = "fake"', 'provider = "moon"'))
    with pytest.raises(ConfigError, match="there is no provider 'moon'"), cloudless.connect("prod"):
        pass


def test_a_config_file_elsewhere_can_be_named(fake: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path("cloudless.toml").resolve()
    monkeypatch.chdir("/")
    with pytest.raises(ConfigError, match=r"there is no cloudless\.toml"), cloudless.connect("prod"):
        pass
    with cloudless.connect("prod", config=file):
        orders().send("far")
    assert bodies(fake, "prod") == ['"far"']


def test_a_fresh_process_finds_the_stage_by_itself(tmp_path: Path) -> None:
    """Neither `connect` nor its module was ever imported there: the call itself looks at the environment."""
    (tmp_path / "cloudless.toml").write_text('app = "wares_app:app"\n[stages.dev]\nprovider = "memory"\n')
    (tmp_path / "wares_app.py").write_text(APP)
    assert "InvalidArgument: stage 'dev' is the in-memory cloud" in sends(tmp_path, stage="dev")
    assert 'NoProvider: this call needs a cloud, and there is none here. In a program: `with cloudless.connect("' in (
        sends(tmp_path, stage="")
    )


def sends(home: Path, stage: str) -> str:
    """What a fresh process writes to stderr that sends a message."""
    root = str(Path(cloudless.__file__).parents[1])
    code = "import wares_app; wares_app.orders.send({})"
    environment = {"CLOUDLESS_STAGE": stage, "PYTHONPATH": f"{home}:{root}"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    return run.stderr
