"""What a newcomer does, with nothing of the repository but its wheels: README's commands, one by one, timed."""

import os
import subprocess
import sys
import time
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.docs.test_descriptions import elsewhere

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = [ROOT, *(ROOT / "providers" / name for name in ("aws", "azure", "gcp"))]
TEN_MINUTES_S = 600
"""Without the time that wheels take to be built: they come from an index, one day."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the four wheels, built from the sources."""
    folder = tmp_path_factory.mktemp("wheels")
    uv = Path(sys.executable).with_name("uv")
    options = ["--wheel", "--python", sys.executable, "--build-constraints", str(ROOT / "constraints.txt")]
    for source in DISTRIBUTIONS:
        command = [str(uv), "build", *options, "--out-dir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True)
    return folder


class Newcomer:
    """A terminal in an empty folder, with an environment of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = folder / ".venv"
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CLOUDLESS", "UV_"))
        }
        path = os.pathsep.join([str(environment / "bin"), os.environ.get("PATH", "")])
        # Modules are compiled as they are imported: pip would compile all of three clouds' SDKs.
        self.env = {**kept, "PATH": path, "VIRTUAL_ENV": str(environment), "NO_COLOR": "1", "PIP_COMPILE": "0"}

    def types(self, line: str) -> str:
        """What a command prints that succeeds."""
        done = subprocess.run(
            ["sh", "-c", line], cwd=self.folder, env=self.env, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout}{done.stderr}"
        return done.stdout


def test_from_wheels_to_three_clouds_in_ten_minutes(wheels: Path, tmp_path: Path) -> None:
    newcomer, began = Newcomer(tmp_path), time.monotonic()
    newcomer.types(f"{sys.executable} -m venv --upgrade-deps .venv")  # an old pip takes long to read an index
    newcomer.types(f"pip install --quiet --find-links {wheels} 'cloudless-sdk[cli,aws,gcp,azure]'")
    next_ = newcomer.types("cloudless new shop").partition("next\n")[2].split("\n")
    assert [line.strip() for line in next_ if line][:2] == ["cd shop", "python -m pytest"]
    newcomer.folder /= "shop"
    assert "8 passed" in newcomer.types("pytest -q -p no:cacheprovider")
    assert newcomer.types("cloudless check").startswith("shop: fits")
    newcomer.types("cloudless run --events events.jsonl")
    newcomer.types("cloudless doctor")
    built = newcomer.types("cloudless build")
    assert [f"shop on {cloud}: " in built for cloud in ("aws", "azure", "gcp")] == [True, True, True]
    assert {path.parent.name for path in newcomer.folder.glob("build/*/main.tf.json")} == {"aws", "azure", "gcp"}
    assert time.monotonic() - began < TEN_MINUTES_S


def test_an_index_shows_of_each_wheel_a_description_whose_links_lead_somewhere(wheels: Path) -> None:
    for wheel in wheels.glob("*.whl"):
        with ZipFile(wheel) as packed:
            (name,) = [one for one in packed.namelist() if one.endswith(".dist-info/METADATA")]
            metadata = message_from_bytes(packed.read(name))
        assert metadata["Description-Content-Type"] == "text/markdown"
        text = metadata.get_payload(decode=True)
        assert isinstance(text, bytes)
        assert len(text) > 500
        assert elsewhere(text.decode()) == []


def test_uvx_makes_a_project_and_uv_runs_it(wheels: Path, tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.env = {
        **newcomer.env,
        "UV_FIND_LINKS": str(wheels),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }
    del newcomer.env["VIRTUAL_ENV"]
    uvx = f"uvx --python {sys.executable} --refresh-package cloudless-sdk --from 'cloudless-sdk[cli]'"
    lines = [line.strip() for line in newcomer.types(f"{uvx} cloudless new shop").partition("next\n")[2].splitlines()]
    assert lines[:2] == ["cd shop", "uv run python -m pytest"]
    newcomer.folder /= "shop"
    assert "8 passed" in newcomer.types(f"uv run --python {sys.executable} python -m pytest -q")
