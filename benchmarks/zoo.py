"""Benchmark a cold `cnnspec validate` of ResNet152V2 against Keras and importing its libraries."""

from benchmarks.timing import cnnspec, median_seconds, python, ratio

SPEC = "specs/zoo/resnet152v2.yaml"
KERAS_SCRIPT = "import keras; keras.applications.ResNet152V2(weights=None)"


def main() -> None:
    validate = cnnspec("validate", SPEC)
    imports = python("import yaml, pydantic")
    floor, checked = median_seconds((imports, validate), runs=9)
    built, checked_beside = median_seconds((python(KERAS_SCRIPT), validate), runs=3)
    what = f"cnnspec validate {SPEC}"
    ratio(what, checked_beside, built, "building it with Keras", "at most 1/20")
    ratio(what, checked, floor, "`import yaml, pydantic`", "below 2.6")
