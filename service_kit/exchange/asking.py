"""Asking the counterpart: signed questions, and what may be read of their answers."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from service_kit.exchange.answers import Answer, problem_name, read_problem
from service_kit.exchange.client import ExchangeClient, NoAnswer
from service_kit.exchange.links import LinkKeys
from shared_schemas.exchange.ijson import MalformedMessage, load_ijson
from shared_schemas.exchange.limits import ANSWER_READ_MAX_BYTES
from shared_schemas.exchange.signatures import Scheme, signed_headers


class QuestionRefused(Exception):
    """The counterpart gave no usable answer: ``kind`` is how there was none, or the name of its problem."""

    def __init__(self, kind: str, status: int | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status


@dataclass
class Asker:
    """Asks one counterpart. ``now`` is the database's time when ``started`` (a steady clock's seconds) was read."""

    client: ExchangeClient
    keys: LinkKeys
    now: datetime
    started: float

    @classmethod
    def at(cls, client: ExchangeClient, keys: LinkKeys, database_time: datetime) -> "Asker":
        """Begin to ask at a time by the database's clock: the host's own decides nothing."""
        return cls(client, keys, database_time, time.monotonic())

    def time(self) -> datetime:
        """Give the time by the database's clock, as far as a steady clock tells."""
        return self.now + timedelta(seconds=time.monotonic() - self.started)

    async def ask(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Post a question to a path under the counterpart's base and give the JSON object it answers.

        Raises ``QuestionRefused`` for everything else.
        """
        answer = await self.post(path, json.dumps(content).encode())
        if not 200 <= answer.status < 300:
            problem = read_problem(answer)
            raise QuestionRefused(problem_name(problem) if problem else "no_answer", answer.status)
        try:
            told = load_ijson(answer.body)
        except MalformedMessage:
            told = None
        if not isinstance(told, dict):
            raise QuestionRefused("unreadable_answer", answer.status)
        return told

    async def post(
        self,
        path: str,
        body: bytes,
        media_type: str = "application/json",
        *,
        webhook_id: str | None = None,
        answer_max: int = ANSWER_READ_MAX_BYTES,
    ) -> Answer:
        """Post signed bytes and give the answer as it came. Raises ``QuestionRefused`` where there is none.

        ``webhook_id`` is a message's own; every question has a fresh one.
        """
        keys = self.keys
        headers = signed_headers(
            body,
            message_id=webhook_id or str(uuid4()),
            now=self.time(),
            private_keys=keys.signing_keys if Scheme.V1A in keys.schemes else [],
            secrets=keys.signing_secrets if Scheme.V1 in keys.schemes else [],
        )
        headers["Content-Type"] = media_type
        try:
            return await self.client.post(
                keys.counterpart_url,
                path,
                body,
                headers,
                allowed_networks=keys.allowed_networks,
                answer_max=answer_max,
            )
        except NoAnswer as fault:
            raise QuestionRefused(fault.kind) from None
