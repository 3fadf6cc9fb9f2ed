from digitcnn.lab.metrics.robustness import Series
from digitcnn.web.charts.accuracy import draw_series, tabulate_series


def test_a_disturbance_starts_from_the_untouched_digits():
    fade = {"one": Series("contrast", "strength", 1.0, (0.5, 0.1), (0.9, 0.4))}
    rows = tabulate_series(fade, {"one": 0.99})[["level", "accuracy"]].to_numpy().tolist()
    assert rows == [[0.1, 0.4], [0.5, 0.9], [1.0, 0.99]]
    axis = draw_series(fade, {"one": 0.99}, ["one"], lowest=0.3).to_dict()["encoding"]["x"]
    assert axis["scale"]["reverse"]
    assert axis["axis"]["values"] == [0.1, 0.5, 1.0]
