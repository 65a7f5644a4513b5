"""The rules for mistakes of form, in the order in which they are tried."""

from collections.abc import Callable, Iterator

from cnnspec.mistakes import (
    argument_rules,
    family_rules,
    home_rules,
    input_rules,
    kind_rules,
    list_rules,
    pair_rules,
    placeholder_rules,
    python_rules,
    section_rules,
    shape_rules,
    value_rules,
)
from cnnspec.mistakes.written import Mistake, Written

Rule = Callable[[Written], Iterator[Mistake]]

RULES: tuple[Rule, ...] = (
    input_rules.input_steps,
    input_rules.shape_arguments,
    input_rules.sections_of_shapes,
    input_rules.models,
    section_rules.named_entries,
    section_rules.output_values,
    shape_rules.shapes,
    shape_rules.shapes_of_inputs,
    list_rules.single_values,
    argument_rules.missing_colons,
    python_rules.calls,
    pair_rules.pairs_as_text,
    python_rules.called_arguments,
    python_rules.tuples,
    list_rules.bare_lists,
    list_rules.lists_without_commas,
    kind_rules.kinds_by_key,
    kind_rules.named_steps,
    list_rules.doubled_dashes,
    list_rules.bare_names,
    argument_rules.arguments_beside,
    argument_rules.bare_values,
    home_rules.misplaced,
    placeholder_rules.placeholders,
    placeholder_rules.unquoted_expressions,
    pair_rules.equals_signs,
    python_rules.words,
    value_rules.quoted_numbers,
    value_rules.percentages,
    value_rules.calculations,
    value_rules.numbers_as_regularizers,
    value_rules.trailing_signs,
    value_rules.files_of_data,
    family_rules.words_of_others,
)
