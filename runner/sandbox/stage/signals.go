package stage

import (
	"syscall"
	"unsafe"
)

// resetSignals gives every signal its default action and blocks none. The runner may have been
// started with ignored signals, as by nohup or as a shell's background job, and its descendants
// inherit that. Go's handlers are removed too: the kernel protects the first process of a namespace
// from signals that it does not handle, and the program may send it any signal. The runtime needs
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
	// The mask is that of this thread, which is locked and becomes the program or forks it.
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, setMask, uintptr(unsafe.Pointer(&none)), 0, 8, 0, 0)
}
