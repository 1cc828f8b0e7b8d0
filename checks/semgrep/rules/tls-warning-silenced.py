import warnings

import requests
import urllib3
from urllib3.exceptions import InsecureRequestWarning


def silenced() -> None:
    # ruleid: tls-warning-silenced
    urllib3.disable_warnings()
    # ruleid: tls-warning-silenced
    requests.packages.urllib3.disable_warnings()
    # ruleid: tls-warning-silenced
    warnings.simplefilter("ignore", InsecureRequestWarning)


def heard(quiet: bool) -> None:
    # ok: tls-warning-silenced
    warnings.simplefilter("ignore", DeprecationWarning)
    # ok: tls-warning-silenced
    warnings.filterwarnings("error", category=InsecureRequestWarning)
    if quiet:
        # ok: tls-warning-silenced
        urllib3.disable_warnings()
    # ok: tls-warning-silenced
    urllib3.util.make_headers(keep_alive=True)
