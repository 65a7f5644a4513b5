"""Checks which outputs of a trained model have losses, metrics and targets."""

from cnnspec.expand.section import Section
from cnnspec.ir.graph import Output
from cnnspec.language.document import Output as OutputSpec

A_LOSS = "such as `loss: sparse_categorical_crossentropy` for class numbers, or `loss: mean_squared_error` for values"


class Targets(Section):
    """The part of a `train` section that is about outputs.

    An output with a loss needs a target. One without is an output like any other, such as the code of an
    autoencoder; it has a target only if metrics compare it with one, which Keras does.
    """

    def known_outputs(self) -> set[str] | None:
        """Return the names of the outputs; None if one has errors."""
        names = {each.name for each in self.outputs}
        return names if names >= {*self.document.outputs} and names else None

    def is_whole(self) -> bool:
        """Whether no part of the section was dropped because of an error."""
        written = self.place.value()
        return not isinstance(written, dict) or written.keys() <= self.train.model_fields_set

    def check_targets(self) -> None:
        """Check that an output has a loss, and that outputs have a target if it is compared with one."""
        known = self.known_outputs()
        if known is None or not self.is_whole():
            return
        targets = self.train.targets.keys()
        bare = [each for each in self.outputs if self.is_without(each.name, "loss")]
        useless = [
            each for each in bare if each.name in targets and self.is_without(each.name, "metrics")
        ]
        for each in useless:
            self.error(each, f"the output '{each.name}' has a target, but no loss", f"give it a loss, {A_LOSS}")  # fmt: skip
        if len(bare) == len(self.outputs) and not useless:
            message = "the model cannot be trained: no output has a loss"
            self.error(bare[0], message, f"add one, {A_LOSS}")
        elif not useless:
            self.check_weights({each.name for each in bare})
        if not targets <= known:
            return
        place = self.place / ("targets" if "targets" in self.train.model_fields_set else "data")
        for name, output in self.document.outputs.items():
            if (what := _compared(output)) and name not in targets:
                message = f"the output '{name}' has {what}, but no target in 'train.targets'"
                place.error(self.report, "missing-argument", message, "key")

    def check_weights(self, bare: set[str]) -> None:
        """Check that what weighs the losses of outputs does not name one without a loss."""
        for key in ("class_weight", "sample_weight"):
            for name in getattr(self.train, key):
                if name in bare:
                    message = f"'{key}' weighs losses, but the output '{name}' has none"
                    place = self.place / key / name
                    place.error(self.report, "conflicting-arguments", message, "key")

    def is_without(self, name: str, key: str) -> bool:
        """Whether an output has no loss or metrics, and no error that hides whether it has."""
        output = self.document.outputs.get(name)
        if output is None:
            return True
        written = (self.spec / "outputs" / name).value()
        is_whole = not isinstance(written, dict) or len(written) == len(output.model_fields_set)
        return is_whole and not getattr(output, key)

    def error(self, output: Output, message: str, suggestion: str) -> None:
        """Report an error at an output; without the section it is the last step."""
        place = output.place if self.document.outputs else self.spec / "layers"
        place.error(self.report, "missing-argument", message, "key", suggestion=suggestion)


def _compared(output: OutputSpec) -> str:
    """Return what compares an output with its target; empty if nothing does."""
    return "a loss" if output.loss is not None else "metrics" if output.metrics else ""
