# SPDX-License-Identifier: BSD-2-Clause
"""The benchmark's results for a person: a table, and a plot."""

from __future__ import annotations

import math

import plot as drawing

GUESTS = {"x86_64": "x86_64, AVX2", "x86_64-shani": "x86_64, SHA-NI",
          "arm64": "arm64, SHA2", "ppc64": "ppc64le, vshasigmaw",
          "s390x": "s390x, vector lanes"}


def slope(points: list[tuple[float, float]]) -> float:
    """The exponent between the upper half of the points: 1 is linear."""
    (x0, y0), (x1, y1) = points[len(points) // 2], points[-1]
    return math.log(y1 / y0) / math.log(x1 / x0)


def per_byte(points: list[tuple[float, float]]) -> float:
    """The slope of the line through the last two points."""
    (x0, y0), (x1, y1) = points[-2:]
    return (y1 - y0) / (x1 - x0)


def _guests(result: dict) -> list[tuple[str, int, int, dict]]:
    """Label, instructions of kexec-tools and ours, and all that was found.
    With SHA-NI, kexec-tools' C is the same as without."""
    rows = []
    targets = result["targets"]
    for name, label in GUESTS.items():
        found = targets.get(name)
        if not found:
            continue
        theirs = found.get("kexec-tools") or (
            targets.get("x86_64") or {}).get("kexec-tools")
        if theirs:
            rows.append((label, theirs, found["purgatorio"], found))
    return rows


def _hash_table(result: dict) -> list[str]:
    found = result["sha256"]
    lines = [f"SHA-256 of {found['bytes'] >> 20} MiB, one core, medians of "
             f"{found['rounds']} rounds; cycles by the {found['cycles_by']}",
             "", f"  {'':26} {'cycles/byte':>11} {'best':>6} {'MB/s':>7} "
             f"{'x OpenSSL':>10} {'x kexec-tools':>14}"]
    slow = next((c for c in found["contenders"]
                 if c["whose"] == "kexec-tools"), None)
    for c in found["contenders"]:
        against = (f"{c['mb_per_second'] / slow['mb_per_second']:14.2f}"
                   if slow else "")
        lines.append(f"  {c['name']:26} {c['cycles_per_byte']:11.2f} "
                     f"{c['best_cycles_per_byte']:6.2f} "
                     f"{c['mb_per_second']:7.0f} {c['ratio']:10.2f} "
                     f"{against}")
    return lines


def _guest_table(result: dict) -> list[str]:
    rows = _guests(result)
    if not rows:
        return []
    lines = ["Guest instructions from the purgatory's entry to the next "
             "kernel's (exact)", "",
             f"  {'':22} {'kexec-tools':>15} {'purgatorio':>13} "
             f"{'fewer':>7} {'per byte':>9}"]
    for label, theirs, ours, found in rows:
        hashed = found.get("hashed_bytes")
        each = f"{ours / hashed:9.2f}" if hashed else f"{'':9}"
        lines.append(f"  {label:22} {theirs:15,} {ours:13,} "
                     f"{theirs / ours:6.1f}x {each}")
    return lines


def _size_table(result: dict) -> list[str]:
    lines = ["Purgatories in bytes: code and constants / with stack and "
             "zeroed memory", ""]
    for arch, row in result["sizes"].items():
        text = ", ".join(f"{name} {size['loaded']:,} / {size['memory']:,}"
                         for name, size in row.items())
        lines.append(f"  {arch:8} {text}")
    return lines


def _pack_table(result: dict) -> list[str]:
    found = result["pack"]
    lines = [f"A kernel and an initrd of {found['bytes'] // 1000000} MB into "
             f"one file in {found['files_in']}", "",
             f"  {'':26} {'seconds':>8} {'best':>7} {'CPU':>7} {'MB/s':>7} "
             f"{'peak MB':>8}"]
    for name, job in found["jobs"].items():
        lines.append(f"  {name:26} {job['seconds']:8.3f} "
                     f"{job['best_seconds']:7.3f} {job['cpu_seconds']:7.3f} "
                     f"{job['mb_per_second']:7.0f} "
                     f"{job['peak_kib'] * 1024 / 1e6:8.1f}")
    return lines


def _pack_points(result: dict) -> list[tuple[float, float]]:
    return [(p["bytes"], p["best_seconds"])
            for p in result["pack_growth"]["points"]]


def _guest_points(result: dict) -> list[tuple[float, float]]:
    found = result["targets"].get("growth") or {"points": []}
    return [(p["bytes"], p["instructions"]) for p in found["points"]]


def _range_points(result: dict) -> list[tuple[float, float]]:
    return [(p["ranges"], p["seconds"]) for p in result["ranges"]["points"]]


def _growth_table(result: dict) -> list[str]:
    points = _pack_points(result)
    lines = ["As the work grows (exponent 1: linear)", "",
             f"  pack, {points[0][0] / 1e6:.0f} MB to "
             f"{points[-1][0] / 1e6:.0f} MB: exponent {slope(points):.2f}, "
             f"{1e-6 / per_byte(points):.0f} MB/s; peak memory "
             + " to ".join(f"{p['peak_kib'] * 1024 / 1e6:.1f}"
                           for p in (result["pack_growth"]["points"][0],
                                     result["pack_growth"]["points"][-1]))
             + " MB"]
    points = _guest_points(result)
    if points:
        lines.append(f"  x86_64 guest, {points[0][0] / 1e6:.0f} MB to "
                     f"{points[-1][0] / 1e6:.0f} MB: exponent "
                     f"{slope(points):.2f}, {per_byte(points):.3f} "
                     "instructions per byte")
    points = _range_points(result)
    by_count = dict(points)
    lines.append(f"  the same bytes in 1, 16, 100 and 1000 ranges: "
                 + ", ".join(f"{by_count[n] * 1000:.1f}"
                             for n in (1, 16, 100, 1000)) + " ms")
    return lines


def table(result: dict) -> str:
    where = result["machine"]
    blocks = [[f"purgatorio {where['commit']} on {where['cpu']}, "
               f"{where['cpus']} CPUs, load {where['load']}; "
               f"{result['seconds']} s"],
              _hash_table(result), _guest_table(result), _size_table(result),
              _pack_table(result), _growth_table(result)]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _colour(whose: str) -> str:
    return {"ours": "ours", "OpenSSL": "other"}.get(whose, "theirs")


def _draw_hashes(canvas: drawing.Canvas, x: float, y: float, width: float,
                 result: dict) -> float:
    found = result["sha256"]
    return drawing.bars(
        canvas, x, y, width, "SHA-256 on the host",
        f"MB/s of one core, {found['bytes'] >> 20} MiB; "
        f"{result['machine']['cpu']}",
        [drawing.Bar(c["name"], c["mb_per_second"],
                     f"{c['mb_per_second']:.0f} ({c['cycles_per_byte']:.2f} "
                     "c/B)", _colour(c["whose"]))
         for c in found["contenders"]])


def _draw_guests(canvas: drawing.Canvas, x: float, y: float, width: float,
                 result: dict) -> None:
    rows = []
    for label, theirs, ours, _ in _guests(result):
        rows.append(drawing.Bar(label, theirs, f"{theirs:,}", "theirs"))
        rows.append(drawing.Bar("", ours, f"{ours:,} "
                                f"({theirs / ours:.0f} times fewer)"))
    name = "From the crash to the next kernel"
    if rows:
        drawing.bars(canvas, x, y, width, name,
                     "guest instructions in the purgatory, logarithmic; "
                     "grey: kexec-tools, same files", rows, True)
    else:
        drawing.title(canvas, x, y, name, "not measured this time")


def _draw_packing(canvas: drawing.Canvas, x: float, y: float, width: float,
                  result: dict) -> None:
    found = result["pack"]
    drawing.bars(canvas, x, y, width, "Packing",
                 f"seconds for {found['bytes'] // 1000000} MB of kernel and "
                 f"initrd, files in {found['files_in']}",
                 [drawing.Bar(name, job["seconds"],
                              f"{job['seconds']:.2f} s, "
                              f"{job['peak_kib'] * 1024 / 1e6:.0f} MB",
                              "ours" if "purgatorio" in name else "theirs")
                  for name, job in found["jobs"].items()])


def _draw_sizes(canvas: drawing.Canvas, x: float, y: float, width: float,
                result: dict) -> None:
    rows = [drawing.Bar(f"{name}, {arch}", size["loaded"],
                        f"{size['loaded']:,}",
                        "ours" if name == "purgatorio" else "theirs")
            for arch, row in result["sizes"].items()
            for name, size in row.items()]
    drawing.bars(canvas, x, y, width, "Purgatories",
                 "bytes of code and constants", rows)


def _draw_growth(canvas: drawing.Canvas, x: float, y: float, width: float,
                 height: float, result: dict) -> None:
    third = width / 3
    dashes = "both axes logarithmic; dashes: in proportion"
    drawing.lines(canvas, x, y, third, height, "pack", dashes,
                  "bytes of kernel and initrd",
                  [drawing.Line("seconds", _pack_points(result))])
    points = _guest_points(result)
    if points:
        drawing.lines(canvas, x + third, y, third, height,
                      "x86_64 guest", dashes, "bytes that are verified",
                      [drawing.Line("instructions", points)])
    drawing.lines(canvas, x + 2 * third, y, third, height, "Ranges",
                  f"{result['ranges']['bytes'] >> 20} MiB cut into 1 to 1000 "
                  "ranges", "ranges",
                  [drawing.Line("seconds", _range_points(result), "other")])


def plot(result: dict) -> str:
    canvas = drawing.Canvas(1240, 1100)
    _draw_guests(canvas, 640, 20, 580, result)
    end = _draw_hashes(canvas, 20, 20, 580, result)
    second = max(end, 320) + 24
    _draw_packing(canvas, 20, second, 580, result)
    _draw_sizes(canvas, 640, second - 60, 580, result)
    third = second + 190
    _draw_growth(canvas, 20, third, 1200, 360, result)
    canvas.height = int(third + 370)
    return canvas.svg()
