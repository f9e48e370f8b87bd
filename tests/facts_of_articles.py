"""Facts of sections of a report that show articles, with two photos."""

import datetime
import io

from PIL import Image

from pages.interval import Interval
from pages.report.article import ArticleFacts
from pages.report.sections import article_map, cases, importance, neighbours, reach
from tests.facts_of_a_run import CUT


def photo(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (120, 160), colour).save(buffer, "JPEG")
    return buffer.getvalue()


PHOTOS = {"photo-0": photo("red"), "photo-1": photo("blue")}


def reach_facts(name: str = "this model", **changes) -> reach.ReachFacts:
    def ranking(title, first, **figures):
        by_decile = (first, *([(1 - first) / 10] * 10))
        figures = {
            "coverage": 0.5,
            "coverage_on_sale": 0.75,
            "novelty_bits": 4.25,
            "diversity": 0.625,
            "product_types": 7.5,
            "new_arrivals": 0.125,
            **figures,
        }
        return reach.ReachRanking(title=title, is_model=title == name, by_decile=by_decile, **figures)

    bought = ranking("bought in the test week", 0.375, diversity=None, product_types=None)
    facts = {
        "customers": 303,
        "articles": 600,
        "on_sale": 296,
        "window_days": 28,
        "rankings": (ranking(name, 0.5), ranking("popular", 1.0), bought),
    }
    return reach.ReachFacts(**{**facts, **changes})


def importance_facts(name: str = "own_strength", **changes) -> importance.ImportanceFacts:
    def drop(title, mean):
        spread = {"MAP@12": Interval(mean, mean - 0.01, mean + 0.01), "NDCG@12": Interval(mean / 2, 0.0, mean)}
        return importance.Drop(name=title, drops=spread)

    facts = {
        "lists": 256,
        "with_a_positive": 128,
        "repeats": 3,
        "all_features": 68,
        "intact": {"MAP@12": 0.25, "NDCG@12": 0.375},
        "families": (drop("article", 0.05), drop("pair", 0.125)),
        "features": (drop(name, 0.0625), drop("article_age_days", -0.03125)),
    }
    return importance.ImportanceFacts(**{**facts, **changes})


def article(number: int = 0, name: str = "Hazel top", **changes) -> ArticleFacts:
    facts = {"article_id": f"01080{number:05d}", "name": name, "kind": "Top", "colour": "Black", "photo": None}
    return ArticleFacts(**{**facts, **changes})


def case_facts(name: str = "Hazel top", **changes) -> cases.CaseFacts:
    recommended = tuple(
        cases.Recommended(
            article=article(number, name, photo="photo-0" if number < 3 else None),
            reasons=("bought 3x, last 12 days ago", "popular now, place 4", f"like {name}, bought before"),
            is_bought=number in (1, 4),
        )
        for number in range(12)
    )
    facts = {
        "customer_id": "0082406209acfb0e905198d93b121ee5",
        "drawn_from": "standing=returning",
        "slices": {"age_group": "25 to 34", "club_member_status": "ACTIVE", "standing": "returning"},
        "last": (cases.LastPurchase(article=article(0, name, photo="photo-0"), day=CUT - datetime.timedelta(days=3)),),
        "recommended": recommended,
        "num_bought": 14,
        "bought": (article(1, name, photo="photo-1"), article(4, name), article(77, name)),
    }
    return cases.CaseFacts(**{**facts, **changes})


def neighbours_facts(name: str = "Hazel top", **changes) -> neighbours.NeighboursFacts:
    nearest = {"picture": (article(1, name, photo="photo-1"), article(2, name)), "text": (article(3, name),)}
    one = neighbours.Neighbours(article=article(0, name, photo="photo-0"), nearest=nearest)
    return neighbours.NeighboursFacts(**{"articles": (one,), **changes})


def cases_facts(**changes) -> cases.CasesFacts:
    new = case_facts(customer_id="c2", slices={"standing": "new"}, drawn_from="standing=new", last=(), num_bought=3)
    return cases.CasesFacts(**{"as_of": CUT, "customers": 303, "cases": (case_facts(), new), **changes})


def map_facts(name: str = "Hazel top", **changes) -> article_map.MapFacts:
    def point(number):
        return article_map.Point(
            article=article(number, name, photo="photo-1" if number < 2 else None),
            group=("Garment Upper body", "Shoes", "")[number % 3],
            x=number * 0.1,
            y=(number * 7 % 10) * 0.1,
        )

    points = tuple(point(number) for number in range(30))
    return article_map.MapFacts(**{"articles": 400, "variance": (0.25, 0.125), "points": points, **changes})
