package classroom

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/imports"
)

// kind is how a test of GitHub Classroom judges.
type kind string

const (
	kindIO      kind = "io"
	kindCommand kind = "command"
	kindPython  kind = "python"
)

// test is a test from either file format.
type test struct {
	name, setup, run string
	kind             kind
	input            string
	expected         string
	compare          string // exact, contains or regex
	timeout          time.Duration
	points           string // "" for none
}

// fromFile converts a test of autograding.json.
func fromFile(m imports.Loose) test {
	t := test{
		name: m.Text("name"), setup: m.Text("setup"), run: m.Text("run"), input: m.Text("input"), expected: m.Text("output"),
		kind: kindIO, timeout: minutes(m, "timeout", 1), points: m.Text("points"),
	}
	switch m.Text("comparison") {
	case "exact", "regex":
		t.compare = m.Text("comparison")
	default: // "included", or another value
		t.compare = "contains"
	}
	if t.input == "" && t.expected == "" {
		t.kind = kindCommand
	}
	return t
}

// grader matches the action of a step of the workflow.
var grader = regexp.MustCompile(`^(?:classroom-resources|education)/autograding-(io|command|python)-grader(?:@|$)`)

// fromStep converts a step of the workflow. It returns false if the step is not a test.
func fromStep(step imports.Loose) (test, bool) {
	m := grader.FindStringSubmatch(step.Text("uses"))
	if m == nil {
		return test{}, false
	}
	with := step.Map("with")
	t := test{
		kind: kind(m[1]), name: with.Text("test-name"), setup: strings.TrimSpace(with.Text("setup-command")), run: strings.TrimSpace(with.Text("command")),
		input: strings.TrimSpace(with.Text("input")), expected: strings.TrimSpace(with.Text("expected-output")),
		timeout: minutes(with, "timeout", 10), points: leadingDigits(with.Text("max-score")),
	}
	if t.name == "" {
		t.name = step.Text("name")
	}
	switch with.Text("comparison-method") {
	case "exact", "regex":
		t.compare = with.Text("comparison-method")
	default:
		t.compare = "contains"
	}
	return t, true
}

// minutes returns the number of minutes under a key as a duration.
func minutes(m imports.Loose, key string, otherwise int) time.Duration {
	f, err := strconv.ParseFloat(m.Text(key), 64)
	if err != nil || f <= 0 || f > 24*60 {
		return time.Duration(otherwise) * time.Minute
	}
	return max(time.Second, (time.Duration(f * float64(time.Minute))).Round(time.Millisecond))
}

// leadingDigits returns the digits that JavaScript's parseInt would parse.
func leadingDigits(s string) string {
	s = strings.TrimSpace(s)
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n]
}

// installs matches commands that install software.
var installs = regexp.MustCompile(`^\s*(?:sudo\s+(?:-\S+\s+)*)?(?:(?:env\s+)?\S+=\S+\s+)*(?:apt(?:-get)?|yum|dnf|apk|brew|conda|mamba|snap|gem|npm (?:i|ci|install|add)|yarn(?:\s|$)|pnpm|(?:\S*/)?pip3?(?:\.\d+)? install|python3? -m pip|(?:\S*/)?poetry install|cargo install|go (?:get|install|mod download)|dotnet restore|bundle install|composer install|opam install|stack setup|cabal update|rustup|sdk install|curl|wget)\b`)

// withoutInstalls splits a setup into its commands for files and the software that it installs.
func withoutInstalls(setup string) (does string, installed []string) {
	var kept []string
	for part := range strings.SplitSeq(strings.NewReplacer("&&", "\n", ";", "\n").Replace(setup), "\n") {
		switch part = strings.TrimSpace(part); {
		case part == "":
		case installs.MatchString(part):
			installed = append(installed, part)
		default:
			kept = append(kept, part)
		}
	}
	if len(installed) == 0 {
		return strings.TrimSpace(setup), nil
	}
	return strings.Join(kept, " && "), installed
}

// command joins a test's own setup with its run. As in GitHub's shell, a failed command does not end the script.
func command(setup, run string) string {
	if strings.ContainsAny(run, ";\n") {
		run = "set +e\n" + run
	}
	if setup == "" {
		return run
	}
	return fmt.Sprintf("( set +e\n%s\n) </dev/null >&2\n%s", setup, run)
}

// testName returns a name that the format accepts and that no other test has.
func testName(name string, taken map[string]bool) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '/':
			return '-'
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x200b || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffd:
			return -1
		}
		return r
	}, name))
	if r := []rune(name); len(r) > 90 {
		name = strings.TrimSpace(string(r[:90]))
	}
	if name == "" {
		name = "test"
	}
	free := name
	for n := 2; taken[free]; n++ {
		free = fmt.Sprintf("%s (%d)", name, n)
	}
	taken[free] = true
	return free
}

// sharedSetup returns the setup of the first test, and whether every test has the same one.
func sharedSetup(tests []test) (string, bool) {
	if len(tests) == 0 || tests[0].setup == "" {
		return "", false
	}
	same := !slices.ContainsFunc(tests, func(t test) bool { return t.setup != tests[0].setup })
	return tests[0].setup, same
}
