"""Write what a build generates for an application into a folder: `python -m …written FOLDER ENTRY`.

In a process of its own, since each example is a module `app`. It prints the names of the groups.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cloudless_azure.compile.group import groups
from providers.azure.tests.entry.generated import application, files_of


def write(folder: Path, entry: str) -> list[str]:
    """The names of the groups."""
    app = application(entry)
    for path, content in files_of(app).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return [group.name for group in groups(app)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(write(Path(sys.argv[1]), sys.argv[2])))
