package report

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// goText reads the output of a package's tests as go test -v prints it.
//
// test2json, which makes events of the output, knows a line of the testing package by its
// beginning. With -v, and before Go 1.20 always, output that ends without a newline hides
// such a line: in "debug--- PASS: TestAdd (0.00s)" it sees output only, and nothing ends
// TestAdd (go.dev/issue/26325). The names and verdicts stand at the end of such lines.
type goText struct {
	test    func(name string) *goTest // what is known of a test; nil where there are too many
	current *goTest                   // the test whose output follows
	line    []byte                    // a line that has not ended
	action  string                    // with what the package ended
}

// goEnd is the end of a test in the output.
type goEnd struct {
	verdict Verdict
	wall    time.Duration
}

// maxGoLine bounds what is kept of a line of output. Its end counts.
const maxGoLine = 2 * maxText

// Lines of the testing package, behind any other text. Names have no white space in them.
var (
	goStartLine  = regexp.MustCompile(`=== RUN   (\S+)$`)
	goSwitchLine = regexp.MustCompile(`=== (?:CONT|NAME|PAUSE)  ?(\S+)$`)
	goEndLine    = regexp.MustCompile(`(?: {4})*--- (PASS|FAIL|SKIP): (\S+) \((\d+\.\d+)s\)$`)
)

// withoutFrames returns a test's output without the lines of the testing package, which say whose output follows
// and how long a test took.
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

// goVerbose reports whether a text is what go test prints without -json.
func goVerbose(document []byte) bool { return goVerboseLine.Match(document) }

var goVerboseLine = regexp.MustCompile(`(?m)^(?:=== RUN   Test|--- (?:PASS|FAIL|SKIP): Test|ok  \t)`)

// write takes a piece of output.
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

// flush reads the line that has not ended.
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

// begin reads a line that may say whose output follows.
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

// finish reads a line that may end a test.
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

// keepBefore adds what stands on a line before one of the testing package.
func (t *goText) keepBefore(text string) {
	if text != "" {
		t.keep(text + "\n")
	}
}

// keep adds to the output of the current test.
func (t *goText) keep(text string) {
	if t.current != nil {
		keepText(&t.current.text, text)
	}
}

// ended notes with what the package ended.
func (t *goText) ended(action string) {
	if action == "pass" || action == "fail" || action == "skip" {
		t.action = action
	}
}
