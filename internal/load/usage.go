package load

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// usage returns the peak resident bytes and the processor time of this process.
func usage() (memory int64, cpu time.Duration, err error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, 0, fmt.Errorf("processor time: %w", err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, fmt.Errorf("resident memory: %w", err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	if _, err := fmt.Sscanf(peak, "%d kB", &kilobytes); err != nil {
		return 0, 0, fmt.Errorf("resident memory: %w", err)
	}
	return kilobytes << 10, time.Duration(r.Utime.Nano() + r.Stime.Nano()), nil
}
