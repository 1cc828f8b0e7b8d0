"""Programs that other interpreters run: each is one file, needs no Lineclear, and is started by its path."""
