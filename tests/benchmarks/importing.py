"""What `import cloudless` and an app of ten handlers cost a cold start, over `import json`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

_HANDLER = """
@app.queue("queue-{n}", dict).consumer
def take_{n}(body: dict) -> None: ...
"""


def _program() -> str:
    return "from cloudless import App\napp = App('ten')\n" + "".join(_HANDLER.format(n=n) for n in range(10))


_ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _seconds(code: str, folder: str) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=folder, env=_ENVIRONMENT)
    return perf_counter() - began


def main() -> None:
    codes = {"json": "import json", "app": "import json, app"}
    with TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(_program())
        times: dict[str, list[float]] = {name: [] for name in codes}
        _seconds(codes["app"], folder)  # byte code is part of a deployed package
        for _ in range(25):
            for name, code in codes.items():
                times[name].append(_seconds(code, folder))
    over = median(a - b for a, b in zip(times["app"], times["json"], strict=True)) * 1e3
    print("\ncold start")
    print(f"  an app of 10 handlers over `import json`     {over:>10.2f} ms   goal ≤ 5 ms")
