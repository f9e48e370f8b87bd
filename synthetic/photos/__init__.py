"""Photos of the synthetic shop, drawn from attributes of its articles, and from shades and motifs, which no column has.

    draw_photos(articles, seed, to, ...) -> PhotosSummary     files in H&M's layout, see `files`
    draw(Look(...)) -> PIL image                              one photo, see `drawing`

`silhouettes` holds the shapes of the product types, `patterns` the graphical appearances, `textures` plain cloth,
`palette` the colours and their shades, and `cut` what a section and a fit change. A photo has 240 x 320 pixels. Masks
are drawn at three times that size.
"""

from synthetic.photos.drawing import Look, draw
from synthetic.photos.files import PhotosSummary, draw_photos

__all__ = ["Look", "PhotosSummary", "draw", "draw_photos"]
