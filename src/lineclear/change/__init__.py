"""The change under review: revisions, uncommitted work, the merge result, its trees and its author.

The entrance is :func:`lineclear.change.resolve.resolve_change`; :mod:`lineclear.change.repository` opens the
repository, :mod:`lineclear.change.trees` gives files and work trees of what was resolved.
"""
