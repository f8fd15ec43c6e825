"""Write `docs/reference/errors.md` from the tables of codes: `python -m tests.docs.errors_page`."""

from collections.abc import Mapping
from pathlib import Path

from cloudless.config.explained import EXPLAINED, Explained
from cloudless.frontend.codes import CODES, Code

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
LANGUAGES = {".py": "python", ".toml": "toml", ".txt": "text", ".bin": "text"}
NONE = "There is no file of that name.\n\n"
INTRO = """# Errors of the compiler

What `cloudless check`, `cloudless build` and the in-memory cloud report about a program and its cloudless.toml, by
code. All problems of a program are reported at once, in source order. A code never changes its meaning.

Codes from CL501 on are shown with the files of a project that matter; where `shop.py` is not among them, it holds
`app = App("shop")` alone.

<!-- Written by `python -m tests.docs.errors_page` from cloudless/frontend/codes and
cloudless/config/explained.py. -->
"""


def page() -> str:
    """The page as it should be."""
    return "\n".join([INTRO, *map(section, CODES.values()), *map(section_of_project, EXPLAINED.values())])


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


def section_of_project(one: Explained) -> str:
    before, wrong, right = map(blocks, (one.before, one.wrong, one.right))
    earlier = f"Built before:\n\n{before}Then:\n\n" if before else ""
    lead = f"## {one.code}\n\n**{one.title}.** {one.why}\n\n{earlier}"
    return f"{lead}{wrong or NONE}Instead:\n\n{right}".removesuffix("\n")


def blocks(files: Mapping[str, str]) -> str:
    """Files of a project, which the tests of the table check."""
    return "".join(
        f"""`{name}`:

<!-- not run: part of a project -->
```{LANGUAGES[Path(name).suffix]}
{text}```

"""
        for name, text in files.items()
    )


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
