package assignment_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/grader/grader/schema/assignment"
)

// schemaFile is the path of the committed schema.
const schemaFile = "../../docs/" + assignment.SchemaFilename

// compiledSchema returns the compiled schema, which must be valid itself.
func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := assignment.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	if err := c.AddResource(assignment.SchemaFilename, strings.NewReader(string(text))); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(assignment.SchemaFilename)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asEditors parses YAML as an editor does to check it against a JSON Schema.
func asEditors(t *testing.T, source string) any {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(source), &value); err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestSchemaIsCommitted(t *testing.T) {
	t.Parallel()
	want, err := assignment.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(schemaFile, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(schemaFile); err != nil || string(got) != string(want) {
		t.Errorf("%s is not what grader schema prints (%v); write it anew: UPDATE=1 go test ./schema/assignment -run TestSchemaIsCommitted", schemaFile, err)
	}
}

// TestSchemaAcceptsExamples checks that the schema accepts every complete example of the
// documentation, and an assignment with every key.
func TestSchemaAcceptsExamples(t *testing.T) {
	t.Parallel()
	s := compiledSchema(t)
	sources := map[string]string{"everything": everything}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range regexp.MustCompile("(?s)```yaml\n(title: .*?)```").FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(block[1], "\ntests:") {
				continue // a course
			}
			sources[filepath.Base(page)+": "+strings.SplitN(block[1], "\n", 2)[0]] = block[1]
		}
	}
	files, err := filepath.Glob("../../docs/examples/*/assignment.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources[file] = string(text)
	}
	if len(sources) < 7 {
		t.Fatalf("only %d examples", len(sources))
	}
	for name, source := range sources {
		if err := s.Validate(asEditors(t, source)); err != nil {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

// TestSchemaRejectsMistakes checks that the schema rejects sources that the parser rejects because
// of their shape.
func TestSchemaRejectsMistakes(t *testing.T) {
	t.Parallel()
	s := compiledSchema(t)
	test := func(more string) string { return "title: A1\ntests: [{name: a, run: c, " + more + "}]\n" }
	for _, source := range []string{
		"tests: [{name: a, run: c}]\n", "title: A1\n", "title: A1\ntests: []\n", "title: A1\ntests: {}\n", "title: 5\ntests: [{name: a, run: c}]\n",
		"title: A1\ntests: [{name: a}]\n", "title: A1\ntests: [{run: c}]\n", "title: A1\ntests: [greets]\n", "title: A1\ntests: [{name: a/b, run: c}]\n",
		test("pionts: 2"), test("env: {A: b}"), test("points: -1"), test("points: '2'"), test("points: 1/0"), test("points: {}"), test("points: {x: y}"), test("time: 10"), test("time: 1.5s"),
		test("memory: 64MB"), test("processes: 0"), test("stdin: 5"), test("compile: 5"), test("cases: /abs"), test("compare: token"), test("compare: {float: x}"), test("compare: {a: b}"),
		test("compare: {tokens: {case: lower}}"), test("compare: {float: 1, regex: a}"), test("exit: 256"), test("exit: zero"), test("report: xml"), test("score: most"), test("stop: 1"),
		test("visible: later"), test("passes: 101"), test("requires: b"), test("flags: x"), test("needs: []"), test("penalty: {points: 1}"), test("gradescope: /x"), test("checker: []"),
		"title: A1\ndue: 2026-09-28\ntests: [{name: a, run: c}]\n", "title: A1\nbuild: make\ntests: [{name: a, run: c}]\n", "title: A1\nbuild: [{name: a}]\ntests: [{name: a, run: c}]\n",
		"title: A1\nsamples: [{score: 1}]\ntests: [{name: a, run: c}]\n", "title: A1\nsamples: [{dir: s, outcome: wrong}]\ntests: [{name: a, run: c}]\n",
		"title: A1\nsamples: [{dir: s, score: {max: 3}}]\ntests: [{name: a, run: c}]\n", "title: A1\nteam: {formed_by: staff}\ntests: [{name: a, run: c}]\n",
		"title: A1\nsubmissions: {limit: {count: 3}}\ntests: [{name: a, run: c}]\n", "title: A1\nlate: {tokens: maybe}\ntests: [{name: a, run: c}]\n", "title: A1\nlimits: {jobs: 1m}\ntests: [{name: a, run: c}]\n",
	} {
		if _, err := assignment.Parse([]byte(source), context(t)); err == nil {
			t.Errorf("the parser accepts\n%s", source)
		}
		if err := s.Validate(asEditors(t, source)); err == nil {
			t.Errorf("the schema accepts\n%s", source)
		}
	}
}

// TestSchemaKeys compares the keys of every object with those of the parser.
func TestSchemaKeys(t *testing.T) {
	t.Parallel()
	text, err := assignment.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	collectKeys(root, known)
	const wrong = "zz: 1\ndue: 2026-09-28 23:59\nlate: {zz: 1, penalty: {zz: 1}}\nsubmissions: {zz: 1, limit: {zz: 1}}\nteam: {zz: 1}\nfiles: {zz: 1}\nlimits: {zz: 1}\nbuild: [{zz: 1}]\nprepare: [{zz: 1}]\nsamples: [{zz: 1, score: {zz: 1}}]\n" +
		"tests: [{zz: 1, penalty: {zz: 1}, compare: {zz: 1}}, {compare: {tokens: {zz: 1}}}, {compare: {float: {zz: 1}}}]\n"
	_, err = assignment.Parse([]byte(wrong), context(t))
	lists := regexp.MustCompile(`unknown key "zz" in .*; use (.*)`).FindAllStringSubmatch(err.Error(), -1)
	if len(lists) != 17 {
		t.Fatalf("%d lists of keys in:\n%v", len(lists), err)
	}
	for _, list := range lists {
		keys := strings.Split(list[1], ", ")
		slices.Sort(keys)
		if !known[strings.Join(keys, " ")] {
			t.Errorf("no object of the schema has exactly the keys %s", strings.Join(keys, ", "))
		}
	}
}

// collectKeys records the sorted keys of every object of a schema.
func collectKeys(value any, into map[string]bool) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			collectKeys(item, into)
		}
	case map[string]any:
		if properties, ok := v["properties"].(map[string]any); ok {
			keys := make([]string, 0, len(properties))
			for key := range properties {
				keys = append(keys, key)
			}
			slices.Sort(keys)
			into[strings.Join(keys, " ")] = true
		}
		for _, item := range v {
			collectKeys(item, into)
		}
	}
}
