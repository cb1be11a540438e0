package syscalls

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

var update = flag.Bool("update", false, "write docs/syscalls.md from the policy")

const documentPath = "../../../docs/syscalls.md"

// TestDocument compares docs/syscalls.md with the policy.
func TestDocument(t *testing.T) {
	want := document()
	if *update {
		if err := os.WriteFile(documentPath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(documentPath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/syscalls.md differs from the policy (-policy +document); write it anew with\n"+
			"  go test ./runner/sandbox/syscalls -run TestDocument -update\n%s", diff)
	}
}

const documentIntroduction = `# System calls

Written from the policy in ` + "`runner/sandbox/syscalls`" + ` by ` + "`go test ./runner/sandbox/syscalls -run TestDocument -update`" + `; a test
compares the two. The filter is the same at both [levels](security.md#levels), for student programs, checkers and drivers.

A call that is not on this page gets ENOSYS, as on an older kernel. So does every call through the interfaces of other
architectures (` + "`int 0x80`" + `, x32).
`

func document() string {
	var b strings.Builder
	b.WriteString(documentIntroduction)
	b.WriteString("\n## Allowed\n\n| calls | what they are for, and what bounds them |\n| --- | --- |\n")
	for _, r := range policy() {
		if r.otherwise == allowed {
			fmt.Fprintf(&b, "| %s | %s |\n", code(strings.Fields(r.calls)), r.why)
		}
	}
	b.WriteString("\n## Allowed with some arguments\n\nThe filter compares what the kernel reads: of most arguments the lower 32 bits, of `mmap`'s flags all 64.\n\n" +
		"| calls | allowed | otherwise | what is left out, and why |\n| --- | --- | --- | --- |\n")
	for _, r := range policy() {
		if len(r.choices) > 0 {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", code(strings.Fields(r.calls)), r.choices[0].words(), r.refusal(), r.why)
		}
	}
	b.WriteString("\n## Refused\n\n| calls | answer | why |\n| --- | --- | --- |\n")
	for _, r := range policy() {
		if r.otherwise != allowed && len(r.choices) == 0 {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", code(strings.Fields(r.calls)), r.otherwise, r.why)
		}
	}
	return b.String()
}

// code formats a list of names as code.
func code(names []string) string { return "`" + strings.Join(names, "` `") + "`" }

func (c *choice) words() string {
	var list []string
	for _, each := range c.conditions {
		list = append(list, each.words())
	}
	return strings.Join(list, "; ")
}

func (c *condition) words() string {
	var names []string
	for _, v := range c.values {
		names = append(names, v.name)
	}
	if c.kind == oneOf {
		return c.name + ": " + strings.ReplaceAll(code(names), "|", `\|`)
	}
	return c.name + ", any of " + code(names)
}

// refusal returns the answer to other arguments.
func (r *rule) refusal() string {
	list := []string{r.otherwise.String()}
	for _, c := range r.choices[1:] {
		last := c.conditions[len(c.conditions)-1]
		list = append(list, fmt.Sprintf("%s: %s", last.words(), c.answer))
	}
	return strings.Join(slices.Compact(list), "; ")
}

func (a answer) String() string {
	if a == ignored {
		return "0, and does nothing"
	}
	return unix.ErrnoName(unix.Errno(a))
}
