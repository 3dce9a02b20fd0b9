"""Make what the whole exchange protocol needs."""

from migrations.kit_0003 import drop_kit_tables, make_kit_tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_kit_tables()


def downgrade() -> None:

    drop_kit_tables()
