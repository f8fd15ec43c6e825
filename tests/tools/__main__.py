"""`python -m tests.tools install [NAME ...]` and `python -m tests.tools list`."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.tools.catalogue import KITS, PACKAGES, TOOLS, Kit, Package
from tests.tools.install import InstallFailed, install
from tests.tools.require import Missing, find

INSTALLED: dict[str, Kit | Package] = {**KITS, **PACKAGES}


def main(words: list[str]) -> int:
    """Carry out a command line; return the exit code: 0, 1 if something is missing or failed, 2 for usage."""
    match words:
        case ["install", *names] if set(names) <= set(INSTALLED):
            with ThreadPoolExecutor(2) as pool:  # half of the time nothing is computed
                return max(pool.map(_install, names or INSTALLED))
        case ["list"]:
            return max(_show(name) for name in TOOLS)
        case _:
            sys.stderr.write(f"{__doc__}\nnames: {' '.join(INSTALLED)}\n")
            return 2


def _install(name: str) -> int:
    start = time.monotonic()
    try:
        is_new = install(INSTALLED[name])
    except (InstallFailed, Missing) as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 1
    news = f"installed in {time.monotonic() - start:.0f} s" if is_new else "is there"
    sys.stdout.write(f"{name}: {news}\n")
    return 0


def _show(name: str) -> int:
    try:
        sys.stdout.write(f"{name}: {find(name)}\n")
    except Missing as missing:
        sys.stdout.write(f"{missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
