package transcript

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// built returns the lines of a build whose output arrived live, or only with its result.
func built(outcome schema.Outcome, live bool, lines []string) []string {
	var events []schema.Event
	if live {
		for _, line := range lines {
			events = append(events, schema.Event{Kind: schema.EventLine, Text: line})
		}
	}
	b := schema.BuildResult{Outcome: outcome, Duration: time.Second, Output: strings.Join(lines, "\n")}
	if outcome != schema.OutcomePassed {
		b.Message = "make: exit status 2"
	}
	return render(student(), append(events, schema.Event{Kind: schema.EventBuild, Build: &b})...)
}

// numbered returns n numbered lines, and in some places the lines of the map instead.
func numbered(n int, said map[int]string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("gcc -c %d.c", i+1)
		if line, ok := said[i+1]; ok {
			all[i] = line
		}
	}
	return all
}

// TestLongFailedBuildShowsFirstErrorAndEnd checks builds with output of several lengths. The push
// shows the lines that the student must read.
func TestLongFailedBuildShowsFirstErrorAndEnd(t *testing.T) {
	t.Parallel()
	const failed, stopped = "90.c:3:5: error: expected ';' before '}' token", "make: *** [Makefile:3: 90.o] Error 1"
	mark := func(lines []string) []string {
		out := make([]string, len(lines))
		for i, line := range lines {
			out[i] = "| " + line
		}
		return out
	}
	end := []string{"build    FAILED                                            1.0 s", "           make: exit status 2"}
	for name, test := range map[string]struct {
		lines []string
		want  func(all []string) []string // returns the lines after the first 60 and the "…"
	}{
		"an error in the middle": {numbered(200, map[int]string{90: failed, 92: "other: error: follows", 200: stopped}), func(all []string) []string {
			out := append([]string{"| [29 lines on the page]"}, mark(all[89:95])...)
			return append(append(out, "| [90 lines on the page]"), mark(all[185:])...)
		}},
		"an error in the end": {numbered(200, map[int]string{190: failed, 200: stopped}), func(all []string) []string {
			return append([]string{"| [125 lines on the page]"}, mark(all[185:])...)
		}},
		"an error that was shown": {numbered(200, map[int]string{2: failed, 100: "other: error: follows", 200: stopped}), func(all []string) []string {
			return append([]string{"| [125 lines on the page]"}, mark(all[185:])...)
		}},
		"an error just before the end": {numbered(100, map[int]string{83: failed, 100: stopped}), func(all []string) []string {
			return append([]string{"| [22 lines on the page]"}, mark(all[82:])...)
		}},
		"no word of an error": {numbered(62, nil), func(all []string) []string { return mark(all[60:]) }},
	} {
		for _, live := range []bool{true, false} {
			got := built(schema.OutcomeCompileError, live, test.lines)
			want := append(mark(test.lines[:60]), "| …")
			if !live {
				want = want[:60]
			}
			want = append(append(want, test.want(test.lines)...), end...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, live %t: (-want +got)\n%s", name, live, diff)
			}
		}
	}
}

func TestLongPassedBuildShowsBeginning(t *testing.T) {
	t.Parallel()
	got := built(schema.OutcomePassed, true, numbered(200, map[int]string{100: "x.c:1:1: warning: -Werror is not set"}))
	if len(got) != 63 || got[61] != "build    ok                                                1.0 s" || got[62] != "           the whole output is on the page" {
		t.Errorf("%d lines: %q", len(got), got[60:])
	}
}

// TestErrorsAreNotCut shows long lines of compilers that end with the error.
func TestErrorsAreNotCut(t *testing.T) {
	t.Parallel()
	long := "src/main/java/ca/example/assignment1/LinkedListImplementation.java:120: error: incompatible types: String cannot be converted to int"
	got := strings.Join(built(schema.OutcomeCompileError, true, []string{long, strings.Repeat("x", 200)}), "\n")
	if joined := strings.ReplaceAll(got, "\n| ", ""); !strings.Contains(joined, long) || strings.Count(got, "xxx…") != 1 {
		t.Errorf("%s", got)
	}
	for line, is := range map[string]bool{
		"main.c:3:5: error: expected": true, "Main.java:3: error: ';' expected": true, "error[E0425]: cannot find": true, "SyntaxError: invalid": true,
		"main.c:(.text+0x9): undefined reference to `f'": true, "CMake Error at CMakeLists.txt:3": true, "make: *** No rule to make target 'x'.  Stop.": true, "ERROR: test failed": true,
		"gcc -Werror -c main.c": false, "0 errors": false, "errors.c": false, "cc -o error error.o": false, "make: *** [all] Error 1": false,
	} {
		if buildError.MatchString(line) != is {
			t.Errorf("%q: %t", line, !is)
		}
	}
}
