"""What is generated for the shop, file by file."""

from __future__ import annotations

from pathlib import Path

from providers.gcp.tests.entry.generated import application, files_of
from tests.documents import Goldens

ENTRY = "tests.hosting.shop:app"
GOLDENS = Goldens(Path(__file__).parent / "golden", lambda: files_of(application(ENTRY)))
