package grade

import (
	"fmt"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// ending describes how a step of a student's program ended, in the format's terms. Outcome "" means
// no error so far.
type ending struct {
	outcome schema.Outcome
	message string
	signal  string
	exit    int
}

// expectation is the expected exit status of a step.
type expectation struct {
	status int
	any    bool
}

// The exit statuses of a shell that could not run a program. The engine uses the first one too.
const (
	statusNotFound      = 127
	statusNotExecutable = 126
)

// endingOf judges how a step ended. It checks limits first, because a killed program is not
// responsible for the traces of its end (a signal, incomplete output).
func endingOf(r sandbox.Result, l sandbox.Limits, want expectation, shell bool) ending {
	if r.Limit != "" {
		outcome, message := limitWords(r, l)
		return ending{outcome: outcome, message: message}
	}
	signal := r.Signal
	if shell && signal == 0 {
		signal = shellSignal(r.Exit)
	}
	if signal == 0 && r.Exit == want.status {
		return ending{}
	}
	met, given := signOf(r)
	if signal == syscall.SIGXFSZ {
		met, given = sign{met: metFileSize, means: "a file would have become larger than that"}, true
	}
	hint := ""
	if given {
		if outcome, message := met.ending(r, l); outcome != "" {
			return ending{outcome: outcome, message: message}
		}
		hint = met.words(r, l)
	}
	switch {
	case signal != 0:
		name := signalName(signal)
		return ending{outcome: schema.OutcomeCrashed, signal: name, message: fmt.Sprintf("ended by %s (%s)", name, signal) + stackWords(signal, r, l) + hint}
	case want.any:
		return ending{}
	case r.Exit == 0:
		return ending{outcome: schema.OutcomeFailed, message: fmt.Sprintf("exit status 0, expected %d", want.status)}
	}
	message := fmt.Sprintf("exit status %d%s", r.Exit, statusWords(r.Exit)) + hint
	if want.status != 0 {
		message += fmt.Sprintf(", expected %d", want.status)
	}
	return ending{outcome: schema.OutcomeCrashed, exit: r.Exit, message: message}
}

// statusWords explains a shell's exit status. It returns "" for any other.
func statusWords(exit int) string {
	switch exit {
	case statusNotFound:
		return " (a program was not found)"
	case statusNotExecutable:
		return " (a program is not executable)"
	}
	return ""
}

// limitWords returns the limit that ended a step, its value, and the amount used.
func limitWords(r sandbox.Result, l sandbox.Limits) (schema.Outcome, string) {
	switch r.Limit {
	case sandbox.LimitCPU:
		return schema.OutcomeTimeLimit, fmt.Sprintf("time limit of %s exceeded: %s of CPU time used", formatDuration(l.CPU), formatDuration(r.CPU))
	case sandbox.LimitWall:
		return schema.OutcomeTimeLimit, fmt.Sprintf("still running after %s (the limit on elapsed time), with %s of CPU time used; does it wait for something?", formatDuration(l.Wall), formatDuration(r.CPU))
	case sandbox.LimitMemory:
		return schema.OutcomeMemoryLimit, fmt.Sprintf("memory limit of %s exceeded%s", size(l.Memory), memoryUsed(r, l))
	case sandbox.LimitOutput:
		return schema.OutcomeOutputLimit, fmt.Sprintf("output limit of %s exceeded", size(l.Output))
	case sandbox.LimitDisk:
		return schema.OutcomeDiskLimit, fmt.Sprintf("disk limit of %s exceeded: %s used", size(l.Disk), size(r.Disk))
	}
	return schema.OutcomeCrashed, fmt.Sprintf("limit %q exceeded", r.Limit)
}

// memoryUsed returns the memory use of a step that reached its limit. The last measurement may be
// lower if the kernel ended the step while it grew.
func memoryUsed(r sandbox.Result, l sandbox.Limits) string {
	words := ""
	if r.Memory > l.Memory {
		words = ": " + size(r.Memory) + " used"
	}
	if r.Signal == syscall.SIGSEGV || shellSignal(r.Exit) == syscall.SIGSEGV {
		words += "; does it recurse without end?"
	}
	return words
}

// stackWords explains a fault of a program whose stack grew up to the memory limit.
func stackWords(signal syscall.Signal, r sandbox.Result, l sandbox.Limits) string {
	if signal != syscall.SIGSEGV || l.Memory == 0 || r.Memory < l.Memory/10*9 {
		return ""
	}
	return fmt.Sprintf(" with %s of the %s of memory in use: does it recurse without end?", size(r.Memory), size(l.Memory))
}

func lastBytes(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// shellSignal returns the signal in a shell's exit status, or 0 if there is none. It recognises
// only signals by which a program dies through its own fault.
func shellSignal(status int) syscall.Signal {
	switch s := syscall.Signal(status - 128); s {
	case syscall.SIGSEGV, syscall.SIGABRT, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGSYS, syscall.SIGTRAP, syscall.SIGKILL, syscall.SIGPIPE,
		syscall.SIGXCPU, syscall.SIGXFSZ:
		return s
	}
	return 0
}

// signalName returns a signal's name, such as "SIGSEGV".
func signalName(s syscall.Signal) string {
	if name := unix.SignalName(s); name != "" {
		return name
	}
	return "signal " + strconv.Itoa(int(s))
}

// formatDuration formats a duration for people: "350 ms", "2.01 s", "5 min".
func formatDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return strconv.FormatFloat(float64(d.Round(10*time.Millisecond))/float64(time.Second), 'f', -1, 64) + " s"
}

// size formats a number of bytes with the largest unit in which the value is at least 1: "256 MiB".
func size(bytes int64) string {
	value, unit := float64(bytes), "B"
	for _, larger := range []string{"KiB", "MiB", "GiB"} {
		if value < 1024 {
			break
		}
		value, unit = value/1024, larger
	}
	if value == float64(int64(value)) {
		return fmt.Sprintf("%.0f %s", value, unit)
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}
