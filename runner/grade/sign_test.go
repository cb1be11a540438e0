package grade

import (
	"strings"
	"syscall"
	"testing"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// TestSignsOfLimits checks the messages of programs, compilers, shells and virtual machines that reached a limit which does not
// end them. The messages are those of the real programs.
func TestSignsOfLimits(t *testing.T) {
	t.Parallel()
	limits := sandbox.Limits{Memory: 64 << 20, Disk: 8 << 20, Processes: 16}
	const memory, disk, tasks = "memory limit of 64 MiB exceeded: ", "disk limit of 8 MiB exceeded: ", "the limit is 16 processes and threads"
	for name, c := range map[string]struct {
		exit  int
		says  string
		want  schema.Outcome
		words string
	}{
		"Java's heap":               {1, "Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space\n\tat Main.main(Main.java:3)\n", schema.OutcomeMemoryLimit, memory + "the Java heap is full"},
		"Java's classes":            {1, "Exception in thread \"main\" java.lang.OutOfMemoryError: Metaspace\n", schema.OutcomeMemoryLimit, memory},
		"Java's threads":            {1, "Exception in thread \"main\" java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached\n", schema.OutcomeCrashed, tasks},
		"Java at its start":         {1, "Error occurred during initialization of VM\nCould not reserve enough space for 2097152KB object heap\n", schema.OutcomeMemoryLimit, memory},
		"Java beside its heap":      {1, "#\n# There is insufficient memory for the Java Runtime Environment to continue.\n# Native memory allocation (mmap) failed to map 65536 bytes\n", schema.OutcomeMemoryLimit, memory},
		"Java's files":              {1, "Exception in thread \"main\" java.io.IOException: File too large\n", schema.OutcomeDiskLimit, disk},
		"Java's descriptors":        {1, "java.io.FileNotFoundException: f1019 (Too many open files)\n", schema.OutcomeCrashed, "too many files are open; the limit is 1024 in one process"},
		"Python's memory":           {1, "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    x = bytearray(1 << 50)\nMemoryError\n", schema.OutcomeMemoryLimit, memory},
		"numpy's memory":            {1, "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 8.00 TiB for an array\n", schema.OutcomeMemoryLimit, memory},
		"Python's file":             {1, "OSError: [Errno 27] File too large\n", schema.OutcomeDiskLimit, disk},
		"Python's processes":        {1, "BlockingIOError: [Errno 11] Resource temporarily unavailable\n", schema.OutcomeCrashed, tasks},
		"Python's threads":          {1, "RuntimeError: can't start new thread\n", schema.OutcomeCrashed, tasks},
		"Python's descriptors":      {1, "OSError: [Errno 24] Too many open files: 'f1021'\n", schema.OutcomeCrashed, "the limit is 1024"},
		"C++'s memory":              {134, "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\nAborted\n", schema.OutcomeMemoryLimit, memory},
		"C++'s threads":             {134, "terminate called after throwing an instance of 'std::system_error'\n  what():  Resource temporarily unavailable\n", schema.OutcomeCrashed, tasks},
		"C's allocation":            {1, "malloc: Cannot allocate memory\n", schema.OutcomeMemoryLimit, memory},
		"Go's memory":               {2, "fatal error: runtime: out of memory\n", schema.OutcomeMemoryLimit, memory},
		"Go's threads":              {2, "runtime: failed to create new OS thread (have 14 already; errno=11)\n", schema.OutcomeCrashed, tasks},
		"Go's file":                 {1, "write out: file too large\n", schema.OutcomeDiskLimit, disk},
		"Rust's memory":             {134, "memory allocation of 17179869184 bytes failed\n", schema.OutcomeMemoryLimit, memory},
		"Node's memory":             {134, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n", schema.OutcomeMemoryLimit, memory},
		"Node's file":               {1, "Error: EFBIG: file too large, write\n", schema.OutcomeDiskLimit, disk},
		"Node's descriptors":        {1, "Error: EMFILE: too many open files, open 'f'\n", schema.OutcomeCrashed, "the limit is 1024"},
		"a shell's fork":            {2, "sh: 1: Cannot fork\n", schema.OutcomeCrashed, tasks},
		"bash's fork":               {254, "bash: fork: retry: Resource temporarily unavailable\n", schema.OutcomeCrashed, tasks},
		"a shell, of a file":        {153, "File size limit exceeded\n", schema.OutcomeDiskLimit, disk},
		"a shell that says nothing": {153, "", schema.OutcomeDiskLimit, disk},
		"make, of a file":           {2, "make: *** [Makefile:2: all] File size limit exceeded\n", schema.OutcomeDiskLimit, disk},
		"gcc, of its assembler":     {4, "g++: internal compiler error: File size limit exceeded signal terminated program as\n", schema.OutcomeDiskLimit, disk},
		"gcc, killed":               {4, "g++: fatal error: Killed signal terminated program cc1plus\n", schema.OutcomeMemoryLimit, memory},
		"gcc's allocation":          {1, "virtual memory exhausted: Cannot allocate memory\n", schema.OutcomeMemoryLimit, memory},
		"gcc's processes":           {1, "gcc: fatal error: cannot execute 'cc1': vfork: Resource temporarily unavailable\n", schema.OutcomeCrashed, tasks},
		"the linker, of a file":     {1, "/usr/bin/ld: final link failed: File too large\n", schema.OutcomeDiskLimit, disk},
		"the machine's disk":        {1, "OSError: [Errno 28] No space left on device\n", schema.OutcomeCrashed, "it used 3 MiB of 8 MiB, so the machine's disk may be full"},
		"an ordinary failure":       {1, "AssertionError: 3 != 4\n", schema.OutcomeCrashed, "exit status 1"},
		"a word in the middle":      {1, "NoMemoryErrorHere is fine\n", schema.OutcomeCrashed, "exit status 1"},
	} {
		for _, stream := range []string{"standard error", "standard output"} {
			r := sandbox.Result{Exit: c.exit, Memory: 50 << 20, Disk: 3 << 20, Stderr: []byte(c.says)}
			if stream == "standard output" {
				r.Stdout, r.Stderr = r.Stderr, []byte("make: *** [all] Error 1\n")
			}
			e := endingOf(r, limits, expectation{}, true)
			if e.outcome != c.want || !strings.Contains(e.message, c.words) {
				t.Errorf("%s on %s: %s, %q; want %s, %q", name, stream, e.outcome, e.message, c.want, c.words)
			}
			if e := endingOf(sandbox.Result{Stdout: r.Stdout, Stderr: r.Stderr}, limits, expectation{}, true); e.outcome != "" {
				t.Errorf("%s, and a good end: %s", name, e.outcome)
			}
		}
	}
	full := sandbox.Result{Exit: 1, Disk: limits.Disk, Stderr: []byte("cat: write error: No space left on device\n")}
	if e := endingOf(full, limits, expectation{}, true); e.outcome != schema.OutcomeDiskLimit {
		t.Errorf("no space at the limit: %+v", e)
	}
	if e := endingOf(sandbox.Result{Signal: syscall.SIGXFSZ}, limits, expectation{any: true}, false); e.outcome != schema.OutcomeDiskLimit {
		t.Errorf("SIGXFSZ: %+v", e)
	}
}

func TestRequestsForBugReportsAreLeftOut(t *testing.T) {
	t.Parallel()
	said := "a.cc:3: error: x\ng++: internal compiler error: Killed (program cc1plus)\nPlease submit a full bug report, with preprocessed source (by using -freport-bug).\nSee <file:///usr/share/doc/gcc-12/README.Bugs> for instructions.\nmake: *** [a.o] Error 4\n"
	const want = "a.cc:3: error: x\ng++: internal compiler error: Killed (program cc1plus)\nmake: *** [a.o] Error 4\n"
	if got := string(withoutReportRequests([]byte(said))); got != want {
		t.Errorf("%q", got)
	}
	const ours = "printf(\"Please submit a full bug report\");\nSee <stdio.h> for instructions\n"
	if got := string(withoutReportRequests([]byte(ours))); got != ours {
		t.Errorf("%q", got)
	}
}
