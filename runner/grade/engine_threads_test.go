package grade_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestTooManyThreads starts more threads or processes than the limit in every language. The message
// must name the limit, and what the program says.
func TestTooManyThreads(t *testing.T) {
	t.Parallel()
	need(t, "g++", "python3", "bash")
	g := newGrader(t)
	const tests = "title: Threads\nlimits: {time: 10s, memory: 512MiB, processes: 16}\nbuild: auto\ntests:\n  - {name: starts, run: $PROGRAM, stdout: \"\"}\n"
	for name, program := range map[string]files{
		"C++":    {"a.cc": "#include <chrono>\n#include <thread>\n#include <vector>\nint main() { std::vector<std::thread> all; for (int i = 0; i < 40; i++) all.emplace_back([] { std::this_thread::sleep_for(std::chrono::seconds(5)); }); for (auto &t : all) t.join(); }\n"},
		"Python": {"a.py": "import threading, time\nfor i in range(40):\n    threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n"},
		"a fork": {"a.py": "import os, time\nfor i in range(40):\n    if os.fork() == 0: time.sleep(5); os._exit(0)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := gradeFiles(t, g, files{"assignment.yaml": tests}.write(t), program)
			got := outcome(t, r, "starts", schema.OutcomeCrashed)
			if !strings.Contains(got.Message, "one more") || !strings.Contains(got.Message, "the limit is 16 processes and threads): ") {
				t.Errorf("message %q, output %q", got.Message, got.Output)
			}
		})
	}
}

// TestPythonSetOrderIsStable checks that the order of a set is the same in every run, so that verdicts are
// repeatable.
func TestPythonSetOrderIsStable(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	tests := files{"assignment.yaml": "title: Sets\ntests:\n  - {name: order, run: python3 a.py, stdout: \"0\"}\n"}.write(t)
	points(t, gradeFiles(t, newGrader(t), tests, files{"a.py": "import sys\nprint(sys.flags.hash_randomization)\n"}), "1", "1")
}
