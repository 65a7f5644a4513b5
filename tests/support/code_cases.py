"""Small specs, each with something that is hard to write as Python."""

from tests.support.keras_versions import sections_run_here

ALL = {
    "words of Python as names": r"""
inputs: {class: [8, 8, 1]}
name: class
blocks:
  for:
    params: {lambda: null, name_: 1, x: 2}
    layers:
      - Conv2D: {filters: $lambda, kernel_size: $x, name: "def"}
      - Dense: {units: $name_}
  keras:
    layers: [ReLU]
layers:
  - Conv2D: {name: None, filters: 2, kernel_size: 3}
  - Conv2D: {name: "x; import os", filters: 2, kernel_size: 1, from: None}
  - Conv2D: {name: 'quotes " '' \ and {braces}', filters: 2, kernel_size: 1, from: "x; import os"}
  - for: {lambda: 3, name: "é ü"}
  - for: {lambda: 4, name_: 5, name: layers}
  - keras: {name: x}
  - keras: {name: model}
  - Add: {name: index, from: [x, model]}
  - Flatten: {name: keras}
  - Dense: {name: l, units: 3}
  - Dense: {name: "import", units: 3, from: keras}
outputs:
  l: {loss: mse}
  import: {loss: mse, metrics: [mae]}
""",
    "loops in loops": """
inputs: {x: [8, 8, 4]}
blocks:
  unit:
    params: {filters: null, times: 2}
    layers:
      - Conv2D: {filters: $filters, kernel_size: 1, repeat: $times, name: "c$(index + 3)_in"}
      - ReLU
  stage:
    params: {filters: null, depth: null}
    layers:
      - unit: {filters: $filters, repeat: $(depth - 1), times: $(depth * 2)}
      - Add: {repeat: $depth, branches: {main: [unit: {filters: $filters, repeat: 2}], short: []}}
layers:
  - stage: {filters: 4, depth: 3}
  - stage: {filters: 4, depth: 1}
  - Concatenate:
      repeat: 2
      branches: [[Conv2D: {filters: "$(index + 1)", kernel_size: 1, name: "b$(index)"}], []]
  - Dropout: {repeat: 3, rate: "$(index / 4)"}
  - Dense: {units: 3, repeat: 2, name: "d$(2 * index + 1)_of_$(index)"}
""",
    "repetitions that are read before they end": """
inputs: {x: [8, 8, 4]}
layers:
  - Dense: {name: s, units: 4, repeat: 3}
  - Add: {name: sum, from: [s, s_1]}
  - Add: {name: many, from: [s, sum], repeat: 1}
  - Dense: {units: 4, repeat: 2, name: a, from: s_2}
  - Add: {from: [a, many]}
""",
    "a block of which two tensors are read": """
inputs: {x: [8, 8, 4]}
blocks:
  two:
    params: {units: 3}
    layers:
      - Dense: {name: first, units: $units}
      - Dense: {name: second, units: $units}
layers:
  - two: {name: a}
  - two: {name: b, units: 4}
  - Dense: {name: after, units: 3}
  - Add: {from: [a/first, a]}
  - Concatenate: {from: [previous, after]}
""",
    "frozen layers": """
inputs: {x: [8, 4]}
blocks:
  drop:
    params: {rate: 0.5}
    layers:
      - Dense: {units: 4}
      - BatchNormalization
      - Dropout: {rate: $rate}
layers:
  - drop: {rate: 0.2}
  - drop: {rate: 0.3, frozen: true}
  - drop: {frozen: true}
  - Bidirectional: {layer: {LSTM: {units: 3, dropout: 0.2, return_sequences: true}}, frozen: true}
  - TimeDistributed: {layer: {Dense: {units: 3}}, frozen: true}
  - TimeDistributed: {layer: {Dense: {units: 3}}, trainable: false}
  - Dense: {units: 3, trainable: false, bias_initializer: {Constant: {value: 2}}}
""",
    "no turns": """
inputs: {x: [8, 8, 4]}
params: {n: 1}
blocks:
  stage:
    params: {depth: 2}
    layers:
      - Dense: {units: 4}
      - Dense: {units: 4, repeat: $depth, name: more}
      - ReLU
layers:
  - stage: {depth: 0}
  - stage
  - stage: {depth: 1}
  - stage: {depth: $n, repeat: $(n + 1)}
  - Dense: {units: 4, repeat: 0, name: nothing}
  - Add: {from: [nothing, stage_2]}
""",
    "shared layers": """
inputs: {x: [8, 4]}
blocks:
  own:
    layers:
      - Dense: {name: a, units: 4}
      - shared: {layer: a}
  others:
    params: {what: null}
    layers:
      - Dense: {units: 4}
      - shared: {layer: $what}
layers:
  - Dense: {name: base, units: 4}
  - own
  - own
  - others: {what: base}
  - others: {what: base}
  - shared: {layer: base, repeat: 2}
""",
    "submodels": """
inputs: {x: [8, 4], y: [8, 4]}
blocks:
  call:
    layers: [net, ReLU]
  norm:
    params: {epsilon: 0.01}
    layers:
      - BatchNormalization: {epsilon: $epsilon}
      - ReLU
submodels:
  net:
    spec:
      inputs: {z: [8, 4]}
      blocks: {norm: {layers: [LayerNormalization, ReLU]}}
      layers: [norm, norm, Dense: {units: 4, name: d, frozen: true}]
  twins:
    spec:
      inputs: {p: [8, 4], q: [8, 4]}
      layers:
        - Dense: {name: one, units: 2, from: p}
        - Dense: {name: two, units: 2, from: q}
        - Dense: {name: three, units: 2, from: q}
      outputs: {one: {}, two: {}, three: {}}
  outer:
    frozen: true
    spec:
      inputs: {z: [8, 4]}
      submodels:
        inner: {spec: {inputs: {k: [8, 4]}, layers: [Dropout: {rate: 0.1}, Dense: {units: 4}]}}
      layers: [inner: {name: deep}, Dropout: {rate: 0.5}, Dense: {units: 4}]
layers:
  - net: {name: n1, from: x}
  - call
  - call
  - norm
  - norm: {epsilon: 0.1}
  - net: {repeat: 2}
  - outer
  - twins: {name: t, from: [previous, y]}
  - Add: {from: [t/one, t/three]}
""",
    "tensors from outside of a block": """
inputs: {image: [8, 8, 4]}
blocks:
  joined:
    layers: [Add, ReLU]
  fixed:
    layers:
      - Dense: {units: 4}
      - Dense: {units: 4}
      - Add: {from: [previous, stem]}
  low:
    params: {finer: null, units: 4}
    layers:
      - Dense: {units: $units}
      - Add: {branches: {above: [], finer: [Dense: {from: $finer, units: $units}, ReLU]}}
  high:
    params: {finer: null}
    layers:
      - low: {finer: $finer}
      - Dropout: {rate: 0.1}
      - low: {finer: $finer, units: 4, repeat: 2}
layers:
  - Dense: {name: stem, units: 4}
  - fixed
  - Dense: {name: other, units: 4}
  - fixed
  - high: {finer: other}
  - high: {finer: stem}
  - joined: {from: [stem, other, previous]}
  - joined: {from: [stem, previous]}
  - joined: {from: [previous, other]}
  - joined: {branches: {a: [Dense: {units: 4}], "b c": [], "2": [ReLU, ReLU]}}
""",
    "what a block takes, read again at its end": """
inputs: {image: [8, 8, 4]}
blocks:
  fixed:
    layers:
      - Dense: {units: 4}
      - Dense: {units: 4}
      - Add: {from: [previous, stem]}
layers:
  - Dense: {name: stem, units: 4}
  - fixed
  - Dense: {name: w, units: 4, from: stem}
  - fixed: {from: stem, name: again}
  - Add: {from: [again, w]}
""",
    "expressions": """
inputs: {image: [16, 16, 4]}
params: {width: 3, half: 0.5}
blocks:
  a:
    params:
      filters: null
      inner: $(filters * 2)
      outer: $(inner + width)
      middle: $(outer - 1)
      size: [1, 1]
      act: relu
      bias: true
      init: null
    layers:
      - Conv2D: {filters: $inner, kernel_size: $size, activation: $act, use_bias: $bias}
      - Conv2D: {filters: $outer, kernel_size: 1, kernel_initializer: $init}
      - Conv2D: {filters: $middle, kernel_size: 1}
      - Conv2D: {filters: "$(ceil(filters / 2) ** 2)", kernel_size: 1, activation: relu}
      - Conv2D: {filters: "$(max(filters, width) // 2 + floor(half))", kernel_size: [1, 1]}
      - Dropout: {rate: $(half * filters / 100)}
      - Reshape: {target_shape: [16, -1, "$(max(filters, width) // 2)"]}
      - ZeroPadding2D: {padding: [[0, $(filters - 2)], 0]}
      - Cropping2D: {cropping: [[0, $(filters - 2)], 0]}
layers:
  - a: {filters: 2, init: he_normal}
  - a: {filters: 3, size: 1, init: zeros}
  - a: {filters: 4, inner: 5, size: [1, 1], act: tanh, bias: false, init: Orthogonal}
  - a: {filters: $width, outer: 2, act: linear, init: he_normal, repeat: 2}
""",
    "parameters that are calls": """
inputs: {s: [7, 7, 3]}
blocks:
  m:
    params: {reg: l2}
    layers:
      - Dense: {units: 3, kernel_regularizer: $reg}
layers:
  - m: {reg: {L2: {l2: 0.5}}}
  - m: {reg: {L2: {l2: 0.5}}}
  - m
""",
    "losses, metrics and an optimizer": """
inputs: {image: {shape: [null, null, 3], dtype: uint8}}
layers:
  - Rescaling: {scale: $(1 / 255)}
  - GlobalAveragePooling2D
  - Dense: {name: a, units: 1, activation: sigmoid}
  - Dense: {name: b, units: 4}
outputs:
  a:
    loss: {BinaryCrossentropy: {label_smoothing: 0.1}}
    metrics: [AUC, {AUC: {curve: PR, name: pr}}, accuracy, BinaryAccuracy, acc]
  b: {loss: MeanSquaredError, loss_weight: 2, metrics: [mse]}
  c: {from: b}
train:
  optimizer:
    AdamW:
      learning_rate: {CosineDecay: {initial_learning_rate: 0.001, decay_steps: 5000}}
      weight_decay: 0.01
""",
    "layers of several outputs": """
inputs: {s: [7, 3]}
layers:
  - LSTM: {name: lstm, units: 4, return_state: true, return_sequences: true}
  - GRU: {name: gru, units: 4, return_state: true}
  - Add: {name: both, from: [lstm/state_h, gru]}
  - Dense: {name: c, units: 3, from: lstm/state_c}
outputs: {both: {}, c: {}, again: {from: both}}
""",
    "long names": """
inputs: {an_input_with_a_name_that_is_longer_than_most: [8, 8, 3]}
submodels:
  a_submodel_with_a_name_that_is_longer_than_most:
    spec:
      inputs: {p: [8, 8, 3]}
      layers: [Dense: {name: d, units: 3}, LayerNormalization: {name: n}]
      outputs:
        the_first_output_of_a_submodel: {from: d}
        the_second_output_of_a_submodel: {from: n}
layers:
  - ContrastLimitedAdaptiveHistogramEqualization:
      name: a_layer_with_a_name_that_is_longer_than_most_of_the_others
      value_range: [0, 1]
  - a_submodel_with_a_name_that_is_longer_than_most: {name: calling_it}
  - Add: {from: [calling_it/the_first_output_of_a_submodel, calling_it/the_second_output_of_a_submodel]}
  - Dense:
      name: a_dense_layer_with_a_name_that_is_longer_than_most_of_the_others_by_very_far_indeed
      units: 3
outputs:
  a_dense_layer_with_a_name_that_is_longer_than_most_of_the_others_by_very_far_indeed:
    loss: sparse_categorical_crossentropy
""",
    "names that differ from call to call": """
inputs: {s: [7, 7, 3]}
blocks:
  labelled:
    params: {label: null, number: null}
    layers:
      - Dense: {units: 3, name: $label}
      - Dense: {units: 3, name: "x$(number + 1)_y"}
      - Dense: {units: 3, name: "z$(number)", repeat: 2}
  numbered:
    params: {number: null}
    layers:
      - Dense: {units: 3, name: "x$(number + 1)_y"}
layers:
  - labelled: {label: p, number: 2}
  - labelled: {label: q, number: 4}
  - numbered: {number: 1}
  - numbered: {number: 7}
  - numbered: {number: 7, frozen: true}
""",
    "layers that Keras does not show": """
inputs: {s: [7, 7, 3]}
layers:
  - Dense: {units: 3, name: d}
  - LayerScale: {init_values: 0.1, projection_dim: 3}
  - LayerScale: {init_values: 0.2, projection_dim: 3}
  - StochasticDepth: {drop_path_rate: 0.1}
""",
}
"""By what is hard."""
CASES = {case: text for case, text in ALL.items() if sections_run_here(text)}
"""Those that the installed Keras can build."""
