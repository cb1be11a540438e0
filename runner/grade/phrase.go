package grade

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/grader/grader/runner/grade/report"
)

// saysNothing reports whether a message does not say what failed; then the text below it does.
func saysNothing(message string) bool {
	switch message {
	case "", "collection failure", "collection skipped", "internal error", "test failed", "failed running beforeEach hook", "failed running afterEach hook":
		return true
	}
	return false
}

// phrase returns the words that tell people why a case did not pass: its message and, if that is
// not enough, an excerpt of its output.
func phrase(c *report.Case) string {
	said := c.Message
	if cause := rootCause(c.Output); cause != "" && !strings.Contains(said, causeText(cause)) {
		return joinNonEmpty("; ", said, cause)
	}
	if saysNothing(said) {
		return joinNonEmpty(": ", said, firstWords(c.Output))
	}
	if thrown := thrownError(said, c.Output); thrown != "" {
		return thrown
	}
	return said
}

var (
	// javaCause matches a cause in the trace of a Java exception. javaFrame matches the place where
	// it was thrown.
	javaCause = regexp.MustCompile(`(?m)^Caused by: (.+)$`)
	javaFrame = regexp.MustCompile(`^\s+at [^(]*\(([\w$]+\.\w+:\d+)\)`)
	// inThread matches the prefix that Java adds to a cause that it repeats.
	inThread = regexp.MustCompile(`^java\.lang\.ExceptionInInitializerError: Exception (.+) \[in thread ".*"\]$`)
)

// rootCause returns the last cause in the trace of a Java exception and the first source line below
// it, or "" if there is none.
func rootCause(output string) string {
	all := javaCause.FindAllStringSubmatchIndex(output, -1)
	if len(all) == 0 {
		return ""
	}
	last := all[len(all)-1]
	cause := output[last[2]:last[3]]
	if m := inThread.FindStringSubmatch(cause); m != nil {
		cause = m[1]
	}
	for line := range strings.Lines(output[last[1]:]) {
		if m := javaFrame.FindStringSubmatch(line); m != nil {
			return fmt.Sprintf("%s (%s)", cause, m[1])
		}
	}
	return cause
}

// javaThrown matches the first line of the trace of a Java exception, and the frames below it.
var javaThrown = regexp.MustCompile(`(?m)^((?:[a-z_]\w*\.)*[A-Z][\w$]*)(?:: (.*))?\n((?:\s+at .*\n?)+)`)

// thrownError returns the class, the message and the place of a Java exception that is not a failed
// assertion: the message alone ("Index 3 out of bounds for length 3", "null") rarely says what
// happened. It returns "" for everything else.
func thrownError(said, output string) string {
	m := javaThrown.FindStringSubmatch(output)
	if m == nil || strings.Contains(m[1], "Assert") || strings.Contains(m[1], "Comparison") {
		return ""
	}
	first, rest, _ := strings.Cut(said, "\n")
	if first != m[2] && first != m[1] && (first != "null" || m[2] != "") {
		return ""
	}
	words := joinNonEmpty(": ", m[1], m[2])
	return joinNonEmpty("\n", withOwnPlace(words, placeOf(nil, causePattern{frames: javaFrames}, m[3])), rest)
}

// causeText returns a cause without its class and its place.
func causeText(cause string) string {
	text, _, _ := strings.Cut(cause, " (")
	if _, after, ok := strings.Cut(text, ": "); ok {
		return after
	}
	return text
}

var (
	pytestError = regexp.MustCompile(`(?m)^E   +(\S.*)$`)
	pytestPlace = regexp.MustCompile(`(?m)^(?:E +File ")?([^\s":]+\.py)(?:", line |:)(\d+)`)
	cPlace      = regexp.MustCompile(`^(?:at )?(\S+:\d+)(?:: (?:error|note|Failure).*)?$`)
)

// firstWords returns the error in an output, and its place, on one line.
func firstWords(output string) string {
	if errs := pytestError.FindAllStringSubmatch(output, -1); len(errs) > 0 {
		return withPlace(errs[len(errs)-1][1], pytestPlace.FindAllStringSubmatch(output, -1))
	}
	words := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		switch m := cPlace.FindStringSubmatch(line); {
		case line == "" || line == "FAILED:":
		case words == "" && m == nil:
			words = line
		case words != "" && m != nil:
			return fmt.Sprintf("%s (%s)", words, m[1])
		}
	}
	return words
}

// withPlace adds the last of the places (file and line) to words, if there is one. A place in the
// submission takes precedence over one in a library or in the tests.
func withPlace(words string, places [][]string) string {
	if len(places) == 0 {
		return words
	}
	last := places[len(places)-1]
	for _, place := range places {
		if !strings.HasPrefix(place[1], "/") && !strings.HasPrefix(place[1], "$") {
			last = place
		}
	}
	return fmt.Sprintf("%s (%s:%s)", words, last[1], last[2])
}
