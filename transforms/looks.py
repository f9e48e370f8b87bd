"""What Features and the served graph agree on for the signature `complete_the_look`: names, inputs and limits.

The model is a conditional logit: the utility of a candidate is a weighted sum of inputs, which differ in what they
depend on. Features folds the weights into the tables of the state, so that the graph only adds.
"""

from transforms import columns
from transforms.content import KINDS

LOOK_KINDS = ("garment_group_name", "product_type_name")  # the first one in which two groups are sold
LOOK_ATTRIBUTES = (
    "section_name",
    "product_type_name",
    "colour_group_name",
    "department_name",
    "perceived_colour_master_name",
    "graphical_appearance_name",
    "index_name",
)
LOOK_COLUMNS = tuple(dict.fromkeys((columns.PRODUCT_CODE, *LOOK_KINDS, *LOOK_ATTRIBUTES)))
SALES_INPUTS = ("channel", "price")  # affinity of the channels, distance of the prices
TASTE_INPUTS = ("own_text", "own_section")  # cosine to, and share of, the customer's past
CONTENT_KINDS = KINDS
TASTE_ATTRIBUTE = "section_name"
TASTE_SCALE = 10.0  # of the share, before its logarithm
TASTE_LENGTH = 64  # articles of a customer's past that make the taste: the strongest
NO_CODE = -1  # code of a missing attribute, and the partner code of a group as a whole
