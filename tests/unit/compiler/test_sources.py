"""Which files go into a bundle."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path

import pytest

from cloudless.compiler import Own
from cloudless.compiler.package import CORE
from cloudless.compiler.sources import extra_files, own_files, user_files


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    invalidate_caches()


def found(root: Path, *modules: str) -> list[str]:
    """What goes along once these are imported."""
    for name in modules:
        import_module(name)
    files = user_files(root, sys.modules, {"ours_left_out"})
    assert all(file.is_file() for file in files.values())
    return sorted(files)


def test_a_package_goes_whole_with_its_data(root: Path) -> None:
    write(
        root, "wares_a/__init__.py", "wares_a/app.py", "wares_a/later.py", "wares_a/rules/eu.json", "wares_a/py.typed"
    )
    write(root, "other/__init__.py", "notes.md")
    assert found(root, "wares_a.app") == [
        "wares_a/__init__.py", "wares_a/app.py", "wares_a/later.py", "wares_a/py.typed", "wares_a/rules/eu.json"
    ]  # fmt: skip


def test_what_nobody_needs_stays(root: Path) -> None:
    write(root, "wares_b/__init__.py", "wares_b/.env", "wares_b/a.pyc", "wares_b/__pycache__/a.py", "wares_b/x.py~")
    write(root, "wares_b/node_modules/a.js", "wares_b/.git/config", "wares_b/wares.egg-info/PKG-INFO")
    write(root, "wares_b/build/prod/.cloudless.json", "wares_b/build/prod/main.tf.json")
    write(root, "wares_b/venv/pyvenv.cfg", "wares_b/venv/lib/site.py", "wares_b/build/data.json")
    assert found(root, "wares_b") == ["wares_b/__init__.py", "wares_b/build/data.json"]


def test_tests_go_along_only_where_they_were_imported(root: Path) -> None:
    write(root, "wares_c/__init__.py", "wares_c/test_app.py", "wares_c/app_test.py", "wares_c/conftest.py")
    write(
        root, "wares_c/tests/__init__.py", "wares_c/tests/data.json", "wares_c/test/fixtures.py", "wares_c/testing.py"
    )
    assert found(root, "wares_c") == ["wares_c/__init__.py", "wares_c/testing.py"]
    assert found(root, "wares_c.tests", "wares_c.test_app") == [
        "wares_c/__init__.py", "wares_c/test_app.py", "wares_c/testing.py",
        "wares_c/tests/__init__.py", "wares_c/tests/data.json",
    ]  # fmt: skip


def test_a_module_goes_alone(root: Path) -> None:
    write(root, "wares_d.py", "wares_e.py", "wares_f.py", "ours_left_out.py")
    assert found(root, "wares_d", "wares_e", "ours_left_out", "json") == ["wares_d.py", "wares_e.py"]


def test_a_package_below_src_stands_at_the_root_of_the_bundle(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, "src/wares_g/__init__.py", "src/wares_g/app.py", "src/other.py")
    monkeypatch.setattr(sys, "path", [str(root / "src"), *sys.path])
    assert found(root, "wares_g.app") == ["wares_g/__init__.py", "wares_g/app.py"]


def test_a_namespace_package_goes_by_the_modules_in_it(root: Path) -> None:
    write(root, "wares_h/orders/app.py", "wares_h/orders/rules.json")
    assert found(root, "wares_h.orders.app") == ["wares_h/orders/app.py", "wares_h/orders/rules.json"]


def test_what_is_installed_is_not_the_projects(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = root / "env" / "lib" / "site-packages"
    write(root, "env/lib/site-packages/wares_i.py", "elsewhere/wares_j.py")
    monkeypatch.setattr(sys, "path", [str(library), str(root / "elsewhere"), *sys.path])
    (root / "project").mkdir()
    assert found(root, "wares_i") == []
    assert found(root / "project", "wares_j") == []


def test_a_project_reached_by_a_link_is_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, "real/wares_k/__init__.py")
    (root / "link").symlink_to(root / "real", target_is_directory=True)
    monkeypatch.setattr(sys, "path", [str(root / "link"), *sys.path])
    assert found(root / "real", "wares_k") == ["wares_k/__init__.py"]


def test_links_are_followed_and_circles_are_not(root: Path) -> None:
    write(root, "wares_l/__init__.py", "shared/rules.json")
    (root / "wares_l" / "shared").symlink_to(root / "shared", target_is_directory=True)
    (root / "wares_l" / "again").symlink_to(root / "wares_l", target_is_directory=True)
    assert found(root, "wares_l") == ["wares_l/__init__.py", "wares_l/shared/rules.json"]


@pytest.mark.parametrize(
    "name", ["id_rsa", "key.pem", "prod.env", "local.settings.json", "terraform.tfstate.backup", "prod.tfvars"]
)
def test_what_holds_secrets_goes_only_where_it_is_named(root: Path, name: str) -> None:
    write(root, "wares_m/__init__.py", f"wares_m/{name}", "data/a.json", f"data/{name}")
    assert found(root, "wares_m") == ["wares_m/__init__.py"]
    assert sorted(extra_files(root, [root / "data"])) == ["data/a.json"]
    assert sorted(extra_files(root, [root / "data" / name])) == [f"data/{name}"]


def test_links_out_of_the_project_are_not_followed(root: Path) -> None:
    write(root, "shop/wares_n/__init__.py", "shop/data/a.json", "home/token")
    sys.path.insert(0, str(root / "shop"))
    for folder in ("wares_n", "data"):
        (root / "shop" / folder / "home").symlink_to(root / "home", target_is_directory=True)
        (root / "shop" / folder / "token").symlink_to(root / "home" / "token")
    assert found(root / "shop", "wares_n") == ["wares_n/__init__.py"]
    assert sorted(extra_files(root / "shop", [root / "shop" / "data"])) == ["data/a.json"]


def test_extra_paths_go_where_they_stand(root: Path) -> None:
    write(root, "templates/mail/a.html", "templates/.draft", "rules.json", "templates/tests/b.html")
    files = extra_files(root, [root / "templates", root / "rules.json"])
    assert sorted(files) == ["rules.json", "templates/mail/a.html", "templates/tests/b.html"]


def test_our_own_code_goes_without_what_belongs_to_the_build(root: Path) -> None:
    write(root, "acme_cloud/__init__.py", "acme_cloud/compile/main.py", "acme_cloud/compiled.py", "acme_cloud/names.py")
    write(root, "acme_cloud/clients/admin.py", "acme_cloud/clients/queue.py", "acme_cloud/__pycache__/x.pyc")
    own = Own(distribution="acme-cloud", module="acme_cloud", left_out=("compile", "names", "clients.admin"))
    assert sorted(own_files(own, "lib/site")) == [
        "lib/site/acme_cloud/__init__.py", "lib/site/acme_cloud/clients/queue.py", "lib/site/acme_cloud/compiled.py"
    ]  # fmt: skip
    assert "acme_cloud/__init__.py" in own_files(own, "")


def test_what_is_left_out_of_the_core_is_there_to_be_left_out() -> None:
    home = Path(str(import_module("cloudless").__path__[0]))
    for name in CORE.left_out:
        path = home.joinpath(*name.split("."))
        assert path.is_dir() or path.with_suffix(".py").is_file(), name
    kept = own_files(CORE, "")
    left_out = tuple(f"cloudless/{name.replace('.', '/')}" for name in CORE.left_out)
    assert not [path for path in kept if path.removesuffix(".py") in left_out or path.startswith(_below(left_out))]


def _below(rooms: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{room}/" for room in rooms)
