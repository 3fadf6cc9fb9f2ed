import numpy as np

from digitcnn.lab.datasets.near_duplicates import count_shared, find_twins


def test_closest_pair_of_one_label_comes_first():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, 28, 28), dtype=np.uint8)
    labels = np.arange(300) % 3
    images[30] = np.clip(images[3].astype(int) + 2, 0, 255)
    images[40] = images[4]
    twins = find_twins(images, labels, 5)
    assert set(twins.at[0]) == {3, 30}
    assert 0 < twins.distance[0] <= 2 / 255
    assert (np.diff(twins.distance) >= 0).all()
    assert all(labels[first] == labels[second] for first, second in twins.at)
    assert {4, 40} not in [set(pair) for pair in twins.at.tolist()]


def test_one_image_has_no_twin():
    assert len(find_twins(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.int64), 5).at) == 0


def test_equal_images_are_counted_once_each():
    images = np.zeros((4, 28, 28), np.uint8)
    images[3] = 1
    assert count_shared(images, images[2:]) == (2, 2)
