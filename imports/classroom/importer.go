// Package classroom turns repositories of GitHub Classroom into tests repositories. It reads autograding.json and the
// workflow that GitHub Classroom generated from 2024 on.
//
// Facts: the sources of education/autograding and classroom-resources/autograding-*.
package classroom

import (
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// maxFile bounds the file with the tests, in bytes.
const maxFile = 1 << 20

// Options are chosen by the caller.
type Options struct {
	Solution fs.FS // a solution; nil for none
}

// importer is one import in progress.
type importer struct {
	fsys    fs.FS
	options Options
	bundle  *imports.Bundle
	starter []imports.Entry
	before  []string // commands of the workflow that run before its tests
}

// Import reads a repository of GitHub Classroom. Its tests become tests, and all other files become the starter. The
// error is CodeInvalid if it has no tests.
func Import(fsys fs.FS, title string, o Options) (*imports.Bundle, error) {
	i := &importer{fsys: fsys, options: o, bundle: &imports.Bundle{}}
	tests, where, err := i.find()
	if err != nil {
		return nil, err
	}
	if err := i.copyStarter(); err != nil {
		return nil, err
	}
	return i.bundle, i.write(title, where, tests)
}

// ImportFile reads a single file, autograding.json or a workflow.
func ImportFile(name, title string, content []byte, o Options) (*imports.Bundle, error) {
	i := &importer{options: o, bundle: &imports.Bundle{}}
	tests, err := i.read(name, content)
	if err != nil {
		return nil, err
	}
	return i.bundle, i.write(title, name, tests)
}

const jsonFile = ".github/classroom/autograding.json"

// find returns the tests of a repository: those of the workflow if it has any, otherwise those of autograding.json.
func (i *importer) find() ([]test, string, error) {
	workflows, err := fs.Glob(i.fsys, ".github/workflows/*.y*ml")
	if err != nil {
		return nil, "", err
	}
	for _, name := range workflows {
		content, err := imports.ReadText(i.fsys, name, maxFile)
		if err != nil {
			return nil, "", err
		}
		if tests, err := i.read(name, content); err == nil {
			return tests, name, nil
		} else if path.Base(name) == "classroom.yml" && !strings.Contains(string(content), "education/autograding@") {
			return nil, "", err
		}
	}
	content, err := imports.ReadText(i.fsys, jsonFile, maxFile)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return nil, "", schema.Errorf(schema.CodeInvalid, "there are no tests of GitHub Classroom here: neither %s nor a workflow with its graders", jsonFile)
	}
	if err != nil {
		return nil, "", err
	}
	tests, err := i.read(jsonFile, content)
	return tests, jsonFile, err
}

// read parses the tests of either file. The error is CodeInvalid if there are none.
func (i *importer) read(name string, content []byte) ([]test, error) {
	if strings.HasSuffix(name, ".json") {
		return readJSON(name, content)
	}
	return i.readWorkflow(name, content)
}

func readJSON(name string, content []byte) ([]test, error) {
	var file struct{ Tests []map[string]any }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(content), "\ufeff")), &file); err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "%s is not JSON with a list of tests: %s", name, err)
	}
	var tests []test
	for _, m := range file.Tests {
		if m != nil {
			tests = append(tests, fromFile(m))
		}
	}
	return named(name, tests)
}

func named(name string, tests []test) ([]test, error) {
	if len(tests) == 0 {
		return nil, schema.Errorf(schema.CodeInvalid, "%s has no tests", name)
	}
	return tests, nil
}

func (i *importer) readWorkflow(name string, content []byte) ([]test, error) {
	m, err := imports.ParseLoose(name, content)
	if err != nil {
		return nil, err
	}
	var tests []test
	var others []imports.Loose
	i.before = nil
	jobs := m.Map("jobs")
	for _, job := range jobs.Keys() {
		steps, _ := jobs.Map(job)["steps"].([]any)
		for _, s := range steps {
			step, _ := s.(map[string]any)
			if t, ok := fromStep(step); ok {
				tests = append(tests, t)
			} else if run := imports.Loose(step).Text("run"); run != "" && len(tests) == 0 {
				i.before = append(i.before, run)
			} else {
				others = append(others, step)
			}
		}
	}
	if len(tests) > 0 {
		i.nameOthers(name, others)
	}
	return named(name, tests)
}

// nameOthers adds a note for each step that is not imported.
func (i *importer) nameOthers(name string, steps []imports.Loose) {
	for _, step := range steps {
		uses := step.Text("uses")
		switch {
		case strings.HasPrefix(uses, "actions/checkout@"), strings.Contains(uses, "autograding-grading-reporter@"):
		case strings.HasPrefix(uses, "actions/setup-"), strings.Contains(uses, "/setup-"):
			i.bundle.Note(imports.Lost, name, "%s: the runner image decides which tools there are", uses)
		case uses != "":
			i.bundle.Note(imports.Lost, name, "the action %s is not run", uses)
		case step.Text("run") != "":
			i.bundle.Note(imports.Lost, name, "a command after the tests is not run: %s", oneLine(step.Text("run")))
		}
	}
}

// buildBefore converts the commands that the workflow runs before its tests to build steps.
func (i *importer) buildBefore(where string) []imports.Step {
	var steps []imports.Step
	for _, run := range i.before {
		does, installed := withoutInstalls(run)
		for _, command := range installed {
			i.bundle.Note(imports.Lost, where, "a step installs software (%s): steps have no network; what the runner image lacks belongs into it", oneLine(command))
		}
		if does != "" {
			steps = append(steps, imports.Step{Run: imports.Script(i.known(where, does))})
		}
	}
	return steps
}

// copyStarter copies every file except GitHub's own into the starter.
func (i *importer) copyStarter() error {
	files, broken, err := imports.List(i.fsys, ".")
	if err != nil {
		return err
	}
	for _, name := range broken {
		i.bundle.Note(imports.Lost, name, "the link leads out of the repository")
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name, ".github/") {
			if f.Name != jsonFile && path.Dir(f.Name) != ".github/workflows" {
				i.bundle.Note(imports.Lost, f.Name, "GitHub's own files are not for students here")
			}
			continue
		}
		if path.Base(f.Name) == "classroom_roster.csv" {
			i.bundle.Note(imports.Hint, f.Name, "it names people and is left out; import it with grader admin roster import")
			continue
		}
		i.starter = append(i.starter, f)
		i.bundle.Copy("starter/"+f.Name, i.fsys, f.Name, f.Executable)
	}
	if len(i.starter) > 0 {
		i.bundle.Assignment.Starter = "starter/"
	}
	return nil
}

// write fills in the assignment.
func (i *importer) write(title, where string, tests []test) error {
	a := &i.bundle.Assignment
	a.Title = title
	if err := i.copySolution(); err != nil {
		return err
	}
	if i.bundle.Has("starter/README.md") {
		i.bundle.Copy("handout.md", i.fsys, "README.md", false)
		a.Handout = "handout.md"
	}
	i.dropInstalls(tests)
	build := i.buildBefore(where)
	shared, same := sharedSetup(tests)
	if same {
		build = append(build, imports.Step{Name: "setup", Run: imports.Script(i.known(where, command("", shared))), Time: imports.Duration(tests[0].timeout), Wall: imports.Duration(tests[0].timeout)})
		i.bundle.Note(imports.Changed, where, "the setup that all tests share is the build: where it fails nothing is tested")
	}
	if len(build) > 0 {
		a.Build = build
	}
	taken := map[string]bool{}
	for _, t := range tests {
		name := testName(t.name, taken)
		if name != strings.TrimSpace(t.name) {
			i.bundle.Note(imports.Changed, where, "the test %q is called %q", t.name, name)
		}
		if same {
			t.setup = ""
		}
		i.addTest(name, t)
	}
	i.lockTests(tests)
	return nil
}

// copySolution copies the solution if the caller provided one.
func (i *importer) copySolution() error {
	if i.options.Solution == nil {
		return nil
	}
	files, _, err := imports.List(i.options.Solution, ".")
	if err != nil {
		return err
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Name, ".github/") {
			i.bundle.CopyToSolution(f.Name, i.options.Solution, f.Name, f.Executable)
		}
	}
	return nil
}

// dropInstalls removes commands that install software from setups.
func (i *importer) dropInstalls(tests []test) {
	for n := range tests {
		does, installed := withoutInstalls(tests[n].setup)
		tests[n].setup = does
		for _, command := range installed {
			i.bundle.Note(imports.Lost, tests[n].name, "setup installs software (%s): steps have no network; what the runner image lacks belongs into it", oneLine(command))
		}
	}
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 100 {
		s = s[:100] + "…"
	}
	return s
}

// addTest adds one test to the assignment.
func (i *importer) addTest(name string, t test) {
	out := imports.Test{Name: name, Run: imports.Script(i.known(t.name, command(t.setup, t.run))), Points: imports.Number("0")}
	if _, err := schema.ParsePoints(t.points); err == nil {
		out.Points = imports.Number(t.points)
	} else if t.points != "" {
		i.bundle.Note(imports.Lost, t.name, "points %q are not a number", t.points)
	}
	out.Limits = imports.Limits{Time: imports.Duration(t.timeout), Wall: imports.Duration(t.timeout)}
	switch t.kind {
	case kindPython:
		i.python(&out, t)
	case kindIO:
		i.compare(&out, t)
	}
	if out.Run == "" {
		out.Run = "true"
		i.bundle.Note(imports.Lost, t.name, "it runs nothing")
	}
	i.bundle.Assignment.Tests = append(i.bundle.Assignment.Tests, out)
}

// These patterns match commands by their first word. GitHub's machines have these programs, but a bare Debian does not.
var (
	pythonWord = regexp.MustCompile(`(?m)(^|[;&|(]\s*)python(\s|$)`)
	pytestWord = regexp.MustCompile(`(?m)(^|[;&|(]\s*)(?:py\.test|pytest)(\s|$)`)
	otherWord  = regexp.MustCompile(`(?m)(?:^|[;&|(]\s*)((?:\./)?(?:mvnw?|gradlew?)|cargo|npm|npx|yarn|jest|dotnet|ghc|cabal|stack|ruby|rspec|rake|php|composer|swift|kotlinc?|scala|sbt|dart|flutter|R|Rscript|conda|poetry|cmake|ctest|valgrind|docker(?:-compose)?)(?:\s|$)`)
)

// known replaces python by python3, and adds a note for tools that the runner image may lack.
func (i *importer) known(where, command string) string {
	renamed := pytestWord.ReplaceAllString(pythonWord.ReplaceAllString(command, "${1}python3$2"), "${1}python3 -m pytest$2")
	if renamed != command {
		i.bundle.Note(imports.Changed, where, "python and pytest are python3 and python3 -m pytest")
	}
	for _, m := range otherWord.FindAllStringSubmatch(renamed, -1) {
		instead := ""
		switch tool := strings.TrimPrefix(m[1], "./"); tool {
		case "mvn", "mvnw":
			instead = "; grader import maven imports the same project without it"
		case "gradle", "gradlew":
			instead = "; grader import gradle imports the same project without it"
		}
		i.bundle.Note(imports.Hint, where, "it runs %s: the runner image must have it, with what it would download%s", m[1], instead)
	}
	return renamed
}

// compare sets how the output is compared.
func (i *importer) compare(out *imports.Test, t test) {
	if t.input != "" {
		input := imports.Script(t.input)
		out.Stdin = &input
	}
	if t.compare != "regex" {
		expected := imports.Script(t.expected)
		out.Stdout, out.Compare = &expected, map[string]string{"exact": "trimmed", "contains": "contains"}[t.compare]
		return
	}
	expression, err := translate(t.expected)
	if err != nil {
		i.bundle.Note(imports.Lost, t.name, "the regular expression %q: %s; only the exit status counts", t.expected, err)
		return
	}
	out.Compare = map[string]any{"search": expression}
}

// python makes the test run pytest. If there are a solution, which defines the cases, and files of tests, pytest's
// report counts. Otherwise its exit status counts.
func (i *importer) python(out *imports.Test, t test) {
	var files []string
	for _, f := range i.starter {
		if pytestFile.MatchString(path.Base(f.Name)) {
			files = append(files, f.Name)
		}
	}
	if i.options.Solution == nil || len(files) == 0 {
		out.Run = imports.Script(command(t.setup, "python3 -m pytest -q"))
		i.bundle.Note(imports.Changed, t.name, "pytest's exit status gives all points or none; import with --solution DIR for points per case")
		return
	}
	for _, f := range files {
		i.bundle.Copy("pytest/"+f, i.fsys, f, false)
	}
	out.Needs, out.Report = []string{"pytest/**"}, "junit"
	out.Run = imports.Script(command(t.setup, "$PYTEST --junitxml=$REPORTS/units.xml $NEEDS/pytest"))
}

// pytestFile matches the files that pytest collects, and conftest.py.
var pytestFile = regexp.MustCompile(`^(?:test_.*|.*_test|conftest)\.py$`)

// lockTests locks the files of the starter that have test in their name and are run by a test. In GitHub Classroom
// students had these files in their repository and could change them.
func (i *importer) lockTests(tests []test) {
	var locked []string
	for _, f := range i.starter {
		if !strings.Contains(strings.ToLower(f.Name), "test") || strings.ContainsAny(f.Name, "*?[]{}\\") {
			continue
		}
		used := slices.ContainsFunc(tests, func(t test) bool {
			return t.kind == kindPython && pytestFile.MatchString(path.Base(f.Name)) || strings.Contains(t.run+"\n"+t.setup, path.Base(f.Name))
		})
		if used {
			locked = append(locked, f.Name)
		}
	}
	if len(locked) > 0 {
		i.bundle.Assignment.Files = &imports.FileRules{Locked: locked}
		i.bundle.Note(imports.Changed, "", "files.locked: tests are taken from starter/, whatever is pushed: %s", strings.Join(locked, ", "))
	}
}
