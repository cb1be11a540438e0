package grade_test

import (
	"context"
	"strings"
	"testing"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// echo is an assignment with build: auto. The program prints its input and its arguments.
var echo = files{
	"assignment.yaml": `
title: Echo
limits: {time: 10s, memory: 256MiB}
build: auto
tests:
  - name: echoes
    run: $PROGRAM
    stdin: "7\n"
    stdout: "7\n"
  - name: is a list too
    run: [$PROGRAM, a b, c]
    stdin: "8\n"
    stdout: "8\na b\nc\n"
`,
}

// warmGo compiles the needed parts of Go's standard library for a grader in advance, so that a build
// takes one second instead of twenty.
func warmGo(t *testing.T, g *grade.Grader) {
	t.Helper()
	if g.Image.Variables["GOROOT"] == "" || g.Image.Variables["GOCACHE"] != "" {
		return
	}
	var err error
	if g.Image, err = g.Image.GoCacheIn(context.Background(), publicDir(t), "os"); err != nil {
		t.Fatal(err)
	}
}

func TestBuildAuto(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	warmGo(t, g)
	tests := echo.write(t)
	for name, test := range map[string]struct {
		program string
		files   files
	}{
		"C": {"gcc", files{
			"main.c":  "#include <stdio.h>\n#include \"lib/f.h\"\nint main(int n, char **v) { int i; scanf(\"%d\", &i); f(i); for (i = 1; i < n; i++) puts(v[i]); }",
			"lib/f.h": "void f(int);", "lib/f.c": "#include <stdio.h>\nvoid f(int i) { printf(\"%d\\n\", i); }",
		}},
		"C with headers in a directory": {"gcc", files{
			"src/main.c":  "#include <stdio.h>\n#include \"f.h\"\n#include \"src/g.h\"\n#include <own.h>\nint main(int n, char **v) { int i; scanf(\"%d\", &i); f(i + OWN + G); for (i = 1; i < n; i++) puts(v[i]); }",
			"include/f.h": "void f(int);", "include/own.h": "#define OWN 0\n", "include/stdio.h": "#include_next <stdio.h>\n", "src/g.h": "#define G 0\n",
			"lib/f.c": "#include <stdio.h>\n#include \"f.h\"\nvoid f(int i) { printf(\"%d\\n\", i); }",
		}},
		"C that includes C": {"gcc", files{
			"main.c":  "#include <stdio.h>\n#include \"lib/f.c\"\nint main(int n, char **v) { int i; scanf(\"%d\", &i); f(i); for (i = 1; i < n; i++) puts(v[i]); }",
			"lib/f.c": "# include \"g.c\"\nvoid f(int i) { g(i); }", "lib/g.c": "#include <stdio.h>\nvoid g(int i) { printf(\"%d\\n\", i); }",
		}},
		"C++": {"g++", files{
			"main.cpp": "#include <bits/stdc++.h>\nint main(int n, char **v) { int i; std::cin >> i; std::cout << i << std::endl; for (i = 1; i < n; i++) std::cout << v[i] << std::endl; }",
		}},
		"C and C++": {"g++", files{
			"main.cc": "#include <iostream>\nextern \"C\" int f(int);\nint main(int n, char **v) { int i; std::cin >> i; std::cout << f(i) << std::endl; for (i = 1; i < n; i++) std::cout << v[i] << std::endl; }",
			"f.c":     "int f(int class) { return class; }",
		}},
		"Java": {"javac", files{
			"src/pkg/Thing.java": "package pkg; public class Thing { public static void main(String[] a) { System.out.println(\"not me\"); } }",
			"src/app/Main.java":  "package app; import java.util.*; public class Main { public static void main(String... a) { System.out.println(new Scanner(System.in).nextInt()); for (String s : a) System.out.println(s); } }",
		}},
		"Java with its unit tests": {"javac", files{
			"src/main/java/Echo.java":     "import java.util.*; public class Echo { public static void main(String... a) { System.out.println(new Scanner(System.in).nextInt()); for (String s : a) System.out.println(s); } }",
			"src/test/java/EchoTest.java": "import org.junit.jupiter.api.*; class EchoTest { @Test void nothing() { Assertions.assertTrue(true); } }",
		}},
		"Python package": {"python3", files{
			"app/__init__.py": "", "app/core.py": "def echo(x): print(int(x))\n",
			"app/__main__.py": "import sys\nfrom .core import echo\necho(input())\nfor a in sys.argv[1:]: print(a)\n",
		}},
		"Python": {"python3", files{
			"main.py": "import sys, lib\nlib.f(input())\nfor a in sys.argv[1:]: print(a)\n", "lib.py": "def f(x): print(int(x))\n",
		}},
		"Go": {"go", files{
			"main.go":      "package main\n\nimport \"os\"\n\nfunc main() {\n\tvar b [8]byte\n\tn, _ := os.Stdin.Read(b[:])\n\tos.Stdout.Write(b[:n])\n\tshow(os.Args[1:])\n}\n",
			"show.go":      "package main\n\nimport \"os\"\n\nfunc show(a []string) {\n\tfor _, s := range a {\n\t\tos.Stdout.WriteString(s + \"\\n\")\n\t}\n}\n",
			"main_test.go": "package main\n\nfunc broken( {\n",
		}},
		"Go module": {"go", files{
			"go.mod":         "module example.com/echo\n\ngo 1.21\n",
			"main.go":        "package main\n\nimport (\n\t\"os\"\n\n\t\"example.com/echo/show\"\n)\n\nfunc main() {\n\tvar b [8]byte\n\tn, _ := os.Stdin.Read(b[:])\n\tos.Stdout.Write(b[:n])\n\tshow.All(os.Args[1:])\n}\n",
			"show/show.go":   "package show\n\nimport \"os\"\n\nfunc All(a []string) {\n\tfor _, s := range a {\n\t\tos.Stdout.WriteString(s + \"\\n\")\n\t}\n}\n",
			"show/x_test.go": "package show\n",
		}},
		"Go module with its program below": {"go", files{
			"go.mod":           "module example.com/echo\n\ngo 1.21\n",
			"cmd/echo/main.go": "package main\n\nimport \"example.com/echo/show\"\n\nfunc main() { show.All() }\n",
			"show/show.go":     "package show\n\nimport \"os\"\n\nfunc All() {\n\tvar b [8]byte\n\tn, _ := os.Stdin.Read(b[:])\n\tos.Stdout.Write(b[:n])\n\tfor _, s := range os.Args[1:] {\n\t\tos.Stdout.WriteString(s + \"\\n\")\n\t}\n}\n",
		}},
		"JavaScript package": {"node", files{
			"package.json": "{\"main\": \"./src/echo.js\", \"type\": \"module\"}\n", "src/show.js": "export const show = (x) => console.log(x);\n",
			"src/echo.js": "import fs from 'node:fs';\nimport { show } from './show.js';\nshow(parseInt(fs.readFileSync('/dev/stdin', 'utf8')));\nprocess.argv.slice(2).forEach(show);\n",
		}},
		"JavaScript": {"node", files{
			"echo.js": "console.log(parseInt(require('fs').readFileSync(0, 'utf8')));\nfor (const a of process.argv.slice(2)) console.log(a);\n",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			need(t, test.program)
			r := gradeFiles(t, g, tests, test.files)
			points(t, r, "2", "2")
			for _, got := range r.Tests {
				t.Logf("%s: cpu %s, wall %s, %d KiB, %q; build %s", got.Name, got.CPU, got.Wall, got.Memory>>10, got.Output, r.Build.Duration)
			}
		})
	}
}

func TestBuildAutoRefuses(t *testing.T) {
	t.Parallel()
	g := newGrader(t)
	tests := echo.write(t)
	main := "public class %s { public static void main(String[] a) { } }"
	for name, test := range map[string]struct {
		program, message string
		files            files
	}{
		"nothing":           {"sh", "no source file found", files{"README.md": "x"}},
		"two languages":     {"sh", "files of more than one language: b.c is C and a.py is Python", files{"a.py": "", "b.c": ""}},
		"no main in Java":   {"javac", "no class has a public static void main(String[] args): write one, or, for a library, write build: steps in assignment.yaml", files{"A.java": "class A { void main(String[] a) { } }"}},
		"two mains in Java": {"javac", "2 classes have a main (A, B)", files{"A.java": strings.Replace(main, "%s", "A", 1), "B.java": strings.Replace(main, "%s", "B", 1)}},
		"which Python":      {"python3", "2 Python files and none is named main.py or __main__.py: name the one to run so, or, for a library, write build: steps", files{"a.py": "", "b.py": ""}},
		"Python syntax":     {"python3", "python3: exit status 1", files{"a.py": "def f(:\n"}},
		"JavaScript syntax": {"node", "node: exit status 1", files{"a.js": "function (\n"}},
		"C that is no C":    {"gcc", "gcc: exit status 1", files{"a.c": "int main( {"}},
		"a library in C":    {"gcc", "gcc: exit status 1; there is no function main: write one, or, for a library, write build: steps", files{"list.c": "int size(void) { return 0; }\n"}},
		"a library in C++":  {"g++", "g++: exit status 1; there is no function main: write one, or, for a library", files{"list.cpp": "int size() { return 0; }\n"}},
		"which Go program":  {"go", "go build: exit status 1", files{"go.mod": "module e\n\ngo 1.21\n", "a/a.go": "package main\n\nfunc main() {}\n", "b/b.go": "package main\n\nfunc main() {}\n", "lib.go": "package lib\n"}},
		"Go tests only":     {"sh", "only tests", files{"a_test.go": "package a\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			need(t, test.program)
			r := gradeFiles(t, g, tests, test.files)
			points(t, r, "0", "2")
			if r.Outcome != schema.OutcomeCompileError || !strings.HasPrefix(r.Build.Message, test.message) {
				t.Errorf("outcome %s, message %q, want %q", r.Outcome, r.Build.Message, test.message)
			}
			outcome(t, r, "echoes", schema.OutcomeNotRun)
		})
	}
}
