import keras
import numpy as np
import pytest

from digitcnn.training.fit import make_optimizer
from digitcnn.training.presets import Recipe
from digitcnn.training.schedules import OneCycle


def test_one_cycle_rises_for_a_third_and_ends_at_zero():
    rate = OneCycle(0.01, 90)
    rates = np.array([float(rate(step)) for step in range(91)])

    assert rates.argmax() == 30
    np.testing.assert_allclose(rates[[0, 15, 30, 60, 90]], [0, 5e-3, 1e-2, 5e-3, 0], atol=1e-8)


def test_one_cycle_is_saved_with_the_optimizer():
    config = keras.optimizers.schedules.serialize(OneCycle(0.01, 90))

    assert float(keras.optimizers.schedules.deserialize(config)(15)) == float(OneCycle(0.01, 90)(15))


def test_a_rate_in_steps_falls_to_a_tenth_twice():
    optimizer = make_optimizer(Recipe(1, schedule="steps", learning_rate=0.1), steps=100)
    rate = keras.optimizers.schedules.deserialize(optimizer.get_config()["learning_rate"])
    np.testing.assert_allclose(
        [float(rate(step)) for step in (0, 50, 51, 75, 76, 99)], [0.1, 0.1, 0.01, 0.01, 1e-3, 1e-3]
    )


@pytest.mark.parametrize(
    ("recipe", "kind", "config"),
    [
        (Recipe(1, optimizer="sgd", momentum=0.8), "SGD", {"momentum": 0.8, "weight_decay": None}),
        (Recipe(1, optimizer="sgd", weight_decay=1e-4), "SGD", {"momentum": 0.9, "weight_decay": 1e-4}),
        (Recipe(1, optimizer="nadam", beta_1=0.7), "Nadam", {"beta_1": 0.7, "beta_2": 0.999}),
        (Recipe(1, optimizer="adamw", weight_decay=0.01), "AdamW", {"weight_decay": 0.01}),
        (Recipe(1, optimizer="rmsprop"), "RMSprop", {}),
    ],
)  # fmt: skip
def test_an_optimizer_is_the_recipes(recipe: Recipe, kind: str, config: dict[str, object]):
    made = make_optimizer(recipe, steps=10)
    assert type(made).__name__ == kind
    assert made.get_config().items() >= config.items()
