"""Which of a recipe's choices for ablations go together (D21)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # that file needs this one
    from gifnet.training.config import TrainingConfig


def require_variants_fit(config: "TrainingConfig") -> None:
    """Check the choices for ablations against each other and against the rest of a recipe.

    Args:
        config: The recipe.

    Raises:
        ValueError: Two of its values make no sense together; for pydantic.
    """
    step, model = config.step, config.model
    if step.tasks != "both" and (step.multi_modal < 1 or step.inference > 0):
        raise ValueError(
            f'step.tasks: "{step.tasks}" trains one task in every step, got step.multi_modal = '
            f"{step.multi_modal:g} and step.inference = {step.inference:g}: leave both out"
        )
    if not config.data.joint and step.tasks != "both":
        raise ValueError(
            "data.joint: keeps the scenes of two tasks apart, got step.tasks = "
            f'"{step.tasks}": leave one of them out'
        )
    if not config.loss.reconstruction and config.loss.similarity != "ms-ssim":
        raise ValueError(
            "loss.similarity: is that of the reconstruction, got loss.reconstruction = false: "
            "leave one of them out"
        )
    if model.weights is not None and model.network.is_variant:
        raise ValueError(
            "model.weights: are of a network as published, got a variant of it "
            "(interaction, cross_attention, gated): leave one of them out"
        )
    if model.initialisation == "mean" and not model.gated:
        raise ValueError(
            'model.initialisation: "mean" hands the sources through the gate, got gated = false: '
            'take "paper"'
        )
