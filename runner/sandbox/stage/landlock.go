package stage

import (
	"syscall"
	"unsafe"
)

// The Landlock rights. A kernel's ABI determines which of them it supports.
const (
	accessABI1 = 1<<13 - 1
	accessABI2 = accessABI1 | accessRefer
	accessABI3 = accessABI2 | accessTruncate
	accessABI5 = accessABI3 | accessIoctlDev

	// AccessFile are the rights that apply to files other than directories.
	AccessFile = accessExecute | accessReadFile |
		accessWriteFile | accessTruncate | accessIoctlDev
)

// Access returns the rights that a kernel with this ABI handles.
func Access(abi int) uint64 {
	switch {
	case abi >= 5:
		return accessABI5
	case abi >= 3:
		return accessABI3
	case abi == 2:
		return accessABI2
	case abi == 1:
		return accessABI1
	}
	return 0
}

// LandlockABI returns the kernel's Landlock ABI, or 0 if it has no Landlock.
func LandlockABI() int {
	abi, _, e := syscall.RawSyscall(sysLandlockCreateRuleset, 0, 0, landlockVersion)
	if e != 0 {
		return 0
	}
	return int(abi)
}

// handled returns the ruleset that forbids everything this ABI can forbid, and its size.
func handled(abi int) (rulesetAttr, uintptr) {
	attr := rulesetAttr{fs: Access(abi)}
	size := unsafe.Sizeof(attr.fs)
	if abi >= 4 {
		attr.net = landlockNetTCP
		size += unsafe.Sizeof(attr.net)
	}
	if abi >= 6 {
		attr.scoped = landlockScopeAll
		size += unsafe.Sizeof(attr.scoped)
	}
	return attr, size
}

// OpenRuleset creates a ruleset that forbids everything this ABI can forbid.
func OpenRuleset(abi int) (int, error) {
	attr, size := handled(abi)
	fd, _, e := syscall.RawSyscall(sysLandlockCreateRuleset, uintptr(unsafe.Pointer(&attr)), size, 0)
	if e != 0 {
		return -1, &Failure{Call: "landlock_create_ruleset", Errno: e}
	}
	return int(fd), nil
}

// ownProc is the directory in /proc of the process that opens it.
const ownProc = "/proc/self"
