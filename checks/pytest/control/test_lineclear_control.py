"""A test that fails, which the suite must report."""


def test_lineclear_control():
    assert "this test" == "a failure"
