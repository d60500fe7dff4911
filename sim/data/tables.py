"""A data set's Parquet files: rows of frames, episodes and tasks.

Knows: pyarrow, and how pandas marks an index (LeRobot reads tasks with it). Does not know: which
file comes when.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DatasetError, MissingDependencyError
from llmagentos.files import refusing, shown, written
from sim.data.schema import Features, is_picture, is_video

_WHAT = "a data set's file that can be written"


def arrow() -> tuple[Any, Any]:
    """pyarrow and pyarrow.parquet. MissingDependencyError without the extra `data`."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as exc:
        raise MissingDependencyError(
            f"expected package '{exc.name}' for data sets, got none: pip install 'llmagentos[data]'"
        ) from exc
    return pyarrow, pyarrow.parquet


def read(path: Path, columns: Sequence[str] | None = None) -> Any:
    """A file's table. FileError where it can't be opened, DatasetError where it is no Parquet."""
    pa, parquet = arrow()
    try:
        with refusing(path, "a data set's file"):
            path.open("rb").close()
        return parquet.read_table(path, columns=None if columns is None else list(columns))
    except pa.ArrowException as exc:
        reason = " ".join(str(exc).split())
        raise DatasetError(f"expected a Parquet file at {shown(path)}, got: {reason}") from exc


def write(path: Path, table: Any) -> None:
    """Write a table, whole or not at all."""
    _, parquet = arrow()
    with refusing(path, _WHAT):
        path.parent.mkdir(parents=True, exist_ok=True)
    with written(path, _WHAT) as part:
        parquet.write_table(table, part, compression="snappy")


def frames_schema(features: Features) -> Any:
    """Columns of `data/`: one number a frame, or lists of a fixed length; videos are no columns."""
    pa, _ = arrow()
    fields = []
    for name, feature in features.items():
        if is_video(feature):
            continue
        if is_picture(feature):
            kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        else:
            kind = _type(feature["dtype"])
            if tuple(feature["shape"]) != (1,):
                for size in reversed(feature["shape"]):
                    kind = pa.list_(kind, int(size))
        fields.append(pa.field(name, kind))
    return pa.schema(fields)


def _type(dtype: str) -> Any:
    pa, _ = arrow()
    if dtype == "string":
        return pa.string()
    try:
        return pa.from_numpy_dtype(np.dtype(dtype))
    except (TypeError, pa.ArrowException) as exc:
        raise DatasetError(f"expected a feature's dtype as numpy names it, got {dtype!r}") from exc


def frames_table(features: Features, columns: Mapping[str, NDArray[Any]]) -> Any:
    """A table of frames from one array [n, ...] a feature."""
    pa, _ = arrow()
    schema = frames_schema(features)
    flat = {
        name: values.ravel() if tuple(features[name]["shape"]) == (1,) else values
        for name, values in columns.items()
    }
    return pa.table(
        [pa.array(flat[f.name].tolist(), type=f.type) for f in schema],
        schema=schema,
    )


def numbers(table: Any, name: str, feature: Mapping[str, Any]) -> NDArray[Any]:
    """A feature's column as an array [n, ...] of its dtype and shape; [n] for one number."""
    shape = tuple(feature["shape"])
    values = np.array(table.column(name).to_pylist(), dtype=feature["dtype"])
    return values if shape == (1,) else values.reshape(-1, *shape)


def tasks_table(tasks: Sequence[str]) -> Any:
    """meta/tasks.parquet: the texts are the index that pandas makes of the file."""
    pa, _ = arrow()
    table = pa.table({"task_index": pa.array(range(len(tasks)), pa.int64()), "task": list(tasks)})
    told = {
        "index_columns": ["task"],
        "column_indexes": [],
        "columns": [
            _told("task_index", "int64", "int64"),
            _told("task", "unicode", "object"),
        ],
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": "2.2.0",
    }
    return table.replace_schema_metadata({"pandas": json.dumps(told)})


def _told(name: str, pandas_type: str, numpy_type: str) -> dict[str, Any]:
    return {
        "name": name,
        "field_name": name,
        "pandas_type": pandas_type,
        "numpy_type": numpy_type,
        "metadata": None,
    }


def read_tasks(path: Path) -> list[str]:
    """Task texts in the order of their numbers, whatever the column is called."""
    table = read(path)
    texts = [name for name in table.column_names if name != "task_index"]
    if "task_index" not in table.column_names or not texts:
        got = ", ".join(table.column_names)
        raise DatasetError(f"expected task_index and texts in {shown(path)}, got columns {got}")
    pairs = zip(
        table.column("task_index").to_pylist(), table.column(texts[0]).to_pylist(), strict=True
    )
    return [str(text) for _, text in sorted(pairs)]


def rows_table(rows: Sequence[Mapping[str, Any]]) -> Any:
    """A table of plain values, one mapping a row, all with the same keys."""
    pa, _ = arrow()
    return pa.table({key: [row[key] for row in rows] for key in rows[0]})
