"""Prints how the real photos of numbers in $DIGITCNN_DATA read when they are taken again, in nineteen ways.

    python benchmarks/retaken.py [--model NAME] [--write]

A photo counts as right only where every digit of it is. `--write` puts the table into README. No model
learned from these photos or from the ways in which they are taken again (`testbed/retake.py`).
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.pictures import load_folder, measure
from benchmarks.tables import insert, markdown
from digitcnn import DigitReader
from digitcnn.ink.images.load import open_picture
from digitcnn.recognition.reader import DEFAULT_MODEL
from testbed.numbers import Sample
from testbed.retake import WAYS, retake


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--write", action="store_true", help="put the table into README")
    options = parser.parse_args()
    folder = Path(os.environ.get("DIGITCNN_DATA", "")) / "multi_digit"
    if not folder.is_dir():
        raise SystemExit("Set DIGITCNN_DATA to the folder that holds the data sets.")
    reader = DigitReader(options.model)
    photos = [sample for sample in load_folder(folder) if sample.kind == "photo"]
    pixels = [open_picture(photo.source).rgb for photo in photos]
    rows, right, count = [], 0, 0
    for way in WAYS:
        taken = [
            Sample(retake(rgb, way, seed=at), photo.label, way, photo.writer, photo.scattered)
            for at, (photo, rgb) in enumerate(zip(photos, pixels, strict=True))
        ]
        row, _ = measure(taken, lambda source: reader.read_image(source))  # type: ignore[arg-type]
        rows.append([way, f"{row.right} of {row.count}", f"{row.error_rate:.1%}"])
        right, count = right + row.right, count + row.count
        print(*rows[-1], flush=True)
    rows.append(["**all**", f"**{right} of {count}**", ""])
    table = markdown(["photos", "exact", "digit error rate"], rows)
    print(table)
    if options.write:
        insert("retaken", table)


if __name__ == "__main__":
    main()
