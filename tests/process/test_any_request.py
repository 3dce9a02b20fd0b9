"""Whatever request the documents allow, and much that they do not: never a 500, and only answers that are documented."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.process.pair import PairProcesses

ROOT = Path(__file__).resolve().parents[2]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 5  # for each operation and kind: a look at each, not a campaign


def operations(service: str) -> list[Any]:
    document = json.loads((ROOT / "openapi" / f"{service}_service.json").read_text())
    results = list(schemathesis.openapi.from_dict(document).get_all_operations())
    found = [result.ok() for result in results if isinstance(result, Ok)]
    assert len(found) == len(results)
    # The door of a link is driven by tests of its own: what is not signed is one and the same 401 there.
    return [
        operation
        for operation in found
        if not operation.path.endswith("/messages") or operation.method != "post"
    ]


def takes_input(operation: Any) -> bool:
    """Whether there is anything to get wrong."""
    return bool(operation.body or operation.path_parameters or operation.query)


# There are some three hundred operations, and a busy machine takes its time.
@pytest.mark.timeout(900)
@pytest.mark.process
@pytest.mark.parametrize("service", ["local", "panel"])
@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not_allowed"]
)
def test_every_answer_is_documented_and_none_is_a_500(
    running_pair: PairProcesses, service: str, mode: GenerationMode
) -> None:
    person = running_pair.cast.office if service == "local" else running_pair.cast.secretariat
    driven = [
        operation
        for operation in operations(service)
        if mode is GenerationMode.POSITIVE or takes_input(operation)
    ]
    assert len(driven) > 10
    for operation in driven:
        drive(operation.as_strategy(generation_mode=mode), person.url, person.key)


def drive(cases: Any, url: str, key: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def send(case: Case[Any]) -> None:
        case.call_and_validate(base_url=url, headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    send()
