"""The query client: answers, errors, batches and retries."""

import math
import subprocess
import sys

import numpy as np
import pytest

from serving import errors
from serving.client import (
    ArticleDescription,
    ArticleOutlook,
    Baselines,
    ClientConfig,
    CustomerNeed,
    LookArticle,
    LookGroup,
    Reason,
    RecommenderClient,
    SimilarArticle,
)
from tests.serving.fake_server import flaky_server
from tests.source_tree import ROOT


@pytest.fixture(scope="module")
def client(served):
    with RecommenderClient(f"127.0.0.1:{served.port}", ClientConfig(deadline_s=60, batch_size=3)) as client:
        yield client


def ids_of(recommendations):
    return [article.article_id for article in recommendations.articles]


def test_importing_the_client_imports_no_tensorflow():
    code = "import sys, serving.client, serving.server.model_server; print('tensorflow' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_recommend_default_returns_the_default_answers(client, articles):
    known, stranger = client.recommend_default(["c1", "stranger"])
    assert (known.customer_id, known.model_version) == ("c1", 8)
    assert ids_of(known) == articles[:12]
    assert [article.score for article in known.articles] == [float(-i) for i in range(12)]
    assert known.articles[0].channels == ("towers", "popular")
    assert stranger.articles[0].channels == ("popular",)


def test_recommend_sends_recent_and_excluded_articles_age_and_club(client, articles):
    first, second = client.recommend(
        ["c1", "c2"],
        recent_article_ids=[[], articles[:2]],
        exclude_article_ids=[articles[:1], []],
        age=[None, 30],
        club_member_status=["ACTIVE", None],
        k=3,
    )
    assert ids_of(first) == articles[1:4]
    assert [article.score for article in first.articles] == [-0.5, -1.5, -2.5]  # the model adds 0.5 for club members
    assert ids_of(second) == articles[2:5]
    assert [article.score for article in second.articles] == [28.0, 27.0, 26.0]  # the model adds 1 for each year of age


def test_omitted_arguments_are_sent_as_empty_values(client, articles):
    (answer,) = client.recommend(["c1"], k=100)
    assert ids_of(answer) == articles
    assert answer.articles[99].score == -99.0


def test_many_customers_are_split_into_batches_and_answered_in_order(client):
    customers = [f"c{i}" if i % 2 else "x" * i for i in range(20)]
    answers = client.recommend(customers, age=list(range(20)), k=1)
    assert [answer.customer_id for answer in answers] == customers
    assert [answer.articles[0].score for answer in answers] == [float(i) for i in range(20)]
    np.testing.assert_array_equal(
        client.embeddings(customer_ids=customers), [[len(c) * w for w in (1, 2, 3, 4)] for c in customers]
    )


def test_no_customers_get_no_answers(client):
    assert client.recommend([]) == client.recommend_default([]) == client.describe([]) == client.needs([]) == []
    assert client.embeddings(article_ids=[]).shape[0] == 0


def test_similar_returns_the_most_similar_articles_first(client, articles):
    (first, _) = client.similar(articles[:2], k=2)
    assert first == [SimilarArticle(articles[1], -1.0), SimilarArticle(articles[2], -2.0)]


def test_exclusions_are_omitted_if_empty_for_versions_without_that_input(client, articles):
    assert client.similar(articles[:1], exclude_article_ids=[[]], k=2) == client.similar(articles[:1], k=2)
    with pytest.raises(errors.InvalidRequestError):
        client.similar(articles[:1], exclude_article_ids=[articles[1:2]], k=2)


def test_complete_returns_groups_without_padding(client, articles):
    (first, second) = client.complete(
        articles[:2], customer_ids=["", "c1"], exclude_article_ids=[[], articles[2:3]], k=2
    )
    assert first == [LookGroup("Shoes", (LookArticle(articles[1], -1.0), LookArticle(articles[2], -2.0)))]
    assert second == [LookGroup("Shoes", (LookArticle(articles[0], 1000.0), LookArticle(articles[3], 997.0)))]
    assert client.complete([]) == []
    with pytest.raises(ValueError, match="customer_ids must have one entry for each id"):
        client.complete(articles[:2], customer_ids=["c1"])


def test_describe_returns_empty_texts_for_unknown_articles(client, articles):
    a = articles[5]
    known = [f"{name} of {a}" for name in ("prod_name", "product_type_name", "colour_group_name", "detail_desc")]
    assert client.describe([a, "?"]) == [ArticleDescription(a, *known), ArticleDescription("?", "", "", "", "")]


def test_outlook_returns_nan_for_unknown_articles(client, articles):
    (known, unknown) = client.outlook([articles[5], "?"])
    assert known == ArticleOutlook(articles[5], 0.25, 3.0, 12.5)
    assert unknown.article_id == "?"
    assert all(math.isnan(x) for x in (unknown.sold_probability, unknown.expected_units, unknown.lifetime_weeks))


def test_needs_are_product_types_without_padding(client):
    wanted = [CustomerNeed("Coat", 0.75), CustomerNeed("Vest top", 0.5)]
    assert client.needs(["c1", "x"]) == [wanted, wanted]
    assert client.needs(["c1"], k=1) == [wanted[:1]]
    with pytest.raises(ValueError, match="k must be in 1"):
        client.needs(["c1"], k=0)


def test_baselines_have_no_padding(client, articles):
    assert client.baselines(["c1"]) == [Baselines("c1", (), tuple(articles[:12]))]


def test_embeddings_of_articles_are_returned(client):
    np.testing.assert_array_equal(client.embeddings(article_ids=["a"]), np.float32([[-1, -2, -3, -4]]))


def test_model_status_lists_the_versions_newest_first(client):
    assert [(v.version, v.state, v.error_code) for v in client.model_status()] == [
        (8, "AVAILABLE", "OK"),
        (7, "AVAILABLE", "OK"),
    ]


def test_a_version_is_selected_by_number_or_label(served):
    for chosen in ({"version": 7}, {"version_label": "stable"}):
        with RecommenderClient(f"127.0.0.1:{served.port}", ClientConfig(deadline_s=60), **chosen) as client:
            assert client.recommend_default(["c1"])[0].model_version == 7


def test_predict_calls_any_signature(client):
    assert client.predict("customer_embedding", {"customer_id": ["ab"]})["embedding"].tolist() == [[2, 4, 6, 8]]


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda c: c.predict("nope", {}), errors.SignatureNotFoundError),
        (lambda c: c.predict("recommend", {}), errors.InvalidRequestError),
        (lambda c: c.predict("serving_default", {"customer_id": [1]}), errors.InvalidRequestError),
        (lambda c: c.predict("serving_default", {"customer_id": ["c"] * 101}), errors.InvalidRequestError),
    ],
)
def test_statuses_become_typed_errors(client, ask, error):
    with pytest.raises(error) as caught:
        ask(client)
    assert isinstance(caught.value, errors.ServingError)
    assert caught.value.message


def test_an_unknown_model_raises_model_not_found(served):
    with (
        RecommenderClient(f"127.0.0.1:{served.port}", ClientConfig(model_name="nope")) as client,
        pytest.raises(errors.ModelNotFoundError, match=r"Servable not found for request: Latest\(nope\)"),
    ):
        client.recommend_default(["c1"])


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda c: c.recommend(["c1"], k=0), r"k must be in 1\.\.100. Received: k = 0"),
        (lambda c: c.similar(["a"], k=101), "k = 101"),
        (lambda c: c.recommend(["c1"], age=[1, 2]), "age must have one entry for each id"),
        (lambda c: c.embeddings(), "customer_ids or article_ids"),
        (lambda c: RecommenderClient("x", version=1, version_label="y"), "exclude each other"),
        (lambda c: ClientConfig(max_attempts=6), "max_attempts must be in 1..5"),
        (lambda c: ClientConfig(deadline_s=0), "deadline_s must be above 0"),
    ],
)
def test_invalid_arguments_raise_before_a_request_is_sent(client, ask, words):
    with pytest.raises(ValueError, match=words):
        ask(client)


ONE_ARTICLE = {"article_ids": [["a", "", ""]], "scores": [[1.0, 0.0, 0.0]], "channels": [["popular", "", ""]]}


def flaky_client(server, attempts):
    config = ClientConfig(max_attempts=attempts, backoff_s=0.01, max_backoff_s=0.05, deadline_s=60)
    return RecommenderClient(f"127.0.0.1:{server.port}", config)


def test_unavailable_answers_are_retried():
    with flaky_server(2, **ONE_ARTICLE) as server, flaky_client(server, attempts=3) as client:
        assert ids_of(client.recommend_default(["c1"])[0]) == ["a"]
        assert len(server.requests) == 3


def test_padding_of_an_answer_is_removed():
    with flaky_server(0, **ONE_ARTICLE) as server, flaky_client(server, attempts=1) as client:
        (answer,) = client.recommend(["c1"], k=3)
        assert [(article.article_id, article.channels) for article in answer.articles] == [("a", ("popular",))]
        assert client.similar(["b", "c"], k=3) == [[SimilarArticle("a", 1.0)]]


def test_retries_stop_after_max_attempts():
    with flaky_server(9, **ONE_ARTICLE) as server, flaky_client(server, attempts=3) as client:
        with pytest.raises(errors.ServerUnavailableError, match="not now"):
            client.recommend_default(["c1"])
        assert len(server.requests) == 3


def test_max_attempts_1_disables_retries():
    with flaky_server(9, **ONE_ARTICLE) as server, flaky_client(server, attempts=1) as client:
        with pytest.raises(errors.ServerUnavailableError):
            client.recommend_default(["c1"])
        assert len(server.requests) == 1


def test_a_missing_server_raises_server_unavailable():
    config = ClientConfig(max_attempts=2, backoff_s=0.01, deadline_s=30)
    with RecommenderClient("127.0.0.1:1", config) as client, pytest.raises(errors.ServerUnavailableError):
        client.recommend_default(["c1"])


def test_a_late_answer_raises_deadline_exceeded(served):
    with (
        RecommenderClient(f"127.0.0.1:{served.port}", ClientConfig(deadline_s=0.2)) as client,
        pytest.raises(errors.DeadlineExceededError),
    ):
        client.predict("spin", {"rounds": np.int32(2**30)})


def test_all_client_errors_derive_from_serving_error():
    family = {
        error for error in vars(errors).values() if isinstance(error, type) and error.__module__ == errors.__name__
    }
    assert {e.__name__ for e in family if issubclass(e, errors.ServingError)} == {
        "ServingError",
        "InvalidRequestError",
        "ModelNotFoundError",
        "SignatureNotFoundError",
        "RequestTooLargeError",
        "DeadlineExceededError",
        "ServerUnavailableError",
        "ServerFailureError",
    }


REASONS = {
    "reason_codes": [[["bought_before", "like_bought", ""], ["", "", ""], ["", "", ""]]],
    "reason_subjects": [[["", "b", ""], ["", "", ""], ["", "", ""]]],
    "reason_counts": [[[2, 0, 0], [0, 0, 0], [0, 0, 0]]],
    "reason_days": [[[9, 0, 0], [0, 0, 0], [0, 0, 0]]],
}


def test_an_answer_has_the_reasons_of_its_articles():
    with flaky_server(0, **ONE_ARTICLE, **REASONS) as server, flaky_client(server, attempts=1) as client:
        (answer,) = client.recommend(["c1"], k=3, reasons=True)
        assert answer.articles[0].reasons == (Reason("bought_before", "", 2, 9), Reason("like_bought", "b", 0, 0))
        assert list(server.requests[-1].output_filter) == []


@pytest.mark.parametrize("ask", [RecommenderClient.recommend, RecommenderClient.recommend_default])
def test_outputs_of_reasons_are_asked_for_only_if_they_are_wanted(ask):
    with flaky_server(0, **ONE_ARTICLE) as server, flaky_client(server, attempts=1) as client:
        (answer,) = ask(client, ["c1"])
        assert list(server.requests[-1].output_filter) == ["article_ids", "scores", "channels"]
        assert answer.articles[0].reasons == ()


def test_a_version_of_an_earlier_release_has_no_reasons(client):
    (answer,) = client.recommend(["c1"], reasons=True)
    assert [article.reasons for article in answer.articles] == [()] * 12
    assert client.explain(answer) == [()] * 12


def test_recommend_sends_conditions(client, articles):
    """The model of the tests leaves out denied articles and adds 0.25 to the scores for each allowed value."""
    first, second = client.recommend(
        ["c1", "c2"],
        allow=[[], ["colour=Red", "colour=Blue"]],
        deny=[[f"article={articles[0]}", f"article={articles[1]}"], []],
        k=2,
    )
    assert ids_of(first) == articles[2:4]
    assert [article.score for article in second.articles] == [0.5, -0.5]


def test_conditions_are_omitted_if_empty_for_versions_without_them(client, articles):
    """`complete_the_look` of the tests has exclusions but no conditions, `similar_articles` has neither."""
    assert client.complete(articles[:1], allow=[[]], deny=[[]], k=1) == client.complete(articles[:1], k=1)
    for ask in (client.complete, client.similar):
        with pytest.raises(errors.InvalidRequestError):
            ask(articles[:1], allow=[["colour=Red"]], k=1)
    with pytest.raises(ValueError, match="deny must have one entry for each id"):
        client.recommend(["c1", "c2"], deny=[["colour=Red"]])
