"""Terraform or OpenTofu, found: on the path, by name, and of a version that will do."""

from pathlib import Path

import pytest

from cloudless.errors import TerraformError
from cloudless.terraform.program import find
from tests.unit.terraform.fake_terraform import FakeTerraform

TOFU = "OpenTofu v1.10.6\non linux_amd64\n"


def path_of(*fakes: FakeTerraform) -> dict[str, str]:
    return {"PATH": ":".join(str(one.path.parent) for one in fakes)}


def test_terraform_comes_before_tofu(tmp_path: Path) -> None:
    terraform, tofu = FakeTerraform(tmp_path / "one"), FakeTerraform(tmp_path / "two", TOFU)
    tofu.path = tofu.path.rename(tofu.path.with_name("tofu"))
    assert str(find(path_of(tofu, terraform))) == "Terraform 1.11.4"
    assert str(find(path_of(tofu))) == "OpenTofu 1.10.6"


def test_the_environment_names_another_one(tmp_path: Path) -> None:
    terraform, tofu = FakeTerraform(tmp_path / "one"), FakeTerraform(tmp_path / "two", TOFU)
    found = find({**path_of(terraform), "CLOUDLESS_TERRAFORM": str(tofu.path)})
    assert (found.path, found.title) == (str(tofu.path), "OpenTofu")


def test_a_name_that_is_no_program_is_told(tmp_path: Path) -> None:
    environ = {**path_of(FakeTerraform(tmp_path / "one")), "CLOUDLESS_TERRAFORM": "terrafrom"}
    with pytest.raises(TerraformError, match="CLOUDLESS_TERRAFORM is 'terrafrom', which is no program"):
        find(environ)


def test_without_any_the_error_says_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match=r"neither terraform nor tofu .*hashicorp.*opentofu.*CLOUDLESS_TERRAFORM"):
        find({"PATH": str(tmp_path)})


def test_one_that_does_not_work_gives_way_to_one_that_does(tmp_path: Path) -> None:
    terraform, tofu = FakeTerraform(tmp_path / "one", "nothing"), FakeTerraform(tmp_path / "two", TOFU)
    tofu.path = tofu.path.rename(tofu.path.with_name("tofu"))
    assert find(path_of(terraform, tofu)).title == "OpenTofu"
    with pytest.raises(TerraformError, match="does not say which version it is"):
        find(path_of(terraform))


def test_an_old_one_is_refused(tmp_path: Path) -> None:
    old = FakeTerraform(tmp_path / "one", "Terraform v1.5.7\n")
    with pytest.raises(TerraformError, match=r"Terraform 1\.5\.7 \(.*\) is too old: 1\.9 or later is needed"):
        find(path_of(old))


def test_a_provider_may_need_a_later_one(tmp_path: Path) -> None:
    environ = path_of(FakeTerraform(tmp_path / "one", TOFU.replace("OpenTofu", "Terraform")))
    assert find(environ, wanted={"Nimbus": (1, 8)}).version == "1.10.6"
    assert find(environ, wanted={"Nimbus": (1, 10)}).version == "1.10.6"
    with pytest.raises(TerraformError, match=r"1\.10\.6 \(.*\) is too old: 1\.11 or later is needed for Azure, see"):
        find(environ, wanted={"Nimbus": (1, 10), "Azure": (1, 11)})
    old = path_of(FakeTerraform(tmp_path / "two", "Terraform v1.5.7\n"))
    with pytest.raises(TerraformError, match=r"1\.9 or later is needed, see"):
        find(old, wanted={"Nimbus": (1, 8)})


def test_a_version_of_a_release_candidate_counts(tmp_path: Path) -> None:
    assert find(path_of(FakeTerraform(tmp_path / "one", "Terraform v1.15.0-rc1\n"))).version == "1.15.0-rc1"
