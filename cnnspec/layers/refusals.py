"""The Keras layers that a spec cannot express, with the reasons."""

NOT_DATA = "it runs Python code"
NO_LAYER = "it is a base class of layers"

REFUSALS: dict[str, str] = {
    "FlaxLayer": NOT_DATA,
    "JaxLayer": NOT_DATA,
    "Lambda": NOT_DATA,
    "TFSMLayer": NOT_DATA,
    "TorchModuleWrapper": NOT_DATA,
    "InputSpec": NO_LAYER,
    "Layer": NO_LAYER,
    "Wrapper": NO_LAYER,
    "Input": "inputs are declared under `inputs`",
    "InputLayer": "inputs are declared under `inputs`",
    "Equalization": "Keras cannot use it in a model, because it returns its input object; "
    "use ContrastLimitedAdaptiveHistogramEqualization instead",
    "MaxNumBoundingBoxes": "it pads lists of bounding boxes, but in a model it gets only images",
    "RandomCrop": "it crops only in training, and in inference it passes on whole images, "
    "which do not fit the next layer; use CenterCrop or Resizing instead",
}
"""By public name of Keras. Messages start with "X cannot be used in a spec: "."""
