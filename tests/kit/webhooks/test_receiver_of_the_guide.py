"""The receiver that the guide for integrators shows does what the guide says."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import WebhookVerificationError

from tests.kit.webhooks.desk import Desk
from tests.kit.webhooks.receiving import Endpoint

GUIDE, *_ = [
    path
    for path in (Path(__file__).resolve().parents[3] / "docs").rglob("*.md")
    if "standardwebhooks import Webhook" in path.read_text()
]


async def test_it_takes_an_event_once_and_refuses_what_others_write(
    desk: Desk, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await desk.subscribe(endpoint)
    await desk.happen("case.recorded")
    await desk.send()
    [post] = endpoint.posts
    monkeypatch.setenv("WEBHOOK_SECRET", subscription["secret"])
    [code] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    module: dict[str, Any] = {}
    exec(re.sub(r"^   ", "", code, flags=re.MULTILINE), module)  # noqa: S102 -- the guide's own lines
    transport = httpx.ASGITransport(app=module["app"])
    async with httpx.AsyncClient(transport=transport, base_url="https://records.example") as client:
        for _ in range(2):
            taken = await client.post("/events", content=post.body, headers=post.headers)
            assert taken.status_code == 204
        assert module["seen"] == {post.headers["webhook-id"]}
        headers = {**post.headers, "content-length": str(len(post.body) + 1)}
        with pytest.raises(WebhookVerificationError):
            await client.post("/events", content=post.body + b" ", headers=headers)
