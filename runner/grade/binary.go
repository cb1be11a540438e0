package grade

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/binary"
	"path"
	"slices"
	"strings"
)

// binaryStart is the number of bytes of a file that binaryOf examines.
const binaryStart = 1024

// binaryKind is the purpose of a compiler's output.
type binaryKind string

const (
	binaryObject  binaryKind = "object"  // or an archive of objects, or a compiled header
	binaryProgram binaryKind = "program" // or a shared library
	binaryClass   binaryKind = "class"   // for a virtual machine or an interpreter
)

// binaryFile describes a file that a compiler made.
type binaryFile struct {
	kind    binaryKind
	system  string // "Linux", "Windows", "macOS"; "" if it belongs to no system
	machine string // "x86-64", "arm64" …; "" if it belongs to no machine
}

// binaryOf recognises a compiler's output by its first bytes, or by its name if the bytes are not
// enough. It returns false for a source, data or a script.
func binaryOf(name string, start []byte) (binaryFile, bool) {
	for _, known := range []func(string, []byte) (binaryFile, bool){elfOf, machOf, windowsOf, otherBinaryOf} {
		if b, ok := known(name, start); ok {
			return b, true
		}
	}
	return binaryFile{}, false
}

// elfOf recognises ELF (System V ABI, chapter 4).
func elfOf(_ string, start []byte) (binaryFile, bool) {
	if len(start) < 20 || !bytes.HasPrefix(start, []byte(elf.ELFMAG)) {
		return binaryFile{}, false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if elf.Data(start[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	b := binaryFile{kind: binaryProgram, system: "Linux", machine: elfMachine(elf.Machine(order.Uint16(start[18:])))}
	if elf.Type(order.Uint16(start[16:])) == elf.ET_REL {
		b.kind = binaryObject
	}
	return b, true
}

func elfMachine(m elf.Machine) string {
	switch m {
	case elf.EM_X86_64:
		return "x86-64"
	case elf.EM_386:
		return "32-bit x86"
	case elf.EM_AARCH64:
		return "arm64"
	case elf.EM_ARM:
		return "32-bit arm"
	case elf.EM_RISCV:
		return "RISC-V"
	}
	return m.String()
}

// machOf recognises macOS's Mach-O, for one machine or for several.
func machOf(name string, start []byte) (binaryFile, bool) {
	if len(start) < 16 {
		return binaryFile{}, false
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if m := binary.BigEndian.Uint32(start); m == macho.Magic32 || m == macho.Magic64 {
		order = binary.BigEndian
	}
	switch order.Uint32(start) {
	case macho.Magic32, macho.Magic64:
	default:
		// Java's class files begin with the same four bytes, followed by a version of 45 or more.
		if binary.BigEndian.Uint32(start) == macho.MagicFat && binary.BigEndian.Uint32(start[4:]) < 40 && path.Ext(name) != ".class" {
			return binaryFile{kind: binaryProgram, system: "macOS", machine: "several machines"}, true
		}
		return binaryFile{}, false
	}
	b := binaryFile{kind: binaryProgram, system: "macOS", machine: machMachine(macho.Cpu(order.Uint32(start[4:])))}
	if macho.Type(order.Uint32(start[12:])) == macho.TypeObj {
		b.kind = binaryObject
	}
	return b, true
}

func machMachine(c macho.Cpu) string {
	switch c {
	case macho.CpuAmd64:
		return "x86-64"
	case macho.CpuArm64:
		return "arm64"
	}
	return c.String()
}

// windowsOf recognises Windows' programs (PE) and objects (COFF).
func windowsOf(name string, start []byte) (binaryFile, bool) {
	if bytes.HasPrefix(start, []byte("MZ")) && len(start) >= 64 {
		at := int(binary.LittleEndian.Uint32(start[60:]))
		if at < 0 || at > len(start)-6 || !bytes.Equal(start[at:at+4], []byte("PE\x00\x00")) {
			return binaryFile{kind: binaryProgram, system: "Windows"}, slices.Contains([]string{".exe", ".dll", ".com"}, path.Ext(name))
		}
		return binaryFile{kind: binaryProgram, system: "Windows", machine: peMachine(binary.LittleEndian.Uint16(start[at+4:]))}, true
	}
	if len(start) < 20 || !slices.Contains([]string{".obj", ".o"}, path.Ext(name)) {
		return binaryFile{}, false
	}
	switch m := binary.LittleEndian.Uint16(start); m {
	case pe.IMAGE_FILE_MACHINE_AMD64, pe.IMAGE_FILE_MACHINE_I386, pe.IMAGE_FILE_MACHINE_ARM64:
		return binaryFile{kind: binaryObject, system: "Windows", machine: peMachine(m)}, true
	}
	return binaryFile{}, false
}

func peMachine(m uint16) string {
	switch m {
	case pe.IMAGE_FILE_MACHINE_AMD64:
		return "x86-64"
	case pe.IMAGE_FILE_MACHINE_I386:
		return "32-bit x86"
	case pe.IMAGE_FILE_MACHINE_ARM64:
		return "arm64"
	}
	return "another machine"
}

// otherBinaryOf recognises formats that are the same on every system: archives, compiled headers,
// dependency lists, classes and the like.
func otherBinaryOf(name string, start []byte) (binaryFile, bool) {
	for _, prefix := range []string{"!<arch>\n", "!<thin>\n", "gpch", "CPCH", "BC\xc0\xde"} {
		if bytes.HasPrefix(start, []byte(prefix)) {
			return binaryFile{kind: binaryObject}, true
		}
	}
	for _, prefix := range []string{"\xca\xfe\xba\xbe", "\x00asm"} {
		if bytes.HasPrefix(start, []byte(prefix)) {
			return binaryFile{kind: binaryClass}, true
		}
	}
	switch path.Ext(name) {
	case ".pyc", ".pyo", ".beam", ".hi", ".cmi", ".cmo", ".cmx", ".gcno", ".gcda", ".rlib", ".rmeta":
		return binaryFile{kind: binaryClass}, bytes.ContainsRune(start, 0)
	case ".d": // what gcc -MD writes: "main.o: main.c …"; D's sources begin otherwise
		targets, _, isRule := bytes.Cut(start, []byte(":"))
		first, _, _ := strings.Cut(strings.TrimSpace(string(targets)), " ")
		return binaryFile{kind: binaryObject}, isRule && slices.Contains([]string{".o", ".obj", ".lo"}, path.Ext(first))
	}
	return binaryFile{}, false
}
