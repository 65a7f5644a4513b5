"""The metadata of the package: which versions of others it allows, and which are tested."""

import tomllib
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from cnnspec.extras import INSTALLED_BY
from tests.support.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
OF_CONFORMANCE = "models-of-others"
"""The extra of an environment of its own, in which no tests run."""
Key = tuple[str, str]
"""A package, and the environments that a requirement is for."""

OF_OTHERS = {
    "h5py": "keras",
    "pil": "pillow",
    "ml-dtypes": "tensorflow",
    "numpy": "tensorflow",
    "torch": None,
}
"""The optional packages that no extra names, with the package that requires each."""


def requirements(*extras: str) -> Iterator[Requirement]:
    """What the core and some extras require from others."""
    for line in (*PROJECT["dependencies"], *(each for name in extras for each in EXTRAS[name])):
        requirement = Requirement(line)
        if requirement.name != PROJECT["name"]:
            yield requirement


def pinned(file: str) -> dict[Key, Version]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    parsed = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert [len(each.specifier) for each in parsed] == [1] * len(parsed)
    return {key(each): Version(next(iter(each.specifier)).version) for each in parsed}


def key(requirement: Requirement) -> Key:
    return canonicalize_name(requirement.name), str(requirement.marker or "")


def test_the_lowest_versions_are_those_of_the_metadata() -> None:
    lowest: dict[Key, Version] = {}
    for each in requirements(
        *(name for name in EXTRAS if name not in ("test", "docs", "dev", OF_CONFORMANCE))
    ):
        assert [part.operator for part in each.specifier] == [">="], each
        bound = Version(next(iter(each.specifier)).version)
        lowest[key(each)] = min(bound, lowest.get(key(each), bound))
    assert pinned("constraints-lowest.txt") == lowest


def test_the_tested_versions_are_allowed_and_complete() -> None:
    tested = {name: version for (name, _), version in pinned("constraints.txt").items()}
    refused = [
        str(each)
        for each in requirements(*(name for name in EXTRAS if name != OF_CONFORMANCE))
        if tested.get(canonicalize_name(each.name), Version("0")) not in each.specifier
    ]
    assert refused == []


def test_every_optional_package_is_one_of_the_extra_that_is_named_for_it() -> None:
    named = {}
    for package, installed_by in INSTALLED_BY.items():
        name = canonicalize_name(package)
        extra = installed_by.partition("[")[2].rstrip("]")
        own = OF_OTHERS.get(name, name)
        listed = {Requirement(line).name for line in EXTRAS.get(extra, [])}
        named[package] = own is None or own in listed
    assert named == dict.fromkeys(INSTALLED_BY, True)


def test_the_package_index_has_links() -> None:
    home = "https://github.com/cnnspec/cnnspec"
    assert PROJECT["urls"] == {
        "Homepage": home,
        "Documentation": f"{home}#readme",
        "Changelog": f"{home}/blob/main/CHANGELOG.md",
        "Issues": f"{home}/issues",
    }
