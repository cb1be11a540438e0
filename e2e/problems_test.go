package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/schema"
)

// problem holds the parts of a contest problem package that grading needs.
type problem struct {
	Name      string   `json:"name"`
	TimeLimit float64  `json:"time_limit_s"`
	Memory    int      `json:"memory_limit_mb"`
	Tests     []string `json:"tests"` // paths below data, without their endings
	dir       string
}

// languageFactor multiplies the packages' time limits. Their authors measured programs in
// C, C++ and Java, but here the limit also applies to Python.
const languageFactor = 3

// languages returns the file extensions of the programs.
func languages() []string { return []string{"c", "cc", "java", "py"} }

// elapsedLimit is the limit on elapsed time. It is high, so that programs do not exceed it on a
// busy machine.
const elapsedLimit = "60s"

// failingLimit is the CPU time limit per case of the failing programs. slowLimit is the
// limit of the slow programs, which exceed it.
const (
	failingLimit = time.Second
	slowLimit    = 500 * time.Millisecond
)

// TestProblems sets every contest problem. It pushes right programs in four languages and
// grades them with all cases, and wrong, slow, crashing and uncompilable programs in four
// languages and grades them with two cases.
func TestProblems(t *testing.T) {
	t.Parallel()
	problems := readProblems(t)
	needPrograms(t, "gcc", "g++", "javac", "python3")
	c := newSchool(t, 3)
	teacher := c.enter(t, "ada", schema.RoleInstructor)
	students := map[string]*demo.Person{}
	for _, language := range languages() {
		students[language] = c.enter(t, "student-"+language, schema.RoleStudent)
	}
	for _, p := range problems {
		t.Run(p.Name, func(t *testing.T) {
			p.set(t, c, teacher)
			for _, language := range languages() {
				t.Run(language, func(t *testing.T) {
					t.Parallel()
					v := &verdicts{c: c, student: students[language], problem: p, language: language}
					v.right(t)
					v.wrong(t)
					v.slow(t)
					v.crash(t)
					v.broken(t)
				})
			}
		})
	}
}

// readProblems reads the packages, or skips the test if they are missing.
func readProblems(t *testing.T) []problem {
	t.Helper()
	root := filepath.Join(sharedCases, "problems")
	if !exists(t, root) {
		t.Skipf("SKIPPED: the contest problems are not at %s; their verdicts are not tested", root)
	}
	var all []problem
	if err := json.Unmarshal([]byte(readFile(t, root, "manifest.json")), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("the manifest is empty")
	}
	for i := range all {
		all[i].dir = filepath.Join(root, all[i].Name)
	}
	return all
}

// set pushes the problem three times: with all its cases, and, for the failing and the slow
// programs, with only the first and the last case.
func (p problem) set(t *testing.T, c *school, teacher *demo.Person) {
	t.Helper()
	few := []string{p.Tests[0]}
	if last := p.Tests[len(p.Tests)-1]; last != few[0] {
		few = append(few, last)
	}
	own := time.Duration(p.TimeLimit * float64(time.Second))
	c.set(t, teacher, p.Name, p.write(t, p.Tests, own*languageFactor))
	c.set(t, teacher, p.Name+"-few", p.write(t, few, min(own, failingLimit)))
	c.set(t, teacher, p.Name+"-slow", p.write(t, few, min(own, slowLimit)))
}

// write writes a tests repository with some of the cases and a limit of CPU time.
func (p problem) write(t *testing.T, tests []string, limit time.Duration) string {
	t.Helper()
	dir := t.TempDir()
	spec := map[string]any{
		"title":    p.title(t),
		"solution": "solution/",
		"samples":  []any{map[string]any{"dir": "samples/wrong/", "score": 0}},
		"limits":   map[string]any{"time": fmt.Sprintf("%dms", limit.Milliseconds()), "wall": elapsedLimit, "memory": fmt.Sprintf("%dMiB", p.Memory)},
		"build":    "auto",
		"tests": []any{map[string]any{
			"name": "cases", "run": []string{"$PROGRAM"}, "cases": "data/**/*.in", "compare": "tokens", "points": 100,
		}},
	}
	text, err := yaml.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"assignment.yaml":      string(text),
		"solution/main.c":      p.program(t, "right", "c"),
		"samples/wrong/main.c": p.program(t, "wrong", "c"),
	}
	for _, name := range tests {
		for _, ending := range []string{".in", ".ans"} {
			files["data/"+name+ending] = readFile(t, p.dir, "data", name+ending)
		}
	}
	if err := demo.WriteFiles(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

// title returns the problem's name in problem.yaml, in any language, or its short name.
func (p problem) title(t *testing.T) string {
	t.Helper()
	var about struct {
		Name any `yaml:"name"`
	}
	if err := yaml.Unmarshal([]byte(readFile(t, p.dir, "problem.yaml")), &about); err != nil {
		t.Fatal(err)
	}
	switch name := about.Name.(type) {
	case string:
		return name
	case map[string]any:
		for _, word := range name {
			return fmt.Sprint(word)
		}
	}
	return p.Name
}

// program reads a program of testdata/problems. Only the right programs depend on the problem.
func (p problem) program(t *testing.T, what, language string) string {
	t.Helper()
	dir := p.Name
	if what != "right" {
		dir = "any"
	}
	return readFile(t, "testdata", "problems", dir, what+"."+language)
}

// verdicts checks the results of one student's programs.
type verdicts struct {
	c        *school
	student  *demo.Person
	problem  problem
	language string
}

func (v *verdicts) submit(t *testing.T, what, assignment string) (schema.PublicSubmission, demo.Transcript) {
	t.Helper()
	return v.c.submit(t, v.student, assignment, map[string]string{"main." + v.language: v.problem.program(t, what, v.language)})
}

func (v *verdicts) right(t *testing.T) {
	t.Helper()
	s, transcript := v.submit(t, "right", v.problem.Name)
	if s.Outcome != schema.OutcomeGraded || s.Score != "100" || s.MaxScore != "100" || len(s.Tests) != len(v.problem.Tests) {
		t.Errorf("right program: %d tests, want %d:\n%s", len(s.Tests), len(v.problem.Tests), story(s))
	}
	says(t, transcript, "100 / 100")
	for _, name := range v.problem.Tests {
		if !slices.ContainsFunc(s.Tests, func(r schema.PublicTest) bool { return r.Name == "cases/"+name }) {
			t.Errorf("case %s has no result", name)
		}
	}
}

func (v *verdicts) wrong(t *testing.T) {
	t.Helper()
	s, transcript := v.submit(t, "wrong", v.problem.Name+"-few")
	v.every(t, s, schema.OutcomeFailed)
	says(t, transcript, "FAIL", `got "-17"`, "0 / 100")
}

func (v *verdicts) slow(t *testing.T) {
	t.Helper()
	s, transcript := v.submit(t, "slow", v.problem.Name+"-slow")
	v.every(t, s, schema.OutcomeTimeLimit)
	says(t, transcript, "FAIL", "limit", "0 / 100")
}

func (v *verdicts) crash(t *testing.T) {
	t.Helper()
	s, transcript := v.submit(t, "crash", v.problem.Name+"-few")
	v.every(t, s, schema.OutcomeCrashed)
	native := v.language == "c" || v.language == "cc"
	for _, r := range s.Tests {
		if native && r.Signal != "SIGABRT" || !native && (r.ExitStatus == nil || *r.ExitStatus != 1) {
			t.Errorf("%s crashed with signal %q, exit status %v", r.Name, r.Signal, r.ExitStatus)
		}
	}
	if native {
		says(t, transcript, "SIGABRT")
	} else {
		says(t, transcript, "exit status 1")
	}
}

func (v *verdicts) broken(t *testing.T) {
	t.Helper()
	s, transcript := v.submit(t, "broken", v.problem.Name+"-few")
	if s.Outcome != schema.OutcomeCompileError || s.Build == nil || s.Build.Outcome != schema.OutcomeCompileError {
		t.Errorf("want compile-error:\n%s", story(s))
	}
	for _, r := range s.Tests {
		if r.Outcome != schema.OutcomeNotRun {
			t.Errorf("%s is %s after a failed build", r.Name, r.Outcome)
		}
	}
	words := map[string]string{"c": "no_idea", "cc": "no_idea", "java": "cannot find symbol", "py": "SyntaxError"}
	says(t, transcript, "main."+v.language, words[v.language], "does not compile: 0 / 100")
}

// every checks that all tests have the outcome and score 0.
func (v *verdicts) every(t *testing.T, s schema.PublicSubmission, want schema.Outcome) {
	t.Helper()
	if s.Outcome != schema.OutcomeGraded || s.Blame != schema.BlameStudent || s.Score != "0" || s.MaxScore != "100" || len(s.Tests) == 0 {
		t.Errorf("want graded with 0 / 100:\n%s", story(s))
	}
	for _, r := range s.Tests {
		if r.Outcome != want {
			t.Errorf("%s: want %s:\n%s", r.Name, want, story(s))
		}
	}
}

// says checks the output of a push.
func says(t *testing.T, transcript demo.Transcript, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(transcript.Output, w) {
			t.Errorf("the push lacks %q:\n%s", w, transcript.Output)
		}
	}
}

// needPrograms skips the test if the machine lacks its toolchain.
func needPrograms(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := os.Stat("/usr/bin/" + name); err != nil {
			t.Skipf("SKIPPED: /usr/bin/%s is not installed", name)
		}
	}
}
