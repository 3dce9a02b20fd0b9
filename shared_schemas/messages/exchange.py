"""Bodies of the protocol's own messages, `exchange.….v1`."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SET_ASIDE: Final = "exchange.set_aside.v1"
DISCARDED: Final = "exchange.discarded.v1"
KEY: Final = "exchange.key.v1"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


class SetAsideBody(BaseModel):
    """The receiver holds a message, but a rule of its own keeps it from taking effect: a person decides there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01", "problem": "contradicts-record"}]
        }
    )

    id: UUID = Field(description="The message that was set aside.")
    problem: Name = Field(description="Why: the last part of a catalogued problem's type.")


class DiscardedBody(BaseModel):
    """Nothing else will come under this number: two people at the sender gave its message up, or nobody has it any more.

    Where nobody knows what was lost there is neither an id nor a hash.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01",
                    "hash": "eb8c1949f583591d7f2ca62f5379f25cd1ef128a194a641c5b8fc07e7ea8a86e",
                    "reason": "sent_in_error",
                }
            ]
        }
    )

    id: UUID | None = Field(
        default=None, description="The message that was given up; absent where it is unknown."
    )
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="SHA-256 of its bytes, lower-case hex; absent where it is unknown."
    )
    reason: Name = Field(
        description="A reason code. `void`: its chain is held under another number; `lost`: neither side has it."
    )


class KeyBody(BaseModel):
    """The sender changes its signing key, in the way that the receiver pinned beforehand."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "statement": "exchange-key/v1\nurn:uuid:01a05a43-fc00-7000-8000-00000000000a\n"
                    "whpk_7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=\n"
                    "c5b940ed3f65c391965de8295fc5d25f474fa57b48d36eb10ad363b8539c1b79\n\n"
                    "\N{EM DASH} urn:uuid:01a05a43-fc00-7000-8000-00000000000a ZAp99KE0Qb7pIwi4F6dgXiE8tfjnz4EKo8RXpiE3"
                    "02QLd3rrIWRRi/WZI5+mAryQUGUn9Okg88Lo/ZwGlKLorYTpwwY=\n"
                    "\N{EM DASH} urn:uuid:01a05a43-fc00-7000-8000-00000000000a AWSsxqPDrJ9/3nE7+u0fySMgpbyYbNnTyZnV11DM"
                    "oO5wEcQPeWi/sZpm+E3heROzN/m6q7e0GIhkyStYIgI5ehZG3QM=\n"
                }
            ]
        }
    )

    statement: Annotated[str, StringConstraints(min_length=1, max_length=4096)] = Field(
        description="A C2SP signed note of the kind `exchange-key/v1`: the party, its new key, and the SHA-256 of the "
        "only one that may follow; signed by the old and the new key."
    )
