"""Write golden/ anew."""

from __future__ import annotations

from providers.azure.tests.entry.goldens import GOLDENS

GOLDENS.write()
