package grade_test

import (
	"context"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestSourcesInOtherEncodingsDoNotBuild grades sources as editors of other systems save them. The build fails with the file's
// name and the remedy, and never passes a file that the interpreter would reject.
func TestSourcesInOtherEncodingsDoNotBuild(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	tests := files{"assignment.yaml": "title: Text\nlimits: {time: 10s, memory: 512MiB}\nbuild: auto\ntests: [{name: runs, run: $PROGRAM, stdout: \"1\\n\"}]\n"}.write(t)
	for name, test := range map[string]struct {
		program    string
		submission files
		want       string // of the build's message and output; "" passes
	}{
		"Python in Latin-1":                {"python3", files{"main.py": "# Gr\xfc\xdfe\nprint(1)\n"}, "main.py:1: byte 0xfc is not UTF-8"},
		"a module in Latin-1":              {"python3", files{"main.py": "import m\nprint(1)\n", "m.py": "x = 1\ny = '\xe9'\n"}, "m.py:2: byte 0xe9 is not UTF-8"},
		"Python with a known cookie":       {"python3", files{"main.py": "# coding: latin-1\nx = '\xe9'\nprint(len(x))\n"}, ""},
		"Python with a wrong cookie":       {"python3", files{"main.py": "# coding: ascii\n# \xe9\nprint(1)\n"}, `File "main.py"`},
		"Python with a novel cookie":       {"python3", files{"main.py": "# coding: klingon\nprint(1)\n"}, "main.py"},
		"Python with a mark":               {"python3", files{"main.py": "\xef\xbb\xbfprint(1)\n"}, ""},
		"Python in UTF-16":                 {"python3", files{"main.py": "\xff\xfep\x00r\x00i\x00n\x00t\x00(\x001\x00)\x00\n\x00"}, "main.py is UTF-16: save it as UTF-8"},
		"Java with a mark":                 {"javac", files{"Main.java": "\xef\xbb\xbfclass Main { public static void main(String[] a) { System.out.println(1); } }"}, "save it as UTF-8 without BOM"},
		"C++ in UTF-16":                    {"g++", files{"main.cpp": "\xff\xfei\x00n\x00t\x00"}, "main.cpp is UTF-16: save it as UTF-8"},
		"C in Latin-1 still compiles":      {"gcc", files{"main.c": "#include <stdio.h>\n/* \xfc */ int main(void) { puts(\"1\"); }\n"}, ""},
		"JavaScript in UTF-16":             {"node", files{"main.js": "\xff\xfec\x00o\x00n\x00"}, "main.js is UTF-16: save it as UTF-8"},
		"JavaScript in Latin-1 still runs": {"node", files{"main.js": "// \xfc\nconsole.log(1)\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			need(t, test.program)
			r := gradeFiles(t, g, tests, test.submission)
			said := r.Build.Message + "\n" + r.Build.Output
			switch {
			case test.want == "":
				points(t, r, "1", "1")
			case r.Outcome != schema.OutcomeCompileError || !strings.Contains(said, test.want):
				t.Errorf("%s: %q does not say %q", r.Outcome, said, test.want)
			}
		})
	}
}

// TestOwnBuildStepsSetSourceEncoding builds with steps of the assignment, which may convert the files. The student reads a
// note, and the build does not fail.
func TestOwnBuildStepsSetSourceEncoding(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	g := newGrader(t)
	seen := &recorder{}
	tests := files{"assignment.yaml": "title: Text\ntests: [{name: runs, run: python3 main.py, stdout: \"1\\n\"}]\n"}.write(t)
	submission := files{"main.py": "# Gr\xfc\xdfe\nprint(1)\n"}.write(t)
	r, err := g.Grade(context.Background(), graded(tests, submission), seen)
	if err != nil {
		t.Fatal(err)
	}
	const want = "note: main.py:1: byte 0xfc is not UTF-8"
	if said := strings.Join(seen.lines, " "); !strings.Contains(said, want) || !strings.Contains(r.Build.Output, want) {
		t.Errorf("the push says %q, the build %+v", said, r.Build)
	}
	outcome(t, r, "runs", schema.OutcomeCrashed)
}
