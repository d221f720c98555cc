"""The simulated study, made once."""

from __future__ import annotations

import pytest
import report_factory


@pytest.fixture(scope="session")
def study() -> report_factory.Study:
    return report_factory.study()


@pytest.fixture(scope="session")
def small() -> report_factory.Study:
    """8 curves: quick to draw."""
    return report_factory.study(truths=report_factory.FEW)


@pytest.fixture(scope="session")
def page_text(study: report_factory.Study) -> str:
    from kindergrad.report import page

    return page.render(study.facts, study.rows, study.forecast, study.belief, study.status)
