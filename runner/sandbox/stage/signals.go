package stage

import (
	"syscall"
	"unsafe"
)

// resetSignals gives every signal its default action and blocks none, whatever the runner was
// started with: nohup, or a shell's background job, ignores some for all descendants. It
// takes Go's handlers away as well: the kernel keeps the first process of a namespace from
// signals that it does not handle, and the program may send it any. The runtime needs
// SIGURG, and its handler does nothing else.
func resetSignals() {
	var ordinary sigaction
	for s := syscall.Signal(1); s <= 64; s++ {
		if s != syscall.SIGURG {
			// EINVAL for signals that cannot be handled.
			_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&ordinary)), 0, 8, 0, 0)
		}
	}
	const setMask = 2
	var none uint64
	// For this thread, which is locked and becomes the program or forks it.
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, setMask, uintptr(unsafe.Pointer(&none)), 0, 8, 0, 0)
}
