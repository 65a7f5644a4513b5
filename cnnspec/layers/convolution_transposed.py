"""Transposed convolutions."""

from collections.abc import Iterator

from cnnspec.declarations.declaration import Recent
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, reach_rules, shape_rules, weight_rules
from cnnspec.layers.base import Example, kind
from cnnspec.layers.convolution import Conv
from cnnspec.layers.fields import OptionalSize


class ConvTranspose(Conv):
    """Base class of transposed convolutions."""

    output_padding: OptionalSize = None
    """Size to add at one end of the output; null lets Keras choose."""

    absent = ("groups",)
    recent = (
        Recent(
            "3.11.0",
            "output_padding",
            "an output padding of 0",
            lambda call: 0 in (call.output_padding or ()),
        ),
    )
    shape = shape_rules.convolve_transposed
    weights = weight_rules.transposed_kernel
    macs = cost_rules.kernel_at_every_input
    reach = reach_rules.transposed

    def conflicts(self) -> Iterator[Problem]:
        """Check that the output padding is smaller than the strides and keeps the size."""
        yield from super().conflicts()
        given = self.output_padding or ()
        if any(padding >= stride for padding, stride in zip(given, self.strides, strict=False)):
            message = f"'output_padding' of {self.kind()} must be smaller than its 'strides'"
            yield Problem("conflicting-arguments", message, "output_padding")
        extents = shape_rules.dilated(self)
        fits = all(extent % 2 or padding for extent, padding in zip(extents, given, strict=False))
        if self.padding == "same" and not fits:
            message = f"'output_padding' of {self.kind()} must be above 0 if the kernel size is even and the padding is 'same'"
            yield Problem("conflicting-arguments", message, "output_padding")


@kind
class Conv1DTranspose(ConvTranspose):
    """1-D transposed convolution ("deconvolution"), typically to upsample sequences."""

    rank = 1
    aliases = ("Convolution1DTranspose",)
    examples = (
        Example({"filters": 8, "kernel_size": 3, "strides": 2}, (None, 20, 4), (None, 41, 8)),
        Example(
            {"filters": 8, "kernel_size": 2, "strides": 3, "data_format": "channels_first"},
            (None, 4, 20),
            (None, 8, 60),
        ),
    )


@kind
class Conv2DTranspose(ConvTranspose):
    """2-D transposed convolution ("deconvolution"), typically to upsample images."""

    rank = 2
    aliases = ("Convolution2DTranspose",)
    examples = (
        Example(
            {"filters": 8, "kernel_size": 3, "strides": 2, "padding": "same"},
            (None, 14, None, 4),
            (None, 28, None, 8),
        ),
        Example(
            {"filters": 8, "kernel_size": 3, "strides": 2}, (None, 14, 14, 4), (None, 29, 29, 8)
        ),
        Example(
            {"filters": 8, "kernel_size": 3, "strides": 2, "output_padding": 1},
            (None, 14, 14, 4),
            (None, 30, 30, 8),
        ),
    )


@kind
class Conv3DTranspose(ConvTranspose):
    """3-D transposed convolution ("deconvolution"), typically to upsample volumes."""

    rank = 3
    aliases = ("Convolution3DTranspose",)
    examples = (
        Example(
            {"filters": 8, "kernel_size": 3, "strides": [1, 2, 2], "padding": "same"},
            (None, 4, None, 14, 2),
            (None, 4, None, 28, 8),
        ),
        Example(
            {"filters": 8, "kernel_size": 3, "dilation_rate": 2},
            (None, 4, 8, 8, 2),
            (None, 8, 12, 12, 8),
        ),
    )
