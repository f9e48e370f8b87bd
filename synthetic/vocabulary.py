"""The vocabulary of the synthetic shop: product types, sections, colours, looks and words of descriptions.

Columns and kinds of words follow H&M's `articles.csv`. Numbers, shares and seasons are this project's own; no row is
copied from H&M. `share` is the relative number of products, `weight` the relative frequency of an attribute.
"""

from typing import NamedTuple


class ProductType(NamedTuple):
    """One product type.

    Attributes:
        name: value of `product_type_name`.
        group: value of `product_group_name`.
        garment: value of `garment_group_name`.
        price_gbp: median list price.
        repurchase: how strongly a purchase raises the demand for the same article (socks 2, coats 0.05).
        peak_week: week of the year (0 to 52) with the highest sales.
        swing: amplitude of the seasonal factor in log units; 0 is no season.
        share: relative number of products.
        goes_with: types that are bought together with it, best first.
    """

    name: str
    group: str
    garment: str
    price_gbp: float
    repurchase: float
    peak_week: int
    swing: float
    share: float
    goes_with: tuple[str, ...]


class Section(NamedTuple):
    """One section of the shop, with its audience and product groups."""

    index_code: str
    index_name: str
    group_no: int
    group_name: str
    name: str
    share: float
    age: float
    groups: tuple[str, ...]


class Colour(NamedTuple):
    """One colour group, with its perceived lightness and colour family."""

    name: str
    value: str
    master: str
    weight: float


class Look(NamedTuple):
    """One graphical appearance, with its words in descriptions.

    Attributes:
        name: value of `graphical_appearance_name`.
        words: words in descriptions.
        weight: relative frequency.
        motifs: number of motifs that only a photo shows: prints, widths of stripes, or textures of plain cloth.
    """

    name: str
    words: str
    weight: float
    motifs: int = 1


class Fit(NamedTuple):
    """The fit of a garment: its word in descriptions, and its proportions as factors of width and height.

    Attributes:
        name: word in descriptions.
        wide: factor of the width.
        high: factor of the height.
        waist: how much wider the waist is.
    """

    name: str
    wide: float = 1.0
    high: float = 1.0
    waist: float = 0.0


UPPER, LOWER, FULL = "Garment Upper body", "Garment Lower body", "Garment Full body"
UNDER, SWIM, NIGHT, SOCKS = "Underwear", "Swimwear", "Nightwear", "Socks & Tights"
SHOES, ACCESSORIES = "Shoes", "Accessories"
CLOTHES = (UPPER, LOWER, FULL)

TYPES = (
    ProductType("T-shirt", UPPER, "Jersey Basic", 9.99, 1.5, 26, 0.4, 9, ("Trousers", "Shorts")),
    ProductType("Vest top", UPPER, "Jersey Basic", 7.99, 1.5, 27, 0.7, 6, ("Shorts", "Skirt")),
    ProductType("Top", UPPER, "Jersey Fancy", 12.99, 0.5, 22, 0.2, 8, ("Skirt", "Trousers")),
    ProductType("Bodysuit", UPPER, "Jersey Fancy", 12.99, 0.8, 20, 0.1, 2, ("Jeans", "Skirt")),
    ProductType("Blouse", UPPER, "Blouses", 19.99, 0.3, 18, 0.2, 9, ("Trousers", "Jeans")),
    ProductType("Shirt", UPPER, "Shirts", 19.99, 0.5, 16, 0.1, 5, ("Trousers", "Jeans")),
    ProductType("Sweater", UPPER, "Knitwear", 24.99, 0.3, 46, 1.0, 9, ("Jeans", "Scarf")),
    ProductType("Cardigan", UPPER, "Knitwear", 24.99, 0.25, 43, 0.7, 3, ("Top", "Skirt")),
    ProductType("Hoodie", UPPER, "Jersey Basic", 19.99, 0.5, 42, 0.5, 3, ("Leggings", "Trousers")),
    ProductType("Jacket", UPPER, "Outdoor", 39.99, 0.1, 40, 0.7, 4, ("Jeans", "Scarf")),
    ProductType("Coat", UPPER, "Outdoor", 69.99, 0.05, 44, 1.2, 2, ("Boots", "Scarf")),
    ProductType("Blazer", UPPER, "Dressed", 39.99, 0.1, 37, 0.3, 3, ("Trousers", "Blouse")),
    ProductType("Trousers", LOWER, "Trousers", 24.99, 0.4, 36, 0.2, 9, ("Blouse", "Belt")),
    ProductType("Jeans", LOWER, "Trousers Denim", 29.99, 0.5, 38, 0.2, 5, ("T-shirt", "Belt")),
    ProductType("Leggings", LOWER, "Jersey Basic", 9.99, 1.4, 42, 0.3, 3, ("Hoodie", "Top")),
    ProductType("Skirt", LOWER, "Skirts", 19.99, 0.2, 20, 0.4, 4, ("Top", "Blouse")),
    ProductType("Shorts", LOWER, "Shorts", 14.99, 0.5, 26, 1.3, 4, ("T-shirt", "Vest top")),
    ProductType("Dress", FULL, "Dresses Ladies", 29.99, 0.15, 23, 0.6, 11, ("Earring", "Sandals")),
    ProductType("Jumpsuit", FULL, "Dresses Ladies", 29.99, 0.15, 24, 0.6, 1.5, ("Sandals", "Earring")),
    ProductType("Bra", UNDER, "Under-, Nightwear", 14.99, 1.2, 10, 0.1, 4, ("Underwear bottom",)),
    ProductType("Underwear bottom", UNDER, "Under-, Nightwear", 7.99, 2.0, 10, 0.1, 4, ("Bra", "Socks")),
    ProductType("Bikini top", SWIM, "Swimwear", 14.99, 0.3, 24, 1.8, 3, ("Swimwear bottom",)),
    ProductType("Swimwear bottom", SWIM, "Swimwear", 9.99, 0.4, 24, 1.8, 3, ("Bikini top",)),
    ProductType("Swimsuit", SWIM, "Swimwear", 24.99, 0.1, 24, 1.6, 1, ("Sunglasses", "Beanie")),
    ProductType("Pyjama set", NIGHT, "Under-, Nightwear", 19.99, 0.4, 48, 0.6, 1.5, ("Socks", "Underwear bottom")),
    ProductType("Socks", SOCKS, "Socks and Tights", 4.99, 2.0, 46, 0.3, 2, ("Underwear bottom", "Sneakers")),
    ProductType("Underwear Tights", SOCKS, "Socks and Tights", 6.99, 2.0, 45, 0.9, 1.5, ("Skirt", "Dress")),
    ProductType("Boots", SHOES, "Shoes", 39.99, 0.1, 42, 1.0, 1.5, ("Socks", "Coat")),
    ProductType("Sneakers", SHOES, "Shoes", 24.99, 0.3, 32, 0.1, 1.5, ("Socks", "Jeans")),
    ProductType("Sandals", SHOES, "Shoes", 19.99, 0.15, 24, 1.5, 1.5, ("Dress", "Shorts")),
    ProductType("Bag", ACCESSORIES, "Accessories", 17.99, 0.15, 26, 0.1, 2, ("Sunglasses", "Belt")),
    ProductType("Earring", ACCESSORIES, "Accessories", 5.99, 0.6, 28, 0.1, 2, ("Necklace", "Hair band")),
    ProductType("Necklace", ACCESSORIES, "Accessories", 6.99, 0.4, 28, 0.1, 1, ("Earring",)),
    ProductType("Hair band", ACCESSORIES, "Accessories", 3.99, 1.4, 26, 0.1, 1, ("Earring", "Necklace")),
    ProductType("Belt", ACCESSORIES, "Accessories", 7.99, 0.3, 30, 0.1, 1, ("Jeans", "Bag")),
    ProductType("Scarf", ACCESSORIES, "Accessories", 9.99, 0.2, 46, 1.4, 1, ("Beanie", "Coat")),
    ProductType("Beanie", ACCESSORIES, "Accessories", 7.99, 0.2, 47, 0.7, 1, ("Scarf", "Sunglasses")),
    ProductType("Sunglasses", ACCESSORIES, "Accessories", 6.99, 0.4, 24, 1.2, 1, ("Bag", "Beanie")),
)

SECTIONS = (
    Section("A", "Ladieswear", 1, "Ladieswear", "Womens Everyday Collection", 15, 36, CLOTHES),
    Section("A", "Ladieswear", 1, "Ladieswear", "Womens Everyday Basics", 6, 34, CLOTHES),
    Section("A", "Ladieswear", 1, "Ladieswear", "Womens Tailoring", 7, 46, CLOTHES),
    Section("A", "Ladieswear", 1, "Ladieswear", "Womens Casual", 7, 31, CLOTHES),
    Section("A", "Ladieswear", 1, "Ladieswear", "Womens Trend", 5, 25, CLOTHES),
    Section("A", "Ladieswear", 1, "Ladieswear", "Plus Sizes", 4, 50, CLOTHES),
    Section("A", "Ladieswear", 1, "Ladieswear", "Mama", 3, 31, (*CLOTHES, UNDER)),
    Section("B", "Lingeries/Tights", 1, "Ladieswear", "Womens Lingerie", 7, 32, (UNDER,)),
    Section("B", "Lingeries/Tights", 1, "Ladieswear", "Womens Swimwear", 5, 29, (SWIM,)),
    Section("B", "Lingeries/Tights", 1, "Ladieswear", "Nightwear, Socks & Tights", 4, 40, (NIGHT, SOCKS)),
    Section("C", "Ladies Accessories", 1, "Ladieswear", "Womens Small Accessories", 5, 28, (ACCESSORIES,)),
    Section("C", "Ladies Accessories", 1, "Ladieswear", "Womens Shoes", 3, 38, (SHOES,)),
    Section("D", "Divided", 2, "Divided", "Divided Collection", 12, 21, CLOTHES),
    Section("D", "Divided", 2, "Divided", "Divided Basics", 5, 22, CLOTHES),
    Section("D", "Divided", 2, "Divided", "Divided Accessories", 2, 20, (ACCESSORIES, SHOES)),
    Section("F", "Menswear", 3, "Menswear", "Contemporary Casual", 4, 27, (UPPER, LOWER, SHOES)),
    Section("F", "Menswear", 3, "Menswear", "Contemporary Smart", 3, 44, (UPPER, LOWER)),
    Section("F", "Menswear", 3, "Menswear", "Men Underwear", 2, 36, (UNDER, SOCKS)),
    Section("G", "Baby Sizes 50-98", 4, "Baby/Children", "Baby Essentials", 3, 33, (*CLOTHES, SOCKS)),
    Section("H", "Children Sizes 92-140", 4, "Baby/Children", "Kids", 3, 37, (*CLOTHES, SWIM, NIGHT)),
    Section("I", "Children Sizes 134-170", 4, "Baby/Children", "Young", 2, 45, (*CLOTHES, UNDER)),
    Section("S", "Sport", 26, "Sport", "Ladies Sport", 5, 30, (UPPER, LOWER, SHOES)),
)

COLOURS = (
    Colour("Black", "Dark", "Black", 28),
    Colour("White", "Light", "White", 10),
    Colour("Off White", "Dusty Light", "White", 4),
    Colour("Dark Blue", "Dark", "Blue", 7),
    Colour("Blue", "Medium Dusty", "Blue", 4),
    Colour("Light Blue", "Dusty Light", "Blue", 3),
    Colour("Light Beige", "Dusty Light", "Beige", 4),
    Colour("Beige", "Medium Dusty", "Beige", 3),
    Colour("Light Pink", "Dusty Light", "Pink", 4),
    Colour("Pink", "Medium", "Pink", 2),
    Colour("Grey", "Dusty Light", "Grey", 4),
    Colour("Dark Grey", "Dark", "Grey", 2),
    Colour("Red", "Bright", "Red", 3),
    Colour("Dark Red", "Dark", "Red", 2),
    Colour("Greenish Khaki", "Dark", "Khaki green", 3),
    Colour("Dark Green", "Dark", "Green", 2),
    Colour("Green", "Medium", "Green", 1),
    Colour("Yellow", "Medium", "Yellow", 2),
    Colour("Light Orange", "Dusty Light", "Orange", 2),
    Colour("Yellowish Brown", "Medium Dusty", "Brown", 2),
    Colour("Gold", "Bright", "Metal", 2),
    Colour("Lilac Purple", "Medium Dusty", "Lilac Purple", 1),
)

LOOKS = (
    Look("Solid", "one plain colour", 54, motifs=4),
    Look("All over pattern", "an all-over print", 15, motifs=5),
    Look("Melange", "a melange yarn", 7),
    Look("Stripe", "woven stripes", 6, motifs=5),
    Look("Lace", "lace details", 3),
    Look("Check", "a checked pattern", 3, motifs=3),
    Look("Front print", "a print motif on the front", 4, motifs=5),
    Look("Embroidery", "embroidered details", 3, motifs=2),
    Look("Dot", "a dotted pattern", 2, motifs=3),
    Look("Glittering/Metallic", "glittery threads", 3),
)

MATERIALS = (
    "cotton",
    "organic cotton",
    "viscose",
    "linen",
    "wool",
    "satin",
    "recycled polyester",
    "modal",
)
# Photos show the fit of clothes and nightwear.
STRAIGHT = Fit("straight-cut")
FITS = (
    Fit("relaxed", wide=1.08),
    Fit("slim", wide=0.86),
    Fit("oversized", wide=1.17),
    STRAIGHT,
    Fit("fitted", wide=0.93, waist=-0.08),
    Fit("cropped", high=0.84),
)
SHOW_FIT = frozenset((*CLOTHES, NIGHT))
# The shade of a colour group that an article has; no column names it.
TONES = ("clear", "warm", "cool", "muted")
NAMES = [
    "Alma",
    "Bianca",
    "Calla",
    "Dune",
    "Ebba",
    "Fleur",
    "Gala",
    "Hazel",
    "Iris",
    "Juno",
    "Kaya",
    "Lumi",
    "Mika",
    "Nova",
    "Ottilia",
    "Pippa",
    "Quinn",
    "Rosa",
    "Sanna",
    "Tuva",
    "Uma",
    "Vega",
    "Wilma",
    "Xenia",
    "Ylva",
    "Zoe",
    "Aspen",
    "Birch",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Gem",
    "Harbour",
    "Indigo",
    "Jasper",
    "Koi",
    "Lagoon",
    "Maple",
    "Nectar",
    "Opal",
    "Pebble",
    "Quill",
    "River",
    "Sienna",
    "Thistle",
    "Umber",
    "Velvet",
    "Willow",
    "Yarrow",
]
# Preference of the customers of each palette for colour families; 0.5 for families that are not listed.
PALETTES: tuple[dict[str, float], ...] = (
    {"Black": 3.0, "Grey": 2.0},
    {"White": 3.0, "Beige": 3.0},
    {"Blue": 4.0, "White": 1.5},
    {"Pink": 5.0, "Lilac Purple": 5.0, "White": 1.5},
    {"Red": 5.0, "Black": 1.5, "Metal": 4.0},
    {"Khaki green": 5.0, "Green": 5.0, "Brown": 4.0, "Beige": 2.0},
    {"Yellow": 5.0, "Orange": 5.0, "Blue": 1.5, "Pink": 2.0},
)
# Log preference of the customers of each eye for a shade. A style and a palette have customers of all eyes.
EYES: tuple[dict[str, float], ...] = tuple(
    {tone: 0.9 if tone == favourite else -0.3 for tone in TONES} for favourite in TONES
)
