"""The codes of diagnostics, each with its meaning."""

DATA_WARNINGS: dict[str, str] = {
    "unused-data": "files or parts of the data that are not used",
    "empty-class": "a class without data",
    "unseen-classes": "classes that only the validation or test data has",
    "class-order": "classes whose names are numbers, but which are sorted as text",
}
"""The codes of warnings about training data, which no validation opens."""

WARNINGS: dict[str, str] = {
    # heads and losses
    "loss-activation": "the last activation does not match the loss",
    "loss-units": "a loss over classes on an output with one unit",
    "logits-without-from-logits": "a loss on probabilities after a linear layer",
    "from-logits-after-activation": "a loss with from_logits after a softmax or sigmoid",
    "metric-labels": "a metric that takes other labels than the loss of its output",
    "metric-activation": "a metric that takes other predictions than the last activation returns",
    "metric-units": "a metric that says nothing about as many values as its output has",
    "softmax-of-one": "a softmax over a single value, which is always 1",
    "activation-twice": "a softmax or sigmoid after another softmax or sigmoid",
    "half-precision-output": "a loss on a 16-bit output",
    # shapes
    "dense-without-flatten": "Dense layers on an image that is never flattened",
    "broadcast-merge": "an elementwise merge that broadcasts its inputs",
    "channel-order": "an input whose channels are not on the axis that the layer expects",
    "normalized-axis": "BatchNormalization over the last axis after a channels_first layer",
    "lost-mask": "an operation that drops a mask which a layer below it needs",
    "output-without-batch": "an output that does not hold one result for each sample",
    "unscaled-input": "unscaled pixels as the input of a network of keras.applications",
    # unused parts
    "unused-layer": "a layer that no output depends on",
    "unused-input": "an input that no layer uses",
    "unused-block": "a block that is never called",
    "unused-submodel": "a submodel that is never called",
    "unused-default": "a default for a kind that is never used",
    "unused-parameter": "a parameter that is never used",
    # training
    "frozen-without-weights": "a frozen submodel without trained weights",
    "untrained-output": "an output without a loss that has layers of its own",
    "repeated-seed": "weights that start with the same values because of the same seed",
    "incomplete-warmup": "a warmup without its steps or its target",
    "nesterov-without-momentum": "Nesterov momentum with a momentum of 0",
    # data
    **DATA_WARNINGS,
    # weights
}
"""The codes of warnings, with their meaning. A spec may ignore warnings."""

CODES: dict[str, str] = {
    # the text
    "file-not-found": "a file that the spec refers to cannot be read",
    "file-too-large": "a file that is larger than the limit for specs",
    "not-utf8": "a file that is not UTF-8 text",
    "yaml-syntax": "a text that is not valid YAML",
    "yaml-tab": "a tab where YAML allows only spaces",
    "yaml-tag": "a YAML tag; a spec is plain data",
    "yaml-key": "a mapping key that is not plain text",
    "yaml-documents": "more than one YAML document in a file",
    "yaml-alias": "an undefined or recursive alias, or aliases that expand beyond the limit",
    "yaml-depth": "nesting that is deeper than the limit for specs",
    "yaml-number": "a number that is too large or has too many digits",
    "duplicate-key": "a key that appears twice in one mapping",
    # the document
    "wrong-structure": "a mapping, list or text where the language expects something else",
    "unknown-key": "a key that the language does not have",
    "missing-key": "a required key that is missing",
    "unsupported-version": "an unsupported version of the language",
    "code-not-allowed": "a model that needs code that was not allowed",
    "not-supported-yet": "a part of the language that this release does not support",
    "not-a-model": "a file that defines blocks or submodels, but no model",
    "bad-name": "an invalid name for a layer, output, parameter or model",
    # calls
    "unknown-kind": "an unknown layer, block, submodel, loss, metric or other kind",
    "refused-kind": "a Keras class that a spec cannot express",
    "not-in-this-keras": "a kind, argument or value that this version of Keras does not have",
    "unknown-argument": "an argument that the kind does not have",
    "missing-argument": "a required argument that is missing",
    "wrong-type": "a value whose type the argument does not accept",
    "out-of-range": "a number outside the range of the argument",
    "unknown-value": "a value that is not one of the choices of the argument",
    "conflicting-arguments": "arguments that cannot be used together",
    # parameters and blocks
    "bad-expression": "an expression that cannot be parsed or evaluated",
    "unknown-parameter": "a parameter that is not defined",
    "missing-parameter": "a parameter without a value",
    "recursive-block": "a block that calls itself",
    "too-large": "a spec that expands beyond the limit",
    "more-findings": "findings of a file beyond those that are told",
    # the graph
    "duplicate-name": "a name that is defined twice",
    "unknown-name": "a reference to a name that is not defined",
    "defined-later": "a reference to a name that is defined further down",
    "needs-from": "a step whose input is ambiguous",
    "wrong-input-count": "more or fewer inputs than the layer takes",
    "unknown-output": "an unknown output, or an ambiguous reference to a model with several outputs",
    # submodels and weights
    "recursive-import": "a file that includes itself",
    "outside-root": "a path outside the allowed folder",
    "unreadable-model": "a file that cannot be read as a Keras model",
    "weights-do-not-fit": "weights in a file that do not match the model",
    # shapes
    "wrong-dtype": "a data type that the layer does not support",
    "wrong-rank": "an input with more or fewer axes than the layer takes",
    "shape-mismatch": "shapes that do not fit together",
    "kernel-too-large": "a kernel or pool that is larger than its input",
    "unknown-size": "an unknown size where it must be known",
    "no-output-shape": "a layer whose output would be empty",
    "no-gradient": "an operation without a gradient before a loss",
    "unusable-loss": "a loss that Keras cannot compute for its output",
    "unusable-metric": "a metric that Keras cannot compute for its output",
    # expectations
    "expectation": "a model that is not as its `expect` section says",
    **WARNINGS,
}
"""All codes of diagnostics, with their meaning."""
