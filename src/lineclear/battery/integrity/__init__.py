"""How a change weakens its own tests and checks: the base's tree against the merge result's, by syntax alone.

Needs the standard library only, and runs as :mod:`lineclear.battery.integrity.program` in a process of its own.
"""
