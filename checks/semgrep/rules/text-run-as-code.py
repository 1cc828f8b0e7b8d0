import ast
import json
import re
import sys


def run(text: str, completion):
    # ruleid: text-run-as-code
    eval(text)
    # ruleid: text-run-as-code
    exec(text)
    # ruleid: text-run-as-code
    exec(completion.choices[0].message.content, {})
    # ruleid: text-run-as-code
    return eval(sys.argv[1], {"__builtins__": {}})


def parsed(text: str, model, frame, path, redis):
    # ok: text-run-as-code
    ast.literal_eval(text)
    # ok: text-run-as-code
    eval("1 + 1")
    # ok: text-run-as-code
    model.eval()
    # ok: text-run-as-code
    frame.eval(text)
    namespace: dict[str, object] = {}
    # ok: text-run-as-code
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    # ok: text-run-as-code
    exec(path.read_text(), namespace)
    # ok: text-run-as-code
    re.compile(text)
    # ok: text-run-as-code
    return json.loads(text)
