"""cloudless.toml: what it says, and what is said about its mistakes."""

from pathlib import Path
from textwrap import dedent

import pytest

from cloudless.config import Project, load
from cloudless.errors import ConfigError, InvalidArgument

GOOD = """
app = "shop.app:app"
include = ["shop.handlers"]
requirements = "needs/shop.txt"
bundle = ["templates/", "rules.json"]

[stages.dev]
provider = "memory"
like = "aws"

[stages.prod]
provider = "aws"
region = "eu-central-1"
config = { review-above = 500.0, since = 2026-01-02 }

[stages.prod.backend.s3]
bucket = "state"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(home: Path, text: str) -> Project:
    (home / "cloudless.toml").write_text(dedent(text))
    return load()


def mistakes(home: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(home, text)
    return [problem.render() for problem in caught.value.problems]


def mistake(home: Path, text: str) -> str:
    (only,) = mistakes(home, text)
    return only


def test_a_file_says_the_application_and_its_stages(home: Path) -> None:
    project = read(home, GOOD)
    assert (project.app, project.include, list(project.stages)) == ("shop.app:app", ("shop.handlers",), ["dev", "prod"])
    assert (project.requirements, project.bundle) == ("needs/shop.txt", ("templates/", "rules.json"))
    prod = project.stage("prod")
    assert (prod.name, prod.provider, prod.region, prod.python) == ("prod", "aws", "eu-central-1", "3.12")
    assert prod.config == {"review-above": 500.0, "since": "2026-01-02"}
    assert prod.backend == {"s3": {"bucket": "state"}}


def test_paths_are_of_what_is_there(home: Path) -> None:
    project = read(home, GOOD)
    assert [problem.render().splitlines()[0].partition(" in ")[0] for problem in project.check_paths()] == [
        "cloudless.toml:4:16  CL505  there is no needs/shop.txt",
        "cloudless.toml:5:11  CL505  there is no templates/",
        "cloudless.toml:5:25  CL505  there is no rules.json",
    ]
    (home / "templates").mkdir()
    (home / "rules.json").touch()
    (home / "needs" / "shop.txt").mkdir(parents=True)
    (problem,) = project.check_paths()
    assert problem.span.line == 4
    (home / "needs" / "shop.txt").rmdir()
    (home / "needs" / "shop.txt").touch()
    assert project.check_paths() == []


def test_the_file_is_found_from_a_directory_below(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(home, GOOD)
    (home / "src" / "deep").mkdir(parents=True)
    monkeypatch.chdir(home / "src" / "deep")
    assert load().root == home


def test_a_stage_that_is_not_there_names_the_nearest(home: Path) -> None:
    project = read(home, GOOD)
    with pytest.raises(InvalidArgument, match=r"cloudless.toml has no stage 'pord': did you mean 'prod'\?"):
        project.stage("pord")
    with pytest.raises(InvalidArgument, match=r"there are dev, prod; add a table \[stages.xyz\]"):
        project.stage("xyz")


def test_a_missing_file_says_what_to_write(home: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no cloudless.toml in .* or above it\n.*app = \"app:app\""):
        load()
    with pytest.raises(ConfigError, match=r"there is no other.toml in ."):
        load("other.toml")


def test_a_mistyped_key_is_one_mistake_with_its_line(home: Path) -> None:
    text = """\
    app = "app:app"
    [stages.prod]
    provider = "aws"
    regoin = "eu-central-1"
    """
    assert mistake(home, text) == (
        "cloudless.toml:4:1  CL503  nobody reads the key `regoin`\n"
        '    regoin = "eu-central-1"\n'
        "    ^^^^^^\n"
        "    instead: did you mean `region`?"
    )


def test_all_mistakes_are_told_at_once_in_order(home: Path) -> None:
    text = """\
    app = "shop"
    includes = []
    [stages.dev]
    provider = "memoy"
    [stages.Prod]
    provider = "acme"
    python = 3.12
    """
    assert [one.splitlines()[0] for one in mistakes(home, text)] == [
        "cloudless.toml:1:7  CL505  'shop' names no module and App",
        "cloudless.toml:2:1  CL503  nobody reads the key `includes`",
        "cloudless.toml:4:12  CL505  there is no provider 'memoy'",
        "cloudless.toml:5:9  CL504  stage 'Prod' has no `region`",
        "cloudless.toml:5:9  CL504  stage 'Prod' has no `zone`",
        "cloudless.toml:5:9  CL505  'Prod' is no name for a stage",
        "cloudless.toml:7:10  CL505  `python` should be '3.11', '3.12' or '3.13'",
    ]


@pytest.mark.parametrize(
    ("text", "first", "remedy"),
    [
        ("", "1:1  CL504  the file has no `app`", 'add app = "shop.app:app"'),
        ('app = "a:b"\nstages = 5', "2:10  CL505  `stages` should be a valid table", "give each stage a table"),
        ('app = "a:b"\nstages.x = 5', "2:12  CL505  `stages.x` should be a valid table", "give each stage a table"),
        ('app = "a:b"\ninclude = ["x y"]', "2:12  CL505  'x y' is no name of a module", "name modules as in an import"),
        ('app = "a:b"\n[stages.a]', "2:9  CL504  stage 'a' has no `provider`", 'add provider = "aws"'),
        (
            'app = "a:b"\n[stages.a]\nprovider = "memory"\nname = "b"',
            "4:1  CL503  nobody reads the key `name`",
            "leave it out; there are backend, config",
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "memory"\nbackend = "s3"',
            "4:11  CL505  `backend` should be a valid table",
            "give one table, named after the kind",
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "memory"\nzone = "p"',
            "4:1  CL505  `zone` means something on acme only, and stage 'a' is on memory",
            "leave it out, or make it a stage of acme",
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "aws"\nregion = "eu-central-1"\nlike = "aws"',
            "5:1  CL505  `like` means something on memory only, and stage 'a' is on aws",
            "leave it out, or make it a stage of memory",
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "memory"\nlike = "memory"',
            "4:8  CL505  there is no provider 'memory'",
            "there are acme, aws, azure, broken, gcp, silent, or install yours",
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "google"',
            "3:12  CL505  there is no provider 'google'",
            "did you mean 'gcp'?",
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "acme"\nregion = ""\nzone = "north-1"',
            "4:10  CL505  `region` should have at least 1 character",
            'write it as text, as the cloud calls it, e.g. region = "eu-central-1"',
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "acme"\nregion = "Central Europe"\nzone = "north-1"',
            "4:10  CL505  'Central Europe' is no region of acme",
            'write it as in region = "eu-central-1"',
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "acme"\nregion = "eu-central-1"\nzone = "North"',
            "5:8  CL505  'North' is no zone of acme",
            'write it as in zone = "north-1": as its page has it',
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "acme"\nregion = "eu-central-1"\nzone = 5',
            "5:8  CL505  `zone` should be a valid string",
            'write it as text, as the cloud calls it, e.g. zone = "north-1"',
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "acme"\nregion = "eu-central-1"\nzon = "north-1"',
            "5:1  CL503  nobody reads the key `zon`",
            "did you mean `zone`?",
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = "gcp"\nproject = 5',
            "4:11  CL505  `project` should be a valid string",
            "write it as text",
        ),
        (
            'app = "a:b"\n[stages.config]\nprovider = "aws"\nregion = 5',
            "4:10  CL505  `region` should be a valid string",
            'write it as text, as the cloud calls it, e.g. region = "eu-central-1"',
        ),
        (
            'app = "a:b"\nbundle = ["x", "../y"]',
            "2:16  CL505  '../y' is no path below the folder of this file",
            'give such paths, e.g. bundle = ["templates/"]',
        ),
        ('app = "a:b"\nbundle = "x"', "2:10  CL505  `bundle` should be a valid list", "give a list, e.g. bundle ="),
        (
            'app = "a:b"\nrequirements = "/etc/needs.txt"',
            "2:16  CL505  '/etc/needs.txt' is no path below the folder of this file",
            'name a file, e.g. requirements = "requirements.txt"',
        ),
        ("app = 5", "1:7  CL505  `app` should be a valid string", 'write it as text, e.g. app = "shop.app:app"'),
        (
            'app = "a:b"\ninclude = "c"',
            "2:11  CL505  `include` should be a valid list",
            'give a list, e.g. include = ["shop.handlers"]',
        ),
        (
            'app = "a:b"\n[stages.a]\nprovider = 5',
            "3:12  CL505  `provider` should be a valid string",
            'write it as text, e.g. provider = "aws"',
        ),
        (
            "app = shop:app",
            "1:7  CL502  this is no TOML: Invalid value",
            "write each key as name = value, text in double quotes: https://toml.io",
        ),
    ],
)
def test_a_mistake_has_place_and_remedy(home: Path, text: str, first: str, remedy: str) -> None:
    said = mistake(home, text)
    assert said.startswith(f"cloudless.toml:{first}\n")
    assert f"instead: {remedy}" in said


@pytest.mark.parametrize("provider", ["gcp", "silent", "broken"])
def test_keys_for_a_provider_that_does_not_say_are_texts(home: Path, provider: str) -> None:
    """It is not installed, does not load, or was made before it could: whoever builds the stage will be told."""
    project = read(home, f'app = "a:b"\n[stages.a]\nprovider = "{provider}"\nproject = "p"\nregion = "here"\n')
    assert project.stage("a").settings == {"region": "here", "project": "p"}


def test_a_provider_may_have_keys_that_nobody_else_knows(home: Path) -> None:
    text = 'app = "a:b"\n[stages.a]\nprovider = "acme"\nregion = "eu-central-1"\nzone = "north-1"\n'
    assert read(home, text).stage("a").settings == {"region": "eu-central-1", "zone": "north-1"}


def test_a_mistyped_key_of_ours_is_told_whatever_the_provider(home: Path) -> None:
    first, *_, remedy = mistake(home, 'app = "a:b"\n[stages.a]\nprovider = "gcp"\nregoin = "here"\n').splitlines()
    assert first == "cloudless.toml:4:1  CL503  nobody reads the key `regoin`"
    assert remedy == "    instead: did you mean `region`?"


def test_a_tolerant_reader_gives_the_application_beside_the_mistakes(home: Path) -> None:
    (home / "cloudless.toml").write_text('app = "a:b"\ninclude = ["c"]\nregoin = 5\n[stages.a]\nprovider = "memory"\n')
    project = load(tolerant=True)
    assert (project.app, project.include, dict(project.stages)) == ("a:b", ("c",), {})
    assert [problem.message for problem in project.mistakes] == ["nobody reads the key `regoin`"]


@pytest.mark.parametrize("text", ["app = 5", "stages = 5", 'app = "a:b'])
def test_a_tolerant_reader_needs_the_name_of_the_application(home: Path, text: str) -> None:
    (home / "cloudless.toml").write_text(text)
    with pytest.raises(ConfigError):
        load(tolerant=True)


def test_what_is_no_toml_is_shown_with_its_line(home: Path) -> None:
    assert mistake(home, 'app = "a:b\n').startswith("cloudless.toml:1:11  CL502  this is no TOML: ")
    assert mistake(home, "app = 1\napp = 2").startswith("cloudless.toml:2:8  CL502  this is no TOML: Cannot overwrite")
    (home / "cloudless.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="this is no UTF-8"):
        load()


def test_a_python_that_there_is_not_is_not_told_to_be_text(home: Path) -> None:
    said = mistake(home, 'app = "shop:app"\n[stages.prod]\nprovider = "memory"\npython = "3.10"\n')
    assert said.endswith("instead: write one of those")
