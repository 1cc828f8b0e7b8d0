import jsonpickle
import numpy as np
import torch


def unpickled(path: str, text: str):
    # ruleid: model-loaded-as-pickle
    first = torch.load(path)
    # ruleid: model-loaded-as-pickle
    second = torch.load(path, map_location="cpu", weights_only=False)
    # ruleid: model-loaded-as-pickle
    third = np.load(path, allow_pickle=True)
    # ruleid: model-loaded-as-pickle
    return first, second, third, jsonpickle.decode(text)


def plain(path: str, store, value, options):
    # ok: model-loaded-as-pickle
    first = torch.load(path, weights_only=True)
    # ok: model-loaded-as-pickle
    second = np.load(path)
    # ok: model-loaded-as-pickle
    third = np.load(path, allow_pickle=False)
    # ok: model-loaded-as-pickle
    fourth = store.load(path)
    # ok: model-loaded-as-pickle
    copy = jsonpickle.decode(jsonpickle.encode(value))
    # ok: model-loaded-as-pickle
    return first, second, third, fourth, copy, torch.load(path, **options)
