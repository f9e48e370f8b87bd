"""What photos show beside the colour group and the pattern: shade, motif and fit, and how much they are liked."""

import numpy as np
import numpy.typing as npt

from synthetic import vocabulary as words

_MOTIF_SPREAD, _FIT_SPREAD = 0.9, 0.5
_TONE_SHARE, _FIT_SHARE = 0.7, 0.7  # of the spread of the popularity of motifs

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def motif_number(look: Ints, motif: Ints) -> Ints:
    """`[A]` number of the motif among those of all graphical appearances.

    >>> motif_number(np.array([0, 1, 1, 2]), np.array([0, 0, 4, 0])).tolist()
    [0, 4, 8, 9]

    Args:
        look: `[A]` position in `vocabulary.LOOKS`.
        motif: `[A]` number of the motif of that look.
    """
    return _FIRST_MOTIF[look] + motif


def fit_number(kind: Ints, fit: Ints) -> Ints:
    """`[A]` position of the fit in `vocabulary.FITS`, and the number of fits for types whose photos do not show it."""
    return np.where(_SHOWS_FIT[kind], fit, len(words.FITS))


def look_popularity(kind: Ints, look: Ints, fit: Ints, tone: Ints, motif: Ints, rng: np.random.Generator) -> Floats:
    """`[A]` popularity of each article's shade, motif and fit in this shop, with mean 0 and variance 1 over articles.

    Args:
        kind: `[A]` position in `vocabulary.TYPES`.
        look: `[A]` position in `vocabulary.LOOKS`.
        fit: `[A]` position in `vocabulary.FITS`.
        tone: `[A]` position in `vocabulary.TONES`.
        motif: `[A]` number of the motif of the look.
        rng: random number generator.
    """
    tones, fits = _spaced(len(words.TONES), rng), np.append(_spaced(len(words.FITS), rng), 0.0)
    motifs = rng.normal(0.0, 1.0, int(_MOTIFS.sum()))
    popularity = (
        _TONE_SHARE * tones[tone] + motifs[motif_number(look, motif)] + _FIT_SHARE * fits[fit_number(kind, fit)]
    )
    return (popularity - popularity.mean()) / popularity.std()


def preferences(kind: Ints, look: Ints, fit: Ints, tone: Ints, motif: Ints, rng: np.random.Generator) -> Floats:
    """`[eyes, A]` log preference of the customers of each eye for each article's shade, motif and fit.

    Args:
        kind: `[A]` position in `vocabulary.TYPES`.
        look: `[A]` position in `vocabulary.LOOKS`.
        fit: `[A]` position in `vocabulary.FITS`.
        tone: `[A]` position in `vocabulary.TONES`.
        motif: `[A]` number of the motif of the look.
        rng: random number generator.
    """
    eyes = len(words.EYES)
    tones = np.array([[eye[name] for name in words.TONES] for eye in words.EYES])
    motifs = rng.normal(0.0, _MOTIF_SPREAD, (eyes, int(_MOTIFS.sum())))
    fits = np.c_[rng.normal(0.0, _FIT_SPREAD, (eyes, len(words.FITS))), np.zeros(eyes)]
    return tones[:, tone] + motifs[:, motif_number(look, motif)] + fits[:, fit_number(kind, fit)]


_MOTIFS = np.array([entry.motifs for entry in words.LOOKS])
_FIRST_MOTIF = np.cumsum(_MOTIFS) - _MOTIFS
_SHOWS_FIT = np.array([entry.group in words.SHOW_FIT for entry in words.TYPES])


def _spaced(count: int, rng: np.random.Generator) -> Floats:
    """`[count]` equally spaced values with variance 1 in random order."""
    values = np.arange(count) - (count - 1) / 2
    return rng.permutation(values / values.std())
