"""Every word of the language: what `cnnspec explain` prints of it, and its example."""

import json
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import keras
import pytest
import yaml
from pydantic import BaseModel

from cnnspec import load
from cnnspec.compiler import compile_file
from cnnspec.declarations import keras_table
from cnnspec.declarations.describe import NO_DEFAULT, Argument
from cnnspec.declarations.family import Family
from cnnspec.declarations.foreign_table import worlds
from cnnspec.declarations.hints import OF_OTHERS
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.diagnostics.codes import CODES
from cnnspec.language.calls import FROM_TEXT, Model
from cnnspec.language.document import Document
from cnnspec.language.dump import value_text
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.language.schema import language_schema
from cnnspec.layers.fields import UNUSABLE
from cnnspec.naming import snake_case
from cnnspec.objects.activations import ACTIVATIONS
from cnnspec.objects.applications import NOT_YET
from cnnspec.objects.families import (
    APPLICATIONS,
    CALLBACKS,
    DATA,
    LOSSES,
    METRICS,
    OPTIMIZERS,
)
from cnnspec.vocabulary.arguments import Arguments
from cnnspec.vocabulary.entries import Group
from cnnspec.vocabulary.examples import reading
from cnnspec.vocabulary.foreign import ForeignKinds, foreign_groups
from cnnspec.vocabulary.keys import Part, parts
from cnnspec.vocabulary.kinds import Activations, Kinds
from cnnspec.vocabulary.lookup import all_words, groups
from cnnspec.vocabulary.type_words import CALLS, FORMS
from cnnspec.vocabulary.words import WORDS, Words
from tests.support.commands import Outcome, run_command, run_python

EACH_GROUP = pytest.mark.parametrize("group", groups(), ids=lambda group: group.plural)
OF_KINDS = [group for group in groups() if isinstance(group, Kinds)]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def explain(*arguments: str) -> Outcome:
    return run_command("explain", *arguments)


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that Keras writes of `base.yaml`."""
    folder = tmp_path_factory.mktemp("base")
    model = load(Path(reading.__file__).parent / "files" / "base.yaml").build()
    model.save(folder / "model.keras")
    model.save_weights(folder / "model.weights.h5")
    return folder


def test_every_family_has_its_words() -> None:
    families = ALL_FAMILIES
    found = [group.family for group in groups() if isinstance(group, Kinds)]
    assert found == [*families]
    assert [group.family for group in groups() if isinstance(group, Arguments)] == [*families]
    for family in families:
        words = {*family.kinds, *family.aliases, *family.refusals}
        if family is APPLICATIONS:
            words |= NOT_YET
        assert Kinds(family).words().keys() == words


def test_every_key_of_the_document_is_a_word() -> None:
    models = {each.__name__ for each in Model.__subclasses__()} - {"Branches", "Call"}
    assert {part.model.__name__ for part in parts()} == models
    described = language_schema()["$defs"]
    for part in parts():
        if "properties" in described[part.model.__name__]:
            assert part.names() == [*described[part.model.__name__]["properties"]]


def test_every_form_has_its_words() -> None:
    text = json.dumps(Document.model_json_schema(), default=str)
    forms = {part.split('"')[0] for part in text.split('"form": "')[1:]}
    assert forms <= FORMS.keys() | CALLS.keys()


def test_there_are_no_examples_of_other_keys() -> None:
    folder = Path(reading.__file__).parent
    known = {snake_case(part.model.__name__): {*part.names()} for part in parts()}
    known["word"] = {*WORDS}
    assert {file.stem: {*reading.examples(file.stem)} for file in folder.glob("*.yaml")} == known


@EACH_GROUP
def test_every_example_validates(group: Group, weights: Path, tmp_path: Path) -> None:
    found = {}
    for name in group.names():
        example = group.entry(name).example
        assert example is not None, name
        for file, text in example.files:
            (tmp_path / file).write_bytes(text.encode() or (weights / file).read_bytes())
        (tmp_path / "spec.yaml").write_text(example.text, "utf-8")
        report = compile_file(tmp_path / "spec.yaml", root=tmp_path, keras=NEWEST).report
        found[name] = [f"{each.code}: {each.message}" for each in report]
    assert found == {name: [] for name in group.names()}


def words_in(value: Any) -> Iterator[str]:
    """All keys and texts in plain data."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from words_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from words_in(item)
    elif isinstance(value, str):
        yield value


IN_EXAMPLES = {"$name": "$width", "$(expression)": "$(", "$$": "$$price"}
"""How words that stand for others are written in their examples."""


@EACH_GROUP
def test_every_example_shows_its_word(group: Group) -> None:
    missing = []
    for name in group.names():
        example = group.entry(name).example
        assert example is not None
        data = yaml.safe_load(example.text)
        if isinstance(group, Part):
            document = Document.model_validate(data, context=FROM_TEXT)
            is_shown = name in keys_of(document, group)
        elif isinstance(group, Words):
            is_shown = IN_EXAMPLES.get(name, name) in example.text
        else:
            words = {word for word, of in group.words().items() if of == name}
            is_shown = not words.isdisjoint(words_in(data))
        missing += [] if is_shown else [name]
    assert missing == []


def keys_of(value: Any, part: Part) -> set[str]:
    """The keys of a part that a document states, wherever it has such parts."""
    found: set[str] = set()
    if isinstance(value, part.model):
        names = {field: key for key, field in part.fields().items()}
        found |= {names[each] for each in value.model_fields_set if each in names}
    if isinstance(value, BaseModel):
        inner: list[Any] = [getattr(value, name) for name in type(value).model_fields]
    else:
        inner = [*value.values()] if isinstance(value, dict) else []
        inner += value if isinstance(value, list) else []
    for each in inner:
        found |= keys_of(each, part)
    return found


def stated(argument: Argument) -> str:
    """An argument as a page states it."""
    if argument.required:
        default = "; required"
    elif argument.default is NO_DEFAULT:
        default = ""
    else:
        default = f"; default {value_text(argument.default)}"
    return squeezed(f"{argument.name}: {argument.takes}{default} {argument.says}")


@pytest.mark.parametrize("group", OF_KINDS, ids=lambda group: group.plural)
def test_a_page_of_a_kind_has_all_its_arguments(group: Kinds) -> None:
    for kind, declaration in group.family.kinds.items():
        exit_code, stdout, stderr = explain(f"{group.noun}:{kind}")
        assert (exit_code, stderr) == (0, "")
        page, described = squeezed(stdout), group.entry(kind).arguments
        assert {each.name for each in described} == declaration.arguments().keys()
        for each in described:
            assert each.takes
            assert each.required == (each.name in declaration.required())
            assert each.required or each.default == declaration.default_of(each.name)
            assert stated(each) in page
        order = [each.required for each in described]
        assert order == sorted(order, reverse=True)
        assert squeezed(str(declaration.__doc__).split("\n\n")[0]) in page
        assert [word for word in declaration.aliases if word not in page] == []


def test_pages_say_since_which_keras() -> None:
    known = {group.family.namespace: group for group in OF_KINDS}
    for namespace, kinds in keras_table.KINDS.items():
        for kind, (first, _) in kinds.items():
            summary = known[namespace].entry(kind).summary
            assert summary.endswith(f"Requires Keras {first.removesuffix('.0')} or later.")
    for namespace, arguments in keras_table.ARGUMENTS.items():
        for kind, spans in arguments.items():
            says = {each.name: each.says for each in known[namespace].entry(kind).arguments}
            for name, (first, _) in spans.items():
                assert f"Requires Keras {first.removesuffix('.0')} or later." in says[name]
    muon = known["optimizers"].entry("Muon")
    assert muon.also == ("muon (requires Keras 3.14 or later)",)
    says = {each.name: each.says for each in muon.arguments}
    assert says["ns_steps"] == (
        "Number of Newton-Schulz iterations. Before Keras 3.13, the default is 6."
    )
    assert known["layers"].entry("DepthwiseConv2D").facts == (
        "A dilation rate above 1 with strides above 1 requires Keras 3.15 or later.",
    )


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.noun)
def test_a_page_of_a_key_says_what_it_takes_and_where_it_stands(part: Part) -> None:
    for name in part.names():
        exit_code, stdout, stderr = explain(f"{part.noun}:{name}")
        assert (exit_code, stderr) == (0, "")
        page, described = squeezed(stdout), part.entry(name)
        place = part.path % f"{name}: ..."
        assert squeezed(f"In a spec: {place} Takes: {described.takes}") in page
        assert described.summary in page
        assert [text for text in map(stated, described.arguments) if text not in page] == []
        field = part.model.model_fields[part.fields()[name]]
        assert described.is_required or not field.is_required()


@EACH_GROUP
def test_every_page_is_whole_and_fits_a_terminal(group: Group) -> None:
    for name in group.names():
        exit_code, stdout, stderr = explain(f"{group.noun}:{name}")
        assert (exit_code, stderr) == (0, "")
        assert [line for line in stdout.splitlines() if len(line) > 80] == []
        example = group.entry(name).example
        assert example is not None
        shown = [line.removeprefix("    ") for line in stdout.splitlines()]
        wanted = [line for _, text in example.files for line in text.splitlines()]
        assert [line for line in (*wanted, *example.text.splitlines()) if line not in shown] == []


@cache
def found_by(word: str) -> tuple[str, ...]:
    meanings = json.loads(explain("--format", "json", word).stdout)["meanings"]
    return tuple(f"{each['group']}:{each['name']}" for each in meanings)


@EACH_GROUP
def test_words_are_found_in_any_case(group: Group) -> None:
    for word, name in group.words().items():
        wanted = f"{group.noun}:{name}"
        for written in (word, word.swapcase()):
            assert wanted in found_by(written)


def test_json_has_what_pages_have() -> None:
    exit_code, stdout, stderr = explain("--format", "json", "callback:earlystopping")
    (callbacks,) = (group for group in groups() if group.noun == "callback")
    described = callbacks.entry("EarlyStopping")
    assert described.example is not None
    assert (exit_code, stderr, json.loads(stdout)) == (
        0,
        "",
        {
            "word": "callback:earlystopping",
            "meanings": [
                {
                    "name": "EarlyStopping",
                    "group": "callback",
                    "summary": "Stops training when a value no longer improves.",
                    "arguments": [
                        {
                            "name": each.name,
                            "takes": each.takes,
                            "required": False,
                            "default": each.default,
                            "says": each.says,
                        }
                        for each in described.arguments
                    ],
                    "example": described.example.text,
                }
            ],
        },
    )


EARLY_STOPPING = """\
EarlyStopping: a callback
Stops training when a value no longer improves.

Arguments
  monitor: text; default val_loss
      Name of the value, such as `val_loss` or `val_digit_accuracy`.
  mode: 'auto', 'min' or 'max'; default auto
      Whether the value should decrease or increase; `auto` infers it from the
      name.
  verbose: 0, 1 or 2; default 0
  min_delta: a number of at least 0; default 0
      Smallest change that counts as an improvement.
  patience: a whole number of at least 0; default 0
      Number of epochs without improvement before it stops.
  baseline: a number or null; default null
      Value that must be improved on.
  restore_best_weights: true or false; default false
  start_from_epoch: a whole number of at least 0; default 0

Example
    cnnspec: 1

    inputs:
      x: [64]

    layers:
      - Dense: {name: y, units: 10, activation: softmax}

    outputs:
      y: {loss: sparse_categorical_crossentropy}

    train:
      optimizer: adam
      validation: 0.2
      epochs: 20
      callbacks:
        - EarlyStopping: {patience: 5, restore_best_weights: true}
"""
LOSS_WEIGHT = """\
loss_weight: a key of an output
The weight of this loss in the sum of all losses.

In a spec: outputs: {NAME: {loss_weight: ...}}
Takes: a number; default 1

Example
    cnnspec: 1
    inputs: {image: [28, 28, 1]}
    layers:
      - Flatten: {name: flat}
      - Dense: {name: digit, units: 10, activation: softmax}
      - Dense: {name: odd, from: flat, units: 1, activation: sigmoid}
    outputs:
      digit: {loss: sparse_categorical_crossentropy}
      odd: {loss: binary_crossentropy, loss_weight: 0.5}
"""
MAX_VALUE = """\
max_value: an argument of a constraint

  MaxNorm
      a number of at least 0; default 2

  MinMaxNorm
      a number of at least 0; default 1.0

Example
    cnnspec: 1

    inputs:
      x: [64]

    layers:
      - Dense: {units: 10, kernel_constraint: {MaxNorm: {max_value: 3}}}
"""
LAMBDA = """\
Lambda: a layer of Keras
Lambda cannot be used in a spec: it runs Python code.
"""
SCHEDULES = """\
Learning-rate schedules
  ExponentialDecay        `initial_learning_rate * decay_rate ** (step /
                          decay_steps)`.
  InverseTimeDecay        `initial_learning_rate / (1 + decay_rate * step /
                          decay_steps)`.
  PolynomialDecay         Decay from the first learning rate to the last along
                          `(1 - step / decay_steps) ** power`.
  CosineDecay             Half a cosine wave after an optional linear warmup
                          (Loshchilov and Hutter, 2016).
  CosineDecayRestarts     Half a cosine wave with restarts (Loshchilov and
                          Hutter, 2016, arXiv:1608.03983).
  PiecewiseConstantDecay  Piecewise constant learning rates.
"""


@pytest.mark.parametrize(
    ("word", "page"),
    [
        ("EarlyStopping", EARLY_STOPPING),
        ("earlystopping", EARLY_STOPPING),
        ("loss_weight", LOSS_WEIGHT),
        ("constraint:max_value", MAX_VALUE),
        ("lambda", LAMBDA),
        ("schedules", SCHEDULES),
        ("learning-rate schedule", SCHEDULES),
        ("optimizers.schedules", SCHEDULES),
    ],
)
def test_a_page(word: str, page: str) -> None:
    assert explain(word) == (0, page, "")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("mse", ("loss:MeanSquaredError", "metric:MeanSquaredError")),
        ("mean_squared_error", ("loss:MeanSquaredError", "metric:MeanSquaredError")),
        ("loss:mse", ("loss:MeanSquaredError",)),
        ("losses:mse", ("loss:MeanSquaredError",)),
        ("metric:MSE", ("metric:MeanSquaredError",)),
        ("frozen", ("submodel:frozen", "step:frozen")),
        ("step:frozen", ("step:frozen",)),
        ("from", ("step:from", "output:from")),
        ("outputs:from", ("output:from",)),
        ("key:from", ("step:from", "output:from")),
        ("relu", ("activation:relu", "layer:ReLU")),
        ("ReLU", ("layer:ReLU", "activation:relu")),
        ("Linear", ("layer of PyTorch:Linear", "activation:linear", "value:linear")),
        ("nn.Linear", ("layer of PyTorch:Linear", "activation:linear", "value:linear")),
        ("LINEAR", ("activation:linear", "value:linear")),
        ("BATCHNORM2D", ("layer of PyTorch:BatchNorm2d",)),
        ("torch.nn.BatchNorm2d", ("layer of PyTorch:BatchNorm2d",)),
        ("layer:Linear", ("layer of PyTorch:Linear",)),
        ("pytorch:Linear", ("layer of PyTorch:Linear",)),
        ("tf.keras.layers.Flatten", ("layer:Flatten",)),
        (
            "out_channels",
            ("argument of PyTorch:out_channels", "other word for an argument:out_channels"),
        ),
        ("join", ("other word for a layer:join",)),
        ("joined", ("other word for a layer:joined",)),
        ("merge", ("layer of Keras 1 and 2:merge",)),
        ("column", ("word:column",)),
        ("train.epochs", ("train section:epochs",)),
        ("train.phases.epochs", ("phase:epochs",)),
        ("outputs.digit.loss", ("output:loss",)),
        ("layers.conv.filters", ("argument of a layer:filters",)),
        ("layers:filters", ("argument of a layer:filters",)),
        (" Adam ", ("optimizer:Adam",)),
        ("nb_epoch", ("train section:epochs",)),
        ("hyperparameters", ("spec:params",)),
        ("Identity", ("layer:Identity", "initializer:Identity")),
        ("Activation", ("layer:Activation", "argument of a layer:activation")),
        ("activation:relu", ("activation:relu",)),
        ("kernel_initializer", ("argument of a layer:kernel_initializer",)),
        ("$index", ("word:index",)),
        ("index", ("word:index",)),
        ("previous", ("word:previous",)),
        ("shared", ("word:shared",)),
        ("VGG19", ("application:VGG19",)),
        ("keras", ("submodel:keras", "data source:keras")),
        ("data:keras", ("data source:keras",)),
        ("network.blocks:SqueezeExcite", ("word:output_shape",)),
        ("SAME", ("value:same",)),
        ("train:optimizer", ("train section:optimizer",)),
        ("adam", ("optimizer:Adam",)),
        ("accuracy", ("metric:Accuracy",)),
    ],
)
def test_a_word_has_these_meanings(word: str, found: tuple[str, ...]) -> None:
    assert found_by(word) == found


JOINING = "it is `Concatenate`, which puts tensors side by side, or `Add`, which adds them."


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("join", f"join: another word for a layer\n{JOINING}"),
        ("joined", f"joined: another word for a layer\n{JOINING}"),
        (
            "Merge",
            "Merge: a layer of Keras 1 and 2\n"
            "The nearest is `Add`: it adds its inputs; `Concatenate` puts them side by side.",
        ),
        (
            "column",
            "column: a word of the language\n"
            "A function in expressions over the columns of the data. It takes the name of a\n"
            'column in quotes: column("sepal length (cm)"). A column whose name is an\n'
            "identifier stands for itself, as in `x / 255`; every array of an npz file is\n"
            "one. `cnnspec explain train.inputs` shows where such expressions stand.",
        ),
    ],
)
def test_a_page_begins_with_what_the_word_means(word: str, said: str) -> None:
    exit_code, page, _ = explain(word)
    assert (exit_code, page.rstrip("\n").split("\n\n")[0]) == (0, said)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Con2D", "unknown word 'Con2D'; did you mean 'Conv2D'?"),
        ("adamm", "unknown word 'adamm'; did you mean 'adam'?"),
        ("los:mse", "there are no words of the sort 'los'; did you mean 'loss'?"),
        ("zzz:mse", "there are no words of the sort 'zzz'"),
        ("loss:adam", "there is no loss 'adam'"),
        (
            "loss:mean_squared_eror",
            "there is no loss 'mean_squared_eror'; did you mean 'mean_squared_error'?",
        ),
        ("", "unknown word ''; `cnnspec explain` lists all words"),
        ("a" * 9000, f"unknown word '{'a' * 9000}'; `cnnspec explain` lists all words"),
        ("zzz", "unknown word 'zzz'; `cnnspec explain` lists all words"),
    ],
)
def test_words_that_there_are_not(word: str, said: str) -> None:
    assert explain(word) == (2, "", f"cnnspec: {said}\n")
    assert explain("--format", "json", word) == (2, "", f"cnnspec: {said}\n")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Adam", "'Adam' is an optimizer, not a layer; see `cnnspec explain Adam`"),
        ("mse", "'mse' is a loss or a metric, not a layer; see `cnnspec explain mse`"),
        ("units", "'units' is an argument of a layer, not a layer; see `cnnspec explain units`"),
        ("relu", "unknown layer 'relu'; did you mean 'ReLU'?"),
        ("Con2D", "unknown layer 'Con2D'; did you mean 'Conv2D'?"),
        ("Lambda", "Lambda cannot be used in a spec: it runs Python code"),
        ("loss:mse", "'loss:mse' is a loss, not a layer; see `cnnspec explain loss:mse`"),
        ("los:mse", f"unknown layer 'los:mse'; {OF_OTHERS}"),
    ],
)
def test_layers_points_at_what_explains_other_words(word: str, said: str) -> None:
    assert run_command("layers", word) == (2, "", f"cnnspec: {said}\n")


def test_all_words_are_listed_by_group() -> None:
    exit_code, stdout, stderr = explain()
    listed = json.loads(explain("--format", "json").stdout)["groups"]
    assert (exit_code, stderr) == (0, "")
    assert [line for line in stdout.splitlines() if len(line) > 80] == []
    names = {group.plural: group.names() for group in groups()}
    assert {key: value for key, value in listed.items() if key in names} == names
    assert sorted(listed["errors"] + listed["warnings"]) == sorted(CODES)
    page = squeezed(stdout)
    for group in groups():
        is_long = isinstance(group, Arguments) or group.noun == "value"
        assert (", ".join(group.names()) in page) is not is_long


@EACH_GROUP
def test_a_group_is_listed_with_meanings(group: Group) -> None:
    exit_code, stdout, stderr = explain(group.plural)
    if any(group.plural.lower() == word.lower() for word in all_words()):
        return  # a key, such as `metrics`, whose page lists the kinds that it takes
    page = squeezed(stdout)
    assert (exit_code, stderr) == (0, "")
    wanted = [squeezed(f"{name} {group.short(name)}") for name in group.names()]
    assert [text for text in wanted if text not in page] == []


@pytest.mark.parametrize(
    ("asked", "family"),
    [
        ("output:loss", LOSSES),
        ("output:metrics", METRICS),
        ("train:callbacks", CALLBACKS),
        ("train:data", DATA),
        ("train:optimizer", OPTIMIZERS),
        ("phase:optimizer", OPTIMIZERS),
        ("submodel:application", APPLICATIONS),
    ],
)
def test_keys_that_take_calls_list_the_kinds(asked: str, family: Family[Any]) -> None:
    assert f"One of: {', '.join(family.kinds)}." in squeezed(explain(asked).stdout)


LINEAR = """\
Linear: a layer of PyTorch
Here it is `Dense`.

What becomes of arguments
  in_features: left out: it follows from the step above
  out_features: `units`
  bias: `use_bias`

Example
    cnnspec: 1

    inputs:
      x: [5408]

    layers:
      - Dense: {units: 10}
"""


def test_a_page_of_a_word_of_another_framework() -> None:
    assert explain("pytorch:Linear") == (0, LINEAR, "")


@pytest.mark.parametrize("group", foreign_groups(), ids=lambda group: group.plural)
def test_words_of_other_frameworks(group: Group, tmp_path: Path) -> None:
    found = {}
    for name in group.names():
        exit_code, stdout, stderr = explain(f"{group.noun}:{name}")
        described = group.entry(name)
        assert (exit_code, stderr) == (0, "")
        assert f"{name}: {described.what}\n" in stdout
        assert squeezed(f"{described.what} {group.short(name)}") in squeezed(stdout)
        assert [line for line in stdout.splitlines() if len(line) > 80] == []
        is_kind = isinstance(group, ForeignKinds) and group.entries[name].kind is not None
        assert (described.example is not None) is is_kind
        if described.example is not None:
            (tmp_path / "spec.yaml").write_text(described.example.text, "utf-8")
            report = compile_file(tmp_path / "spec.yaml", keras=NEWEST).report
            found[name] = [f"{each.code}: {each.message}" for each in report]
    assert [*filter(None, found.values())] == []


def test_every_word_of_other_frameworks_is_there() -> None:
    told = [group for group in foreign_groups() if isinstance(group, ForeignKinds)]
    for world in worlds():
        for namespace, entries in world.entries.items():
            words = {
                word
                for group in told
                if group.world == world
                and (group.family.namespace if group.family else "activations") == namespace
                for word in group.names()
            }
            own = next((each for each in groups() if namespace in each.asked_by()), None)
            assert own is not None
            assert words == entries.keys() - own.words().keys()


RANGE = [each / 8 for each in range(-40, 41)]
ELEMENTWISE = [
    name for name, text in ACTIVATIONS.items() if text.startswith("`") and name not in UNUSABLE
]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_activation_computes_what_its_page_says(name: str) -> None:
    formula = ACTIVATIONS[name].split("`")[1]
    functions = {each: getattr(math, each) for each in ("exp", "log", "tanh", "erf", "sqrt")}
    functions |= {"abs": abs, "min": min, "max": max}
    computed = [eval(formula, {"__builtins__": {}}, {**functions, "x": x}) for x in RANGE]
    values = keras.activations.get(name)(keras.ops.convert_to_tensor(RANGE, "float32"))
    assert computed == pytest.approx(keras.ops.convert_to_numpy(values).tolist(), abs=2e-3)


def test_the_other_activations_are_described_in_words() -> None:
    assert {*ACTIVATIONS} - {*ELEMENTWISE} == {
        "glu", "log_softmax", "softmax", "sparsemax", "threshold",
    }  # fmt: skip
    assert Activations().words().keys() == ACTIVATIONS.keys()


def test_explaining_imports_neither_keras_nor_numpy() -> None:
    code = (
        "import sys\n"
        "for each in ('keras', 'tensorflow', 'numpy', 'h5py', 'jax', 'torch'):\n"
        "    sys.modules[each] = None\n"
        "from cnnspec.cli.pages import echo_entry\n"
        "from cnnspec.vocabulary.lookup import groups\n"
        "for group in groups():\n"
        "    for name in group.names():\n"
        "        echo_entry(group.entry(name))\n"
        "print('all')\n"
    )
    exit_code, stdout, stderr = run_python("-c", code)
    assert (exit_code, stderr, stdout.splitlines()[-1]) == (0, "", "all")


def test_validating_does_not_load_the_vocabulary() -> None:
    code = "import sys, cnnspec.cli.validate; print('cnnspec.vocabulary' in sys.modules)"
    assert run_python("-c", code) == (0, "False\n", "")
