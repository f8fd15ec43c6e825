"""What is generated for the shop, file by file; definitions are shown elsewhere."""

from __future__ import annotations

from pathlib import Path

from providers.azure.tests.entry.generated import application, files_of, settings_json
from tests.documents import Goldens

ENTRY = "providers.azure.tests.entry.shop:app"


def made() -> dict[str, bytes]:
    """The files by path, as they are generated now."""
    app = application(ENTRY)
    files = {path: text for path, text in files_of(app).items() if not path.startswith("definitions/")}
    return {**files, "settings.json": settings_json(app)}


GOLDENS = Goldens(Path(__file__).parent / "golden", made)
