package grade

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// sign matches the message with which a program gives up because the kernel refused a request: the
// program reached a limit that does not end it. Compilers, shells and virtual machines pass on the
// messages of the programs that they start, so there is no better evidence.
type sign struct {
	says  *regexp.Regexp
	met   metLimit
	means string // the refused request, for people
}

// metLimit is a limit that makes the kernel refuse requests while the step continues.
type metLimit int

const (
	metMemory   metLimit = iota
	metFileSize          // of one file; it is the disk limit
	metSpace             // of the file system, or its quota
	metTasks
	metFiles
)

// signs returns the signs, in the order in which they are compared with the end of a program's
// output.
func signs() []sign {
	has := func(words string) *regexp.Regexp { return regexp.MustCompile(words) }
	return []sign{
		{has(`unable to create (new )?native thread`), metTasks, "Java could not start one more thread"},
		{has(`RuntimeError: can't start new thread`), metTasks, "Python could not start one more thread"},
		{has(`failed to create new OS thread`), metTasks, "Go could not start one more thread"},
		{has(`uv_thread_create`), metTasks, "Node could not start one more thread"},
		{has(`Resource temporarily unavailable|[Cc]annot fork`), metTasks, "perhaps it could not start one more process or thread"},

		{has(`java\.lang\.OutOfMemoryError`), metMemory, "the Java heap is full"},
		{has(`insufficient memory for the Java Runtime|Could not reserve enough space for`), metMemory, "Java could not get the memory that it asked for"},
		{has(`what\(\):  std::bad_alloc|(?m)^(\w+\.)*_?\w*MemoryError\b|JavaScript heap out of memory|memory allocation of \d+ bytes failed`), metMemory, "an allocation was refused"},
		{has(`fatal error: runtime: (cannot allocate|out of) memory|(virtual )?memory exhausted|out of memory allocating|Cannot allocate memory`), metMemory, "an allocation was refused"},
		{has(`Killed signal terminated program|internal compiler error: Killed|terminated with signal 9`), metMemory, "a part of the compiler was ended for its memory"},

		{has(`File size limit exceeded|[Ff]ile too large|\bEFBIG\b`), metFileSize, "a file would have become larger than that"},
		{has(`[Nn]o space left on device|\bENOSPC\b|Disk quota exceeded|disk quota exceeded|\bEDQUOT\b`), metSpace, "no space was left where the program writes"},
		{has(`[Tt]oo many open files|\bEMFILE\b`), metFiles, "too many files are open"},
	}
}

// signOf returns the sign in the output of a program that failed.
func signOf(r sandbox.Result) (sign, bool) {
	if r.Exit == 0 && r.Signal == 0 {
		return sign{}, false
	}
	const most = 64 << 10
	for _, s := range signs() {
		if s.says.Match(lastBytes(r.Stderr, most)) || s.says.Match(lastBytes(r.Stdout, most)) {
			return s, true
		}
	}
	return sign{}, false
}

// ending returns the outcome of a program that reached the limit, if the limit has its own outcome.
func (s sign) ending(r sandbox.Result, l sandbox.Limits) (schema.Outcome, string) {
	switch {
	case s.met == metMemory && l.Memory > 0:
		return schema.OutcomeMemoryLimit, fmt.Sprintf("memory limit of %s exceeded: %s (%s used)", size(l.Memory), s.means, size(r.Memory))
	case s.met == metFileSize && l.Disk > 0:
		return schema.OutcomeDiskLimit, fmt.Sprintf("disk limit of %s exceeded: %s", size(l.Disk), s.means)
	case s.met == metSpace && l.Disk > 0 && r.Disk >= l.Disk/10*9:
		return schema.OutcomeDiskLimit, fmt.Sprintf("disk limit of %s exceeded: %s (%s used)", size(l.Disk), s.means, size(r.Disk))
	}
	return "", ""
}

// words returns the part of a crash message about a limit without its own outcome.
func (s sign) words(r sandbox.Result, l sandbox.Limits) string {
	switch s.met {
	case metTasks:
		return fmt.Sprintf(" (%s; the limit is %d processes and threads)", s.means, l.Processes)
	case metFiles:
		return fmt.Sprintf(" (%s; the limit is %d in one process)", s.means, sandbox.MaxOpenFiles)
	case metSpace:
		return fmt.Sprintf(" (%s: it used %s of %s, so the machine's disk may be full)", s.means, size(r.Disk), size(l.Disk))
	}
	return ""
}

// reportRequest returns a pattern for the lines in which a compiler asks for a bug report. Usually
// the compiler has only reached a limit, which students should not report.
func reportRequest() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(Please submit a full bug report|See <(file|https?):[^>]*(README\.Bugs|/bugs)[^>]*> for instructions|PLEASE submit a bug report to|Please include the complete backtrace with any bug report).*\n?`)
}

// withoutReportRequests removes these lines from a compiler's output.
func withoutReportRequests(output []byte) []byte {
	if !bytes.Contains(output, []byte("bug report")) {
		return output
	}
	return reportRequest().ReplaceAll(output, nil)
}
