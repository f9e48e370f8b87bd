"""Names of the rankings a model is judged by, and their order in the answer of the signature `judge`.

    recommended       what the model recommends
    own_purchases     what the customer bought most often, then what is popular
    popular           what most customers bought in the last days
    new_to_customer   what the model recommends of articles the customer has not bought

The baseline model answers `judge` too; its ranking is called `last_blessed`.
"""

RECOMMENDED, OWN_PURCHASES, POPULAR, NEW_TO_CUSTOMER = "recommended", "own_purchases", "popular", "new_to_customer"
RANKINGS = (RECOMMENDED, OWN_PURCHASES, POPULAR, NEW_TO_CUSTOMER)
SIMPLE = (OWN_PURCHASES, POPULAR)
LAST_BLESSED = "last_blessed"
