"""The rules of a request: articles to leave out, and conditions on the attributes of articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from serving.client.inputs import one_each, padded
from serving.client.model_client import ModelClient
from serving.errors import InvalidRequestError

Texts = Sequence[Sequence[str]]
Answers = list[tuple[int, dict[str, Any]]]


class Rules:
    """Rules of a batch.

    Args:
        ids: [batch] ids that the rules belong to.
        exclude_article_ids: [batch], articles to leave out of each answer; None for none.
        allow: [batch], conditions such as "product_group_name=Shoes"; an article must have one of the allowed values of
            each column that is named. "column=" stands for articles without a value. None for no condition.
        deny: [batch], conditions that no article of the answer meets; None for none.

    Raises:
        ValueError: an argument is not as long as `ids`.
    """

    def __init__(
        self, ids: Sequence[str], exclude_article_ids: Texts | None, allow: Texts | None, deny: Texts | None
    ) -> None:
        given = {"exclude_article_ids": exclude_article_ids, "allow": allow, "deny": deny}
        self._values = {name: one_each(name, values, ids, ()) for name, values in given.items()}

    def inputs(self, part: slice, *, without: Sequence[str] = ()) -> dict[str, Any]:
        """The inputs of the requests of a part of the batch.

        Args:
            part: the part.
            without: names of inputs to leave out.
        """
        return {name: padded(values[part]) for name, values in self._values.items() if name not in without}

    def ask(self, model: ModelClient, signature: str, count: int, others, outputs: Sequence[str] = ()) -> Answers:
        """Calls a signature with these rules and other inputs.

        Versions of earlier releases lack the inputs `allow` and `deny`, those before also `exclude_article_ids`. They
        are asked again without the inputs that say nothing.

        Args:
            model: client of the model.
            signature: name of the signature.
            count: number of rows.
            others: function of a part of the batch that returns its other inputs.
            outputs: names of the outputs wanted; empty for all.

        Raises:
            ServingError: as `ModelClient.predict_batches`, of the request with all inputs.
        """
        unused = [name for name, values in self._values.items() if not any(values)]
        conditions = [name for name in ("allow", "deny") if name in unused]
        attempts: list[Sequence[str]] = [()]
        attempts += [conditions] if len(conditions) == 2 else []
        attempts += [unused] if len(unused) == 3 else []
        first: InvalidRequestError | None = None
        for without in attempts:

            def inputs(part: slice, without: Sequence[str] = without) -> Mapping[str, Any]:
                return {**others(part), **self.inputs(part, without=without)}

            try:
                return list(model.predict_batches(signature, count, inputs, outputs))
            except InvalidRequestError as error:
                first = first or error
        assert first is not None
        raise first
