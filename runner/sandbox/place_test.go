package sandbox_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// The variables that `make attack` sets: the path of the table to write, and a runner's image.
const (
	tableEnv = "GRADER_ATTACK_TABLE"
	imageEnv = "GRADER_ATTACK_IMAGE"
)

// place is an environment in which a wall can run.
type place struct {
	name, note string
	// tests returns the command that runs TestAttacks there. TestAttacks writes its record to the
	// path.
	tests func(t *testing.T, record string) *exec.Cmd
	facts sandbox.Report
}

// TestEveryPlace runs every attack at every level in every place that this machine supports, and
// writes the table of docs/attacks.md.
func TestEveryPlace(t *testing.T) {
	table := os.Getenv(tableEnv)
	if table == "" {
		t.Skip("runs in make attack")
	}
	if os.Getuid() != 0 {
		t.Fatal("make attack needs root, for all levels")
	}
	alive := standBy(t)
	var rows []row
	places := []*place{
		{name: "root", note: "on the machine itself", tests: asRoot},
		{name: "ordinary user", note: "on the machine itself", tests: asOrdinary},
		{name: "container", note: "root in the runner's image, with Docker's default capabilities and seccomp profile", tests: inContainer},
	}
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) { rows = append(rows, p.attack(t)...) })
		assertUntouched(t, alive)
	}
	if err := os.WriteFile(table, writeTable(places, rows), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (p *place) attack(t *testing.T) []row {
	record := filepath.Join(wallDir(t), "record")
	cmd := p.tests(t, record)
	cmd.Env = append(cmd.Env, recordEnv+"="+record)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	facts, rows, err := readRecord(record)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	p.facts = facts
	for i := range rows {
		rows[i].Place = p.name
	}
	return rows
}

func asRoot(t *testing.T, _ string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.v", "-test.run", "^TestAttacks$")
	cmd.Env = os.Environ()
	return cmd
}

func asOrdinary(t *testing.T, record string) *exec.Cmd {
	if err := os.WriteFile(record, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(record, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	return ordinaryTests(t, ordinaryHome(t), "-test.run", "^TestAttacks$")
}

// inContainer returns the command for a container with Docker's default capabilities and seccomp profile. As in the pool, its
// memory is limited and the directory of locks is shared.
func inContainer(t *testing.T, record string) *exec.Cmd {
	image := os.Getenv(imageEnv)
	if said, err := exec.CommandContext(t.Context(), "docker", "image", "inspect", image).CombinedOutput(); err != nil {
		t.Skipf("NOT RUN: no container of the runner's image %q here: %v: %s", image, err, bytes.TrimSpace(said))
	}
	const inside = "/record"
	return inImage(t, image, []string{"-v", filepath.Dir(record) + ":" + inside, "-e", recordEnv + "=" + filepath.Join(inside, filepath.Base(record))}, "^TestAttacks$/^uid$")
}

// writeTable returns the content of docs/attacks.md.
func writeTable(places []*place, rows []row) []byte {
	var b bytes.Buffer
	b.WriteString("# Attacks\n\nWritten by `make attack`, which fails when an attack succeeds. Each is a program in `runner/sandbox/testdata/attacks`;\n" +
		"[the wall](security.md) says what holds against it. What an attack met is its verdict: a limit, or its own end, at\nwhich it had achieved nothing. " +
		"After each, the next step must be fine, a neighbour that ran meanwhile unharmed, nothing of it\nleft (processes, files, IPC objects, keys), and the runner and its parent alive; as an " +
		fmt.Sprintf("ordinary user, %d other\nprocesses of that user too.\n\n", bystanders))
	for _, p := range places {
		fmt.Fprintf(&b, "- **%s**: %s; %s\n", p.name, p.note, facts(p.facts))
	}
	held, names := 0, map[string]bool{}
	for _, r := range rows {
		names[r.Kind+r.Name] = true
		if r.Held {
			held++
		}
	}
	fmt.Fprintf(&b, "\n%d attacks, %d runs; the wall held in %d of them.\n\n| attack | level | verdict | next step fine | left over | took |\n| --- | --- | --- | --- | --- | ---: |\n", len(names), len(rows), held)
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	for _, r := range rows {
		b.WriteString(r.line() + "\n")
	}
	return b.Bytes()
}

// facts describes a place.
func facts(r sandbox.Report) string {
	if r.Kernel == "" {
		return "**not run on this machine**"
	}
	var levels []string
	for _, l := range r.Levels {
		if l.Works {
			levels = append(levels, string(l.Level))
		}
	}
	return fmt.Sprintf("kernel %s, Landlock ABI %d, cgroup %s, levels %s", r.Kernel, r.Landlock, cmp.Or(r.Cgroup, "none writable"), strings.Join(levels, ", "))
}
