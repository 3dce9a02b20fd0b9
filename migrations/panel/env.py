from migrations.env_common import run
from panel_service.tables import METADATA

run(METADATA)
