import ruamel.yaml
import yaml
from yaml import Loader


def careless(stream):
    # ruleid: yaml-load-unsafe
    yaml.load(stream)
    # ruleid: yaml-load-unsafe
    yaml.load(stream, Loader=yaml.Loader)
    # ruleid: yaml-load-unsafe
    yaml.load(stream, Loader=yaml.UnsafeLoader)
    # ruleid: yaml-load-unsafe
    yaml.load(stream, Loader)
    # ruleid: yaml-load-unsafe
    return yaml.unsafe_load(stream)


class ProjectLoader(yaml.SafeLoader):
    pass


def careful(stream, parser):
    # ok: yaml-load-unsafe
    yaml.safe_load(stream)
    # ok: yaml-load-unsafe
    yaml.load(stream, Loader=yaml.SafeLoader)
    # ok: yaml-load-unsafe
    yaml.load(stream, Loader=yaml.CSafeLoader)
    # ok: yaml-load-unsafe
    yaml.load(stream, Loader=ProjectLoader)
    # ok: yaml-load-unsafe
    return parser.load(stream)


def read_by_another_library(stream):
    yaml = ruamel.yaml.YAML(typ="safe")
    # ok: yaml-load-unsafe
    return yaml.load(stream)
