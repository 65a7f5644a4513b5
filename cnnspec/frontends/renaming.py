"""Gives documents of Keras models the names that a spec had: `cafu00e9` in Keras is `café`."""

from collections.abc import Iterable, Mapping

from cnnspec.language.document import Document, Output, Step, Submodel
from cnnspec.language.values import SHARED, name_problem
from cnnspec.naming import model_name, spoken_name


def with_spoken_names(document: Document) -> Document:
    """Return a document of one step per layer with names in all letters."""
    steps = [step.name for step in document.layers if step.name is not None]
    names = _renamed([*document.inputs, *steps, *document.outputs])
    submodels = {
        key: each.model_copy(update={"spec": with_spoken_names(each.spec)})
        if isinstance(each.spec, Document)
        else each
        for key, each in document.submodels.items()
    }
    said = spoken_name(document.name) if document.name is not None else None
    if not names and said == document.name and submodels == document.submodels:
        return document
    references = names | _outputs_of_calls(document, submodels, names)
    return document.model_copy(
        update={
            "name": said if said is not None and model_name(said) == said else document.name,
            "submodels": submodels,
            "inputs": {names.get(name, name): each for name, each in document.inputs.items()},
            "layers": [_step(step, names, references) for step in document.layers],
            "outputs": {
                names.get(name, name): _output(each, references)
                for name, each in document.outputs.items()
            },
        }
    )


def _outputs_of_calls(
    document: Document, submodels: Mapping[str, Submodel], names: Mapping[str, str]
) -> dict[str, str]:
    """Return the references to outputs of submodels that differ."""
    found: dict[str, str] = {}
    for step in document.layers:
        inside = str(step.arguments.get("layer"))
        key = step.kind if step.kind in submodels else inside
        before, after = document.submodels.get(key), submodels.get(key)
        if step.name is None or before is None or after is None:
            continue
        call = names.get(step.name, step.name)
        if isinstance(before.spec, Document) and isinstance(after.spec, Document):
            pairs = zip(before.spec.outputs, after.spec.outputs, strict=True)
            found |= {f"{step.name}/{old}": f"{call}/{new}" for old, new in pairs}
    return found


def _renamed(names: Iterable[str]) -> dict[str, str]:
    """Return the names that differ in a spec, unless two would be the same."""
    taken = {*names}
    said = {name: spoken_name(name) for name in taken}
    return {
        name: new
        for name, new in said.items()
        if new != name and new not in taken and name_problem(new) is None
    }


def _reference(word: str, references: Mapping[str, str]) -> str:
    layer, slash, output = word.partition("/")
    return references.get(word, f"{references.get(layer, layer)}{slash}{output}")


def _step(step: Step, names: Mapping[str, str], references: Mapping[str, str]) -> Step:
    changes: dict[str, object] = {}
    if step.name is not None:
        changes["name"] = names.get(step.name, step.name)
    if step.from_ is not None:
        changes["from_"] = [_reference(word, references) for word in step.from_]
    if step.kind == SHARED:
        changes["arguments"] = {"layer": _reference(step.arguments["layer"], references)}
    return step.model_copy(update=changes)


def _output(output: Output, references: Mapping[str, str]) -> Output:
    """Return an output; one without `from` is the layer of its name, which has the same new name."""
    if output.from_ is None:
        return output
    return output.model_copy(update={"from_": _reference(output.from_, references)})
