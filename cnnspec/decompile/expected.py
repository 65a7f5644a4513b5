"""Writes the expectations of a graph as the section of a document."""

from cnnspec.ir.expectations import Expectations, Range, Sizes
from cnnspec.language.expect import Amount, Expect


def expected(expectations: Expectations | None) -> Expect | None:
    """Return the section for expectations, with the names of layers after expansion."""
    if expectations is None:
        return None
    totals = {key: amount(each) for key, each in expectations.totals.items()}
    fields = expectations.receptive_field.values()
    layers = expectations.layers.values()
    return Expect(
        **totals,
        receptive_field={str(target): amount(each) for target, each in fields},
        outputs={name: shape(each) for name, each in expectations.outputs.items()},
        layers={str(target): shape(each) for target, each in layers},
    )


def amount(wanted: Range) -> Amount:
    """Return numbers as a spec has them."""
    bounds = {"min": wanted.least, "max": wanted.most}
    return Amount(**{key: bound for key, bound in bounds.items() if bound is not None})


def shape(wanted: Sizes) -> list[int | None]:
    """Return a shape as a spec has it."""
    return list(wanted.sizes)
