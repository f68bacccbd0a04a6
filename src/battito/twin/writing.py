"""A scenario as data and as YAML, without what is as it would be anyway; `reading.py` takes it back."""

from collections.abc import Iterable
from typing import Any

import msgspec
import yaml

from battito.twin.scenario import Scenario


def to_data(value: Any) -> Any:
    """Plain data of a scenario or a part of it; fields that have their default are left out."""
    if isinstance(value, msgspec.Struct):
        out = {}
        for field in msgspec.structs.fields(value):
            found = getattr(value, field.name)
            default = field.default
            if default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
                default = field.default_factory()
            if default is msgspec.NODEFAULT or found != default or (field.name == "patience" and found is None):
                out[field.encode_name] = to_data(found)
        return out
    if isinstance(value, dict):
        return {key: to_data(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_data(one) for one in value]
    return msgspec.to_builtins(value)


def to_yaml(scenario: Scenario, remarks: Iterable[str] = ()) -> str:
    """The scenario as a file, with remarks at its top."""
    head = "".join(f"# {line}\n" for remark in remarks for line in remark.splitlines())
    return head + data_to_yaml(to_data(scenario))


def data_to_yaml(data: Any) -> str:
    """Plain data as YAML: short collections on one line, names in the order they have."""
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110))
