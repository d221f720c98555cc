"""Phrases of a text: ``{ kind = "phrase", pattern = '\\d \\+ \\d = \\d' }``, a regular expression within one line."""

from __future__ import annotations

import re

from pydantic import field_validator

from kindergrad.core.records import Contract


class Spec(Contract):
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value
