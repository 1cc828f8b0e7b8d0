"""Says that a certificate need not be verified, which the rule pack must catch."""

import requests

requests.get("https://control.invalid/", timeout=5, verify=False)
