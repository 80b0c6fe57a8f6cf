"""Rows of which a text is one of many, asked with one parameter however many there are."""

import json
from collections.abc import Collection
from typing import Any

from django.db.models import BooleanField, F, Func, Q, TextField, Value


def among(column: str, texts: Collection[str]) -> Q:
    """Where `column` is one of `texts`. The texts go over as one JSON list: ten thousand placeholders take longer to write, to bind and
    to parse than their rows take to find."""
    return Q(_Among(F(column), Value(json.dumps(list(texts)), output_field=TextField())))


class _Among(Func):
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        listed = " = ANY(ARRAY(SELECT json_array_elements_text("
        return self.as_sql(compiler, connection, template="%(expressions)s::json)))", arg_joiner=listed)

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s))", arg_joiner=" IN (SELECT value FROM json_each(")
