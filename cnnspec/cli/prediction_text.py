"""Shows predictions as lines of text."""

from collections.abc import Mapping
from typing import Any

HOW_TO_WRITE = (
    "large outputs are summarized: -o FILE.npz writes all values, -o FOLDER images and masks"
)


def prediction_line(each: Mapping[str, Any], names: tuple[str, ...], *, is_of_labels: bool) -> str:
    """Return the line for the prediction of an output; `names` are those of its classes."""
    return f"{each['name']}: {each['output']} {_said(each, names, is_of_labels)}"


def _said(each: Mapping[str, Any], names: tuple[str, ...], is_of_labels: bool) -> str:
    label, value, class_name = each["label"], each["value"], each["class_name"]
    if is_of_labels and isinstance(label, list) and not any(isinstance(one, list) for one in label):
        return _labels(label, value, names)
    if isinstance(value, Mapping):
        return _summary(value)
    if isinstance(label, list):
        return str(label if class_name is None else class_name)
    if label is not None:
        return f"{label if class_name is None else class_name} {value:.4f}"
    return _numbers(value)


def _numbers(value: Any) -> str:
    """Return numbers with the digits that people read; `--format json` and files have all."""
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers, value))}]"
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _labels(labels: list[int], value: Any, names: tuple[str, ...]) -> str:
    """Return the classes that a row has, with their probabilities."""

    def named(place: int) -> str:
        return names[place] if names else str(place)

    if isinstance(value, Mapping):
        return f"{', '.join(map(named, labels)) or 'none'}; {_summary(value)}"
    if labels:
        return ", ".join(f"{named(place)} {value[place]:.4f}" for place in labels)
    most = max(range(len(value)), key=value.__getitem__)
    return f"none of {len(value)} classes, most probably {named(most)} {value[most]:.4f}"


def _summary(found: Mapping[str, Any]) -> str:
    shape = ", ".join(map(str, found["shape"]))
    texts = [f"({shape})"]
    texts += [f"{key} {found[key]:.4g}" for key in ("min", "max", "mean") if key in found]
    if "not_finite" in found:
        texts.append(f"{found['not_finite']:,} not finite")
    classes: Mapping[str, int] = found.get("classes", {})
    total = sum(classes.values())
    texts += [f"{name} {count / total:.1%}" for name, count in classes.items()]
    return ", ".join(texts)
