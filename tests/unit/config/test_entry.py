"""The application that cloudless.toml names: imported, or one clear error with its place."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudless.config import Project, load
from cloudless.errors import ConfigError

APP = 'from cloudless import App\napp = App("shop")\norders = app.queue("orders")\n'
TOML = 'app = "wares.app:app"\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "wares").mkdir()
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "wares"]:
        del sys.modules[name]


def project(home: Path, toml: str = TOML, **modules: str) -> Project:
    (home / "cloudless.toml").write_text(toml)
    for name, text in modules.items():
        (home / "wares" / f"{name}.py").write_text(text)
    return load()


def failure(home: Path, toml: str = TOML, **modules: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        project(home, toml, **modules).load_app()
    return [problem.render() for problem in caught.value.problems]


def test_the_app_is_imported_with_what_is_included(home: Path) -> None:
    handlers = "from wares.app import orders\n@orders.consumer\ndef take(order: dict) -> None: ...\n"
    app = project(home, TOML + 'include = ["wares.handlers"]\n', app=APP, handlers=handlers).load_app()
    assert list(app.handlers) == ["take"]


def test_a_module_that_raises_is_told_with_the_users_line(home: Path) -> None:
    (said,) = failure(home, app="import wares.settings\n", settings='\n\nurl = {}["URL"]\n')
    assert said == (
        "wares/settings.py:3:7  CL506  importing 'wares.app' raised KeyError: 'URL'\n"
        '    url = {}["URL"]\n'
        "          ^^^^^^^^^\n"
        "    instead: mend this line, or what it calls"
    )


def test_an_unknown_option_is_told_where_it_is_written(home: Path) -> None:
    (said,) = failure(home, app=APP + 'bills = app.queue(\n    "bills",\n    retries=3,\n)\n')
    assert said == (
        "wares/app.py:6:5  CL506  App.queue has no option 'retries': did you mean 'retry'?\n"
        "        retries=3,\n"
        "        ^^^^^^^"
    )


def test_an_option_of_the_wrong_type_is_told_where_it_is_written(home: Path) -> None:
    (said,) = failure(home, app=APP + "@orders.consumer(batch_size='5')\ndef take(order: dict) -> None: ...\n")
    assert said == (
        "wares/app.py:4:18  CL506  Queue.consumer(batch_size='5'): give a whole number\n"
        "    @orders.consumer(batch_size='5')\n"
        "                     ^^^^^^^^^^"
    )


def test_an_argument_of_the_wrong_type_is_told_with_its_call(home: Path) -> None:
    (said,) = failure(home, app='from cloudless import App\né, app = "é", App(7)\n')
    assert said == (
        'wares/app.py:2:15  CL506  App(name=7): give a string\n    é, app = "é", App(7)\n                  ^^^^^^'
    )


def test_what_raises_over_several_lines_is_told_with_the_first(home: Path) -> None:
    (said,) = failure(home, app="x = int(\n    'seven'\n)\n")
    assert said.splitlines()[1:3] == ["    x = int(", "        ^^^^"]


def test_a_syntax_error_is_told_where_it_is(home: Path) -> None:
    (said,) = failure(home, app="x = (\n")
    assert said.startswith("wares/app.py:1:5  CL506  importing 'wares.app' raised SyntaxError: '(' was never closed")


def test_a_module_that_exits_does_not_take_us_with_it(home: Path) -> None:
    (said,) = failure(home, app="import sys\nsys.exit(3)\n")
    assert "importing 'wares.app' raised SystemExit: 3" in said


def test_a_module_that_is_not_there_is_told_at_the_line_of_the_file(home: Path) -> None:
    (said,) = failure(home, 'app = "wares.ap:app"\n', app=APP)
    assert said.startswith("cloudless.toml:1:7  CL506  there is no module 'wares.ap'\n")
    (said,) = failure(home, 'app = "app:app"\n', app=APP)
    assert said.endswith("instead: did you mean `wares.app`?")
    (said,) = failure(home, 'app = "wares.app:app"\ninclude = ["wares.hndlers"]\n', app=APP, handlers="")
    assert said == (
        "cloudless.toml:2:12  CL506  there is no module 'wares.hndlers'\n"
        '    include = ["wares.hndlers"]\n'
        "               ^^^^^^^^^^^^^^^\n"
        "    instead: did you mean `wares.handlers`?"
    )


def test_a_module_like_none_says_where_modules_are_looked_for(home: Path) -> None:
    (said,) = failure(home, 'app = "wares.app:app"\ninclude = ["quux"]\n', app=APP)
    assert said.endswith(f"instead: modules are looked for in {home}, and where Python finds what is installed")


def test_a_library_that_is_not_there_is_told_where_it_is_imported(home: Path) -> None:
    (said,) = failure(home, app="import nowhere\n")
    assert said.startswith("wares/app.py:1:1  CL506  importing 'wares.app' raised ModuleNotFoundError")


def test_a_module_without_the_app_names_the_one_that_it_has(home: Path) -> None:
    (said,) = failure(home, 'app = "wares.app:shop"\n', app=APP)
    assert said.startswith("cloudless.toml:1:7  CL506  module 'wares.app' has no 'shop'\n")
    assert said.endswith("instead: did you mean `wares.app:app`?")
    (said,) = failure(home, 'app = "wares.app:orders"\n', app=APP)
    assert "wares.app:orders is no App, but <queue orders>" in said


def test_every_module_that_fails_is_told_at_once(home: Path) -> None:
    toml = TOML + 'include = ["wares.one", "wares.two"]\n'
    said = failure(home, toml, app=APP, one="1 / 0\n", two='raise KeyError("x")\n')
    assert [one.split("  ")[0] for one in said] == ["wares/one.py:1:1", "wares/two.py:1:1"]


def test_a_decorated_module_that_nobody_imports_is_warned_of(home: Path) -> None:
    mail = (
        "from . import app as shop\n\n@shop.orders.consumer(batch_size=5)\ndef take(orders: list[dict]) -> None: ...\n"
    )
    found = project(home, app=APP, mail=mail, other="x = 1\n", test_app=mail)
    (warning,) = found.strays(found.load_app())
    assert warning.severity == "warning"
    assert warning.render() == (
        "wares/mail.py:3:2  CL507  nobody imports 'wares.mail', so the handlers that it registers do not exist\n"
        "    @shop.orders.consumer(batch_size=5)\n"
        "     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        '    instead: import it from the app\'s module, or name it in cloudless.toml: include = ["wares.mail"]'
    )


@pytest.mark.parametrize(
    "text",
    [
        "from wares.app import app\n@app.function\ndef f() -> None: ...\n",
        "from .app import app as a\n@a.schedule('* * * * *')\nasync def f() -> None: ...\n",
        "import wares.app\ndef g():\n    @wares.app.orders.consumer\n    def f(x: int) -> None: ...\n",
        "import wares.app as w\n@w.orders.consumer\ndef f(x: int) -> None: ...\n",
    ],
)
def test_every_way_to_import_the_app_is_seen(home: Path, text: str) -> None:
    found = project(home, app=APP, mail=text)
    assert [warning.code for warning in found.strays(found.load_app())] == ["CL507"]


def test_decorators_of_others_are_no_handlers(home: Path) -> None:
    text = "import functools\nfrom wares.app import app\n@functools.cache\ndef f() -> object: return app\n"
    found = project(home, app=APP, mail=text)
    assert found.strays(found.load_app()) == []


def test_values_of_a_stage_are_checked_against_the_application(home: Path) -> None:
    stage = '[stages.{}]\nprovider = "aws"\nregion = "eu-west-1"\n'
    toml = TOML + stage.format("prod") + "config = { limt = 5 }\n" + stage.format("test")
    found = project(home, toml, app=APP + 'limit = app.config("limit", int)\n')
    mistyped, missing = [problem.render() for problem in found.check_values(found.load_app(), found.stages)]
    assert mistyped == (
        "cloudless.toml:5:12  CL503  the application has no configuration 'limt'\n"
        "    config = { limt = 5 }\n"
        "               ^^^^\n"
        "    instead: did you mean `limit`?"
    )
    assert missing == (
        "cloudless.toml:6:9  CL508  stage 'test' gives no value to 'limit', which has no default\n"
        "    [stages.test]\n"
        "            ^^^^\n"
        "    instead: add config = { limit = … }"
    )


@pytest.mark.parametrize(
    ("declared", "value", "text"),
    [
        ("int", '"many"', "expected int, got"),
        ("int", "true", "expected int, got"),
        ("bool", "1", "expected bool, got"),
        ("str", "5", "expected str, got"),
        ("dict[str, int]", '{ a = "b" }', "a"),
    ],
)
def test_values_of_a_stage_are_of_their_type(home: Path, declared: str, value: str, text: str) -> None:
    toml = f'{TOML}[stages.dev]\nprovider = "memory"\nconfig = {{ limit = {value} }}\n'
    found = project(home, toml, app=APP + f'limit = app.config("limit", {declared}, default=None)\n')
    (problem,) = found.check_values(found.load_app(), found.stages)
    assert problem.render().startswith(
        "cloudless.toml:4:20  CL505  the value of 'limit' in stage 'dev' is not of its type"
    )
    assert text in problem.message


def test_a_value_that_fits_is_fine(home: Path) -> None:
    toml = f'{TOML}[stages.dev]\nprovider = "memory"\nconfig = {{ limit = 5, names = ["a"] }}\n'
    more = 'limit = app.config("limit", float)\nnames = app.config("names", list[str])\n'
    found = project(home, toml, app=APP + more)
    assert found.check_values(found.load_app(), found.stages) == []


@pytest.mark.parametrize(
    ("lines", "remedy"),
    [
        ("placed = app.topic('placed')\n@placed.consumer\ndef take(): ...", "@placed.subscriber"),
        ("@orders.subscriber\ndef take(): ...", "a queue has one consumer: @orders.consumer; several hear a topic"),
        ("@app.cron('0 8 * * *')\ndef take(): ...", '@app.schedule("0 8 * * *"), or every=timedelta(minutes=5)'),
        ("@app.task\ndef take(): ...", "@app.function, which others invoke and orchestrations call"),
        ("@app.scheduled('0 8 * * *')\ndef take(): ...", "did you mean app.schedule?"),
        (
            "@app.queue('more')\ndef take(): ...",
            "give it a name, orders = app.queue('more'), then write @orders.consumer",
        ),
        ("orders.send({})", "no stage is known while modules are imported: read values, and send, in a handler or"),
        ("app.config('a').value", "no stage is known while modules are imported"),
        ("1 / 0", "mend this line, or what it calls"),
        ("'a'.consumer", "mend this line, or what it calls"),
    ],
)
def test_what_raises_says_what_was_probably_meant(home: Path, lines: str, remedy: str) -> None:
    (said,) = failure(home, app=f"{APP}{lines}\n")
    assert remedy in said.partition("    instead: ")[2]


def test_modules_that_import_each_other_are_told_so(home: Path) -> None:
    (said,) = failure(
        home, app=f"from wares.mail import send\n{APP}", mail="from wares.app import app\ndef send(): ...\n"
    )
    assert said.endswith("put the app and its channels into one that imports neither of them")
