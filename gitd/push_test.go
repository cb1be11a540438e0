package gitd_test

import (
	"strings"
	"testing"
)

func TestPushIsGradedAndReported(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "work", "comp1/a1", map[string]string{"hello.c": "int main(){}\n"})
	r := b.push("alice", "work")
	if r.status != 0 {
		t.Errorf("status %d", r.status)
	}
	r.says(t, "remote: COMP1 A1 Hello: submission 1\n", "no due date. commit ",
		"remote: Ctrl-C cancels nothing: push again to see these lines again.\n",
		"remote: running on a fresh standard runner\n", "remote: build    ok", "remote: pass  2/2  greets",
		"remote: 2 / 2\n", "https://grader.test/comp1/a1/alice/1  receipt ", "main -> main")
	for line := range strings.Lines(r.all()) {
		if len(strings.TrimRight(line, " \n")) > 72 && strings.HasPrefix(line, "remote:") {
			t.Errorf("more than 72 columns: %q", line)
		}
	}
}
