"""The files of the artifact `ModelInsights`; see README.md."""

REACH, CASES, MAP, IMPORTANCE = "reach.json", "cases.json", "article_map.json", "importance.json"
NEIGHBOURS = "neighbours.json"
BOUGHT = "bought"  # the entry in `reach.json` beside the rankings: what the customers bought
