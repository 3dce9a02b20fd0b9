"""A database of its own whose outbox holds signed messages on many links to one bare receiver."""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.request import urlopen
from uuid import UUID, uuid4

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from service_kit.administration import owner_session, register_organisation
from service_kit.exchange.key_ring import pin_key
from service_kit.exchange.links import add_link, load_link
from service_kit.ids import new_id
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.envelope import message_hash, new_salt, write_message
from shared_schemas.exchange.keys import public_key_bytes
from standalone.ports import LOOPBACK, choose_port
from standalone.seed import settings_of
from standalone.services import CHECKOUT
from tests.bench.bed import Bed
from tests.bench.receiver import FORGET, HOLE, IDS, Setting

LINKS = 20
TYPE = "bench.note.v1"
WORDS = "What happened is written here in a few sentences, as a short notification has them. " * 4
STREAMS = ("organisation_id", "id", "link_id", "subject", "last_number")
MESSAGES = (
    *(
        "organisation_id",
        "id",
        "link_id",
        "stream_id",
        "subject",
        "number",
        "chain_id",
        "type",
        "body",
        "hash",
    ),
)
# The same rows again for each round, in tables without dead ones.
REFILL = """
    TRUNCATE outbound_messages, outbound_streams CASCADE;
    UPDATE exchange_links SET paused_until = NULL, breaker_open_until = NULL, faults_in_a_row = 0,
           counterpart_batch_max = {batch_max};
    INSERT INTO outbound_streams SELECT * FROM kept_streams ORDER BY id LIMIT {count};
    INSERT INTO outbound_messages SELECT * FROM kept_messages ORDER BY id LIMIT {count};
    ANALYZE outbound_messages; ANALYZE outbound_streams
"""


@dataclass(frozen=True)
class Outbox:
    """An organisation with links, in a database of its own; ``seed`` is its signing key, in hexadecimal."""

    bed: Bed
    database: str
    settings: ServiceSettings
    organisation: UUID
    links: Sequence[UUID]
    parties: Sequence[UUID]
    seed: str
    port: int
    receiver_seed: str

    @property
    def setting(self) -> Setting:
        """What its receiver must know."""
        own = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.seed))
        return Setting(
            port=self.port,
            sender_key=public_key_bytes(own.public_key()).hex(),
            seed=self.receiver_seed,
            receivers={str(link): str(party) for link, party in zip(self.links, self.parties, strict=True)},
        )

    def refill(self, count: int, *, batch_max: int = 1) -> None:
        """Have so many messages due, and the receiver forget what it had."""
        script = REFILL.format(count=count, batch_max=batch_max)
        self.bed.execute(script, database=self.database, seconds=120)
        self._ask(FORGET)

    def check_received(self, count: int) -> None:
        """Raise ``AssertionError`` unless the receiver has proved each message and each result is recorded."""
        rows = self.bed.query(
            "SELECT id, state, receipt IS NOT NULL AS kept FROM outbound_messages", database=self.database
        )
        delivered = sorted(str(row["id"]) for row in rows if row["state"] == "delivered" and row["kept"])
        assert len(delivered) == count, f"{len(delivered)} of {count} are recorded"
        self.check_ids(delivered)

    def check_ids(self, ids: Sequence[str]) -> None:
        """Raise ``AssertionError`` unless the receiver has proved exactly these."""
        held = self._ask(IDS)
        digest = sha256("\n".join(sorted(ids)).encode()).hexdigest()
        assert held == {"count": len(ids), "digest": digest}, f"the receiver has {held['count']}"

    def _ask(self, path: str) -> dict[str, object]:
        with urlopen(f"http://{LOOPBACK}:{self.port}{path}", timeout=30) as answer:
            told: dict[str, object] = json.load(answer)
            return told

    def change_address(self, link: UUID, *, dead: bool) -> None:
        """Let a link's destination take every request and never answer, or be as the others."""
        self.bed.query(
            "UPDATE exchange_links SET counterpart_url = $2 WHERE id = $1",
            link,
            _address(self.port, link, HOLE if dead else ""),
            database=self.database,
        )

    @contextlib.contextmanager
    def receiving(self) -> Iterator[int]:
        """Run its receiver; give its pid."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.receiver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(asdict(self.setting)) + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "listening\n"
            yield process.pid
        finally:
            process.kill()
            process.communicate()


def make_outbox(bed: Bed, database: str, count: int) -> Outbox:
    """Make the database with its organisation and links, and write the messages that each round sends."""
    bed.query(f"CREATE DATABASE {database} TEMPLATE local OWNER local_owner", database="postgres")
    outbox = asyncio.run(_register(bed, database))
    for table in ("streams", "messages"):
        script = f"CREATE TABLE kept_{table} (LIKE outbound_{table} INCLUDING DEFAULTS INCLUDING GENERATED)"
        bed.execute(script, database=database, seconds=30)
    asyncio.run(_write(outbox, count))
    return outbox


def _address(port: int, link: UUID, before: str = "") -> str:
    return f"http://{LOOPBACK}:{port}{before}/v1/exchange/links/{link}"


def _on(database: str, url: SecretStr) -> SecretStr:
    return SecretStr(f"{url.get_secret_value().rsplit('/', 1)[0]}/{database}")


async def _register(bed: Bed, database: str) -> Outbox:
    usual = settings_of(bed.context, "local")
    urls = ("database_url", "worker_database_url", "migration_database_url")
    settings = usual.model_copy(update={name: _on(database, getattr(usual, name)) for name in urls})
    links, parties = [uuid4() for _ in range(LINKS)], [uuid4() for _ in range(LINKS)]
    receiver, port = Ed25519PrivateKey.generate(), choose_port(avoid=bed.ports.values())
    async with owner_session(settings) as session:
        card = await register_organisation(session, settings, code="bench", name="Bench")
        for link, party in zip(links, parties, strict=True):
            await add_link(
                session,
                settings.key_bytes(),
                organisation_id=card.organisation,
                link_id=link,
                counterpart_party=party,
                counterpart_name=f"Bench {party}",
                counterpart_url=_address(port, link),
                allowed_networks=["127.0.0.0/8"],
            )
            await pin_key(
                session, organisation_id=card.organisation, party=party, public_key=receiver.public_key()
            )
        keys = await load_link(session, card.organisation, links[0], settings.key_bytes())
    seed = keys.own_key.private_bytes_raw().hex()
    receiver_seed = receiver.private_bytes_raw().hex()
    return Outbox(bed, database, settings, card.organisation, links, parties, seed, port, receiver_seed)


async def _write(outbox: Outbox, count: int) -> None:
    """Each message is the first of a stream of its own, so that none waits for another."""
    streams, messages = [], []
    for number in range(count):
        message, stream, subject = new_id(), new_id(), uuid4()
        link, party = outbox.links[number % LINKS], outbox.parties[number % LINKS]
        body = write_message(
            message_id=message,
            source=outbox.organisation,
            message_type=TYPE,
            subject=subject,
            time=datetime.now(UTC),
            dataschema=f"http://{LOOPBACK}/schemas/{TYPE}.json",
            destination=party,
            streamsequence=1,
            seensequence=0,
            salt=new_salt(),
            data={"words": WORDS},
        )
        streams.append((outbox.organisation, stream, link, str(subject), 1))
        messages.append(
            (
                *(outbox.organisation, message, link, stream, str(subject), 1, message, TYPE, body),
                message_hash(body),
            )
        )
    url = outbox.bed.cluster.superuser_url(outbox.database).replace("postgresql+asyncpg", "postgresql", 1)
    connection = await asyncpg.connect(url, ssl=False)
    try:
        await connection.copy_records_to_table("kept_streams", records=streams, columns=STREAMS)
        await connection.copy_records_to_table("kept_messages", records=messages, columns=MESSAGES)
    finally:
        await connection.close()
