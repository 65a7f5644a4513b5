"""Says in one line what an error message of Keras or TensorFlow means."""

import re
from collections.abc import Callable

Match = re.Match[str]

LONGEST = 300
"""The most characters that are kept of a message of others."""
GRAPH = "Graph execution error:"
_INJECTED = re.compile(r"Exception encountered when calling .*?\n+\x1b\[1m(.*?)\x1b\[0m", re.S)
_INFERRED = re.compile(r"Could not automatically infer the output shape.*?Error encountered:", re.S)
_NODES = re.compile(
    r"\{\{function_node .*?\}\}|\[\[\{\{node .*?\}\}\]\]|\[Op:\w+\]( name: ?\S*)?|\x1b\[\d+m"
)
_TRACE = re.compile(
    r"""\s*(File "|Traceback |Detected at node |Stack trace|\d+ root error|\(\d\) )"""
)
_NOT_BROADCAST = (
    r"(?:required broadcastable shapes|Incompatible shapes: \[(?P<a>.*?)\] vs\. \[(?P<b>.*?)\])"
)


def _shape(text: str) -> str:
    """Return a shape in our notation, from one in brackets."""
    sizes = [size.strip() for size in re.split(r"[,x]", text.strip("[]() ")) if size.strip()]
    sizes = ["?" if size in ("None", "-1") else size for size in sizes]
    return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"


def _shapes(found: Match) -> str:
    a, b = found["a"], found["b"]
    if a is None or b is None:
        return "shapes do not fit together"
    first, second = sorted((_shape(a), _shape(b)), key=lambda shape: shape.count(","))
    return f"shapes do not fit together: {first} and {second}"


def _numbers(found: Match) -> str:
    last = int(found["size"]) - 1
    return f"takes the numbers 0 to {last}, but got {found['value']}"


def _memory(found: Match) -> str:
    return f"out of memory: a tensor of the shape {_shape(found['a'])} does not fit"


WORDS: tuple[tuple[str, str | Callable[[Match], str]], ...] = (
    (
        r"Received a label value of (?P<value>-?\d+) which is outside the valid range of "
        r"\[0, (?P<size>\d+)\)",
        lambda found: (
            f"the label {found['value']} is not one of {found['size']} classes, "
            f"0 to {int(found['size']) - 1}"
        ),
    ),
    (r"indices\[.*?\] = (?P<value>-?\d+) is not in \[0, (?P<size>\d+)\)", _numbers),
    (r"OOM when allocating tensor with shape\[(?P<a>.*?)\]", _memory),
    (r"(?i)no space left on device|disk full", "no space left on the device"),
    (
        r"; (File too large|Permission denied|Read-only file system|Disk quota exceeded|"
        r"Input/output error|Too many open files)$",
        lambda found: f"a file cannot be written: {found[1]}",
    ),
    (
        r"NaN or Inf loss encountered at batch (\d+)",
        "the loss is NaN or infinite",
    ),
    (_NOT_BROADCAST, _shapes),
    (
        r"Dimensions must be equal, but are (?P<m>\S+) and (?P<n>\S+) for .*?"
        r"with input shapes: \[(?P<a>.*?)\], \[(?P<b>.*?)\]",
        _shapes,
    ),
    (
        r"logits and labels must have the same first dimension, got logits shape "
        r"\[(?P<a>.*?)\] and labels shape \[(?P<b>.*?)\]",
        lambda found: (
            f"predictions and labels do not fit together: {_shape(found['a'])} and {_shape(found['b'])}"
        ),
    ),
    (
        r"Matrix size-incompatible: In\[0\]: \[(?P<a>.*?)\], In\[1\]: \[(?P<b>.*?)\]",
        _shapes,
    ),
    (
        r"Dimension \S+ in both shapes must be equal.*?: shape\[0\] = \[(?P<a>.*?)\] vs\. "
        r"shape\[\d+\] = \[(?P<b>.*?)\]",
        _shapes,
    ),
    (
        r"Dimension \S+ in both shapes must be equal, but are \S+ and \S+?\. "
        r"Shapes are \[(?P<a>.*?)\] and \[(?P<b>.*?)\]",
        _shapes,
    ),
    (
        r"Negative dimension size caused by subtracting (\d+) from (\d+)",
        lambda found: f"the kernel, {found[1]}, is larger than the input, {found[2]}",
    ),
    (
        r"The convolution operation resulted in an empty output",  # of JAX
        "the kernel is larger than the input",
    ),
    (
        r"got incompatible shapes for broadcasting: \((?P<a>.*?)\), \((?P<b>.*?)\)",  # of JAX
        _shapes,
    ),
    (
        r"Computed output size would be negative: \S+ \[input_size: (\d+), "
        r"effective_filter_size: (\d+)",
        lambda found: f"the kernel, {found[2]}, is larger than the input, {found[1]}",
    ),
    (
        r"Input to reshape is a tensor with (\d+) values, but the requested shape (.*)",
        lambda found: f"a tensor of {found[1]} values cannot be reshaped: the shape {found[2]}",
    ),
    (
        r"Input \d+ .*?of layer .*? is incompatible with the layer: (.*)",
        lambda found: f"does not take its input: {found[1]}",
    ),
    (r"assertion failed: \[(?P<a>.*?):?\]", lambda found: f"a check failed: {found['a']}"),
    (
        r"Using a symbolic `tf.Tensor` as a Python `bool` is not allowed",
        "needs sizes or values that are known only when it runs; set all sizes of the inputs",
    ),
    (
        r"Unknown image file format|Invalid (PNG|GIF|BMP|WebP) data|jpeg::Uncompress failed",
        "an image cannot be decoded",
    ),
    (r"Cast string to \w+ is not supported", "text where numbers are needed"),
    (
        r"could not convert string to float|StringToNumberOp could not correctly convert",
        "text where numbers are needed",
    ),
    (
        r"Object (\w+) was created by passing non-serializable argument values in `__init__\(\)`",
        lambda found: f"the class {found[1]} has no `get_config` that returns its arguments",
    ),
)
"""Patterns of messages, and what they mean."""
OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError", "OutOfMemoryError")
"""The types of exceptions for want of memory."""


def first_line(message: str) -> str:
    """Return the line of a message that says what happened, without nodes and traces."""
    if found := _INJECTED.search(message):
        message = found[1]
    message = _INFERRED.sub("", message)
    lines = message.partition(GRAPH)[2].splitlines() if GRAPH in message else message.splitlines()
    for line in lines:
        plain = " ".join(_NODES.sub("", line).split())
        if plain and not _TRACE.match(line):
            return plain
    return ""


def worded(kind: str, message: str) -> str:
    """Return in our words what an exception of a type says, or else its first line."""
    line = first_line(message)
    for pattern, words in WORDS:
        for text in (line, message):
            if found := re.search(pattern, text):
                return words if isinstance(words, str) else words(found)
    if kind in OUT_OF_MEMORY or "RESOURCE_EXHAUSTED" in message:
        return "out of memory"
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
