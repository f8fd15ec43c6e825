"""The zip: the same bytes for the same files, and whether the cloud takes it."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from cloudless.compiler import Package
from cloudless.compiler.bundle import bundle, check, files_of, joined, mebibytes, zipped
from cloudless.driver.limit import Limit
from cloudless.errors import DefinitionError, InvalidArgument

PAGE = "https://example.org/limits"
FILES: dict[str, bytes | Path] = {"shop/app.py": b"app = 1\n", "host.json": b"{}", "lib/site/big/data": b"x" * 1000}


def package(**options: Any) -> Package:
    given: dict[str, Any] = {"most": Limit(10_000, "bytes", PAGE), "site": "lib/site", **options}
    return Package(files={}, platform="any", python="3.12", smoke="", **given)


def test_equal_files_give_equal_bytes_whatever_their_order_time_and_mode(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"app = 1\n")
    (tmp_path / "app.py").chmod(0o700)
    other = {**dict(reversed(FILES.items())), "shop/app.py": tmp_path / "app.py"}
    assert bundle(FILES, package()) == bundle(other, package())
    with ZipFile(BytesIO(bundle(FILES, package()).content)) as archive:
        assert archive.namelist() == sorted(FILES)
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {one.external_attr >> 16 for one in archive.infolist()} == {0o100644}
        assert archive.read("shop/app.py") == b"app = 1\n"


def test_terraform_is_told_the_name_and_the_digest() -> None:
    made = bundle(FILES, package())
    digest = sha256(made.content).digest()
    assert made.name == f"bundle-{digest.hex()[:12]}.zip"
    files = files_of(package(), made)
    assert files[made.name] == made.content
    found = json.loads(files["bundle.tf.json"])["locals"]
    assert found["bundle"] == made.name
    assert b64decode(found["bundle_sha256"]) == digest


def test_sizes_are_of_the_zip_and_of_what_is_in_it() -> None:
    made = bundle(FILES, package())
    assert made.size == len(made.content)
    assert made.unpacked == 1000 + len(b"app = 1\n") + len(b"{}")
    assert (mebibytes(512), mebibytes(200 * 1024), mebibytes(3.5 * 1024**2)) == ("0.5 KiB", "0.2 MiB", "3.5 MiB")


def test_a_bundle_over_its_limits_names_its_largest_parts() -> None:
    with pytest.raises(DefinitionError) as error:
        bundle(FILES, package(most=Limit(100, "bytes", PAGE), most_unpacked=Limit(900, "bytes", PAGE)))
    zipped, unpacked = error.value.problems
    assert zipped.code == unpacked.code == "CL512"
    parts = "unpacked: big 1.0 KiB, shop 0.0 KiB, host.json 0.0 KiB"
    assert unpacked.message == f"what is in the zip has 1.0 KiB, and the cloud takes 0.9 KiB; {parts}"
    assert zipped.message.startswith("the zip has ")
    assert PAGE in zipped.remedy


def test_a_bundle_at_its_limit_is_taken() -> None:
    size = bundle(FILES, package()).size
    assert bundle(FILES, package(most=Limit(size, "bytes", PAGE))).size == size


def test_files_of_several_sources_stand_side_by_side() -> None:
    assert list(joined([("b", {"b": b""}), ("a", {"a": b""})])) == ["a", "b"]
    with pytest.raises(InvalidArgument, match=r"host\.json would be in the bundle twice: of the provider, and of you"):
        joined([("the provider", {"host.json": b""}), ("you", {"host.json": b""})])


def test_terraform_is_told_of_a_layer_too() -> None:
    layered = package(layer="python")
    code, wheels = bundle({"app.py": b""}, layered), zipped("layer", {"python/tool.py": b"x"})
    files = files_of(layered, code, wheels)
    assert files[wheels.name] == wheels.content
    assert wheels.name.startswith("layer-")
    told = json.loads(files["bundle.tf.json"])["locals"]
    assert (told["layer"], told["layer_sha256"]) == (wheels.name, wheels.digest)


def test_terraform_is_told_that_there_is_no_layer() -> None:
    layered = package(layer="python")
    files = files_of(layered, bundle({"app.py": b""}, layered))
    told = json.loads(files["bundle.tf.json"])["locals"]
    assert (told["layer"], told["layer_sha256"]) == ("", "")
    assert len(files) == 2


def test_what_is_unpacked_counts_together() -> None:
    layered = package(layer="python", most_unpacked=Limit(1_500, "bytes", PAGE))
    code, wheels = zipped("bundle", {"app.py": b"x" * 1_000}), zipped("layer", {"python/tool/data": b"x" * 1_000})
    check(layered, code)
    check(layered, wheels)
    with pytest.raises(
        DefinitionError, match=r"what is in the zips has 2\.0 KiB.*unpacked: app\.py 1\.0 KiB, tool 1\.0"
    ):
        check(layered, code, wheels)
