"""A copy of the shipped pack that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from shared import plans


class Pack:
    """A pack in a folder of its own."""

    def __init__(self, directory: Path) -> None:
        """Copy the shipped pack."""
        self.directory = directory
        shutil.copytree(plans.default_directory(), directory)

    def edit(self, file: str, old: str, new: str) -> int:
        """Replace the one place where `old` stands; return the line on which it begins."""
        path = self.directory / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), "utf-8")
        return text[: text.index(old)].count("\n") + 1

    def write(self, file: str, text: str) -> None:
        """Write a file of the pack."""
        (self.directory / file).write_text(text, "utf-8")

    def load(self) -> plans.Plan:
        """Load what is there."""
        return plans.load(self.directory)

    def faults(self) -> list[tuple[str, int, str]]:
        """Return the faults that loading meets: file within the pack, line, message."""
        with pytest.raises(plans.PlanError) as caught:
            self.load()
        base = self.directory.as_posix() + "/"
        return [
            (fault.file.removeprefix(base), fault.line, fault.message)
            for fault in caught.value.faults
        ]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Give a test its own copy of the shipped pack."""
    return Pack(tmp_path / "pack")
