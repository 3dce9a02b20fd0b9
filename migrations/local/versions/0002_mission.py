"""Make what every sentence of the mission needs: the tables of its resources."""

from migrations.kit_0002 import drop_kit_tables, make_kit_tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    make_kit_tables()


def downgrade() -> None:
    drop_kit_tables()
