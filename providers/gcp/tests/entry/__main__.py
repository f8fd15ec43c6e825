"""Write golden/ anew."""

from __future__ import annotations

from providers.gcp.tests.entry.goldens import GOLDENS

GOLDENS.write()
