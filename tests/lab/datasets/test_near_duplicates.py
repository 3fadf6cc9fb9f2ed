import numpy as np

from digitcnn.lab.datasets.near_duplicates import count_shared, find_near_duplicates


def test_closest_pair_of_one_label_comes_first():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, 28, 28), dtype=np.uint8)
    labels = np.arange(300) % 3
    images[30] = np.clip(images[3].astype(int) + 2, 0, 255)
    images[40] = images[4]
    near_duplicates = find_near_duplicates(images, labels, 5)
    assert set(near_duplicates.at[0]) == {3, 30}
    assert 0 < near_duplicates.distance[0] <= 2 / 255
    assert (np.diff(near_duplicates.distance) >= 0).all()
    assert all(labels[first] == labels[second] for first, second in near_duplicates.at)
    assert {4, 40} not in [set(pair) for pair in near_duplicates.at.tolist()]


def test_one_image_has_no_twin():
    assert len(find_near_duplicates(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.int64), 5).at) == 0


def test_equal_images_are_counted_once_each():
    images = np.zeros((4, 28, 28), np.uint8)
    images[3] = 1
    assert count_shared(images, images[2:]) == (2, 2)
