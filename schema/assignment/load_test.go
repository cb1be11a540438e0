package assignment_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func TestMissingAndSecretFilesAreRefused(t *testing.T) {
	t.Parallel()
	without := func(names ...string) memory {
		files := everythingFiles()
		for _, name := range names {
			delete(files, name)
		}
		return files
	}
	with := func(name, content string) memory {
		files := everythingFiles()
		files[name] = content
		return files
	}
	edited := func(old, replacement string) memory {
		if !strings.Contains(everything, old) {
			t.Fatalf("the assignment has no %q", old)
		}
		return with("assignment.yaml", strings.Replace(everything, old, replacement, 1))
	}
	cases := map[string]struct {
		files memory
		want  string
	}{
		"no assignment.yaml":                     {without("assignment.yaml"), "assignment.yaml: is missing; it must be at the root of this repository, as a regular file"},
		"assignment.yml":                         {without("assignment.yaml").plus("assignment.yml", ""), `assignment.yaml: is missing; it must be at the root of this repository, as a regular file; there is "assignment.yml": run git mv assignment.yml assignment.yaml, commit, and push again`},
		"assignment.yaml in another case":        {without("assignment.yaml").plus("Assignment.YAML", ""), `assignment.yaml: is missing; it must be at the root of this repository, as a regular file; there is "Assignment.YAML": run git mv Assignment.YAML assignment.yaml, commit, and push again`},
		"assignment.yaml of an editor":           {without("assignment.yaml").plus("assignment.yaml.txt", ""), `assignment.yaml: is missing; it must be at the root of this repository, as a regular file; there is "assignment.yaml.txt": run git mv assignment.yaml.txt assignment.yaml, commit, and push again`},
		"assignment.yaml in a directory":         {without("assignment.yaml").plus("hw1/assignment.yaml", "").plus("x/y/assignment.yaml", ""), `assignment.yaml: is missing; it must be at the root of this repository, as a regular file; there is "hw1/assignment.yaml": move what is in "hw1" to the root (git mv hw1/* .), commit, and push again`},
		"a handout that is missing":              {without("handout.md"), `assignment.yaml:2:10: handout "handout.md" is missing from this repository; add the file, or correct the path`},
		"an empty starter":                       {without("starter/Makefile", "starter/src/A.java"), "assignment.yaml:13:12: files.locked \"Makefile\" matches no file of starter/; correct the pattern\nassignment.yaml:15:10: starter \"starter/\" holds no file in this repository; add it, or correct the path\nassignment.yaml:19:5: sample \"starter/\" holds no file in this repository; add it, or correct the path"},
		"a solution that is missing":             {without("solution/src/A.java"), `assignment.yaml:16:11: solution "solution/" holds no file in this repository; add it, or correct the path`},
		"a sample that is missing":               {without("samples/off-by-one/src/A.java"), `assignment.yaml:18:5: sample "samples/off-by-one/" holds no file in this repository; add it, or correct the path`},
		"a locked file not in starter":           {without("starter/Makefile"), `assignment.yaml:13:12: files.locked "Makefile" matches no file of starter/; correct the pattern`},
		"an stdin_file that is missing":          {edited("stdin_file: io/10.in", "stdin_file: io/11.in"), `assignment.yaml:69:17: stdin_file "io/11.in" is missing from this repository; add the file, or correct the path`},
		"an stdout_file that is missing":         {without("near.txt"), `assignment.yaml:70:18: stdout_file "near.txt" is missing from this repository; add the file, or correct the path`},
		"cases that match nothing":               {edited("cases: io/*.in", "cases: inputs/*.in"), `assignment.yaml:37:12: cases "inputs/*.in" matches no file of this repository; correct the pattern, as in io/*.in`},
		"an input without its answer":            {without("io/10.ans"), `assignment.yaml:37:12: cases: "io/10.in" has no answer beside it; add "io/10.out" or "io/10.ans"`},
		"an input with two answers":              {with("io/10.out", ""), `assignment.yaml:37:12: cases: "io/10.in" has two answers, "io/10.out" and .ans; keep one`},
		"cases that match answers":               {edited("cases: io/*.in", "cases: io/2.*"), `assignment.yaml:37:12: cases "io/2.*" matches "io/2.out", which is not an input; match the inputs only, as in io/*.in`},
		"two inputs of one name":                 {edited("cases: io/*.in", "cases: io/*.{in,txt}").plus("io/2.txt", ""), `assignment.yaml:37:12: cases "io/2.in" and "io/2.txt" would both be named "2"; rename one`},
		"an unknown key of a case":               {with("io/2.yaml", "arg: [a]\n"), `io/2.yaml:1:1: unknown key "arg" in a case; did you mean "args"?`},
		"a case above the flavour":               {with("io/2.yaml", "hint: h\nmemory: 2GiB\n"), "io/2.yaml:2:9: memory 2GiB is more than the flavour standard has; 1GiB is the most"},
		"a case that is not YAML":                {with("io/2.yaml", "args: [a\n"), "io/2.yaml:1:7: is not YAML: sequence end token ']' not found"},
		"an enormous sidecar":                    {with("io/2.yaml", strings.Repeat("# padding\n", 30000)), "io/2.yaml: is 300000 bytes long; 16 KiB is the most: move long texts into files (stdin_file, stdout_file, cases)"},
		"points of cases never shown":            {edited("    visible: always\n", "    visible: never\n").edited("    points: 10\n", "    # none\n"), "assignment.yaml:37:12: cases have points of their own (1 of 2), and a test that is visible: never counts nowhere, not in the maximum either; leave their points out, or leave visible out"},
		"cases worth more than the test":         {with("io/2.yaml", "points: 7\n"), "assignment.yaml:39:13: points are 10, and the cases' own make 11; correct one of them"},
		"cases worth less than the test":         {with("io/2.yaml", "points: 5\n"), "assignment.yaml:39:13: points are 10, and the cases' own make 9; correct one of them"},
		"some cases with points":                 {edited("    points: 10\n", ""), "assignment.yaml:37:12: 1 of 2 cases have points of their own; write points: {each: 1} for the others"},
		"a checker that is missing":              {edited("[$PREPARED/check]", "[checkers/check.py]"), `assignment.yaml:47:14: checker "checkers/check.py" is missing from this repository; add the file, or correct the path`},
		"needs that match nothing":               {without("style.xml"), `assignment.yaml:63:13: needs "style.xml" matches no file of this repository; correct the pattern`},
		"needs that name the assignment":         {edited("[style.xml]", "[assignment.yaml]"), `assignment.yaml:63:13: needs "assignment.yaml" would show "assignment.yaml" to the student's program, and that is the assignment itself; name other files`},
		"needs that name the solution":           {edited("[style.xml]", "['**/A.java']"), `assignment.yaml:63:13: needs "**/A.java" would show "samples/off-by-one/src/A.java" to the student's program, and that is a sample; name other files`},
		"needs that name solution/":              {edited("[style.xml]", "['solution/**']"), `assignment.yaml:63:13: needs "solution/**" would show "solution/src/A.java" to the student's program, and that is in solution; name other files`},
		"needs that name starter/":               {edited("[style.xml]", "[starter/Makefile]").without("starter/src/A.java"), `assignment.yaml:63:13: needs "starter/Makefile" would show "starter/Makefile" to the student's program, and that is a sample; name other files`},
		"needs that name a driver":               {edited("[style.xml]", "[drivers/bank.cc]"), `assignment.yaml:63:13: needs "drivers/bank.cc" would show "drivers/bank.cc" to the student's program, and that is named in prepare; name other files`},
		"needs below a prepared directory":       {edited("[style.xml]", "['drivers/*']").edited("drivers/bank.cc\"", "-Idrivers x.cc\""), `assignment.yaml:63:13: needs "drivers/*" would show "drivers/bank.cc" to the student's program, and that is named in prepare; name other files`},
		"needs that name a checker":              {edited("[style.xml]", "['*.py']").edited("[$PREPARED/check]", "[python3, ./check.py]").plus("check.py", ""), `assignment.yaml:63:13: needs "*.py" would show "check.py" to the student's program, and that is part of a checker; name other files`},
		"needs that name answers":                {edited("[style.xml]", "['io/**']"), `assignment.yaml:63:13: needs "io/**" would show "io/2.out" to the student's program, and that is expected output; name other files`},
		"needs that name an stdout_file":         {edited("[style.xml]", "[near.txt]"), `assignment.yaml:63:13: needs "near.txt" would show "near.txt" to the student's program, and that is expected output; name other files`},
		"mistakes in the text and missing files": {edited("title:", "titel:").without("handout.md"), "assignment.yaml:1:1: unknown key \"titel\" in the assignment; did you mean \"title\"?\nassignment.yaml:1:1: title is missing; write title: \"A1: Linked lists\"\nassignment.yaml:2:10: handout \"handout.md\" is missing from this repository; add the file, or correct the path"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, err := assignment.Load(c.files, context(t))
			if spec != nil || err == nil {
				t.Fatalf("read as %+v, %v", spec, err)
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			if schema.CodeOf(err) != schema.CodeInvalid {
				t.Errorf("code %q", schema.CodeOf(err))
			}
		})
	}
}

// plus, without and edited return modified copies.
func (m memory) plus(name, content string) memory {
	files := maps.Clone(m)
	files[name] = content
	return files
}

func (m memory) without(name string) memory {
	files := maps.Clone(m)
	delete(files, name)
	return files
}

func (m memory) edited(old, replacement string) memory {
	return m.plus("assignment.yaml", strings.Replace(m["assignment.yaml"], old, replacement, 1))
}

// broken is a repository that cannot be read.
type broken struct{ memory }

func (broken) Read(string) ([]byte, error) { return nil, fs.ErrPermission }

func TestReadErrorIsNotInvalid(t *testing.T) {
	t.Parallel()
	_, err := assignment.Load(broken{everythingFiles()}, context(t))
	var invalid *assignment.Invalid
	if !errors.Is(err, fs.ErrPermission) || errors.As(err, &invalid) {
		t.Errorf("error %v", err)
	}
}

func TestDirectoryHoldsItsRegularFilesOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("tests/assignment.yaml", "title: A1\n"+one)
	write("tests/.git/config", "")
	write("tests/io/1.in", "1")
	write("tests/sub/.git", "gitdir: elsewhere")
	write("secret", "outside")
	for link, target := range map[string]string{"tests/out": "../secret", "tests/loop": "."} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	files := assignment.DirFiles(filepath.Join(dir, "tests"))
	list, err := files.List()
	if err != nil {
		t.Fatal(err)
	}
	want := []assignment.File{{Path: "assignment.yaml", Mode: 0o644, Size: int64(len("title: A1\n" + one))}, {Path: "io/1.in", Mode: 0o644, Size: 1}}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, name := range []string{"out", "../secret", "io", "absent"} {
		if content, err := files.Read(name); err == nil {
			t.Errorf("%s was read: %q", name, content)
		}
	}
	if _, err := assignment.Load(files, assignment.Context{}); err != nil {
		t.Error(err)
	}
	if _, err := assignment.Load(assignment.DirFiles(filepath.Join(dir, "absent")), assignment.Context{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
}
