"""Builds a release, checks it and tags it; publishes nothing.

The version is that in `cnnspec/__init__.py`. Nothing is tagged unless everything holds: all changes are
committed, the version has no tag yet and is the first in CHANGELOG.md, with its date, both packages are whole,
and the wheel runs in an environment of its own.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import NoReturn

PACKAGE = "cnnspec"
DIST = Path("dist")


def main() -> None:
    """Make the release of the version that the package has."""
    version = version_of(Path(PACKAGE, "__init__.py").read_text("utf-8"))
    tag = f"v{version}"
    check_tree(tag)
    check_changelog(Path("CHANGELOG.md").read_text("utf-8"), version)
    wheel, source = build(version)
    check_wheel(wheel)
    check_source(source, version)
    check_installed(wheel, version)
    if git("status", "--porcelain"):
        refuse("the build has changed files; nothing is tagged")
    git("tag", "--annotate", tag, "--message", f"{PACKAGE} {version}")
    print(f"{wheel}\n{source}\ntagged {tag}; nothing is published. To publish:")
    print(f"  git push origin {tag}\n  python -m twine upload {wheel} {source}")


def refuse(reason: str) -> NoReturn:
    """End without a release."""
    sys.exit(f"no release: {reason}")


def git(*arguments: str) -> str:
    """Run git, and return what it prints."""
    done = subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def version_of(module: str) -> str:
    """Return the version that the package states."""
    found = re.search(r'^__version__ = "([^"]+)"$', module, re.MULTILINE)
    if found is None:
        refuse(f"{PACKAGE}/__init__.py has no __version__")
    if not re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", found[1]):
        refuse(f"'{found[1]}' is no version such as 1.2.3")
    return found[1]


def check_tree(tag: str) -> None:
    """Refuse a tree with changes, and a version that has its tag."""
    if changes := git("status", "--porcelain"):
        refuse(f"there are changes that are not committed:\n{changes}")
    if git("tag", "--list", tag):
        refuse(f"the tag {tag} exists; raise __version__ in {PACKAGE}/__init__.py")


def check_changelog(text: str, version: str) -> None:
    """Refuse a version that is not the first of the changelog, with its date and with changes."""
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)[1:]
    heads, bodies = parts[::2], parts[1::2]
    if not heads or heads[0].split()[0] != version:
        refuse(f"the first section of CHANGELOG.md is not that of {version}")
    if not re.fullmatch(rf"{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)", heads[0]):
        refuse(f"the section of {version} in CHANGELOG.md has no date: '## {version} (2026-12-31)'")
    if not bodies[0].strip():
        refuse(f"the section of {version} in CHANGELOG.md is empty")


def build(version: str) -> tuple[Path, Path]:
    """Build both packages, which describe themselves in a form that PyPI shows."""
    wheel = DIST / f"{PACKAGE}-{version}-py3-none-any.whl"
    source = DIST / f"{PACKAGE}-{version}.tar.gz"
    for file in (wheel, source):
        file.unlink(missing_ok=True)
    run(sys.executable, "-m", "build", "--outdir", str(DIST), ".")
    for file in (wheel, source):
        if not file.is_file():
            refuse(f"the build made no {file}")
    run(sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(source))
    return wheel, source


def check_wheel(wheel: Path) -> None:
    """Refuse a wheel that has not exactly the files of the package, and its metadata."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
    targets = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    expected = {*tracked(PACKAGE), *targets.get("force-include", {}).values()}
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    compare(wheel, expected, found)


def check_source(source: Path, version: str) -> None:
    """Refuse a source distribution that has not exactly the files of the repository."""
    folder = f"{PACKAGE}-{version}/"
    with tarfile.open(source) as archive:
        names = [each.name for each in archive.getmembers() if each.isfile()]
    compare(source, tracked(), {name.removeprefix(folder) for name in names} - {"PKG-INFO"})


def tracked(*paths: str) -> set[str]:
    """Return the files that git tracks."""
    return {*git("-c", "core.quotePath=false", "ls-files", "--", *paths).splitlines()}


def compare(archive: Path, expected: set[str], found: set[str]) -> None:
    """Refuse an archive that lacks files, or has others."""
    if missing := sorted(expected - found):
        refuse(f"{archive} lacks {', '.join(missing[:5])}")
    if others := sorted(found - expected):
        refuse(f"{archive} has what git does not track: {', '.join(others[:5])}")


def check_installed(wheel: Path, version: str) -> None:
    """Refuse a wheel that cannot be installed alone, or whose command does not run."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        scripts = Path(folder, "Scripts" if sys.platform == "win32" else "bin")
        quiet = ("--disable-pip-version-check", "--quiet")
        run(str(scripts / "python"), "-m", "pip", "install", *quiet, str(wheel.resolve()))
        said = run(str(scripts / PACKAGE), "--version").strip()
        if said != f"{PACKAGE}, version {version}":
            refuse(f"the installed command says '{said}'")
        spec = Path(folder, "spec.yaml")
        run(str(scripts / PACKAGE), "new", "classifier", "-o", str(spec))
        run(str(scripts / PACKAGE), "validate", "--strict", str(spec))


def run(*command: str) -> str:
    """Run a command, and return what it prints; refuse the release if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        refuse(f"`{' '.join(command)}` failed:\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
