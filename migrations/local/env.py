from local_service.tables import METADATA
from migrations.env_common import run

run(METADATA)
