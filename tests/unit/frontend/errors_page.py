"""Write `docs/reference/errors.md` from the table of codes: `python -m tests.unit.frontend.errors_page`."""

from pathlib import Path

from cloudless.frontend.codes import CODES, Code

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "errors.md"
INTRO = """# Errors of the compiler

What `cloudless check`, `cloudless build` and the in-memory cloud report about a program, by code. All problems of
a program are reported at once, in source order. A code never changes its meaning.

<!-- Written by `python -m tests.unit.frontend.errors_page` from cloudless/frontend/codes. -->
"""


def page() -> str:
    """The page as it should be."""
    return "\n".join([INTRO, *map(section, CODES.values())])


def section(code: Code) -> str:
    return f"""## {code.code}

**{code.title}.** {code.why}

<!-- not run: wrong on purpose -->
```python
{code.wrong}```

Instead:

```python title="{code.code.lower()}.py"
{code.right}```
"""


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
