"""Which system libraries an image gets, told from written ELF files of several processors."""

from __future__ import annotations

from pathlib import Path

import pytest

from odcpub.engines.common.elf import machine, needs, processor_of
from odcpub.engines.common.libraries import LibraryAbsent, closure, find_library
from odcpub.engines.common.processors import PROCESSORS, Processor
from odcpub.errors import EngineError
from tests.elf_file import LOADERS, MACHINES, elf, program, system

X86_64 = PROCESSORS[0]


@pytest.fixture
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a written system's libraries; the system has those for arm64, too."""
    monkeypatch.setattr("odcpub.engines.common.libraries.SYSTEM", tmp_path / "system")
    system(tmp_path / "system", "arm64")
    return system(tmp_path / "system", "x86-64")


def written(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def test_a_program_tells_its_processor_loader_and_libraries(tmp_path: Path) -> None:
    for name, loader in LOADERS.items():
        file = written(tmp_path / name, program(["libm.so.6", "libc.so.6"], name))
        told = needs(file)
        assert (processor_of(file).name, told.interpreter) == (name, loader)
        assert told.libraries == ("libm.so.6", "libc.so.6")


def test_processors_are_named_as_oci_and_the_loaders_do() -> None:
    assert {(one.architecture, one.machine, one.loader) for one in PROCESSORS} == {
        ("amd64", MACHINES["x86-64"], LOADERS["x86-64"]),
        ("arm64", MACHINES["arm64"], LOADERS["arm64"]),
    }
    assert PROCESSORS[1].folders[:2] == ("/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu")


def test_a_library_of_another_processor_is_passed_over(libraries: Path) -> None:
    """As beside an i386 libc, or on a machine that builds for others."""
    others = [b"\x7fELF\x01" + elf(processor="i386")[5:], elf(processor="arm64"), b"GROUP ( /lib/libc.so.6 )"]
    for other in others:
        assert machine(written(libraries / "libc.so.6", other)) != X86_64.machine
        assert find_library("libc.so.6", X86_64) is None
        later = libraries.parents[1] / "usr" / "lib" / "libc.so.6"
        later.parent.mkdir(parents=True, exist_ok=True)
        written(later, elf())
        assert find_library("libc.so.6", X86_64) == "/usr/lib/libc.so.6"
        later.unlink()


@pytest.mark.parametrize("processor", PROCESSORS, ids=lambda one: one.name)
def test_all_that_is_needed_directly_or_not_comes_along(tmp_path: Path, libraries: Path, processor: Processor) -> None:
    loader = Path(processor.loader).name
    library = written(tmp_path / "libown.so", elf(["libstdc++.so.6", "libbeside.so", loader], processor.name))
    found = closure([library], {"libssl.so.3": "libown.so"}, ["libbeside.so"], processor)
    names = {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6", "libssl.so.3", "libcrypto.so.3"}
    assert set(found) == {processor.loader, *(f"{processor.folders[0]}/{name}" for name in names)}
    assert all(machine(file) == processor.machine for file in found.values())


@pytest.mark.parametrize(
    ("library", "gone", "said", "hint"),
    [
        ("libstdc++.so.6", "libstdc++.so.6", "libown.so needs it", "apt install libstdc++6)"),
        ("libssl.so.3", "libcrypto.so.3", "libssl.so.3 needs it", "apt install libssl3)"),
        ("liblttng-ust.so.0", "", "libown.so needs it", "apt-file search liblttng-ust.so.0"),
    ],
)
def test_an_absent_library_is_told_with_who_needs_it_and_what_brings_it(
    tmp_path: Path, libraries: Path, library: str, gone: str, said: str, hint: str
) -> None:
    (libraries / gone).unlink() if gone else None
    with pytest.raises(LibraryAbsent) as caught:
        closure([written(tmp_path / "libown.so", elf([library]))], {}, [], X86_64)
    assert caught.value.message.startswith(f"{gone or library}: is not on this machine for x86-64")
    assert said in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint.count("apt install") == bool(gone), "no package is named that does not bring it"


def test_a_library_that_no_header_names_is_told_with_who_opens_it(libraries: Path) -> None:
    (libraries / "libssl.so.3").unlink()
    with pytest.raises(LibraryAbsent, match=r"libOpenSsl\.so opens it"):
        closure([], {"libssl.so.3": "libOpenSsl.so"}, [], X86_64)


def test_a_system_of_another_processor_has_no_loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odcpub.engines.common.libraries.SYSTEM", tmp_path)
    system(tmp_path, "arm64")
    with pytest.raises(LibraryAbsent, match=r"ld-linux-x86-64\.so\.2: is not on this machine for x86-64"):
        closure([], {}, [], X86_64)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (elf(processor="arm64"), "is not for x86-64, as the rest"),
        (elf(interpreter="/lib/ld-musl-x86_64.so.1"), "images are made for systems with glibc"),
        (elf(["libc.so.6"])[:150], "no ELF file that can be read"),
    ],
)
def test_programs_that_no_image_can_start_are_told(tmp_path: Path, libraries: Path, content: bytes, said: str) -> None:
    with pytest.raises(EngineError, match=said) as caught:
        closure([written(tmp_path / "libbad.so", content)], {}, [], X86_64)
    assert "libbad.so" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "said"), [(elf(processor="riscv64"), "ELF machine 243"), (b"#!/bin/sh\n", "no ELF file")]
)
def test_a_processor_that_images_are_not_made_for_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(EngineError, match=said) as caught:
        processor_of(written(tmp_path / "app", content))
    assert "x86-64 and arm64" in caught.value.message
