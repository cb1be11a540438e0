package autolab_test

import (
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
		time          string
		required      []string
	}{
		"as it is":                 {"", "", "20", "1m30s", []string{"hello.c"}},
		"an archive":               {"hello.c", "hello.tgz", "20", "1m30s", nil},
		"without a time":           {"  autograde_timeout: 90\n", "", "20", "3m", []string{"hello.c"}},
		"a time of two hours":      {"timeout: 90", "timeout: 7200", "20", "1h", []string{"hello.c"}},
		"numbers as text":          {"max_score: 12.5", "max_score: '12.50'", "20", "1m30s", []string{"hello.c"}},
		"a problem without points": {"max_score: 7.5", "max_score: 0", "12.5", "1m30s", []string{"hello.c"}},
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
		if a.Title != "Hello" || a.Tests[0].Points != c.points || strings.ReplaceAll(a.Tests[0].Time, "90s", "1m30s") != c.time || !cmp.Equal(required, c.required) {
			t.Errorf("%s: %+v", name, a)
		}
		for _, file := range b.Names() {
			if strings.Contains(file, "handin/") || strings.HasSuffix(file, ".rb") {
				t.Errorf("%s: %s is imported", name, file)
			}
		}
	}
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
