"""Two models are asked in turns for the same customers."""

from benchmarks.serving.graphs import compare


def test_each_batch_goes_to_both_models_and_the_first_of_them_changes():
    asked = []
    models = [lambda batch: asked.append(("a", *batch)), lambda batch: asked.append(("b", *batch))]
    a, b = compare(models, [["c1"], ["c2"], ["c3"]], warm_up=1)
    assert asked == [("b", "c1"), ("a", "c1"), ("a", "c2"), ("b", "c2"), ("b", "c3"), ("a", "c3")]
    assert len(a.wall_s) == len(a.processor_s) == len(b.wall_s) == 2, "the first round warms up"
