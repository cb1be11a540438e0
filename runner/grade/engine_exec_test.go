package grade_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestUnrunnableProgramsAreExplained runs programs that were made for other machines or saved by other systems, with a shell and
// with a list of arguments.
func TestUnrunnableProgramsAreExplained(t *testing.T) {
	t.Parallel()
	need(t, "gcc")
	g := newGrader(t)
	header := func(class, data, kind, machine string) string {
		return "\x7fELF" + class + data + "\x01" + strings.Repeat("\x00", 9) + kind + machine + strings.Repeat("\x00", 100)
	}
	foreign := stale(t, []string{"gcc", "-Wl,--dynamic-linker=/lib/ld-other.so.1", "-o", "p", "main.c"}, "main.c", saysNew, "p")
	const run = "the first line of p.sh asks for "
	for name, test := range map[string]struct {
		file, content string
		want          string
		shell         string // the message of a shell line, if it differs
	}{
		"a script from Windows":         {"p*", "#!/bin/sh\r\necho 1\r\n", "p has CR LF line ends, and a CR is part of each line's last word: save it with LF line ends", ""},
		"a script from Windows by env":  {"p.sh*", "#!/usr/bin/env python3\r\nprint(1)\r\n", "p.sh has CR LF line ends", ""},
		"an interpreter that is absent": {"p.sh*", "#!/usr/bin/zsh2\necho 1\n", run + "/usr/bin/zsh2, which this machine does not have", ""},
		"one that env does not find":    {"p.sh*", "#!/usr/bin/env python7\nprint(1)\n", run + "python7, which this machine does not have", ""},
		"no execute bit":                {"p", "#!/bin/sh\necho 1\n", "p has no execute bit: git update-index --chmod=+x p, then commit and push", ""},
		"macOS":                         {"p*", "\xcf\xfa\xed\xfe\x0c\x00\x00\x01\x00\x00\x00\x00\x02\x00\x00\x00" + strings.Repeat("\x00", 50), "p is a program for macOS (arm64), and this machine is Linux (", ""},
		"Windows":                       {"p.exe*", "MZ" + strings.Repeat("\x00", 58) + "\x40\x00\x00\x00PE\x00\x00\x64\x86" + strings.Repeat("\x00", 50), "p.exe is a program for Windows (x86-64), and this machine is Linux (", ""},
		"another processor":             {"p*", header("\x02", "\x01", "\x02\x00", "\xf3\x00"), "p is a program for Linux (RISC-V), and this machine is Linux (", ""},
		"32 bits":                       {"p*", header("\x01", "\x01", "\x02\x00", "\x03\x00"), "p is a program for Linux (32-bit x86), and this machine is Linux (", ""},
		"an object":                     {"p*", header("\x02", "\x01", "\x01\x00", "\x3e\x00"), "p is an object file and no program: link it", ""},
		"another Linux":                 {"p*", foreign, "p was linked for another Linux: it needs /lib/ld-other.so.1, which this machine does not have", ""},
		"a mark before #!":              {"p*", "\xef\xbb\xbf#!/bin/sh\necho 1\n", "p has a byte order mark (U+FEFF) before its #!: save it as UTF-8 without BOM", "-"},
		"no #!":                         {"p*", "echo 1\nfalse\n", "p does not say what runs it: its first line must be #! and the interpreter, such as #!/bin/sh", "-"},
		"a program of another name":     {"P.exe*", "MZ" + strings.Repeat("\x00", 58) + "\x40\x00\x00\x00PE\x00\x00\x64\x86" + strings.Repeat("\x00", 50), "there is no file p; there is P.exe", ""},
	} {
		t.Run(name, func(t *testing.T) {
			called := "./" + strings.TrimSuffix(test.file, "*")
			if strings.HasPrefix(called, "./P") {
				called = "./p"
			}
			for _, command := range []string{called, "[" + called + "]"} {
				tests := files{"assignment.yaml": "title: Exec\ntests: [{name: runs, run: \"" + command + "\", exit: 77}]\n"}
				if command[0] == '[' {
					tests = files{"assignment.yaml": "title: Exec\ntests: [{name: runs, run: " + command + ", exit: 77}]\n"}
				} else if test.shell == "-" {
					continue // a shell runs the file itself
				}
				got := outcome(t, gradeFiles(t, g, tests.write(t), files{test.file: test.content}), "runs", schema.OutcomeCrashed)
				if !strings.Contains(got.Message, "; "+test.want) {
					t.Errorf("%s: %q does not say %q; output %q", command, got.Message, test.want, got.Output)
				}
			}
		})
	}
}

// TestUnrunnableBuildScriptIsExplained does the same for build steps, including make, and for programs of
// staff.
func TestUnrunnableBuildScriptIsExplained(t *testing.T) {
	t.Parallel()
	need(t, "make")
	g := newGrader(t)
	for name, test := range map[string]struct {
		build      string
		submission files
		want       string
	}{
		"no execute bit":                {"./configure", files{"configure": "#!/bin/sh\ntrue\n"}, "configure has no execute bit: git update-index --chmod=+x configure, then commit and push"},
		"by make":                       {"make", files{"Makefile": "all:\n\t./gen.sh\n", "gen.sh": "#!/bin/sh\ntrue\n"}, "gen.sh has no execute bit"},
		"by make, from Windows":         {"make", files{"Makefile": "all:\n\t./gen.sh\n", "gen.sh*": "#!/bin/sh\r\ntrue\r\n"}, "gen.sh has CR LF line ends"},
		"sh with a script from Windows": {"sh gen.sh", files{"gen.sh": "cd .\r\nls\r\n"}, "gen.sh has CR LF line ends"},
	} {
		tests := files{"assignment.yaml": "title: Exec\nbuild: [{run: " + test.build + "}]\ntests: [{name: runs, run: \"true\"}]\n"}
		r := gradeFiles(t, g, tests.write(t), test.submission)
		if r.Outcome != schema.OutcomeCompileError || !strings.Contains(r.Build.Message, test.want) {
			t.Errorf("%s: %s %+v, want %q", name, r.Outcome, r.Build, test.want)
		}
	}
	broken := files{
		"assignment.yaml": "title: Exec\ntests: [{name: runs, run: \"true\", checker: [./check.sh]}]\n", "check.sh*": "#!/usr/bin/zsh2\nexit 42\n",
	}.write(t)
	job := graded(broken, files{"x": ""}.write(t))
	got := outcome(t, mustGrade(t, g, job), "runs", schema.OutcomeGraderError)
	if want := "the first line of check.sh asks for /usr/bin/zsh2"; !strings.Contains(got.Message, want) {
		t.Errorf("%q does not say %q", got.Message, want)
	}
}
