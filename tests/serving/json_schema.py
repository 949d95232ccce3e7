"""Enough of JSON Schema to check an answer against what the server says of it."""

from __future__ import annotations

from typing import Any

TYPES = dict(object=dict, array=list, string=str, integer=int, number=(int, float))


def faults(value: Any, schema: dict[str, Any], where: str = '$') -> list[str]:
    """Where a value is not as its schema says."""
    if 'anyOf' in schema:
        options = [faults(value, option, where) for option in schema['anyOf']]
        return [] if [] in options else [fault for option in options for fault in option]
    found = []
    if 'type' in schema and not isinstance(value, TYPES[schema['type']]):
        found.append(f'{where} is no {schema["type"]}')
    if value not in schema.get('enum', [value]) or value != schema.get('const', value):
        found.append(f'{where} must not be {value!r}')
    if isinstance(value, dict):
        found += _of_object(value, schema, where)
    if isinstance(value, list):
        least, most = schema.get('minItems', 0), schema.get('maxItems', len(value))
        found += [] if least <= len(value) <= most else [f'{where} has {len(value)} items']
        for index, item in enumerate(value):
            found += faults(item, schema.get('items', {}), f'{where}[{index}]')
    return found


def _of_object(value: dict, schema: dict[str, Any], where: str) -> list[str]:
    known = schema.get('properties', {})
    found = [f'{where}.{key} is absent' for key in schema.get('required', ()) if key not in value]
    if schema.get('additionalProperties', True) is False:
        found += [f'{where}.{key} is not described' for key in value if key not in known]
    for key in value.keys() & known.keys():
        found += faults(value[key], known[key], f'{where}.{key}')
    return found
