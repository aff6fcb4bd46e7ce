"""The rows about security that need a server, a browser or a folder."""

from tests.torture.documents_rows import DOCUMENTS_ROWS
from tests.torture.egress_rows import EGRESS_ROWS
from tests.torture.flood_rows import FLOOD_ROWS
from tests.torture.paths_rows import PATHS_ROWS
from tests.torture.routes_rows import ROUTES_ROWS
from tests.torture.secrets_rows import SECRETS_ROWS
from tests.torture.sign_in_rows import SIGN_IN_ROWS
from tests.torture.supply_rows import SUPPLY_ROWS

SECURITY_ROWS = {
    **PATHS_ROWS, **EGRESS_ROWS, **SIGN_IN_ROWS, **ROUTES_ROWS, **FLOOD_ROWS, **DOCUMENTS_ROWS, **SECRETS_ROWS,
    **SUPPLY_ROWS,
}  # fmt: skip
