"""Make the compact maps from GeoJSON: python -m khien.surfaces.web.data.build FOLDER.

FOLDER holds provinces_2021_schematic.geojson, provinces_2025_schematic.geojson, districts_2021_schematic.geojson and
districts_2021.csv. Corners are rounded to a grid, the same for both neighbours, so that no gap opens between them.
"""

import csv
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WEST, NORTH, SOUTH = 102.118, 23.367, 8.565
SQUEEZE = 0.961  # cosine of 16 degrees: a degree of longitude beside one of latitude
HEIGHT, WIDTH = 700, 442
DISTRICT_GRID = 400  # units a degree: about 280 m
OFFSHORE = {"498", "576"}  # Hoàng Sa and Trường Sa: always insets, whatever the source puts on the mainland

Ring = list[tuple[int, int]]


def _rings(geometry: dict[str, Any], scale: float) -> list[Ring]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = []
    for polygon in polygons:
        for ring in polygon:
            points: Ring = []
            for lon, lat, *_ in ring:
                point = (round((lon - WEST) * SQUEEZE * scale), round((NORTH - lat) * scale))
                if not points or points[-1] != point:
                    points.append(point)
            if len(points) > 1 and points[0] == points[-1]:
                points.pop()
            if len(points) > 2:
                rings.append(points)
    return rings


def _path(rings: list[Ring]) -> str:
    parts = []
    for ring in rings:
        x, y = ring[0]
        parts.append(f"M{x} {y}l" + " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(ring)) + "z")
    return "".join(parts).replace(" -", "-")


def _features(folder: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((folder / f"{name}_schematic.geojson").read_text(encoding="utf-8"))["features"]


def provinces(folder: Path, epoch: str) -> dict[str, Any]:
    """All provinces of an epoch in one frame of 442 x 700."""
    scale = HEIGHT / (NORTH - SOUTH)
    units = {}
    for feature in _features(folder, f"provinces_{epoch}"):
        facts = feature["properties"]
        units[facts["code"]] = [facts["name"], _path(_rings(feature["geometry"], scale))]
    return {"box": [0, 0, WIDTH, HEIGHT], "units": dict(sorted(units.items()))}


def districts(folder: Path) -> dict[str, Any]:
    """The districts of each province of 2021, each province in a frame of its own; islands without a shape have an empty one."""
    drawn: dict[str, dict[str, Any]] = {}
    corners: dict[str, Ring] = {}
    for feature in _features(folder, "districts_2021"):
        facts, rings = feature["properties"], _rings(feature["geometry"], DISTRICT_GRID)
        if facts["code"] in OFFSHORE:
            continue
        drawn[facts["code"]] = {"path": _path(rings)}
        corners.setdefault(facts["province_code"], []).extend(point for ring in rings for point in ring)
    provinces_: dict[str, Any] = {}
    with (folder / "districts_2021.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found = provinces_.setdefault(row["province_code"], {"units": {}})
            found["units"][row["code"]] = [row["name"], drawn.get(row["code"], {"path": ""})["path"]]
    for code, found in provinces_.items():
        xs, ys = zip(*corners[code], strict=True)
        found["box"] = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
    return provinces_


def main(folder: Path) -> None:
    """Write the three maps beside this module."""
    for name, content in (
        ("provinces_2021", provinces(folder, "2021")),
        ("provinces_2025", provinces(folder, "2025")),
        ("districts_2021", districts(folder)),
    ):
        path = HERE / f"{name}.json"
        path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
