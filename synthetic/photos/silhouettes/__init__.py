"""Silhouettes of all product types.

`SILHOUETTES` maps a product type to a function, which returns the layers of a variant from back to front, and to the
number of its variants.
"""

from collections.abc import Callable

from synthetic.photos.layers import Layer
from synthetic.photos.silhouettes import accessories, bottoms, jackets, shoes, tops, underwear

SILHOUETTES: dict[str, tuple[Callable[[int], list[Layer]], int]] = {
    "T-shirt": (tops.t_shirt, 3),
    "Vest top": (tops.vest_top, 2),
    "Top": (tops.top, 3),
    "Bodysuit": (tops.bodysuit, 2),
    "Blouse": (tops.blouse, 2),
    "Shirt": (tops.shirt, 1),
    "Sweater": (tops.sweater, 3),
    "Cardigan": (jackets.cardigan, 1),
    "Hoodie": (jackets.hoodie, 2),
    "Jacket": (jackets.jacket, 2),
    "Coat": (jackets.coat, 2),
    "Blazer": (jackets.blazer, 2),
    "Trousers": (bottoms.trousers, 3),
    "Jeans": (bottoms.jeans, 3),
    "Leggings": (bottoms.leggings, 2),
    "Skirt": (bottoms.skirt, 3),
    "Shorts": (bottoms.shorts, 2),
    "Dress": (bottoms.dress, 3),
    "Jumpsuit": (bottoms.jumpsuit, 2),
    "Bra": (underwear.bra, 2),
    "Underwear bottom": (underwear.brief, 2),
    "Bikini top": (underwear.bikini_top, 2),
    "Swimwear bottom": (underwear.swim_brief, 2),
    "Swimsuit": (underwear.swimsuit, 2),
    "Pyjama set": (bottoms.pyjama_set, 2),
    "Socks": (underwear.socks, 2),
    "Underwear Tights": (underwear.tights, 2),
    "Boots": (shoes.boots, 2),
    "Sneakers": (shoes.sneakers, 2),
    "Sandals": (shoes.sandals, 2),
    "Bag": (accessories.bag, 2),
    "Earring": (accessories.earring, 3),
    "Necklace": (accessories.necklace, 2),
    "Hair band": (accessories.hair_band, 2),
    "Belt": (accessories.belt, 2),
    "Scarf": (accessories.scarf, 2),
    "Beanie": (accessories.beanie, 2),
    "Sunglasses": (accessories.sunglasses, 3),
}
