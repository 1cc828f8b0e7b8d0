import os

import nox


@nox.session(venv_backend="none")
def words(session):
    """Every line of the notes ends with a full stop."""
    cases, failed = "", False
    for number, line in enumerate(open("notes.txt").read().splitlines(), 1):
        wrong = not line.endswith(".")
        failed = failed or wrong
        failure = "<failure message='no full stop'/>" if wrong else ""
        cases += f"<testcase name='line {number}' file='notes.txt' line='{number}'>{failure}</testcase>"
    folder = os.environ["LINECLEAR_REPORTS"]
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "words.xml"), "w") as report:
        report.write(f"<testsuite name='words'>{cases}</testsuite>")
    if failed:
        session.error("words without a full stop")
