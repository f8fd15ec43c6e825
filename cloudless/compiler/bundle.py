"""Bundle: the zip that a cloud unpacks, the same bytes for the same files.

    what the provider generates ─┐
    the project's code and data ─┼─► by path ──► zip, and whether it fits the cloud
    our code, wheels below site ─┘
    wheels, where the cloud takes them apart ──► the layer, a zip of its own, which changes when what is required does

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
    """name: of the zip, with digits of its sha256. content: its bytes. sizes: of its files unpacked, by path."""

    name: str
    content: bytes
    sizes: Mapping[str, int]

    @property
    def size(self) -> int:
        """Bytes of the zip."""
        return len(self.content)

    @property
    def unpacked(self) -> int:
        """Bytes of all files in it."""
        return sum(self.sizes.values())

    @property
    def digest(self) -> str:
        """SHA-256 of the zip, in base64."""
        return b64encode(sha256(self.content).digest()).decode()


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
    made = zipped("bundle", files)
    check(package, made)
    return made


def zipped(lead: str, files: Mapping[str, bytes | Path]) -> Bundle:
    """The zip of these files, of any size. lead: how its name begins."""
    sizes: dict[str, int] = {}
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for path, source in sorted(files.items()):
            content = source.read_bytes() if isinstance(source, Path) else source
            sizes[path] = len(content)
            archive.writestr(_entry(path), content, ZIP_DEFLATED, _LEVEL)
    content = stream.getvalue()
    return Bundle(name=f"{lead}-{sha256(content).hexdigest()[:12]}.zip", content=content, sizes=sizes)


def check(package: Package, *made: Bundle) -> None:
    """Raise DefinitionError where a zip, or what is unpacked of all of them together, is over a limit of the cloud."""
    problems: list[Diagnostic] = []
    for one in made:
        problems += _over("the zip", one.size, package.most, package, one.sizes)
    if package.most_unpacked is not None:
        sizes = {path: size for one in made for path, size in one.sizes.items()}
        what = "what is in the zip" if len(made) == 1 else "what is in the zips"
        problems += _over(what, sum(one.unpacked for one in made), package.most_unpacked, package, sizes)
    if problems:
        raise DefinitionError(problems)


def files_of(package: Package, code: Bundle, layer: Bundle | None = None) -> dict[str, bytes]:
    """What goes into the build's folder: the zips, and the locals by which Terraform finds them."""
    found = {code.name: code.content}
    told = {"bundle": code.name, "bundle_sha256": code.digest}
    if package.layer:
        told |= {"layer": layer.name if layer else "", "layer_sha256": layer.digest if layer else ""}
    if layer:
        found[layer.name] = layer.content
    return {**found, FILE: pretty({"locals": told})}


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
        largest[_title(path, (package.site, package.layer))] += count
    shown = ", ".join(f"{title} {mebibytes(count)}" for title, count in largest.most_common(_SHOWN))
    message = f"{what} has {mebibytes(size)}, and the cloud takes {mebibytes(most.value)}; unpacked: {shown}"
    remedy = f"leave out what the handlers do not import; {most.link}"
    return [Diagnostic(codes.TOO_LARGE, message, Span("cloudless.toml", 0), remedy)]


def _title(path: str, sites: Iterable[str]) -> str:
    """What people call the part of a bundle that a file belongs to."""
    for site in filter(None, sites):
        path = path.removeprefix(f"{site}/")
    return path.partition("/")[0]


def mebibytes(size: float) -> str:
    """A size as people read it."""
    return f"{size / 1024 / 1024:,.1f} MiB" if size >= 100 * 1024 else f"{size / 1024:,.1f} KiB"
