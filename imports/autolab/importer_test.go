package autolab_test

import (
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/autolab"
	"github.com/grader/grader/schema"
)

// labFiles returns the files of a lab with this description.
func labFiles(description string) fstest.MapFS {
	return fstest.MapFS{
		"hello.yml": {Data: []byte(description)}, "hello.rb": {Data: []byte("module Hello end")}, "autograde-Makefile": {Data: []byte("all:\r\n\ttar xf autograde.tar\r\n")},
		"autograde.tar": {Data: []byte("tar")}, "src/hello.c": {Data: []byte("int main;")}, "handin/ada@example.edu_1_hello.c": {Data: []byte("somebody's work")},
	}
}

const description = `---
general:
  name: hello
  display_name: Hello
  handin_filename: hello.c
problems:
- {name: Correctness, max_score: 12.5, optional: false}
- {name: Style, max_score: 7.5}
autograder:
  autograde_timeout: 90
  autograde_image: autograding_image
`

func TestImport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, replaced string
		points        imports.Number
		required      []string
	}{
		"as it is":                 {"", "", "20", []string{"hello.c"}},
		"an archive":               {"hello.c", "hello.tgz", "20", nil},
		"numbers as text":          {"max_score: 12.5", "max_score: '12.50'", "20", []string{"hello.c"}},
		"a problem without points": {"max_score: 7.5", "max_score: 0", "12.5", []string{"hello.c"}},
	} {
		b, err := autolab.Import(labFiles(strings.Replace(description, c.old, c.replaced, 1)), autolab.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a := b.Assignment
		var required []string
		if a.Files != nil {
			required = a.Files.Required
		}
		if a.Title != "Hello" || a.Tests[0].Points != c.points || !cmp.Equal(required, c.required) {
			t.Errorf("%s: %+v", name, a)
		}
		for _, file := range b.Names() {
			if strings.Contains(file, "handin/") || strings.HasSuffix(file, ".rb") {
				t.Errorf("%s: %s is imported", name, file)
			}
		}
	}
}

// TestLimits checks that the test has time beside make's, and that the job has time for the test and, if there is a
// solution, for its run too.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		timeout   string
		solution  bool
		wall, job string
		seconds   string
		note      string
	}{
		"90 s":                     {"  autograde_timeout: 90\n", true, "100s", "", `"seconds": 90,`, ""},
		"none":                     {"", true, "190s", "", `"seconds": 180,`, ""},
		"12 minutes":               {"  autograde_timeout: 720\n", false, "730s", "", `"seconds": 720,`, ""},
		"12 minutes of a solution": {"  autograde_timeout: 720\n", true, "730s", "27m", `"seconds": 720,`, ""},
		"14 minutes":               {"  autograde_timeout: 840\n", false, "850s", "17m", `"seconds": 840,`, ""},
		"an hour":                  {"  autograde_timeout: 3600\n", false, "3610s", "63m", `"seconds": 3600,`, ""},
		"two hours":                {"  autograde_timeout: 7200\n", false, "3610s", "63m", `"seconds": 3600,`, "changed: hello.yml: a run may take 1h; the lab says 7200 s"},
	} {
		files := labFiles(strings.Replace(description, "  autograde_timeout: 90\n", c.timeout, 1))
		options := autolab.Options{}
		if c.solution {
			options.Sample = fstest.MapFS{"hello.c": {}}
		}
		b := imported(t, files, options)
		job := ""
		if b.Assignment.Limits != nil {
			job = b.Assignment.Limits.Job
		}
		if wall := b.Assignment.Tests[0].Wall; wall != c.wall || job != c.job {
			t.Errorf("%s: wall %s, job %q, want %s, %q", name, wall, job, c.wall, c.job)
		}
		if text := content(t, b, "lab/lab.json"); !strings.Contains(text, c.seconds) {
			t.Errorf("%s: lab.json is %s", name, text)
		}
		if !strings.Contains(notes(b), c.note) {
			t.Errorf("%s: the notes are\n%s\nwant %s", name, notes(b), c.note)
		}
	}
}

// TestSolution checks what becomes of the handin in src. It is the solution only if people cannot have a part of the
// score to give.
func TestSolution(t *testing.T) {
	t.Parallel()
	const used = "changed: src/hello.c: used as the solution, which must score full marks; --solution DIR names another"
	const sample = "changed: src/hello.c: used as a sample that must score some points"
	for name, c := range map[string]struct {
		old, replaced string
		own           fstest.MapFS
		solution      string
		samples       []imports.Sample
		file, note    string
	}{
		"two problems":                {"", "", nil, "", []imports.Sample{{Dir: "samples/src/", Score: imports.Range{Min: "0.2", Max: "20"}}}, "samples/src/hello.c", sample},
		"one problem":                 {"- {name: Style, max_score: 7.5}\n", "", nil, "solution/", nil, "solution/hello.c", used},
		"one of two is worth nothing": {"max_score: 7.5", "max_score: 0", nil, "solution/", nil, "solution/hello.c", used},
		"another handin":              {"handin_filename: hello.c", "handin_filename: bye.c", nil, "", nil, "lab/lab.json", ""},
		"an own solution":             {"", "", fstest.MapFS{"hello.c": {Data: []byte("int main;")}}, "solution/", nil, "solution/hello.c", ""},
	} {
		options := autolab.Options{}
		if c.own != nil {
			options.Sample = c.own
		}
		b := imported(t, labFiles(strings.Replace(description, c.old, c.replaced, 1)), options)
		if a := b.Assignment; a.Solution != c.solution || !cmp.Equal(a.Samples, c.samples) {
			t.Errorf("%s: solution %q, samples %+v", name, a.Solution, a.Samples)
		}
		if !b.Has(c.file) || strings.Contains(c.file, "hello.c") && content(t, b, c.file) != "int main;" {
			t.Errorf("%s: the files are %v", name, b.Names())
		}
		if got := notes(b); !strings.Contains(got, c.note) || c.note == "" && strings.Contains(got, "src/hello.c") {
			t.Errorf("%s: the notes are\n%s\nwant %q", name, got, c.note)
		}
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	b := imported(t, labFiles(strings.ReplaceAll(description, "hello.c", "hello.tar.gz")), autolab.Options{})
	if got := content(t, b, "lab/autograde-Makefile"); got != "all:\n\ttar xf autograde.tar\n" {
		t.Errorf("the Makefile is %q", got)
	}
	if got := content(t, b, "lab/autograde.tar"); got != "tar" {
		t.Errorf("the archive is %q", got)
	}
	const lab = `{
  "handin": "hello.tar.gz",
  "archive": "tgz",
  "seconds": 90,
  "problems": [
    {
      "name": "Correctness",
      "max_score": 12.5
    },
    {
      "name": "Style",
      "max_score": 7.5
    }
  ]
}
`
	if diff := cmp.Diff(lab, content(t, b, "lab/lab.json")); diff != "" {
		t.Error(diff)
	}
	if !b.Executable("lab/run_autograder") {
		t.Error("run_autograder is not executable")
	}
	for _, want := range []string{
		"changed: hello.tar.gz: made of the pushed files; students push these instead of an archive",
		"note: problems: The last line that the lab prints sets the points. Grade problems that it does not name with `ssh … adjust`.",
		"not carried over: autograde_image: the runner image must have what the lab's image had, including make and python3",
	} {
		if !strings.Contains(notes(b), want) {
			t.Errorf("the notes are\n%s\nwant %s", notes(b), want)
		}
	}
	files := labFiles(description)
	delete(files, "autograde.tar")
	if got := notes(imported(t, files, autolab.Options{})); !strings.Contains(got, "not carried over: autograde.tar: the lab does not have it") {
		t.Errorf("the notes are\n%s", got)
	}
}

// TestFolder imports labs that are below a folder, as archives have them.
func TestFolder(t *testing.T) {
	t.Parallel()
	below := func(dirs ...string) fstest.MapFS {
		all := fstest.MapFS{"__MACOSX/hello/._hello.yml": {}}
		for _, dir := range dirs {
			for name, file := range labFiles(description) {
				all[dir+"/"+name] = file
			}
		}
		return all
	}
	b := imported(t, below("hello"), autolab.Options{})
	if b.Assignment.Title != "Hello" || content(t, b, "lab/autograde.tar") != "tar" {
		t.Errorf("%+v", b.Assignment)
	}
	withoutMakefile := below("hello")
	delete(withoutMakefile, "hello/autograde-Makefile")
	for words, files := range map[string]fstest.MapFS{
		"this is not a lab of Autolab: NAME.yml with the key general is missing at its top": below("a", "b"),
		"autograde-Makefile is missing: the lab has no autograder":                          withoutMakefile,
	} {
		if _, err := autolab.Import(files, autolab.Options{}); schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != words {
			t.Errorf("%v, want %s", err, words)
		}
	}
}

// imported imports a lab and writes it, so that it is read back as a push would be.
func imported(t *testing.T, files fstest.MapFS, o autolab.Options) *imports.Bundle {
	t.Helper()
	b, err := autolab.Import(files, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.WriteTo(t.TempDir(), ""); err != nil {
		t.Fatal(err)
	}
	return b
}

func content(t *testing.T, b *imports.Bundle, name string) string {
	t.Helper()
	f, err := b.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func notes(b *imports.Bundle) string {
	var lines []string
	for _, n := range b.Notes {
		lines = append(lines, n.String())
	}
	return strings.Join(lines, "\n")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	without := func(name string) fstest.MapFS {
		files := labFiles(description)
		delete(files, name)
		return files
	}
	with := func(old, replaced string) fstest.MapFS {
		return labFiles(strings.Replace(description, old, replaced, 1))
	}
	for name, c := range map[string]struct {
		files fstest.MapFS
		words string
	}{
		"no description":           {without("hello.yml"), "this is not a lab of Autolab: NAME.yml with the key general is missing at its top"},
		"no autograder":            {without("autograde-Makefile"), "autograde-Makefile is missing: the lab has no autograder"},
		"a way out":                {with("hello.c", "../hello.c"), `handin_filename "../hello.c" cannot be the name of a file`},
		"an option":                {with("hello.c", "-f"), `handin_filename "-f" cannot be the name of a file`},
		"a command":                {with("hello.c", "'a;id'"), `handin_filename "a;id" cannot be the name of a file`},
		"no handin":                {with("  handin_filename: hello.c\n", ""), `handin_filename "" cannot be the name of a file`},
		"no points":                {with("problems:\n- {name: Correctness, max_score: 12.5, optional: false}\n- {name: Style, max_score: 7.5}\n", ""), "hello.yml: its problems are worth nothing"},
		"points below nothing":     {with("7.5", "-7.5"), "each of problems needs a name and a max_score of 0 or more"},
		"points that are a word":   {with("7.5", "many"), "each of problems needs a name and a max_score of 0 or more"},
		"a problem without a name": {with("name: Style, ", ""), "each of problems needs a name and a max_score of 0 or more"},
		"a problem that is a word": {with("{name: Style, max_score: 7.5}", "Style"), "each of problems needs a name and a max_score of 0 or more"},
		"a time that is a word":    {with("timeout: 90", "timeout: soon"), "hello.yml: autograde_timeout is not a number of seconds"},
		"a time below nothing":     {with("timeout: 90", "timeout: -1"), "hello.yml: autograde_timeout is not a number of seconds"},
		"YAML that is broken":      {with("general:", "general: ["), "hello.yml"},
		"an alias":                 {with("display_name: Hello", "display_name: *a"), "hello.yml:4: write the value out in place of the alias"},
	} {
		_, err := autolab.Import(c.files, autolab.Options{})
		if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(schema.MessageOf(err), c.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
