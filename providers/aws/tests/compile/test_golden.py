"""What small applications become, kept to be read in tests/golden/<case>/aws. CLOUDLESS_GOLDEN=update writes anew."""

from __future__ import annotations

import pytest

from providers.aws.tests.compile.documents import DOCUMENTS, GOLDEN


@pytest.mark.parametrize("case", GOLDEN)
def test_the_output_is_what_was_read_and_kept(case: str) -> None:
    DOCUMENTS.see_golden(case)
