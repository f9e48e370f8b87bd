"""Definitions for Feast over the table of `lookbook table`: what the partial models say about a pair in a week.

Copy this folder, put the table beside it as `table/`, and run `feast apply`. Feast is not installed with Lookbook.
"""

from datetime import timedelta

from feast import Entity, FeatureView, Field, FileSource, ValueType
from feast.types import Float32, Int32

customer = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.STRING)
article = Entity(name="article", join_keys=["article_id"], value_type=ValueType.STRING)

candidates = FileSource(name="candidates", path="table", timestamp_field="event_timestamp")

partial_models = FeatureView(
    name="partial_models",
    entities=[customer, article],
    ttl=timedelta(days=7),
    schema=[
        Field(name="partial_need_product_type", dtype=Float32),
        Field(name="partial_need_garment_group", dtype=Float32),
        Field(name="partial_sold_probability", dtype=Float32),
        Field(name="partial_expected_units", dtype=Float32),
        Field(name="partial_lifetime_weeks", dtype=Float32),
        Field(name="partial_style_picture", dtype=Float32),
        Field(name="partial_style_text", dtype=Float32),
        Field(name="partial_towers", dtype=Float32),
        Field(name="score", dtype=Float32),
    ],
    source=candidates,
)

labels = FeatureView(
    name="labels",
    entities=[customer, article],
    ttl=timedelta(days=7),
    schema=[Field(name="label", dtype=Int32)],
    source=candidates,
)
