"""The files of a build, and how they get into their folder."""

from pathlib import Path

import pytest

from cloudless.compiler import Artifact
from cloudless.errors import InvalidArgument


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_is_what_was_given(tmp_path: Path) -> None:
    folder = tmp_path / "build" / "prod"
    assert Artifact({"main.tf.json": b"{}", "bundle/app.zip": b"PK"}).write(folder) == [
        "bundle/app.zip",
        "main.tf.json",
    ]
    assert (folder / "bundle" / "app.zip").read_bytes() == b"PK"
    assert files(folder) == {"main.tf.json", "bundle/app.zip", ".cloudless.json"}


def test_a_second_build_changes_what_differs_and_removes_what_is_gone_and_nothing_else(tmp_path: Path) -> None:
    Artifact({"a": b"1", "b": b"1", "c": b"1"}).write(tmp_path)
    (tmp_path / "terraform.tfstate").write_text("{}")
    untouched = (tmp_path / "a").stat().st_mtime_ns
    assert Artifact({"a": b"1", "b": b"2"}).write(tmp_path) == ["b", "c"]
    assert files(tmp_path) == {"a", "b", "terraform.tfstate", ".cloudless.json"}
    assert (tmp_path / "a").stat().st_mtime_ns == untouched


def test_a_folder_that_no_build_wrote_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InvalidArgument, match="is not empty, and no build wrote it"):
        Artifact({"a": b""}).write(tmp_path)
    assert files(tmp_path) == {"thesis.txt"}
    with pytest.raises(InvalidArgument, match="is not empty, and no build wrote it"):
        Artifact({"a": b""}).write(tmp_path / "thesis.txt")


def test_a_manifest_that_is_broken_is_no_reason_to_remove_anything(tmp_path: Path) -> None:
    (tmp_path / ".cloudless.json").write_text("{")
    with pytest.raises(InvalidArgument, match="cannot be read"):
        Artifact({"a": b""}).write(tmp_path)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../up", "a/../../up", "a\\b", "./a", ".cloudless.json"])
def test_a_path_stays_in_the_folder(path: str) -> None:
    with pytest.raises(InvalidArgument, match="stay in the folder"):
        Artifact({path: b""})
