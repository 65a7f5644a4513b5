"""The pytest plugin of cnnspec: specs are tests, and tests get specs and models.

It imports nothing of cnnspec until a run asks for specs, or a test for one of the fixtures.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import cnnspec


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and the keys of the configuration file."""
    group = parser.getgroup("cnnspec", "specs of networks as tests")
    group.addoption("--cnnspec", action="store_true", help="collect specs as tests")
    group.addoption(
        "--cnnspec-strict", action="store_true", help="fail on warnings about specs as well"
    )
    group.addoption(
        "--cnnspec-build",
        action="store_true",
        help="also build the model of each spec, and run it for one step on random data",
    )
    parser.addini(
        "cnnspec_files",
        "patterns of the specs that are tests, relative to the root directory",
        type="args",
    )
    parser.addini("cnnspec_strict", "fail on warnings about specs as well", type="bool")
    parser.addini(
        "cnnspec_matrix",
        "values of parameters to try, such as `width: [16, 32]`; every combination is a test",
        type="linelist",
    )
    parser.addini(
        "cnnspec_allow_code",
        "packages of layer classes that building a model may import",
        type="args",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect specs if the run asks for them."""
    options = ("cnnspec", "cnnspec_strict", "cnnspec_build")
    if config.getini("cnnspec_files") or any(map(config.getoption, options)):
        from cnnspec.testing.collecting import Specs

        config.pluginmanager.register(Specs(config), "cnnspec-specs")


@pytest.fixture(scope="session")
def spec(pytestconfig: pytest.Config) -> "Callable[..., cnnspec.Spec]":
    """Load a spec: `spec("specs/net.yaml", params={"width": 16})`, as `cnnspec.load` does.

    Paths are relative to the root directory of pytest.
    """

    def load(path: str | Path, **options: Any) -> "cnnspec.Spec":
        import cnnspec

        return cnnspec.load(pytestconfig.rootpath / path, **options)

    return load


@pytest.fixture(scope="session")
def model(pytestconfig: pytest.Config, spec: "Callable[..., cnnspec.Spec]") -> Callable[..., Any]:
    """Build the Keras model of a spec: `model("specs/net.yaml", params={"width": 16})`.

    It may import the code of the packages in `cnnspec_allow_code`, and of those in `allow_code`.
    """
    allowed = pytestconfig.getini("cnnspec_allow_code")

    def build(
        path: str | Path,
        *,
        weights: str | Path | None = None,
        allow_code: tuple[str, ...] = (),
        **options: Any,
    ) -> Any:
        return spec(path, **options).build(weights=weights, allow_code=(*allowed, *allow_code))

    return build
