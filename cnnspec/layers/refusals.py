"""The layers of Keras that no spec can say, each with the reason."""

NOT_DATA = "it runs code that a file brings along"
NO_LAYER = "it is a class that layers are made from"

REFUSALS: dict[str, str] = {
    "FlaxLayer": NOT_DATA,
    "JaxLayer": NOT_DATA,
    "Lambda": NOT_DATA,
    "TFSMLayer": NOT_DATA,
    "TorchModuleWrapper": NOT_DATA,
    "InputSpec": NO_LAYER,
    "Layer": NO_LAYER,
    "Wrapper": NO_LAYER,
    "Input": "inputs stand in the section `inputs`",
    "InputLayer": "inputs stand in the section `inputs`",
    "Equalization": "Keras cannot put it in a model, since it gives back its very input; "
    "ContrastLimitedAdaptiveHistogramEqualization does similar work",
    "MaxNumBoundingBoxes": "it pads lists of bounding boxes, and a model hands it only images",
    "RandomCrop": "Keras crops only in training and passes whole images on in inference, "
    "which no layer after it fits; CenterCrop and Resizing do the same in both",
}
"""By public name of Keras; "... cannot be said in a spec: " stands before the reason."""
