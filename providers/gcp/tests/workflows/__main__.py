"""Write golden/ anew."""

from __future__ import annotations

from providers.gcp.tests.workflows.goldens import write

write()
