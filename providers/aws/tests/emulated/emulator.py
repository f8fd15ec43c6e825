"""ministack as it is nearest to AWS: permissions enforced, functions under Amazon's own runtime client.

What differs from AWS, and what these tests do about it:

- Its own Python loses the class of an exception. So functions are made as `provided.al2023`, with a bootstrap in the
  zip that runs awslambdaric, which is what Lambda's own Python runtimes run; their libraries are the kit's, as a
  layer's wheels are for another processor.
- It asks for other permissions than AWS in some places, which `serve.py` puts right.
- `<aws.scheduler.…>` stays as it is in what a schedule sends.
- `Wait` states and the pauses of `Retry` last no time (SFN_WAIT_SCALE).
- A request to an HTTP API is taken for one to the default account's, as nobody signs it: so everything is there. The
  API is known by the name of its host, which nothing resolves: see `front`.
- Roles of state machines, schedules and event sources are not asked, nor are permissions of functions:
  `bridge.problems` has judged them before.

May import: the standard library, boto3, the bridge, tests.hosting.
"""

from __future__ import annotations

import io
import shlex
from collections.abc import Callable, Generator, Mapping
from compileall import compile_dir
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile, ZipInfo

from providers.aws.tests.bridge.endpoint import clients
from providers.aws.tests.emulators import ACCOUNT, HOST, ROOT
from tests import tools
from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

_SERVE = Path(__file__).with_name("serve.py")
_BOOTSTRAP = """#!/bin/sh
export PYTHONPATH="$LAMBDA_TASK_ROOT" PYTHONDONTWRITEBYTECODE=1
{exports}
cd "$LAMBDA_TASK_ROOT"
exec {command} "$_HANDLER"
"""
_CLIENT = "-m awslambdaric"
_PATCHED = """
import runpy, sys
sys.path.append({root!r})
from tests.hosting.patches import patch
patch()
runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)
"""
_EXECUTABLE = 0o100755 << 16
_HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}


class Emulator:
    """A running ministack. url: of all its services. log: what it has written until now."""

    def __init__(self, url: str, log: Callable[[], str]) -> None:
        self.url = url
        self.log = log

    def clients(self, region: str, patches: Mapping[str, str]) -> Callable[[str], Any]:
        """Clients, of which that of Lambda makes functions run as they do there.

        patches: variables that change a process of a function: see tests/hosting/patches.py.
        """
        plain = clients(self.url, account=ACCOUNT, region=region)
        functions = _Functions(plain("lambda"), plain("s3"), _bootstrap(patches))

        def client(service: str) -> Any:
            return functions if service == "lambda" else plain(service)

        return client

    @contextmanager
    def front(self, url: str) -> Generator[str]:
        """Another address of an HTTP API, which can be connected to. url: as the API calls itself."""
        host = urlsplit(url).netloc
        with Loopback() as loopback:
            loopback.serve(lambda request: self._hand_on(request, host))
            yield loopback.url

    def _hand_on(self, request: Request, host: str) -> Response:
        target = f"{request.path}?{request.query}" if request.query else request.path
        headers = {name: value for name, value in request.headers if name.lower() != "host"}
        with closing(HTTPConnection(urlsplit(self.url).netloc)) as connection:
            connection.request(request.method, target, request.body or None, {**headers, "Host": host})
            answer = connection.getresponse()
            body = answer.read()
        kept = tuple((name, value) for name, value in answer.getheaders() if name.lower() not in _HOP_BY_HOP)
        return Response(status=answer.status, headers=kept, body=body)


def _bootstrap(patches: Mapping[str, str]) -> str:
    """What Lambda starts. Modules of tests come last, so that a package has to bring its own cloudless."""
    how = f"-c {shlex.quote(_PATCHED.format(root=str(ROOT)))}" if patches else _CLIENT
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in patches.items())
    return _BOOTSTRAP.format(command=f'"{tools.require("awslambdaric")}" {how}', exports=exports)


class _Functions:
    """Lambda's client, which replaces the runtime of what it creates. The zip in the bucket stays as it is."""

    def __init__(self, client: Any, s3: Any, bootstrap: str) -> None:
        self._client = client
        self._s3 = s3
        self._bootstrap = bootstrap
        self._made = set[str]()

    def create_function(self, *, Code: Mapping[str, str], Runtime: str, **params: Any) -> Any:  # noqa: N803
        """Runtime: Python's. Layers are published and attached; nothing is imported from them."""
        assert Runtime.startswith("python3."), Runtime
        code = {**Code, "S3Key": self._with_bootstrap(Code["S3Bucket"], Code["S3Key"])}
        return self._client.create_function(Code=code, Runtime="provided.al2023", **params)

    def _with_bootstrap(self, bucket: str, key: str) -> str:
        ours = f"{key}+bootstrap"
        if ours not in self._made:
            package = io.BytesIO(self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())
            with ZipFile(package, "a") as content:
                _compile(content)
                info = ZipInfo("bootstrap")
                info.external_attr = _EXECUTABLE
                content.writestr(info, self._bootstrap)
            self._s3.put_object(Bucket=bucket, Key=ours, Body=package.getvalue())
            self._made.add(ours)
        return ours

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def _compile(package: ZipFile) -> None:
    """Add its bytecode: each process of a function has a folder of its own there, and would compile everything anew."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        package.extractall(folder)
        compile_dir(name, quiet=1, stripdir=name, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        for file in sorted(folder.rglob("*.pyc")):
            package.write(file, file.relative_to(folder))


@contextmanager
def emulator() -> Generator[Emulator]:
    """Run ministack for the length of the block."""
    port = tools.free_port()
    url = f"http://{HOST}:{port}"
    env = {
        "AUTH": "true",
        "AWS_ENDPOINT_URL": url,
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "SFN_WAIT_SCALE": "0",
    }
    python = tools.require("ministack").with_name("python")
    with (
        TemporaryDirectory() as unpacked,  # of functions, which it leaves behind
        tools.serve([python, _SERVE], {**env, "TMPDIR": unpacked}, port=port) as server,
    ):
        yield Emulator(url, server.output)
