"""Tables of the audit tree: its leaves and nodes, its checkpoints, and what counterparts and we have witnessed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import AddedOnlyRow, KitBase, OwnedRow


class AuditTree(OwnedRow, KitBase):
    """One organisation's tree of one history of this database: a restore begins another, of another origin."""

    __tablename__ = "audit_trees"
    __table_args__ = (UniqueConstraint("organisation_id", "epoch"),)

    epoch: Mapped[datetime]
    origin: Mapped[str]  # as its checkpoints name it, kept: a service may change its host
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_hash: Mapped[bytes | None]  # of the last leaf: the chain's head
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())


def _of_a_tree() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["organisation_id", "tree_id"], ["audit_trees.organisation_id", "audit_trees.id"]
    )


class AuditLeaf(AddedOnlyRow, KitBase):
    """An entry's place in the tree, under the entry's own id: it has one for ever."""

    __tablename__ = "audit_leaves"
    __table_args__ = (UniqueConstraint("organisation_id", "tree_id", "position"), _of_a_tree())

    tree_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(BigInteger)  # 1, 2, 3 … without gaps, in the order of sealing
    leaf: Mapped[bytes]  # the entry as it was sealed, with its place and the hash before it
    hash: Mapped[bytes]  # RFC 6962's of the leaf


class AuditNode(AddedOnlyRow, KitBase):
    """The hash over a complete subtree of 256, 65,536 … leaves, so that no root or proof needs more than a few rows."""

    __tablename__ = "audit_nodes"
    __table_args__ = (UniqueConstraint("organisation_id", "tree_id", "level", "number"), _of_a_tree())

    tree_id: Mapped[UUID]
    level: Mapped[int] = mapped_column(SmallInteger)  # 8, 16, 24 …: it covers 2 ** level leaves
    number: Mapped[int] = mapped_column(BigInteger)  # 0, 1, 2 … from the left
    hash: Mapped[bytes]


class AuditCheckpoint(AddedOnlyRow, KitBase):
    """A size and root of our own tree that we signed."""

    __tablename__ = "audit_checkpoints"
    __table_args__ = (Index(None, "organisation_id", "tree_id", "size"), _of_a_tree())

    tree_id: Mapped[UUID]
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes]
    note: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AuditCosignature(AddedOnlyRow, KitBase):
    """A counterpart's line under one of our checkpoints."""

    __tablename__ = "audit_cosignatures"
    __table_args__ = (UniqueConstraint("organisation_id", "checkpoint_id", "link_id"),)

    checkpoint_id: Mapped[UUID]
    link_id: Mapped[UUID]
    line: Mapped[str]
    cosigned_at: Mapped[datetime]


class AuditWitness(OwnedRow, KitBase):
    """How far a link's counterpart has cosigned our tree, as it last told us, and when we last asked it to."""

    __tablename__ = "audit_witnesses"
    __table_args__ = (UniqueConstraint("organisation_id", "link_id"),)

    link_id: Mapped[UUID]
    origin: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    root: Mapped[bytes | None]
    checkpoint_id: Mapped[UUID | None]  # the last of ours that it was asked to cosign, and did
    cosigned_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    problem: Mapped[str | None]  # why it did not cosign when it was last asked


class WitnessedCheckpoint(OwnedRow, KitBase):
    """The newest checkpoint of a counterpart's tree that we cosigned; one row for each origin, kept for ever."""

    __tablename__ = "witnessed_checkpoints"
    __table_args__ = (UniqueConstraint("organisation_id", "link_id", "origin"),)

    link_id: Mapped[UUID]
    origin: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    root: Mapped[bytes | None]  # none until one was cosigned
    note: Mapped[str | None]  # the counterpart's signed checkpoint
    cosignature: Mapped[str | None]  # our line under it
    cosigned_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # The first origin of a link counts at once; one after it, when a person here has confirmed it.
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None]
    refused: Mapped[str | None]  # why the last one was refused, if it was
