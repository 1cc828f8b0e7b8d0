import os


def strict() -> bool:
    # ruleid: ci-run-detected
    if os.environ.get("CI"):
        return False
    # ruleid: ci-run-detected
    if os.getenv("GITHUB_ACTIONS") == "true":
        return False
    # ruleid: ci-run-detected
    return "TRAVIS" not in os.environ


def strict_by_setting() -> bool:
    # ok: ci-run-detected
    if os.environ.get("SHOP_LENIENT"):
        return False
    # ok: ci-run-detected
    if os.getenv("CITY") == "Bern":
        return False
    # ok: ci-run-detected
    return "NO_COLOR" in os.environ
