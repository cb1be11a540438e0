package command

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeFiles creates a directory with these files.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func sumPackage() map[string]string {
	return map[string]string{
		"problem.yaml":     "name: Sum\nvalidation: custom\n",
		"data/sample/1.in": "1 2\n", "data/sample/1.ans": "3\n", "data/secret/1.in": "4 5\n", "data/secret/1.ans": "9\n",
		"output_validators/v.py":           "import sys\nsys.exit(42 if sys.stdin.read().split() == open(sys.argv[2]).read().split() else 43)\n",
		"submissions/accepted/sum.py":      "print(sum(map(int, input().split())))\n",
		"submissions/wrong_answer/zero.py": "print(0)\n",
		"submissions/run_time_error/x.py":  "print(1 / 0)\n",
	}
}

// TestImportMeasuresTheTimeLimit imports a package without a time limit, and grades the result.
func TestImportMeasuresTheTimeLimit(t *testing.T) {
	t.Parallel()
	to := filepath.Join(t.TempDir(), "tests")
	status, out, errs := runCommand(t, "import", "icpc", writeFiles(t, sumPackage()), "-o", to)
	if status != 0 || !strings.Contains(out, "2 tests, 2 cases, 2 samples") || !strings.Contains(out, "note: time limit 1s: 5 times the slowest accepted submission, solution/ with ") {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	check := out[strings.Index(out, "grader check ")+len("grader check "):]
	status, out, errs = runCommand(t, append([]string{"check"}, strings.Fields(check)...)...)
	if status != 0 || !strings.Contains(out, "1 / 1") {
		t.Errorf("the advice does not work: status %d, %s%s", status, out, errs)
	}
	for _, sample := range []string{"wrong_answer-zero.py", "run_time_error-x.py"} {
		if status, out, errs = runCommand(t, "check", to, filepath.Join(to, "samples", sample)); status != 0 || !strings.Contains(out, "0 / 1") {
			t.Errorf("%s: status %d, %s%s", sample, status, out, errs)
		}
	}
}

func TestImportRefusals(t *testing.T) {
	t.Parallel()
	whole := writeFiles(t, sumPackage())
	none := sumPackage()
	delete(none, "submissions/accepted/sum.py")
	wrong := sumPackage()
	wrong["submissions/accepted/sum.py"] = "print(7)\n"
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no directory to write":   {[]string{whole}, "name the directory to write, as in "},
		"a directory with files":  {[]string{whole, "-o", whole}, " is not empty; name a new directory"},
		"no package":              {[]string{t.TempDir(), "-o", "x"}, "this is not a problem package: problem.yaml cannot be read: "},
		"no accepted submission":  {[]string{writeFiles(t, none), "-o", filepath.Join(t.TempDir(), "o")}, "the package stores no time limit, and has no accepted submission that could be measured; give it yourself: --time 2s"},
		"a solution that is none": {[]string{writeFiles(t, wrong), "-o", filepath.Join(t.TempDir(), "o")}, "the package stores no time limit, and no accepted submission passes here within 1m0s of CPU time; give it yourself: --time 2s"},
		"memory of another form":  {[]string{whole, "-o", "x", "--memory", "64MB"}, `--memory must be a size such as 512KiB, 64MiB or 2GiB, not "64MB"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, _, errs := runCommand(t, append([]string{"import", "icpc"}, c.args...)...)
			if status == 0 || !strings.Contains(errs, c.want) {
				t.Errorf("status %d, %q, want %q", status, errs, c.want)
			}
		})
	}
	to := filepath.Join(t.TempDir(), "o")
	if status, out, errs := runCommand(t, "import", "icpc", writeFiles(t, none), "-o", to, "--time", "2s"); status != 0 {
		t.Errorf("the advice does not work: %s%s", out, errs)
	}
}

// zipOf creates a zip file whose files are below one folder.
func zipOf(t *testing.T, folder string, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for file, content := range files {
		e, err := w.Create(folder + "/" + file)
		must(t, err)
		_, err = e.Write([]byte(content))
		must(t, err)
	}
	must(t, w.Close())
	name := filepath.Join(t.TempDir(), folder+".zip")
	must(t, os.WriteFile(name, b.Bytes(), 0o600))
	return name
}

// TestImportOfAThousandCases imports an archive with a thousand cases.
func TestImportOfAThousandCases(t *testing.T) {
	t.Parallel()
	files := sumPackage()
	files[".timelimit"] = "1\n"
	for n := range 1000 {
		files[fmt.Sprintf("data/secret/%04d.in", n)], files[fmt.Sprintf("data/secret/%04d.ans", n)] = "1 1\n", "2\n"
	}
	name := zipOf(t, "sum", files)
	start := time.Now()
	status, out, errs := runCommand(t, "import", "icpc", name, "-o", filepath.Join(t.TempDir(), "o"))
	if status != 0 || !strings.Contains(out, "2 tests, 1002 cases, 2 samples") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	t.Logf("took %s", time.Since(start))
}

// TestImportOfClassroom imports a repository of GitHub Classroom. Its tests give the same results as in
// GitHub Classroom.
func TestImportOfClassroom(t *testing.T) {
	t.Parallel()
	from := writeFiles(t, map[string]string{
		".github/classroom/autograding.json": `{"tests": [
			{"name": "adds", "setup": "false; echo made >made.txt", "run": "sh add.sh", "input": "1 2\n", "output": "sum 3", "comparison": "exact", "points": 5},
			{"name": "made", "setup": "", "run": "false; echo has $(cat made.txt 2>/dev/null || echo nothing)", "output": "nothing", "comparison": "included", "points": 2},
			{"name": "finds", "setup": "", "run": "echo xay", "output": "a.$", "comparison": "regex", "points": 1}]}`,
		"add.sh": "echo\n", "README.md": "# Add\n",
	})
	solution := writeFiles(t, map[string]string{"add.sh": "read a b; cat made.txt >&2; echo; echo \" sum $((a + b)) \"\n"})
	to := filepath.Join(t.TempDir(), "tests")
	status, out, errs := runCommand(t, "import", "classroom", from, "-o", to, "--solution", solution)
	if status != 0 || !strings.Contains(out, "3 tests, 0 cases, 0 samples") {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	for dir, want := range map[string]string{"solution": "8 / 8", "starter": "3 / 8"} {
		if status, out, errs = runCommand(t, "check", to, filepath.Join(to, dir)); status != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: status %d, %s%s", dir, status, out, errs)
		}
	}
	single := filepath.Join(from, ".github/classroom/autograding.json")
	if status, out, errs = runCommand(t, "import", "classroom", single, "-o", to+"2"); status != 0 {
		t.Errorf("a single file: %s%s", out, errs)
	}
}
