"""Parse strangers' files in a process of its own, with little memory, time and no secrets.

Started by `readers` as `python -m services.registry.rosters.child MEMORY_BYTES CPU_SECONDS`. It
reads jobs from its input until that ends, and answers each; a parser that aborts ends only this.
"""

import gc
import os
import resource
import struct
import sys
from dataclasses import asdict
from datetime import date
from typing import Any, BinaryIO

from services.registry.rosters import checking, frames, sheets
from services.registry.rosters.files import FileRefused, Refusal, Sheet

SIZES = struct.Struct("<II")
READY = b"ready\n"


def confine(memory_bytes: int) -> None:
    """Give up memory, core dumps and the right to write files."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def allow(seconds: int) -> None:
    """Grant processor time for one more job; the kernel ends the process after it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def answer(job: dict[str, Any], data: bytes) -> tuple[bytes, bytes]:
    """Do one job: read a file, and check its rows where terms are given."""
    try:
        sheet = sheets.parse(data)
        if "terms" not in job:
            return frames.encode({"sheet": described(sheet)}, (sheet.rows,))
        checked = checking.check(sheet.rows, _terms(job["terms"]))
    except FileRefused as refused:
        return frames.encode({"refused": refused.code})
    except MemoryError:
        return frames.encode({"refused": Refusal.CELL_RANGE})
    except BaseException as failure:
        # A panic of the parser is no Exception.
        if isinstance(failure, KeyboardInterrupt | SystemExit):
            raise
        return frames.encode({"refused": Refusal.UNREADABLE})
    faults = [(fault.row_no, fault.column, fault.code) for fault in checked.faults]
    return frames.encode(
        {"sheet": described(sheet), "faults": faults}, (checked.accepted, checked.rejected)
    )


def described(sheet: Sheet) -> dict[str, Any]:
    """Say everything about a sheet but its rows."""
    return {
        "kind": sheet.kind,
        "encoding": sheet.encoding,
        "sheet_name": sheet.sheet_name,
        "header_row": sheet.header_row,
        "present": sheet.present,
        "notes": [asdict(note) for note in sheet.notes],
    }


def _terms(given: dict[str, Any]) -> checking.Terms:
    return checking.Terms(
        class_codes=given["class_codes"],
        on=date.fromisoformat(given["on"]),
        min_age=given["min_age"],
        default_class=given["default_class"],
    )


def serve(jobs: BinaryIO, answers: BinaryIO, *, cpu_seconds: int) -> None:
    """Answer jobs until there are no more."""
    # One small file first, so that the first real one finds everything warm.
    answer({}, "姓名,身份证号\n".encode())
    # What a file leaves behind is freed by counting; searching 100,000 rows for cycles is not free.
    gc.collect()
    gc.freeze()
    gc.disable()
    answers.write(READY)
    answers.flush()
    while len(sizes := jobs.read(SIZES.size)) == SIZES.size:
        head_size, data_size = SIZES.unpack(sizes)
        job = frames.head(jobs.read(head_size))
        data = jobs.read(data_size)
        allow(cpu_seconds)
        head, body = answer(job, data)
        del data
        answers.write(SIZES.pack(len(head), len(body)))
        answers.write(head)
        answers.write(body)
        answers.flush()
        del head, body
        gc.collect()


def main() -> None:
    """Confine this process and serve. Only answers go to the output that was handed over."""
    memory_bytes, cpu_seconds = (int(argument) for argument in sys.argv[1:3])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    confine(memory_bytes)
    serve(sys.stdin.buffer, answers, cpu_seconds=cpu_seconds)


if __name__ == "__main__":
    main()
