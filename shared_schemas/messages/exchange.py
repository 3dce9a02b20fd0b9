"""Bodies of the protocol's own messages, `exchange.….v1`."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SET_ASIDE: Final = "exchange.set_aside.v1"
DISCARDED: Final = "exchange.discarded.v1"

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
