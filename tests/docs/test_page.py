"""The rules of `page.py`."""

import pytest

from tests.docs.page import Command, Page

PAGE = """
```python
one = 1
```

```python title="shop/app.py"
app = 1
```

<!-- not run: wrong on purpose -->
```python
one = = 2
```

```python
assert one == 1
```

```console
$ pip install cloudless-sdk
$ cloudless check \\
    --json
all ... well
$ python -m shop.app
```

```toml title="cloudless.toml"
app = "shop.app:app"
```
"""


def test_untitled_python_is_one_module_and_titles_are_files() -> None:
    files = Page(PAGE).files
    assert sorted(files) == ["cloudless.toml", "page.py", "shop/app.py"]
    assert files["page.py"] == "one = 1\n\n\nassert one == 1\n"


def test_only_commands_that_need_nothing_else_are_run() -> None:
    assert [command.line.split() for command in Page(PAGE).commands] == [
        ["cloudless", "check", "--json"],
        ["python", "-m", "shop.app"],
    ]


@pytest.mark.parametrize(
    ("actual", "matches"), [("all is well\n", True), ("all is\nvery well \n", True), ("all is bad\n", False)]
)
def test_three_dots_stand_for_any_text(actual: str, *, matches: bool) -> None:
    assert Command("cloudless check", "all ... well\n").matches(actual) is matches
