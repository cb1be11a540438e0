package classroom_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func written(t *testing.T, b *imports.Bundle, err error) *assignment.Spec {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := b.WriteTo(dir, "made by a test"); err != nil {
		t.Fatal(err)
	}
	spec, err := assignment.Load(assignment.DirFiles(dir), assignment.Context{})
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func notes(b *imports.Bundle) string {
	var lines []string
	for _, n := range b.Notes {
		lines = append(lines, n.String())
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

const autograding = `{"tests": [
  {"name": "adds", "setup": "make", "run": "./add", "input": "1 2\n", "output": " 3\n", "comparison": "exact", "timeout": 1, "points": 5},
  {"name": "says", "setup": "make", "run": "./say", "input": "", "output": "hello", "comparison": "included", "timeout": 10, "points": 2.5},
  {"name": "finds", "setup": "make", "run": "./find", "output": "^a.b$", "comparison": "regex"},
  {"name": "a/b", "setup": "make", "run": "make test; true", "input": "", "output": "", "comparison": "included", "timeout": 0.5, "points": null},
  {"name": "a/b", "setup": "make", "run": "x", "output": "(?=a)", "comparison": "regex"}
]}`

func TestAutogradingJSON(t *testing.T) {
	t.Parallel()
	b, err := classroom.ImportFile("autograding.json", "A1", []byte(autograding), classroom.Options{})
	spec := written(t, b, err)
	if len(spec.Build) != 1 || spec.Build[0].Run.Shell != "make" {
		t.Errorf("build %+v", spec.Build)
	}
	type shape struct {
		Name, Run, Stdin, Expected, Regex, Points string
		Mode                                      assignment.CompareMode
		Kind                                      assignment.Kind
		Wall                                      time.Duration
	}
	var got []shape
	for _, test := range spec.Tests {
		got = append(got, shape{test.Name, test.Run.Shell, test.Stdin.Text, test.Stdout.Text, test.Compare.Regex, test.Points.Total.String(), test.Compare.Mode, test.Kind, test.Limits.Wall})
	}
	want := []shape{
		{"adds", "./add", "1 2\n", " 3\n", "", "5", "trimmed", "compare", time.Minute},
		{"says", "./say", "", "hello", "", "2.5", "contains", "compare", 10 * time.Minute},
		{"finds", "./find", "", "", `^a[^\n\r\x{2028}\x{2029}]b$`, "0", "search", "compare", time.Minute},
		{"a-b", "set +e\nmake test; true", "", "", "", "0", "lines", "exit", 30 * time.Second},
		{"a-b (2)", "x", "", "", "", "0", "lines", "exit", time.Minute},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(`changed: autograding.json: the setup that all tests share is the build: where it fails nothing is tested
changed: autograding.json: the test "a/b" is called "a-b (2)"
changed: autograding.json: the test "a/b" is called "a-b"
not carried over: a/b: the regular expression "(?=a)": RE2 has no look-ahead ((?=…); only the exit status counts`, notes(b)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

const workflow = `name: Autograding Tests
'on': [push, repository_dispatch]
jobs:
  run-autograding-tests:
    runs-on: ubuntu-latest
    if: github.actor != 'github-classroom[bot]'
    steps:
    - uses: actions/checkout@v4
    - uses: actions/setup-java@v4
    - run: sudo apt-get install -y cmake && cmake -S . -B build
    - name: adds
      id: adds
      uses: classroom-resources/autograding-io-grader@v1
      with:
        test-name: adds
        setup-command: sudo apt-get install -y gcc && make
        command: ./add
        input: "1 2\n"
        expected-output: |
          3
        comparison-method: exact
        timeout: 2
        max-score: 5
    - name: units
      uses: education/autograding-command-grader@v1
      with:
        test-name: units
        setup-command: ''
        command: python t.py && pytest -q
        max-score: 3
    - uses: classroom-resources/autograding-python-grader@v1
      with:
        test-name: pytest
        setup-command: pip install -r requirements.txt
        timeout: 10
        max-score: 6
    - uses: classroom-resources/autograding-grading-reporter@v1
      with: {runners: adds}
`

func TestWorkflow(t *testing.T) {
	t.Parallel()
	repository := fstest.MapFS{
		".github/workflows/classroom.yml": {Data: []byte(workflow)}, ".github/classroom/autograding.json": {Data: []byte(autograding)},
		"README.md": {Data: []byte("# A1")}, "add.c": {}, "test_add.py": {Data: []byte("def test_a(): pass")}, "Makefile": {}, "classroom_roster.csv": {},
	}
	b, err := classroom.Import(repository, "A1", classroom.Options{})
	spec := written(t, b, err)
	var got []string
	for _, test := range spec.Tests {
		got = append(got, test.Name+": "+test.Run.Shell+" | "+test.Stdin.Text+" | "+test.Points.Total.String()+" | "+string(test.Kind)+" | "+test.Limits.Wall.String())
	}
	want := []string{
		"adds: ( set +e\nmake\n) </dev/null >&2\n./add | 1 2 | 5 | compare | 2m0s",
		"units: python3 t.py && python3 -m pytest -q |  | 3 | exit | 10m0s",
		"pytest: python3 -m pytest -q |  | 6 | exit | 10m0s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
	if len(spec.Build) != 1 || spec.Build[0].Run.Shell != "cmake -S . -B build" {
		t.Errorf("build %+v", spec.Build)
	}
	if spec.Starter != "starter/" || spec.Handout != "handout.md" || !slices.Equal(spec.Files.Locked, []string{"test_add.py"}) || b.Has("starter/.github/workflows/classroom.yml") || b.Has("starter/classroom_roster.csv") {
		t.Errorf("starter %v, locked %v", b.Names(), spec.Files.Locked)
	}
	if diff := cmp.Diff(`changed: files.locked: tests are taken from starter/, whatever is pushed: test_add.py
changed: pytest: pytest's exit status gives all points or none; import with --solution DIR for points per case
changed: units: python and pytest are python3 and python3 -m pytest
not carried over: .github/workflows/classroom.yml: a step installs software (sudo apt-get install -y cmake): steps have no network; what the runner image lacks belongs into it
not carried over: .github/workflows/classroom.yml: actions/setup-java@v4: the runner image decides which tools there are
not carried over: adds: setup installs software (sudo apt-get install -y gcc): steps have no network; what the runner image lacks belongs into it
not carried over: pytest: setup installs software (pip install -r requirements.txt): steps have no network; what the runner image lacks belongs into it
note: .github/workflows/classroom.yml: it runs cmake: the runner image must have it, with what it would download
note: classroom_roster.csv: it names people and is left out; import it with grader admin roster import`, notes(b)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}

	b, err = classroom.Import(repository, "A1", classroom.Options{Solution: fstest.MapFS{"add.c": {}}})
	spec = written(t, b, err)
	if test := spec.Tests[2]; test.Report != assignment.ReportJUnit || !slices.Equal(test.Needs, []string{"pytest/**"}) || spec.Solution != "solution/" {
		t.Errorf("with a solution: %+v", test)
	}
}

// TestJavaTools checks that the imports of Java projects are named where a test runs Maven or Gradle.
func TestJavaTools(t *testing.T) {
	t.Parallel()
	for run, want := range map[string]string{
		"mvn -B test":           "it runs mvn: the runner image must have it, with what it would download; grader import maven imports the same project without it",
		"cd a && ./mvnw test":   "it runs ./mvnw: the runner image must have it, with what it would download; grader import maven imports the same project without it",
		"gradle test":           "it runs gradle: the runner image must have it, with what it would download; grader import gradle imports the same project without it",
		"./gradlew test":        "it runs ./gradlew: the runner image must have it, with what it would download; grader import gradle imports the same project without it",
		"sbt test":              "it runs sbt: the runner image must have it, with what it would download",
		"java -jar mvn.jar x y": "",
	} {
		b, err := classroom.ImportFile("autograding.json", "A1", []byte(`{"tests": [{"name": "t", "run": "`+run+`", "points": 1}]}`), classroom.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if want != "" {
			want = "note: t: " + want
		}
		if got := notes(b); got != want {
			t.Errorf("%s: %q, want %q", run, got, want)
		}
	}
}

func TestNoTests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"nothing":              {fstest.MapFS{"a": {}}, "there are no tests of GitHub Classroom here: neither .github/classroom/autograding.json nor a workflow with its graders"},
		"an empty list":        {fstest.MapFS{".github/classroom/autograding.json": {Data: []byte(`{"tests": []}`)}}, ".github/classroom/autograding.json has no tests"},
		"no JSON":              {fstest.MapFS{".github/classroom/autograding.json": {Data: []byte(`{"tests": `)}}, ".github/classroom/autograding.json is not JSON with a list of tests: unexpected end of JSON input"},
		"another list":         {fstest.MapFS{".github/classroom/autograding.json": {Data: []byte(`{"tests": [7]}`)}}, ".github/classroom/autograding.json is not JSON with a list of tests: "},
		"a workflow of others": {fstest.MapFS{".github/workflows/classroom.yml": {Data: []byte("jobs: {a: {steps: [{run: x}]}}\n")}}, ".github/workflows/classroom.yml has no tests"},
	} {
		_, err := classroom.Import(c.files, "A1", classroom.Options{})
		if schema.CodeOf(err) != schema.CodeInvalid || !strings.HasPrefix(schema.MessageOf(err), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
