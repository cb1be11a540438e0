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

// Failure describes why a test did not pass, without the parts that differ between students:
// numbers, addresses and temporary paths. It is comparable.
type Failure struct {
	Key  string // identifies it in URLs
	Test string // buildFailure for the build
	Text string

	// Unclear is set for a build whose output contains no known form of error. Two unclear failures
	// may have different causes.
	Unclear bool
}

// FailureGroup is a failure with the number of rows of a class that have it.
type FailureGroup struct {
	Failure
	ClassRows
}

// buildFailure is the name used for the build among tests.
const buildFailure = "build"

// Bounds of a result's failures.
const (
	maxFailureText = 160  // characters of a failure's text
	maxFailureLine = 4096 // bytes of a message that are searched
	maxFailures    = 200  // different failures of one result
)

// The parts that differ between failures of the same cause.
var (
	failurePath    = regexp.MustCompile(`(?:/var)?/(?:tmp|scratch|dev/shm|home|build)(?:/[^\s:'"),]+)+|\$(?:TMPDIR|ARTEFACTS|TEST_OUT)(?:/[^\s:'"),]+)*`)
	failureAddress = regexp.MustCompile(`0x[0-9a-fA-F]+|@[0-9a-f]{5,16}\b`)
	failureNumber  = regexp.MustCompile(`[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?`)
)

// The forms of error messages of compilers, linkers and interpreters.
var (
	// "list.c:4:2: error: …", "error[E0425]: …", "list.ts(3,5): error TS2304: …", "e: list.kt:3:5 …", Maven's "[ERROR] List.java:[3,5] …"
	compilerError = regexp.MustCompile(`(?i)(?:^|[^a-z-])error(?:[:\[(]| [a-z]{1,4}\d+:|$)|^e: |^\[ERROR\] \S+:\[\d|undefined reference|syntaxerror`)
	// "./list.go:3:2: undefined: x", "list.rb:3: syntax error, …", "luac: list.lua:1: …"; the group
	// is the message
	positionedError = regexp.MustCompile(`^(?:\w+: )?[^\s:]+\.\w+(?::\d+){1,2}: +(\S.*)`)
	// a compiler's message at a position that is not an error
	remark = regexp.MustCompile(`(?i)^(?:warning|note|info|hint|remark)\b`)
	// the end of a line that gives only the position of an error: "A.hs:1:17: error: [GHC-39999]"
	unfinishedError = regexp.MustCompile(`(?i)error:(?:\s*\[[^\]]*\])*$`)
	// javac's line with the missing symbol, some lines later
	missingSymbol = regexp.MustCompile(`^(?:\[ERROR\])?\s+(symbol:\s.*)`)
)

// FailureText returns the first line of a message, with PATH for temporary paths, ADDRESS for
// addresses and N for numbers.
func FailureText(message string) string {
	line := ""
	for one := range strings.Lines(schema.Plain(startOf(strings.TrimLeft(message, " \t\r\n"), maxFailureLine))) {
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

// startOf returns at most the first n bytes of a text, without an incomplete character at the end.
func startOf(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

// Failures returns the failures of a result: the failed build, or the tests that ran and did not
// pass. Cases of a test that fail with the same text are one failure. It returns at most the first
// 200 different failures.
func Failures(of schema.JobOutcomes) []Failure {
	if b := of.Build; b != nil && b.Outcome == schema.OutcomeCompileError {
		said := firstError(b.Output)
		f := NewFailure(buildFailure, FailureText(cmp.Or(said, b.Message, "it failed")))
		f.Unclear = said == "" && strings.TrimSpace(b.Output) != ""
		return []Failure{f}
	}
	var all []Failure
	known := make(map[Failure]bool)
	for _, one := range of.Cases {
		if one.Outcome == schema.OutcomePassed || one.Outcome == schema.OutcomeNotRun {
			continue
		}
		f := NewFailure(cmp.Or(one.Test, one.Name), FailureText(cmp.Or(one.Message, one.Signal, strings.ReplaceAll(string(one.Outcome), "-", " "))))
		if !known[f] {
			known[f] = true
			all = append(all, f)
		}
		if len(all) == maxFailures {
			break
		}
	}
	return all
}

// NewFailure returns the failure of a test with a text from FailureText.
func NewFailure(test, text string) Failure {
	f := Failure{Test: test, Text: text}
	sum := sha256.Sum256([]byte(f.Test + "\x00" + f.Text))
	f.Key = hex.EncodeToString(sum[:8])
	return f
}

// firstError returns a compiler's first error message, or "" if the output has no known form of
// error.
func firstError(output string) string {
	lines := strings.Split(schema.Plain(output), "\n")
	for i, line := range lines {
		if compilerError.MatchString(strings.TrimRight(line, " \t\r")) {
			return wholeError(lines[i:])
		}
	}
	for _, line := range lines {
		if m := positionedError.FindStringSubmatch(line); m != nil && !remark.MatchString(m[1]) {
			return line
		}
	}
	return ""
}

// wholeError returns the first line, which reports an error, together with the line that describes
// the error if that is another one.
func wholeError(lines []string) string {
	first := strings.TrimRight(lines[0], " \t\r")
	for _, next := range lines[1:] {
		switch m := missingSymbol.FindStringSubmatch(next); {
		case strings.HasSuffix(first, "cannot find symbol"):
			if m != nil {
				return first + ", " + m[1]
			}
			if compilerError.MatchString(next) {
				return first
			}
		case unfinishedError.MatchString(first) && strings.TrimSpace(next) != "":
			return first + " " + strings.TrimSpace(next)
		case !unfinishedError.MatchString(first):
			return first
		}
	}
	return first
}

// StuckAfter is the number of consecutive submissions with the same failure after which a student
// is stuck.
const StuckAfter = 4

// StuckOn returns a failure that at least the latest StuckAfter graded submissions share, and the
// number of consecutive submissions with it. latest holds the failures of the graded submissions,
// newest first. Of several failures it returns the one shared by the most submissions, then the
// first of the newest submission. false: the student is not stuck.
func StuckOn(latest [][]Failure) (Failure, int, bool) {
	var s Streak
	for _, failures := range latest {
		if !s.Add(failures) {
			break
		}
	}
	return s.Failure, s.Length, s.Length >= StuckAfter
}

// Streak finds the failures that a student's latest submissions share. The zero value is empty.
type Streak struct {
	Failure Failure // the newest submission's first failure that all Length submissions share
	Length  int
	shared  []Failure // failures of all submissions so far, in the order of the newest
}

// Add adds the failures of the next older submission. It returns false if that submission shares no
// failure with all newer ones, so that older submissions do not matter. An unclear failure is never
// shared.
func (s *Streak) Add(failures []Failure) bool {
	candidates := s.shared
	if s.Length == 0 {
		candidates = failures
	}
	var shared []Failure
	for _, f := range candidates {
		if !f.Unclear && slices.Contains(failures, f) { // at most maxFailures of each
			shared = append(shared, f)
		}
	}
	if len(shared) == 0 {
		return false
	}
	s.Failure, s.shared = shared[0], shared
	s.Length++
	return true
}

// failureGroups counts the rows that have each failure, most common first. members maps teams to
// their members.
func failureGroups(rows []schema.ClassRow, members map[string][]schema.ClassRow, results map[int64]ClassResult) []FailureGroup {
	count := make(map[Failure]ClassRows)
	for _, r := range rows {
		for _, f := range results[r.Job].Failures {
			n := count[f]
			n.add(r, members)
			count[f] = n
		}
	}
	groups := make([]FailureGroup, 0, len(count))
	for f, n := range count {
		groups = append(groups, FailureGroup{f, n})
	}
	slices.SortFunc(groups, func(a, b FailureGroup) int {
		return cmp.Or(cmp.Compare(b.Sum(), a.Sum()), cmp.Compare(a.Test, b.Test), cmp.Compare(a.Text, b.Text))
	})
	return groups
}
