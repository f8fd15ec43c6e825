"""Write docs/reference/conformance.md from the suite: `python -m tests.docs.conformance_page`."""

from pathlib import Path

from cloudless.conformance.index import page

PAGE = Path(__file__).parents[2] / "docs/reference/conformance.md"

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
