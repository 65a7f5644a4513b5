"""Specs with a mistake in a block that no spec of tests/bad has in its steps."""

import re

from cnnspec.diagnostics.report import Note, Span
from tests.support.moved_specs import OUTER

BLOCKS = {
    "frozen": """
        blocks:
          it:
            params: {hold: null}
            layers:
              - ReLU: {frozen: $hold}  # E[wrong-type]: $hold
        layers:
          - it: {hold: 3}  # 1: called from here: it
        """,
    "repeat": """
        blocks:
          it:
            layers:
              - ReLU: {repeat: 60000}  # E[too-large]: 60000
        layers:
          - it  # 1: called from here: it
        """,
    "a kind of a newer Keras": """
        blocks:
          it:
            layers:
              - AdaptiveMaxPooling2D: {output_size: 3}  # E[not-in-this-keras]: AdaptiveMaxPooling2D
        layers:
          - it  # 1: called from here: it
        """,
    "an operation without a gradient": """
        blocks:
          it:
            layers:
              - ops.slice_update: {start_indices: [0, 0, 0, 0], updates: [[[[0.0]]]]}  # E[no-gradient]: ops.slice_update
        layers:
          - Conv2D: {filters: 2, kernel_size: 3}
          - it  # 1: called from here: it
          - Flatten
          - Dense: {name: y, units: 1}
        outputs: {y: {loss: mse}}
        """,
    "shared input": """
        blocks:
          it:
            layers:
              - shared: {layer: image}  # E[unknown-name]: image
        layers:
          - it  # 1: called from here: it
        """,
    "branch of several": """
        submodels: {both: {spec: parts/two_outputs.yaml}}
        blocks:
          it:
            layers:
              - Concatenate:
                  branches:
                    - [both]  # E[unknown-output]: [both]
                    - []
        layers:
          - it  # 1: called from here: it
        """,
    "key": """
        blocks:
          it:
            layer: []  # E[unknown-key]: layer
            layers: [ReLU]
        layers:
          - it  # 1: called from here: it
        """,
    "structure": """
        blocks:
          inner:
            layers:
              - Dense: 3  # E[wrong-structure]: 3
          unused:
            layers: [inner]
          outer:
            layers:
              - inner  # 1: called from here: inner
        layers:
          - Add:
              branches:
                - []
                - [outer]  # 2: called from here: outer
        """,
    "structure of what nothing calls": """
        blocks:
          it:
            layers:
              - ReLU
              - Dense: 3  # E[wrong-structure]: 3
        layers:
          - ReLU
        """,
    "parameter": """
        blocks:
          it:
            params: {a: 2, b: $(a / 0)}  # E[bad-expression]: $(a / 0)
            layers:
              - ReLU: {max_value: $b}
        layers:
          - it  # 1: called from here: it
        """,
    "parameter called index": """
        blocks:
          it:
            params: {index: 2}  # E[bad-name]: index
            layers: [ReLU]
        layers:
          - it  # 1: called from here: it
        """,
    "itself": """
        blocks:
          it:
            layers:
              - it  # E[recursive-block]: it
        layers:
          - it  # 1: called from here: it
        """,
    "blocks in blocks": """
        blocks:
          inner:
            params: {units: null}
            layers:
              - Dense: {units: $units}  # E[out-of-range]: $units
          outer:
            layers:
              - Add:
                  branches:
                    - []
                    - [{inner: {units: 0}}]  # 1: called from here: inner
        layers:
          - outer: {repeat: 2}  # 2: called from here: outer
        """,
    "code": """
        blocks:
          it:
            layers:
              - mine.layers:Odd: {output_shape: [3]}  # E[code-not-allowed]: mine.layers:Odd
        layers:
          - it  # 1: called from here: it
        """,
    "softmax twice": """
        blocks:
          it:
            layers:
              - Flatten
              - Dense: {name: logits, units: 2, activation: softmax}  # 1: 'it_1/logits' has 'softmax': softmax
              - Softmax  # E[activation-twice]: Softmax
        layers:
          - it  # 2: called from here: it
        """,
    "softmax of one": """
        blocks:
          it:
            layers:
              - Flatten
              - Dense: {units: 1, activation: softmax}  # E[softmax-of-one]: softmax
        layers:
          - it  # 1: called from here: it
        """,
    "half precision": """
        blocks:
          it:
            layers:
              - Flatten
              - Dense: {units: 2, dtype: float16}  # E[half-precision-output]: float16
        layers:
          - it: {name: end}  # 1: called from here: it
        outputs: {end: {loss: mse}}
        """,
    "frozen without weights": """
        submodels: {base: {spec: parts/branch.yaml}}
        blocks:
          it:
            layers:
              - base: {frozen: true}  # E[frozen-without-weights]: frozen
        layers:
          - it  # 1: called from here: it
        """,
    "unused layer": """
        blocks:
          it:
            layers:
              - ReLU: {name: lost}  # E[unused-layer]: lost
              - Flatten: {from: image}
        layers:
          - it  # 1: called from here: it
        """,
    "seed of a default": """
        defaults: {Dense: {kernel_initializer: {HeNormal: {seed: 1}}}}  # E[repeated-seed]: 1
        blocks:
          it:
            layers:
              - Flatten: {from: image}
              - Dense: {name: d, units: 2}  # 1: 'a/d' is here: d
        layers:
          - it: {name: a}
          - it: {name: b}  # 2: called from here: it
          - Add: {from: [a, b]}
        """,
    "read in a block": """
        inputs: {image: [3, 28, 28]}  # E[channel-order]: [3, 28, 28]
        blocks:
          it:
            layers:
              - Conv2D: {filters: 8, kernel_size: 3, padding: same}  # 1: 'it_1/conv2d_1' reads it here: Conv2D
        layers:
          - it  # 2: called from here: it
        """,
    "submodel in a block": """
        submodels:
          base:  # 2: called from here: base
            spec:
              cnnspec: 1
              inputs:
                pixels: [null, null, 1]  # 1: the input (None, 28, 28, 1) comes from 'pixels' here: pixels
              layers:
                - Conv2D: {filters: 1, kernel_size: 30}  # E[kernel-too-large]: 30
        blocks:
          it:
            layers:
              - base  # 3: called from here: base
        layers:
          - it  # 4: called from here: it
        """,
    "block in a submodel": """
        submodels:
          base:  # 2: called from here: base
            spec:
              cnnspec: 1
              inputs: {image: [28, 28, 1]}
              blocks:
                it:
                  layers:
                    - Dense: {units: 0}  # E[out-of-range]: 0
              layers:
                - it  # 1: called from here: it
        layers:
          - base
        """,
}
"""Specs with a mistake in a block: `# E[code]: text` ends its line, and names what is meant.

`# 1: message: text` ends the line that the first note points at, and so on.
"""
MARK = re.compile(r"# (?:E\[(?P<code>[\w-]+)\]|(?P<number>\d): (?P<message>.*?)): (?P<what>\S.*)$")


def marked(text: str) -> tuple[str, Span, tuple[Note, ...]]:
    """The code, span and notes that the comments of a text ask for."""
    codes, notes = {}, {}
    for number, line in enumerate(text.splitlines(), 1):
        if (mark := MARK.search(line)) is None:
            continue
        start = line.index(mark["what"]) + 1
        span = Span(OUTER, number, start, number, start + len(mark["what"]))
        if mark["code"]:
            codes[mark["code"]] = span
        else:
            notes[int(mark["number"])] = Note(mark["message"], span)
    ((code, span),) = codes.items()
    return code, span, tuple(notes[number] for number in sorted(notes))
