"""The tools that tests use: what each is for, where it is, what installs it. One entry a tool."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".tools"
CONSTRAINTS = ROOT / "constraints.txt"
STAMP = "installed.txt"
SDK = "google-cloud-sdk"
FIRESTORE_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"


class Tool:
    """One program that tests run.

    purpose: a few words for messages.
    install: the command that brings it, shown when it is missing.
    locate: returns its path, or None.
    """

    __slots__ = ("install", "locate", "purpose")

    def __init__(self, purpose: str, install: str, locate: Callable[[], Path | None]) -> None:
        self.purpose = purpose
        self.install = install
        self.locate = locate


class Kit(Tool):
    """A tool that we install ourselves into `.tools/<name>`.

    steps: each a list of words after `uv pip install` (kind "pip", a virtual environment of its own) or after
    `npm install` (kind "npm").
    entry: the path of the program inside the folder.
    constraints: the file that pins what pip resolves.
    """

    __slots__ = ("constraints", "entry", "kind", "name", "steps")

    def __init__(
        self,
        name: str,
        purpose: str,
        kind: str,
        steps: list[list[str]],
        entry: str,
        *,
        constraints: Path = CONSTRAINTS,
    ) -> None:
        super().__init__(purpose, f"python -m tests.tools install {name}", self._locate)
        self.name = name
        self.kind = kind
        self.steps = steps
        self.entry = entry
        self.constraints = constraints

    @property
    def folder(self) -> Path:
        """Where it is installed; the whole folder may be deleted."""
        return HOME / self.name

    @property
    def digest(self) -> str:
        """What the stamp file holds once this very recipe is installed."""
        recipe = repr((self.kind, self.steps))
        if self.kind == "pip":
            recipe += self.constraints.read_text()
        return hashlib.sha256(recipe.encode()).hexdigest()

    def is_installed(self) -> bool:
        """Whether this very recipe, under today's constraints, is installed."""
        stamp = self.folder / STAMP
        return stamp.is_file() and stamp.read_text() == self.digest

    def _locate(self) -> Path | None:
        path = self.folder / self.entry
        return path if path.exists() else None


class Package(Tool):
    """A program of Debian's, which `python -m tests.tools install` installs where it may: as root, or with sudo."""

    __slots__ = ("name",)

    def __init__(self, name: str, purpose: str, *, program: str) -> None:
        super().__init__(purpose, f"apt-get install {name}", _program(program))
        self.name = name


def _program(name: str) -> Callable[[], Path | None]:
    return lambda: Path(found) if (found := shutil.which(name)) else None


def _emulator(pattern: str) -> Callable[[], Path | None]:
    """Return a search for an emulator's jar below the folders in which a Cloud CLI may be installed."""

    def search() -> Path | None:
        for home in _cloud_cli_homes():
            if found := sorted(home.glob(f"platform/{pattern}")):
                return found[-1]
        return None

    return search


def _cloud_cli_homes() -> list[Path]:
    """Return where a Cloud CLI may be: Debian's place, the usual private ones, and beside `gcloud` itself."""
    homes = [Path("/usr/lib") / SDK, Path("/opt") / SDK, Path.home() / SDK]
    if gcloud := shutil.which("gcloud"):
        homes.insert(0, Path(gcloud).resolve().parents[1])
    return homes


@cache
def _uv_with_index() -> Path | None:
    """Return uv, if it reaches an index."""
    uv = Path(sys.executable).with_name("uv")
    words = [str(uv), "pip", "compile", "-", "--python", sys.executable, "--quiet"]
    offline = {**os.environ, "UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "10"}
    if not uv.exists():
        return None
    done = subprocess.run(words, input="tzdata", capture_output=True, text=True, check=False, env=offline)
    return uv if done.returncode == 0 else None


_KITS = [
    Kit(
        "ministack",
        "the AWS emulator",
        "pip",
        [["ministack==1.5.33"]],
        "bin/ministack",
        constraints=ROOT / "tests" / "tools" / "constraints-ministack.txt",
    ),
    Kit(
        "moto",
        "AWS in a process; its Step Functions engine runs what we emit",
        "pip",
        [["moto[stepfunctions]==5.2.5"]],
        "bin/python",
        constraints=ROOT / "tests" / "tools" / "constraints-moto.txt",
    ),
    Kit(
        "awslambdaric",
        "Amazon's Lambda runtime client; a Python with boto3, as in Lambda",
        "pip",
        [["awslambdaric==4.2.2", "boto3", "pydantic", "cronsim", "PyJWT", "cryptography", "tzdata"]],
        "bin/python",
    ),
    Kit(
        "lambda-emulator",
        "Amazon's Runtime Interface Emulator, which the wheel of its SAM carries",
        "pip",
        [["--no-deps", "aws-sam-cli==1.170.0"]],
        f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages/samcli/local/rapid/"
        f"aws-lambda-rie-{'arm64' if platform.machine() in {'aarch64', 'arm64'} else 'x86_64'}",
    ),
    Kit(
        "functions-framework",
        "Google's function server, with google-cloud-pubsub beside it",
        "pip",
        [
            [
                "functions-framework==3.10.2",
                "google-cloud-pubsub",
                "pydantic",
                "cronsim",
                "PyJWT",
                "cryptography",
                "tzdata",
            ]
        ],
        "bin/functions-framework",
    ),
    Kit(
        "gcloud-tasks-emulator",
        "somebody else's emulator of Cloud Tasks, with Google's client beside it",
        "pip",
        [["gcloud-tasks-emulator==0.6.2"]],
        "bin/python",
        constraints=ROOT / "tests" / "tools" / "constraints-tasks.txt",
    ),
    Kit(
        "google-discovery",
        "Google's discovery documents, which say what its APIs take",
        "pip",
        [["--no-deps", "google-api-python-client==2.202.0"]],
        f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages/googleapiclient/discovery_cache/"
        "documents",
    ),
    Kit(
        "azure-worker",
        "a Python with Microsoft's Functions worker library and SDKs",
        "pip",
        [
            [
                "azure-functions==1.26.0",
                "azure-functions-durable==1.7.0",
                "azure-servicebus",
                "pydantic",
                "cronsim",
                "PyJWT",
                "cryptography",
                "tzdata",
            ],
            # It declares Python >= 3.13 but runs on 3.11; the first step brought what it needs.
            [
                "--no-deps",
                "--python-version=3.13",
                "azure-functions-runtime==1.3.0",
                "azurefunctions-extensions-base==1.2.0",
            ],
        ],
        "bin/python",
    ),
    Kit(
        "checkov",
        "finds what is risky in Terraform plans",
        "pip",
        [["checkov==3.3.30"]],
        "bin/checkov",
        constraints=ROOT / "tests" / "tools" / "constraints-checkov.txt",
    ),
    Kit(
        "parliament",
        "knows the actions of IAM, and what each may be allowed on",
        "pip",
        [["parliament==1.6.4", "setuptools"]],
        "bin/parliament",
        constraints=ROOT / "tests" / "tools" / "constraints-parliament.txt",
    ),
    Kit(
        "cfn-lint",
        "knows what CloudFormation refuses, which Terraform's schemas do not say",
        "pip",
        [["cfn-lint==1.58.0"]],
        "bin/cfn-lint",
        constraints=ROOT / "tests" / "tools" / "constraints-cfn-lint.txt",
    ),
    Kit(
        "workflows-emulator",
        "somebody else's interpreter of Google Cloud Workflows",
        "pip",
        [["workflows-emulator==1.10.0"]],
        "bin/python",
        constraints=ROOT / "tests" / "tools" / "constraints-workflows-emulator.txt",
    ),
    Kit("azurite", "the Azure Storage emulator", "npm", [["azurite@3.37.0"]], "node_modules/.bin/azurite"),
    Kit("pyright", "the second type checker", "npm", [["pyright@1.1.414"]], "node_modules/.bin/pyright"),
    Kit(
        "stepfunctions-npm",
        "the JSONata of Step Functions, and a validator of state machines",
        "npm",
        [["asl-validator@4.0.0", "jsonata@2.0.6"]],
        "node_modules/jsonata/jsonata.js",
    ),
]

_PACKAGES = [Package("chromium", "the browser in which the page of `cloudless dev` is tested", program="chromium")]

TOOLS: dict[str, Tool] = {
    **{kit.name: kit for kit in _KITS},
    **{package.name: package for package in _PACKAGES},
    "firestore-emulator": Tool(
        "Google's Firestore emulator, a jar for java",
        "install the Cloud CLI component cloud-firestore-emulator",
        _emulator("cloud-firestore-emulator/cloud-firestore-emulator*.jar"),
    ),
    "java": Tool("runs Google's emulators", "apt-get install default-jre-headless", _program("java")),
    "node": Tool("runs Azurite, pyright and JSONata", "apt-get install nodejs", _program("node")),
    "npm": Tool("installs Azurite, pyright and JSONata", "apt-get install npm", _program("npm")),
    "pubsub-emulator": Tool(
        "Google's Pub/Sub emulator, a jar for java",
        "install the Cloud CLI component pubsub-emulator",
        _emulator("pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"),
    ),
    "package-index": Tool("what wheels are resolved from, by uv", "give this machine a package index", _uv_with_index),
    "terraform": Tool("checks what a build emits", "install Terraform 1.11 or newer", _program("terraform")),
}
"""Every tool by name. What its path is:

- `awslambdaric`, `azure-worker`, `gcloud-tasks-emulator`, `moto`, `workflows-emulator`: the Python of their
  environment;
- `pubsub-emulator`: the jar for `java -jar JAR`; `firestore-emulator`: for `java -cp JAR` and FIRESTORE_MAIN;
- `google-discovery`: the folder of the documents, `<api>.<version>.json`;
- `package-index`: uv;
- `stepfunctions-npm`: jsonata's module; asl-validator stands beside it in `node_modules`;
- the others: the program. `azurite-table` stands beside `azurite`.
"""

KITS: dict[str, Kit] = {kit.name: kit for kit in _KITS}
"""The tools that `python -m tests.tools install` installs under `.tools/`."""

PACKAGES: dict[str, Package] = {package.name: package for package in _PACKAGES}
"""Those that it installs into the system."""
