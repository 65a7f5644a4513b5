"""Words of the language that are neither kinds nor keys nor arguments."""

from cnnspec.declarations.describe import NO_DEFAULT, Argument
from cnnspec.language.column_expressions import FORMS
from cnnspec.language.document import Step
from cnnspec.objects.applications import IMAGENET
from cnnspec.vocabulary.entries import Entry
from cnnspec.vocabulary.examples.reading import example_of
from cnnspec.vocabulary.keys import part_of

_FUNCTION = "A function in expressions: `$(...)`, and expressions over columns."
WORDS = {
    "previous": "In `from`: the result of the step above, unless a step in the same scope has this "
    "name.",
    "shared": "A step that calls an earlier layer again, with the same weights.",
    "index": "`$index` counts the repetitions of a step with `repeat`, from 0.",
    "$name": "The value of the parameter `name` of the spec or block, where a value stands.",
    "$(expression)": "A computed value: numbers and parameters with + - * / // % **, comparisons "
    "and the functions min, max, round, floor, ceil and abs. Names may contain expressions.",
    "$$": "A dollar sign at the start of a text that is not a parameter: `$$price` is `$price`.",
    "null": "An unknown size in a shape; in `params` of a block, a parameter that every call must "
    "give; as an argument, what its description says.",
    IMAGENET: "In `weights` of a network of keras.applications: the weights trained on ImageNet, "
    "which Keras downloads.",
    "output_shape": "The shape of the output of a layer class of your own, without the batch axis; "
    "of several outputs, a list of shapes. Such a class is a step by its import path, "
    "`package.module:Class`. Its other keys are arguments, except `output_dtype`, `outputs` (how many "
    "there are) and `call`, the arguments of the call: `call: {mask: from, reverse: true}`, in which "
    "`from` is the next tensor. Its code runs only if a model is built with `--allow-code`.",
    "min": f"{_FUNCTION} The smallest of several numbers.",
    "max": f"{_FUNCTION} The largest of several numbers.",
    "round": f"{_FUNCTION} The nearest whole number.",
    "floor": f"{_FUNCTION} The nearest whole number that is not larger.",
    "ceil": f"{_FUNCTION} The nearest whole number that is not smaller.",
    "abs": f"{_FUNCTION} The number without its sign.",
    **{
        name: f"A function in expressions over the columns of the data. It takes {form}."
        for name, form in FORMS.items()
    },
    "column": f"A function in expressions over the columns of the data. It takes {FORMS['column']}. "
    "A column whose name is an identifier stands for itself, as in `x / 255`; every array of an npz "
    "file is one. `cnnspec explain train.inputs` shows where such expressions stand.",
    "..": "In expressions over the columns of the data: a run of numbered columns, which is a "
    "vector, such as `pixel0..pixel783`.",
}
ALIASES = {"$index": "index", "$": "$name", "$(": "$(expression)", "expression": "$(expression)"}


class Words:
    """Words with a meaning of their own."""

    noun = "word"
    plural = "words"

    @property
    def title(self) -> str:
        """The title of their list."""
        return self.plural

    def words(self) -> dict[str, str]:
        """Return all words."""
        return {name: name for name in WORDS} | ALIASES

    def names(self) -> list[str]:
        """List the words without other forms of them."""
        return list(WORDS)

    def asked_by(self) -> set[str]:
        """Return the words that ask for these words."""
        return {self.noun, self.plural}

    def short(self, name: str) -> str:
        """Return what a word means."""
        return WORDS[name]

    def entry(self, name: str) -> Entry:
        """Return the entry of a word."""
        return Entry(
            name,
            self.noun,
            "a word of the language",
            WORDS[name],
            arguments=_shared() if name == "shared" else (),
            example=example_of(self.noun, name),
        )


def _shared() -> tuple[Argument, ...]:
    """Describe what a call of an earlier layer takes."""
    layer = Argument("layer", "a name", True, NO_DEFAULT, "The layer that is called again.")
    keys = {each.name: each for each in part_of(Step).arguments()}
    return layer, keys["name"], keys["from"]
