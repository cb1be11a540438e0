package course

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// Failure is why a test did not pass, without what differs from student to student: numbers,
// addresses and temporary paths. It is comparable.
type Failure struct {
	Key  string // what it is called in addresses
	Test string // buildFailure for the build
	Text string
}

// FailureGroup is a failure and how many students have it.
type FailureGroup struct {
	Failure
	Students int
}

// buildFailure stands for the build among tests.
const buildFailure = "build"

// maxFailureText is the length of a failure's text, in characters.
const maxFailureText = 160

// What differs between two failures of one cause.
var (
	failurePath    = regexp.MustCompile(`(?:/var)?/(?:tmp|scratch|dev/shm|home|build)(?:/[^\s:'"),]+)+|\$(?:TMPDIR|ARTEFACTS|TEST_OUT)(?:/[^\s:'"),]+)*`)
	failureAddress = regexp.MustCompile(`0x[0-9a-fA-F]+|@[0-9a-f]{5,16}\b`)
	failureNumber  = regexp.MustCompile(`[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?`)
	compilerError  = regexp.MustCompile(`(?i)(?:^|[^a-z-])error(?:[:\[(]|$)|undefined reference|syntaxerror`)
)

// FailureText is the first line of a message, with PATH for temporary paths, ADDRESS for
// addresses and N for numbers.
func FailureText(message string) string {
	line := ""
	for one := range strings.Lines(schema.Plain(message)) {
		if line = strings.Join(strings.Fields(one), " "); line != "" {
			break
		}
	}
	line = failurePath.ReplaceAllLiteralString(line, "PATH")
	line = failureAddress.ReplaceAllLiteralString(line, "ADDRESS")
	line = failureNumber.ReplaceAllLiteralString(line, "N")
	if runes := []rune(line); len(runes) > maxFailureText {
		line = string(runes[:maxFailureText]) + "…"
	}
	return line
}

// Failures returns the failures of a result: the failed build, or the tests that ran and did not pass. Cases of a test
// that fail with the same text are one failure.
func Failures(of schema.JobOutcomes) []Failure {
	if b := of.Build; b != nil && b.Outcome == schema.OutcomeCompileError {
		return []Failure{newFailure(buildFailure, cmp.Or(firstError(b.Output), b.Message, "it failed"))}
	}
	var all []Failure
	for _, one := range of.Cases {
		if one.Outcome == schema.OutcomePassed || one.Outcome == schema.OutcomeNotRun {
			continue
		}
		f := newFailure(cmp.Or(one.Test, one.Name), cmp.Or(one.Message, one.Signal, strings.ReplaceAll(string(one.Outcome), "-", " ")))
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

func newFailure(test, message string) Failure {
	f := Failure{Test: test, Text: FailureText(message)}
	sum := sha256.Sum256([]byte(f.Test + "\x00" + f.Text))
	f.Key = hex.EncodeToString(sum[:8])
	return f
}

// firstError is the first line of a build's output in which a compiler says what is wrong.
func firstError(output string) string {
	for line := range strings.Lines(schema.Plain(output)) {
		if compilerError.MatchString(line) {
			return line
		}
	}
	return ""
}

// StuckAfter is how many submissions in a row show the same failure when a student is stuck.
const StuckAfter = 4

// StuckOn returns the failure that a student is stuck on: one that each of the latest StuckAfter
// graded submissions shows, and in how many in a row. latest are the failures of the graded
// submissions, newest first; of several failures the one of the longest row counts, then the
// first of the newest submission. false: the student is not stuck.
func StuckOn(latest [][]Failure) (Failure, int, bool) {
	if len(latest) < StuckAfter {
		return Failure{}, 0, false
	}
	var on Failure
	longest := 0
	for _, f := range latest[0] {
		row := 0
		for row < len(latest) && slices.Contains(latest[row], f) {
			row++
		}
		if row > longest {
			on, longest = f, row
		}
	}
	return on, longest, longest >= StuckAfter
}

// failureGroups counts the students of each failure, the commonest first.
func failureGroups(rows []schema.ClassRow, results map[int64]ClassResult) []FailureGroup {
	count := make(map[Failure]int)
	for _, r := range rows {
		for _, f := range results[r.Job].Failures {
			count[f]++
		}
	}
	groups := make([]FailureGroup, 0, len(count))
	for f, n := range count {
		groups = append(groups, FailureGroup{f, n})
	}
	slices.SortFunc(groups, func(a, b FailureGroup) int {
		return cmp.Or(cmp.Compare(b.Students, a.Students), cmp.Compare(a.Test, b.Test), cmp.Compare(a.Text, b.Text))
	})
	return groups
}
