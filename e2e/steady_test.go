package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/grader/grader/nomad/nomadtest"
	"github.com/grader/grader/schema"
)

// steadyProjects maps the projects of testdata/steady to the programs that grade them. Every push has
// tests that fail in different ways. want.txt contains the right outcomes.
var steadyProjects = map[string][]string{
	"make": {"make", "gcc"}, "java": {"javac"}, "pytest": {"python3", "pytest"}, "go": {"go"}, "node": {"node"},
}

// fewGradings is how often a push is graded again if GRADER_STEADY is not set.
const fewGradings = 2

// steadyGradings returns how often each push is graded again, and whether GRADER_STEADY is set. If it is
// set, other processes keep the processors busy during the test.
func steadyGradings(t *testing.T) (n int, set bool) {
	t.Helper()
	n = int(number(t, "GRADER_STEADY", 0))
	if n == 0 {
		return fewGradings, false
	}
	keepBusy(t)
	return n, true
}

// keepBusy starts two busy loops per processor.
func keepBusy(t *testing.T) {
	t.Helper()
	for range 2 * runtime.NumCPU() {
		busy := exec.Command("/bin/sh", "-c", "while :; do :; done")
		busy.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		check(t, busy.Start())
		t.Cleanup(func() {
			_ = busy.Process.Kill() // it does not end on its own
			_ = busy.Wait()
		})
	}
}

// steadyFlavour is a flavour with enough resources for every project.
const steadyFlavour = "cpu: 1, memory: 1536MiB, scratch: 512MiB, processes: 512, warm: 2, max: 3"

// A push gets the same verdict in every grading, even on a busy machine: the same names, outcomes,
// points, messages and output.
func TestGradingsAreSteadyLocally(t *testing.T) {
	t.Parallel()
	n, _ := steadyGradings(t)
	config := filepath.Join(t.TempDir(), "grader.yaml")
	check(t, os.WriteFile(config, []byte("flavours:\n  standard: {"+steadyFlavour+"}\n"), 0o600))
	c := (&classroom{t: t, config: config}).open("alice")
	c.assertSteady(n, func(program string) bool {
		_, err := exec.LookPath(program)
		return err == nil
	})
}

func TestGradingsAreSteadyInContainers(t *testing.T) {
	t.Parallel()
	needContainers(t)
	n, _ := steadyGradings(t)
	image := cmp.Or(os.Getenv("GRADER_STEADY_IMAGE"), graderImage)
	config := filepath.Join(t.TempDir(), "grader.yaml")
	check(t, os.WriteFile(config, fmt.Appendf(nil, "flavours:\n  standard: {pool: docker, image: %q, %s}\n", image, steadyFlavour), 0o600))
	c := (&classroom{t: t, config: config}).open("alice")
	c.assertSteady(n, imageHas(image))
}

// The test needs an image with the toolchains, and is skipped unless GRADER_STEADY is set.
func TestNomadGradingsAreSteady(t *testing.T) {
	image := os.Getenv("GRADER_STEADY_IMAGE")
	if image == "" {
		t.Skip("GRADER_STEADY_IMAGE is not set: make steady")
	}
	n, _ := steadyGradings(t)
	agent := nomadtest.Start(t, "n1", nomadtest.Role{})
	agent.AwaitClients(1)
	f := layField(t, agent, 2, 3)
	f.image, f.memory, f.scratch, f.processes = image, "1536MiB", "512MiB", 512
	f.configure()
	f.open("alice")
	f.assertSteady(n, imageHas(image))
}

// imageHas returns a function that reports whether an image has a program.
func imageHas(image string) func(program string) bool {
	return func(program string) bool {
		return exec.Command("docker", "run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", image, "-c", "command -v "+program+" || python3 -c 'import "+program+"'").Run() == nil
	}
}

// assertSteady pushes each project as alice, and grades each push again n times.
func (c *classroom) assertSteady(n int, has func(program string) bool) {
	c.t.Run("projects", func(t *testing.T) {
		for _, name := range slices.Sorted(maps.Keys(steadyProjects)) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for _, program := range steadyProjects[name] {
					if !has(program) {
						t.Skipf("SKIPPED: no %s there", program)
					}
				}
				of := *c
				of.t = t
				s := steadyPush{classroom: &of, name: name}
				s.push()
				began := time.Now()
				for range n {
					s.regrade()
				}
				s.assertEqual(n + 1)
				load, err := os.ReadFile("/proc/loadavg")
				check(t, err)
				t.Logf("%s: %d gradings of one push, one outcome, in %v; load %s", name, n+1, time.Since(began).Round(time.Second), strings.Join(strings.Fields(string(load))[:3], " "))
			})
		}
	})
}

// steadyPush is a push that is graded repeatedly.
type steadyPush struct {
	*classroom
	name string
}

// steadyPatience is the longest wait for one grading on a busy machine.
const steadyPatience = 10 * time.Minute

// push pushes the tests and the submission.
func (s steadyPush) push() {
	s.t.Helper()
	dir := filepath.Join("testdata", "steady", s.name)
	for _, p := range []struct{ login, repository, dir, says string }{
		{"ada", "c101/" + s.name + "/tests", filepath.Join(dir, "tests"), "active now: version"},
		{"alice", "c101/" + s.name, filepath.Join(dir, "push"), " / "},
	} {
		work := s.write(p.login, p.repository, filesIn(s.t, p.dir))
		if said, _ := beginPush(s.t, s.people[p.login], work, p.repository, "main").endWithin(steadyPatience); !strings.Contains(said, p.says) {
			s.t.Fatalf("%s: it does not say %q:\n%s", p.repository, p.says, said)
		}
	}
}

// regrade grades the push again and discards the set, which the student never sees.
func (s steadyPush) regrade() {
	s.t.Helper()
	var set struct{ ID int }
	check(s.t, json.Unmarshal([]byte(s.admin("regrade", "create", "c101/"+s.name, "--latest", "--json")), &set))
	l := s.ledger()
	defer l.close()
	if !polled(steadyPatience, seldom, func() bool {
		return l.count(`SELECT count(*) FROM regraded r JOIN jobs j ON j.id = r.job_id WHERE r.regrade_id = ? AND j.state IN ('queued', 'assigned', 'running')`, set.ID) == 0
	}) {
		s.t.Fatalf("regrade set %d does not end", set.ID)
	}
	s.admin("regrade", "discard", strconv.Itoa(set.ID))
}

// assertEqual asserts that there are n results, that the first is right, and that all are the same.
func (s steadyPush) assertEqual(n int) {
	s.t.Helper()
	l := s.ledger()
	defer l.close()
	bodies := l.texts(`SELECT coalesce(r.body, '') FROM jobs j JOIN submissions s ON s.id = j.submission_id JOIN assignments a ON a.id = s.assignment_id LEFT JOIN results r ON r.job_id = j.id
		WHERE a.name = ? ORDER BY j.id`, s.name)
	if len(bodies) != n {
		s.t.Fatalf("%d results, not %d", len(bodies), n)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "steady", s.name, "want.txt"))
	check(s.t, err)
	first, table := steadyOutcome(s.t, bodies[0])
	if diff := gocmp.Diff(sortedLines(string(want)), sortedLines(table)); diff != "" {
		s.t.Errorf("want.txt (-), the first grading (+):\n%s", diff)
	}
	for i, body := range bodies[1:] {
		if other, _ := steadyOutcome(s.t, body); other != first {
			s.t.Fatalf("grading 1 (-), grading %d (+):\n%s", i+2, gocmp.Diff(first, other))
		}
	}
}

// sortedLines returns the sorted lines of a text, because the order of parallel tests depends on the gate.
func sortedLines(text string) []string { return slices.Sorted(strings.Lines(text)) }

// measured matches the measured amount in a message about an exceeded limit.
var measured = regexp.MustCompile(`( exceeded): [^;\n]* used`)

// steadyOutcome returns a result as JSON without the measured figures, and its table of outcomes.
func steadyOutcome(t *testing.T, body string) (text, table string) {
	t.Helper()
	var r schema.Result
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatalf("no result: %v: %s", err, body)
	}
	r.StartedAt, r.BuiltAt, r.FinishedAt, r.Provenance.Attempt = time.Time{}, time.Time{}, time.Time{}, 0
	if r.Build != nil {
		r.Build.Duration = 0
	}
	table = fmt.Sprintf("%s %s/%s\n", r.Outcome, r.Score, r.MaxScore)
	for i := range r.Tests {
		e := &r.Tests[i]
		e.CPU, e.Wall, e.Memory = 0, 0, 0
		e.Message = measured.ReplaceAllString(e.Message, "$1")
		table += fmt.Sprintf("%s %s %s/%s\n", e.Name, e.Outcome, e.Score, e.MaxScore)
	}
	all, err := json.MarshalIndent(r, "", " ")
	check(t, err)
	return string(all), table
}

// filesIn returns the files below a directory. Go files are stored as .go.txt and go.mod as go.mod.txt,
// because Go's tools would treat them as part of this project.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	check(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		if name := strings.TrimSuffix(path, ".txt"); strings.HasSuffix(name, ".go") || filepath.Base(name) == "go.mod" {
			path = name
		}
		files[path] = string(text)
		return err
	}))
	return files
}
