"""Groups of ranking features that are exchanged together: a feature with its relative form, and all of a file."""

from models.recommender import features


def with_relative_forms() -> dict[str, list[int]]:
    """Positions in `features.NAMES` of each feature and of its relative form, by name of the feature."""
    return {
        name: [place for place, found in enumerate(features.NAMES) if found in (name, f"{name}_in_list")]
        for name in features.FEATURES
    }


def families() -> dict[str, list[int]]:
    """Positions of all features that are defined in one file, such as `article`, by name of the file."""
    found: dict[str, list[int]] = {}
    for name, positions in with_relative_forms().items():
        family = features.FEATURES[name].__module__.rpartition(".")[2]
        found.setdefault(family, []).extend(positions)
    return found
