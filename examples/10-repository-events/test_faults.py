"""Whatever goes wrong, the same comes of it: of the recording, and of 246 real deliveries, under ten seeds each."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from app import app
from playing import SECRETS, TEAMS, outcome, play, released, sent, simulated
from recording import Line, advance, day, deliveries, story

from cloudless.testing import Faults, Simulation, explore

RECORDING = Path(__file__).with_name("events.jsonl")
PAYLOADS = Path(__file__).parents[3] / "shared" / "webhooks" / "github.jsonl"
EVERYTHING = Faults(duplicate=0.1, reorder=0.2, delay=0.1, crash=0.05, throttle=0.05, slow=0.05)


def played(lines: list[Line], file: Path, **options: Any) -> tuple[list[Any], Counter[str]]:
    """What came of a recording, and how its deliveries ended."""
    with simulated(file, history=1_000_000, **options) as cloud:
        play(cloud, lines)
        return outcome(cloud), Counter(event.outcome for event in cloud.trace if event.kind == "deliver")


@pytest.fixture(scope="module")
def of_the_recording(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What comes of it on a good day."""
    return played(list(story()), tmp_path_factory.mktemp("recording") / "events.db")[0]


@pytest.fixture(scope="module")
def real() -> list[Line]:
    """A recording of every real delivery."""
    if not PAYLOADS.exists():
        pytest.skip(f"real deliveries are not here: {PAYLOADS}")
    return list(day(deliveries(PAYLOADS)))


@pytest.fixture(scope="module")
def of_the_real_ones(real: list[Line], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What comes of them on a good day."""
    return played(real, tmp_path_factory.mktemp("real") / "events.db")[0]


def test_the_recording_is_that_of_the_payloads() -> None:
    with RECORDING.open(encoding="utf-8") as lines:
        assert [json.loads(line) for line in lines] == list(story()), "python recording.py > events.jsonl"


def test_everything_that_may_come_of_a_delivery_comes_of_the_recording(of_the_recording: list[Any]) -> None:
    timelines, berlin, kolkata, letters, releases = of_the_recording
    assert len(timelines["repository-1001"]) == 9
    assert [len(berlin), len(kolkata)] == [9, 7]
    assert letters == ["issues: Reject issues: issue not as documented"]
    assert releases == {
        "501": ("completed", None),
        "502": ("failed", "latest is no version, wip is not maintained, anvil.zip was not uploaded"),
        "503": ("failed", "v1.0.0 is 501"),
        "504": ("failed", "by GitHub"),
        "601": ("completed", None),
        "602": ("failed", "by grace"),
        "603": ("failed", "by nobody's word in two days"),
    }


@pytest.mark.parametrize("seed", range(10))
def test_the_recording_comes_to_the_same_whatever_goes_wrong(
    seed: int, of_the_recording: list[Any], tmp_path: Path
) -> None:
    found, ends = played(list(story()), tmp_path / "events.db", seed=seed, faults=EVERYTHING)
    assert found == of_the_recording
    assert ends["crash"] > 0  # the faults had work to do
    assert ends["skipped"] > 0


def test_every_real_delivery_is_in_a_timeline_once(real: list[Line], of_the_real_ones: list[Any]) -> None:
    timelines, berlin, kolkata, letters, releases = of_the_real_ones
    bodies = {line["text"] for line in real if "text" in line}
    assert (len(bodies), sum(map(len, timelines.values()))) == (244, 244)  # of 246, since two were sent twice
    assert letters == []
    assert releases == {"17372790": ("failed", "by GitHub")}
    days = [mail["text"] for mail in (*berlin, *kolkata) if mail["subject"].startswith("By the day")]
    told = [int(part.split()[0]) for text in days for line in text.splitlines() if line[0] != " "
            for part in line.split(": ")[1].split(", ")]  # fmt: skip
    assert sum(told) == 244


@pytest.mark.parametrize("seed", range(10))
def test_the_real_deliveries_come_to_the_same_whatever_goes_wrong(
    seed: int, real: list[Line], of_the_real_ones: list[Any], tmp_path: Path
) -> None:
    found, ends = played(real, tmp_path / "events.db", seed=seed, faults=EVERYTHING)
    assert found == of_the_real_ones
    assert ends["crash"] > 0
    assert ends["skipped"] > 0


@explore(app, examples=100, secrets=SECRETS)
def test_no_schedule_of_faults_loses_repeats_or_disorders(
    cloud: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two events of a repository, the second of which is a release; then the digests."""
    monkeypatch.chdir(tmp_path)
    Path("events.db").unlink(missing_ok=True)
    play(cloud, [*TEAMS, sent("star", "acme/rocket"), released(1, prerelease=True), advance(75)])
    cloud.run()
    timelines, berlin, _, letters, releases = outcome(cloud)
    assert list(timelines.values()) == [["star", "release published"]]
    assert (letters, releases) == ([], {"1": ("completed", None)})
    assert sorted(mail["subject"] for mail in berlin) == [
        "By the hour, until 02 January, 14:00", "acme/rocket v1.0.0 is out",
    ]  # fmt: skip
