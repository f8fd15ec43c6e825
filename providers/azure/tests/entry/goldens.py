"""What is generated for the shop, file by file. Python's have `.txt` behind their name: they are no code of ours."""

from __future__ import annotations

import shutil
from pathlib import Path

from providers.azure.tests.entry.generated import application, files_of, settings_json

FOLDER = Path(__file__).parent / "golden"
ENTRY = "providers.azure.tests.entry.shop:app"


def current() -> dict[str, str]:
    """The texts by path, as they are generated now; definitions are shown elsewhere."""
    app = application(ENTRY)
    files = {path: text for path, text in files_of(app).items() if not path.startswith("definitions/")}
    files["settings.json"] = settings_json(app)
    return {shown(path): text.decode() for path, text in sorted(files.items())}


def kept() -> dict[str, str]:
    """The texts by path, as they were when somebody looked at them."""
    return {
        file.relative_to(FOLDER).as_posix(): file.read_text("utf-8") for file in FOLDER.rglob("*") if file.is_file()
    }


def shown(path: str) -> str:
    return f"{path}.txt" if path.endswith(".py") else path


def write() -> None:
    """Make them what is generated now."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for path, text in current().items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text, "utf-8")
