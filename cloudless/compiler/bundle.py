"""Bundle: the zip that a cloud unpacks, the same bytes for the same files.

    what the provider generates ─┐
    the project's code and data ─┼─► by path ──► zip, and whether it fits the cloud
    our code, wheels below site ─┘

Equal files give equal bytes wherever zlib is the same: times, permissions and order are fixed.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cloudless.compiler.package import Package
from cloudless.compiler.pretty import pretty
from cloudless.config import codes
from cloudless.driver.limit import Limit
from cloudless.errors import DefinitionError, InvalidArgument
from cloudless.ir import Diagnostic, Span
from cloudless.node import node

FILE = "bundle.tf.json"
"""Tells Terraform which zip there is."""

_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold
_MODE = 0o100644 << 16
_UNIX = 3
_LEVEL = 6
_SHOWN = 5

Source = tuple[str, Mapping[str, bytes | Path]]
"""Whose files they are, for messages, and the files by path: their content, or where it is."""


@node(kw_only=True)
class Bundle:
    """name: of the zip, with digits of its sha256. content: its bytes. unpacked: bytes of all files in it."""

    name: str
    content: bytes
    unpacked: int

    @property
    def size(self) -> int:
        """Bytes of the zip."""
        return len(self.content)

    def files(self) -> dict[str, bytes]:
        """What goes into the build's folder: the zip, and the locals by which Terraform finds it."""
        digest = b64encode(sha256(self.content).digest()).decode()
        return {self.name: self.content, FILE: pretty({"locals": {"bundle": self.name, "bundle_sha256": digest}})}


def joined(sources: Iterable[Source]) -> dict[str, bytes | Path]:
    """All files by path, in order; raises InvalidArgument where two sources have the same one."""
    files: dict[str, bytes | Path] = {}
    owners: dict[str, str] = {}
    for title, found in sources:
        for path in files.keys() & found.keys():
            raise InvalidArgument(f"{path} would be in the bundle twice: of {owners[path]}, and of {title}; rename one")
        files.update(found)
        owners.update(dict.fromkeys(found, title))
    return dict(sorted(files.items()))


def bundle(files: Mapping[str, bytes | Path], package: Package) -> Bundle:
    """The zip of these files; raises DefinitionError where it is over a limit of the cloud."""
    sizes: dict[str, int] = {}
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for path, source in sorted(files.items()):
            content = source.read_bytes() if isinstance(source, Path) else source
            sizes[path] = len(content)
            archive.writestr(_entry(path), content, ZIP_DEFLATED, _LEVEL)
    content = stream.getvalue()
    made = Bundle(name=f"bundle-{sha256(content).hexdigest()[:12]}.zip", content=content, unpacked=sum(sizes.values()))
    problems = [*_over("the zip", made.size, package.most, package, sizes)]
    if package.most_unpacked is not None:
        problems += _over("what is in the zip", made.unpacked, package.most_unpacked, package, sizes)
    if problems:
        raise DefinitionError(problems)
    return made


def _entry(path: str) -> ZipInfo:
    entry = ZipInfo(path, _TIME)
    entry.external_attr = _MODE
    entry.create_system = _UNIX
    return entry


def _over(what: str, size: int, most: Limit, package: Package, sizes: Mapping[str, int]) -> list[Diagnostic]:
    if size <= most.value:
        return []
    largest = Counter[str]()
    for path, count in sizes.items():
        largest[_title(path, package.site)] += count
    shown = ", ".join(f"{title} {mebibytes(count)}" for title, count in largest.most_common(_SHOWN))
    message = f"{what} has {mebibytes(size)}, and the cloud takes {mebibytes(most.value)}; unpacked: {shown}"
    remedy = f"leave out what the handlers do not import; {most.link}"
    return [Diagnostic(codes.TOO_LARGE, message, Span("cloudless.toml", 0), remedy)]


def _title(path: str, site: str) -> str:
    """What people call the part of a bundle that a file belongs to."""
    inner = path.removeprefix(f"{site}/") if site else path
    parts = inner.split("/")
    return parts[0] if len(parts) > 1 else inner


def mebibytes(size: float) -> str:
    """A size as people read it."""
    return f"{size / 1024 / 1024:,.1f} MiB" if size >= 100 * 1024 else f"{size / 1024:,.1f} KiB"
