"""Every problem around cloudless.toml: what it means, a project that has it, and what to change there.

`docs/reference/errors.md` is written from this table, and the tests check every project of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from cloudless.config import codes

TOML = "cloudless.toml"
MODULE = "shop.py"
COMMON = {MODULE: 'from cloudless import App\n\napp = App("shop")\n'}
"""Files of every project, where it has none of that name."""


class Explained:
    """code: one of `codes`. title: the problem in a few words. why: what is behind it.

    wrong: the files of a project that has the problem, by name, beside those that are COMMON; right: those of them
    that are mended. before: of those, what was there when the stage was built before.
    """

    __slots__ = ("before", "code", "right", "title", "why", "wrong")

    def __init__(
        self,
        code: str,
        title: str,
        why: str,
        *,
        wrong: Mapping[str, str],
        right: Mapping[str, str],
        before: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.title = title
        self.why = " ".join(why.split())
        self.wrong = _texts(wrong)
        self.right = _texts(right)
        self.before = _texts(before or {})

    def __str__(self) -> str:
        return self.code


def _texts(files: Mapping[str, str]) -> dict[str, str]:
    return {name: f"{dedent(text).strip()}\n" for name, text in files.items()}


_SMALL = """
    app = "shop:app"
    """
_PROD = """
    app = "shop:app"

    [stages.prod]
    provider = "aws"
    region = "eu-central-1"
    """

_ALL = (
    Explained(
        codes.NO_FILE,
        "No cloudless.toml",
        """The file says which App is meant, and which stages there are. It is looked for in the working directory and
        in those above it, or where `--config` says.""",
        wrong={},
        right={TOML: _SMALL},
    ),
    Explained(
        codes.NOT_TOML,
        "A file that is no TOML",
        """Text stands in double quotes, and a file is UTF-8: see https://toml.io.""",
        wrong={TOML: "app = shop:app"},
        right={TOML: _SMALL},
    ),
    Explained(
        codes.UNKNOWN_KEY,
        "A key that nobody reads",
        """A mistyped key would be a setting that silently does not hold. Names of `config` are those that the
        application declares.""",
        wrong={TOML: _PROD.replace("region", "regoin")},
        right={TOML: _PROD},
    ),
    Explained(
        codes.MISSING_KEY,
        "A key that is missing",
        """A file names its `app`, a stage its `provider`, and each provider has keys that it cannot do without: the
        `region` of all three clouds, the `project` of Google Cloud, the `subscription` of Azure.""",
        wrong={TOML: _PROD.replace('    region = "eu-central-1"\n', "")},
        right={TOML: _PROD},
    ),
    Explained(
        codes.BAD_VALUE,
        "A value that cannot be",
        """A value of another type than the key has, out of its range, or of another provider than the stage's.""",
        wrong={TOML: f"{_PROD.rstrip()}\n    python = 3.12"},
        right={TOML: f'{_PROD.rstrip()}\n    python = "3.12"'},
    ),
    Explained(
        codes.NO_APP,
        "An App that cannot be imported",
        """`app` names a module and the App in it; `include` names modules that register further handlers. They are
        imported from the directory of cloudless.toml. A module that raises is told with its own line.""",
        wrong={TOML: 'app = "shop:application"'},
        right={TOML: _SMALL},
    ),
    Explained(
        codes.STRAY_MODULE,
        "Handlers in a module that nobody imports (a warning)",
        """A handler exists once its module was imported. One that neither the App's module nor `include` leads to is
        not deployed, and no test would miss it.""",
        wrong={
            TOML: _SMALL,
            "mail.py": """
                from shop import app


                @app.schedule("0 8 * * *")
                def greet() -> None: ...
                """,
        },
        right={TOML: 'app = "shop:app"\ninclude = ["mail"]'},
    ),
    Explained(
        codes.NO_VALUE,
        "A configuration entry without a value",
        """An entry without a default has its value from the stage. In memory, a test gives it.""",
        wrong={
            TOML: _PROD,
            MODULE: """
                from cloudless import App

                app = App("shop")
                limit = app.config("limit", int)
                """,
        },
        right={TOML: f"{_PROD.rstrip()}\n    config = {{ limit = 500 }}"},
    ),
    Explained(
        codes.GAP,
        "More than a stage's provider does",
        """No cloud has everything, and each provider publishes what it does not do, and why. Where that changes
        nothing but costs, it is a warning: here, of a cloud that hands out one message a call.""",
        wrong={
            TOML: """
                app = "shop:app"

                [stages.dev]
                provider = "memory"
                like = "gcp"
                """,
            MODULE: """
                from cloudless import App

                app = App("shop")
                orders = app.queue("orders", str)


                @orders.consumer(batch_size=10)
                def take(orders: list[str]) -> None: ...
                """,
        },
        right={
            MODULE: """
                from cloudless import App

                app = App("shop")
                orders = app.queue("orders", str)


                @orders.consumer
                def take(order: str) -> None: ...
                """,
        },
    ),
    Explained(
        codes.NATIVE,
        "A `native=` that does not fit",
        """`native=` changes arguments of the Terraform resources that a handle has on a cloud. What cloudless sets
        there itself, its promises hang on: another value would silently break them. A type of which the handle has no
        resource would be a change that silently does not happen.""",
        wrong={
            TOML: _PROD,
            MODULE: """
                from cloudless import App

                app = App("shop")
                orders = app.queue("orders", str, native={"aws": {"aws_sqs_queue": {"name": "my-orders"}}})
                """,
        },
        right={
            MODULE: """
                from cloudless import App

                app = App("shop")
                orders = app.queue("orders", str, native={"aws": {"aws_sqs_queue": {"kms_master_key_id": "alias/x"}}})
                """,
        },
    ),
    Explained(
        codes.NO_WHEEL,
        "A package that the cloud cannot have",
        """What a project requires, in requirements.txt or in pyproject.toml, is installed for the Python and the
        machine of the cloud, and nothing is built from source: it takes a wheel for them, or one of pure Python.""",
        wrong={TOML: _PROD, "requirements.txt": "docopt==0.6.2  # which has no wheel at all"},
        right={"requirements.txt": "docopt-ng==0.9.0"},
    ),
    Explained(
        codes.TOO_LARGE,
        "A bundle over a limit",
        """Clouds bound the zip with the functions, and what is in it. The largest parts are named: a package that no
        handler imports, or data that could lie in a bucket.""",
        wrong={TOML: f'bundle = ["maps.bin"]\n{dedent(_PROD)}', "maps.bin": "a large file"},
        right={TOML: _PROD},
    ),
    Explained(
        codes.NO_IMPORT,
        "A module that cannot be imported where it runs",
        """The bundle is unpacked, and all that functions import is imported from it, without what else is installed on
        this machine: a package that nothing requires is found missing before it is deployed, not after.""",
        wrong={
            TOML: _PROD,
            MODULE: """
                import pytest
                from cloudless import App

                app = App("shop")
                """,
        },
        right={
            MODULE: """
                import json
                from cloudless import App

                app = App("shop")
                """,
        },
    ),
    Explained(
        codes.STILL_RUNS,
        "A change that executions would not survive",
        """An execution keeps the definition that it was started with, and its steps run the code that is deployed. A
        step that a definition of an earlier build calls stays, and takes and gives what it did, until no execution of
        that definition runs. cloudless.lock holds these definitions; `cloudless plan` asks the cloud, and forgets those
        that no longer run. A new step beside the old one is always possible.""",
        before={
            MODULE: """
                from cloudless import App

                app = App("shop")


                @app.function
                def charge(order: str) -> str: ...


                @app.orchestration
                def fulfil(order: str) -> str:
                    return charge(order)
                """,
        },
        wrong={
            TOML: _PROD,
            MODULE: """
                from cloudless import App

                app = App("shop")


                @app.function
                def charge(order: str, currency: str) -> str: ...


                @app.orchestration
                def fulfil(order: str) -> str:
                    return charge(order, "EUR")
                """,
        },
        right={
            MODULE: """
                from cloudless import App

                app = App("shop")


                @app.function
                def charge(order: str, currency: str = "EUR") -> str: ...


                @app.orchestration
                def fulfil(order: str) -> str:
                    return charge(order, "EUR")
                """,
        },
    ),
)

EXPLAINED: dict[str, Explained] = {one.code: one for one in _ALL}
"""By code, in order."""
