import keras
import numpy as np

from digitcnn.training.schedules import OneCycle


def test_one_cycle_rises_for_a_third_and_ends_at_zero():
    rate = OneCycle(0.01, 90)
    rates = np.array([float(rate(step)) for step in range(91)])

    assert rates.argmax() == 30
    np.testing.assert_allclose(rates[[0, 15, 30, 60, 90]], [0, 5e-3, 1e-2, 5e-3, 0], atol=1e-8)


def test_one_cycle_is_saved_with_the_optimizer():
    config = keras.optimizers.schedules.serialize(OneCycle(0.01, 90))

    assert float(keras.optimizers.schedules.deserialize(config)(15)) == float(OneCycle(0.01, 90)(15))
