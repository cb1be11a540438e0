package report

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// goText parses the output of a package's tests as go test -v prints it.
//
// test2json, which converts the output to events, recognises a line of the testing package by its
// beginning. With -v, and before Go 1.20 always, output that ends without a newline hides such a
// line. In "debug--- PASS: TestAdd (0.00s)" test2json sees only output, so no event ends TestAdd
// (go.dev/issue/26325). The names and verdicts are at the end of such lines.
type goText struct {
	test    func(name string) *goTest // returns the state of a test; nil if there are too many
	current *goTest                   // the test whose output follows
	line    []byte                    // a line that has not ended
	action  string                    // the action that ended the package
}

// goEnd is the end of a test in the output.
type goEnd struct {
	verdict Verdict
	wall    time.Duration
}

// maxGoLine bounds the kept part of a line of output. The end of the line is kept.
const maxGoLine = 2 * maxText

// Lines of the testing package, possibly after other text. Names contain no white space.
var (
	goStartLine  = regexp.MustCompile(`=== RUN   (\S+)$`)
	goSwitchLine = regexp.MustCompile(`=== (?:CONT|NAME|PAUSE)  ?(\S+)$`)
	goEndLine    = regexp.MustCompile(`(?: {4})*--- (PASS|FAIL|SKIP): (\S+) \((\d+\.\d+)s\)$`)
)

// withoutFrames returns a test's output without the lines of the testing package, which say which test's output
// follows and how long a test took.
func withoutFrames(output string) string {
	var kept []string
	for line := range strings.Lines(output) {
		text := strings.TrimRight(line, "\r\n")
		for _, frame := range []*regexp.Regexp{goStartLine, goSwitchLine, goEndLine} {
			if at := frame.FindStringIndex(text); at != nil {
				text = text[:at[0]]
				break
			}
		}
		if text != "" || line == "\n" {
			kept = append(kept, text)
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// goVerbose reports whether a text is output of go test without -json.
func goVerbose(document []byte) bool { return goVerboseLine.Match(document) }

var goVerboseLine = regexp.MustCompile(`(?m)^(?:=== RUN   Test|--- (?:PASS|FAIL|SKIP): Test|ok  \t)`)

// write processes a piece of output.
func (t *goText) write(output string) {
	for output != "" {
		piece, rest, ended := strings.Cut(output, "\n")
		t.line = append(t.line, piece...)
		if excess := len(t.line) - maxGoLine; excess > 0 {
			t.line = append(t.line[:0], t.line[excess:]...)
		}
		if ended {
			t.flush()
		}
		output = rest
	}
}

// flush processes the line that has not ended.
func (t *goText) flush() {
	line := strings.TrimSuffix(string(t.line), "\r")
	t.line = t.line[:0]
	switch {
	case line == "":
		t.keep("\n")
	case strings.Contains(line, "=== "):
		t.begin(line)
	case strings.Contains(line, "--- "):
		t.finish(line)
	default:
		t.keep(line + "\n")
	}
}

// begin parses a line that may say which test's output follows.
func (t *goText) begin(line string) {
	m := goStartLine.FindStringSubmatchIndex(line)
	starts := m != nil
	if !starts {
		m = goSwitchLine.FindStringSubmatchIndex(line)
	}
	if m == nil {
		t.keep(line + "\n")
		return
	}
	t.keepBefore(line[:m[0]])
	if t.current = t.test(line[m[2]:m[3]]); t.current != nil && starts {
		t.current.textStarts++
	}
}

// finish parses a line that may end a test.
func (t *goText) finish(line string) {
	m := goEndLine.FindStringSubmatchIndex(line)
	if m == nil {
		t.keep(line + "\n")
		return
	}
	t.keepBefore(line[:m[0]])
	if t.current = t.test(line[m[4]:m[5]]); t.current == nil {
		return
	}
	elapsed, err := strconv.ParseFloat(line[m[6]:m[7]], 64)
	if err != nil {
		elapsed = 0
	}
	wall := time.Duration(min(elapsed, maxWall.Seconds()) * float64(time.Second))
	t.current.unmatched = append(t.current.unmatched, goEnd{goVerdict(line[m[2]:m[3]]), wall})
}

// keepBefore keeps the text before the testing package's part of a line.
func (t *goText) keepBefore(text string) {
	if text != "" {
		t.keep(text + "\n")
	}
}

// keep appends to the output of the current test.
func (t *goText) keep(text string) {
	if t.current != nil {
		keepText(&t.current.text, text)
	}
}

// ended records the action that ended the package.
func (t *goText) ended(action string) {
	if action == "pass" || action == "fail" || action == "skip" {
		t.action = action
	}
}
