"""Write golden/ anew."""

from __future__ import annotations

from providers.aws.tests.entry.goldens import GOLDENS

GOLDENS.write()
