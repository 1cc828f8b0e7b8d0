"""Cases are data: their tests are run by the checks of ``tests/battery/test_battery_cases.py`` and by nothing else."""

collect_ignore_glob = ["*"]
