"""Ten purchases of three customers, for results worked out by hand as of day 100, a Saturday."""

AS_OF = 100
PURCHASES = [
    (40, "u", "0001", 1.0),
    (99, "u", "0001", 2.0),
    (99, "u", "0001", 4.0),
    (99, "u", "0002", 5.0),
    (70, "v", "0001", 1.0),
    (95, "v", "0003", 8.0),
    (AS_OF, "v", "0002", 5.0),  # on the day itself: not part of the state
    (89, "w", "0003", 8.0),
    (98, "w", "0001", 1.0),
    (98, "w", "0002", 5.0),
]
# A and B are one product, C and D another; D was never bought.
ARTICLES = [{"article_id": f"000{i + 1}", "product_code": "PPQQ"[i]} for i in range(4)]
# X never bought.
CUSTOMERS = [{"customer_id": name, "age": age} for name, age in (("u", 22), ("v", 30), ("w", None), ("x", 60))]
