package report

import (
	"encoding/json"
	"path"
	"strings"
	"time"
)

// goTestEvent is a line of go test -json (cmd/test2json).
type goTestEvent struct {
	Action  string
	Package string
	Test    string
	Elapsed float64 // seconds
	Output  string
}

// readGoTest reads the lines of go test -json. Cases are named package.Test/subtest with
// the last element of the package's path; a test with subtests is a case of its own.
// Lines that are no events (a compiler's words, what a program printed) are passed over.
func readGoTest(document []byte, l *List) error {
	outputs := map[string]*strings.Builder{}
	return plainLines(document, func(line string) error {
		var e goTestEvent
		if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e) != nil || e.Test == "" {
			return nil
		}
		key := e.Package + "\x00" + e.Test
		if e.Action == "output" {
			keepOutput(outputs, key, e.Output)
			return nil
		}
		v, ended := goVerdict(e.Action)
		if !ended {
			return nil
		}
		c := Case{Name: nameGoTest(e), Verdict: v, Wall: time.Duration(min(max(e.Elapsed, 0), 3600) * float64(time.Second))}
		if out := outputs[key]; out != nil {
			c.Output = strings.TrimSpace(out.String())
		}
		return l.add(c)
	})
}

// keepOutput adds to the output of a test, within the caps.
func keepOutput(outputs map[string]*strings.Builder, key, text string) {
	out := outputs[key]
	if out == nil {
		if len(outputs) >= maxCases {
			return
		}
		out = new(strings.Builder)
		outputs[key] = out
	}
	if out.Len() < 2*maxText {
		out.WriteString(text)
	}
}

// goVerdict returns what an event's action says of its test, and whether it ends it.
func goVerdict(action string) (Verdict, bool) {
	switch action {
	case "pass":
		return Passed, true
	case "fail":
		return Failed, true
	case "skip":
		return Skipped, true
	}
	return "", false
}

// nameGoTest names the case of an event. Files that were named on go's command line
// are no package of anybody's.
func nameGoTest(e goTestEvent) string {
	if e.Package == "" || e.Package == "command-line-arguments" {
		return e.Test
	}
	return path.Base(e.Package) + "." + e.Test
}
