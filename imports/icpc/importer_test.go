package icpc_test

import (
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/icpc"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// pkg is a problem package: names and contents.
type pkg map[string]string

// sum returns a pass-fail package in the legacy format.
func sum() pkg {
	return pkg{
		"problem.yaml": "name: Sum\n", ".timelimit": "2\n",
		"data/sample/1.in": "1 2\n", "data/sample/1.ans": "3\n",
		"data/secret/01.in": "4 5\n", "data/secret/01.ans": "9\n", "data/secret/02.in": "0 0\n", "data/secret/02.ans": "0\n",
		"submissions/accepted/sum.py":      "print(sum(map(int, input().split())))\n",
		"submissions/accepted/sum.c":       "int main(){}\n",
		"submissions/wrong_answer/zero.py": "print(0)\n",
	}
}

// with returns the package with more files. fs leaves out files with the content "-".
func (p pkg) with(more pkg) pkg {
	all := maps.Clone(p)
	maps.Copy(all, more)
	return all
}

func (p pkg) fs() fstest.MapFS {
	files := fstest.MapFS{}
	for name, content := range p {
		if content != "-" {
			files[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
		}
	}
	return files
}

func load(t *testing.T, p pkg, o icpc.Options) (*imports.Bundle, *assignment.Spec, icpc.Timing) {
	t.Helper()
	b, timing, err := icpc.Import(p.fs(), "sum", o)
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
	return b, spec, timing
}

func notes(b *imports.Bundle) string {
	var lines []string
	for _, n := range b.Notes {
		lines = append(lines, n.String())
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func text(t *testing.T, b *imports.Bundle, name string) string {
	t.Helper()
	r, err := b.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// shape is the part of a test that the tests compare.
type shape struct {
	Name, Points, Score string
	Cases               []string
	Stop                bool
	Requires            []string
	Scale               string
}

func shapes(spec *assignment.Spec) []shape {
	var all []shape
	for _, test := range spec.Tests {
		s := shape{Name: test.Name, Points: test.Points.Total.String(), Score: string(test.Score), Stop: test.Stop, Requires: test.Requires}
		for _, c := range test.Cases {
			s.Cases = append(s.Cases, c.Name)
		}
		if test.NoScale {
			s.Scale = "ignore"
		}
		if test.Scale != nil {
			s.Scale = test.Scale.String()
		}
		all = append(all, s)
	}
	return all
}

func TestPassFailPackage(t *testing.T) {
	t.Parallel()
	b, spec, timing := load(t, sum(), icpc.Options{})
	want := []shape{
		{Name: "sample", Points: "0", Score: "all", Cases: []string{"1"}, Stop: true},
		{Name: "secret", Points: "1", Score: "all", Cases: []string{"01", "02"}, Stop: true, Requires: []string{"sample"}},
	}
	if diff := cmp.Diff(want, shapes(spec)); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
	if spec.Title != "Sum" || !spec.Auto || timing.Missing || spec.Limits.CPU != 2*time.Second || spec.Limits.Memory != 2048<<20 || spec.Limits.Output != 8<<20 || spec.MaxSize != 128<<10 {
		t.Errorf("heading %+v, %+v", spec, timing)
	}
	if spec.Solution != "solution/" || !b.Has("solution/sum.c") {
		t.Errorf("solution %q of %v: C is furthest from the limit", spec.Solution, b.Names())
	}
	samples := []assignment.Sample{
		{Dir: "samples/accepted-sum.py/", Score: schema.NewPoints(1, 1)},
		{Dir: "samples/wrong_answer-zero.py/", Outcomes: []schema.Outcome{"failed", "output-limit"}},
	}
	if diff := cmp.Diff(samples, spec.Samples); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
	if c := spec.Tests[1].Compare; c.Mode != assignment.CompareTokens || !c.IgnoreCase {
		t.Errorf("compares by %+v", c)
	}
	if len(b.Notes) != 0 {
		t.Errorf("notes %s", notes(b))
	}
}

func TestDefaultValidatorFlags(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string]string{
		"":                       "tokens case=true space=false",
		"case_sensitive":         "tokens case=false space=false",
		"space_change_sensitive": "tokens case=true space=true",
		"float_tolerance 1e-6":   "float case=true space=false abs=1e-06 rel=1e-06",
		"float_absolute_tolerance 1E-4 case_sensitive": "float case=false space=false abs=0.0001",
		"float_relative_tolerance 0.01":                "float case=true space=false rel=0.01",
	} {
		_, spec, _ := load(t, sum().with(pkg{"problem.yaml": "name: Sum\nvalidator_flags: " + flags + "\n"}), icpc.Options{})
		c := spec.Tests[0].Compare
		got := string(c.Mode) + " case=" + boolText(c.IgnoreCase) + " space=" + boolText(c.ExactSpace)
		if c.Abs != nil {
			got += " abs=" + imports.Text(*c.Abs)
		}
		if c.Rel != nil {
			got += " rel=" + imports.Text(*c.Rel)
		}
		if strings.ReplaceAll(want, "1e-06", "0.000001") != got {
			t.Errorf("%q compares by %s, want %s", flags, got, want)
		}
	}
}

func boolText(b bool) string { return imports.Text(b) }

// TestCaseOrderMatchesTheJudge checks that the cases run in lexicographic order, as a judge runs
// them, and not by value.
func TestCaseOrderMatchesTheJudge(t *testing.T) {
	t.Parallel()
	_, spec, _ := load(t, sum().with(pkg{"data/secret/10.in": "", "data/secret/10.ans": "", "data/secret/9.in": "", "data/secret/9.ans": "", "data/secret/a/1.in": "", "data/secret/a/1.ans": ""}), icpc.Options{})
	want := []string{"1-01", "2-02", "3-10", "4-9", "5-a-1"}
	if got := shapes(spec)[1].Cases; !slices.Equal(got, want) {
		t.Errorf("cases %v, want %v", got, want)
	}
}

func TestLegacyGroups(t *testing.T) {
	t.Parallel()
	groups := pkg{
		"problem.yaml":      "name: Sum\ntype: scoring\n",
		"data/secret/01.in": "-", "data/secret/01.ans": "-", "data/secret/02.in": "-", "data/secret/02.ans": "-",
		"data/testdata.yaml":           "on_reject: continue\ngrader_flags: ignore_sample\nrange: 0 100\n",
		"data/secret/testdata.yaml":    "on_reject: continue\ngrader_flags: accept_if_any_accepted\n",
		"data/secret/g1/testdata.yaml": "on_reject: break\naccept_score: 30\ngrader_flags: min\n",
		"data/secret/g1/1.in":          "", "data/secret/g1/1.ans": "", "data/secret/g1/2.in": "", "data/secret/g1/2.ans": "",
		"data/secret/g2/testdata.yaml": "on_reject: break\naccept_score: 70\ngrader_flags: min\noutput_validator_flags: case_sensitive\n",
		"data/secret/g2/1.in":          "", "data/secret/g2/1.ans": "",
		"submissions/partially_accepted/half.py": "print(1)\n",
	}
	b, spec, _ := load(t, sum().with(groups), icpc.Options{})
	want := []shape{
		{Name: "sample", Points: "0", Score: "all", Cases: []string{"1"}, Stop: true},
		{Name: "g1", Points: "30", Score: "all", Cases: []string{"1", "2"}, Stop: true},
		{Name: "g2", Points: "70", Score: "all", Cases: []string{"1"}, Stop: true},
	}
	if diff := cmp.Diff(want, shapes(spec)); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
	if spec.Tests[1].Compare.IgnoreCase == spec.Tests[2].Compare.IgnoreCase {
		t.Error("the flags of a group are lost")
	}
	i := slices.IndexFunc(spec.Samples, func(s assignment.Sample) bool { return s.Dir == "samples/partially_accepted-half.py/" })
	if i < 0 || spec.Samples[i].Most == nil || spec.Samples[i].Most.String() != "100" || spec.Samples[i].Score.String() != "0.01" {
		t.Errorf("samples %+v", spec.Samples)
	}
	if len(b.Notes) != 0 {
		t.Errorf("notes %s", notes(b))
	}

	strict := groups.with(pkg{"data/testdata.yaml": "-", "data/secret/testdata.yaml": "grader_flags: sum\n"})
	_, spec, _ = load(t, sum().with(strict), icpc.Options{})
	want = []shape{
		{Name: "sample", Points: "0", Score: "all", Cases: []string{"1"}, Stop: true},
		{Name: "secret", Points: "0", Score: "all", Cases: []string{"1", "2"}, Stop: true, Requires: []string{"sample"}},
		{Name: "g2", Points: "100", Score: "all", Cases: []string{"1"}, Stop: true, Requires: []string{"secret"}},
	}
	got := shapes(spec)
	got[2].Requires = got[2].Requires[len(got[2].Requires)-1:]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("one rejected group takes all points (-want +got):\n%s", diff)
	}
}

func TestLegacyScoresOfValidators(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		group string
		want  shape
		note  string
	}{
		"sum of all accepted": {"range: 0 60\n", shape{Score: "accepted", Points: "60", Scale: "30", Stop: true}, ""},
		"sum of any":          {"range: 0 60\non_reject: continue\ngrader_flags: always_accept\n", shape{Score: "sum", Points: "60", Scale: "30"}, ""},
		"min":                 {"range: 0 60\ngrader_flags: min\n", shape{Score: "min", Points: "60", Scale: "60", Stop: true}, ""},
		"max":                 {"range: 0 60\ngrader_flags: max\n", shape{Score: "max", Points: "60", Scale: "60"}, ""},
		"no range":            {"accept_score: 5\n", shape{Score: "all", Points: "10", Stop: true, Scale: "ignore"}, "not carried over: data/secret: the output validator's scores have no range; an accepted case counts in full"},
	} {
		b, spec, _ := load(t, sum().with(pkg{
			"problem.yaml": "name: Sum\ntype: scoring\nvalidation: custom score\n", "output_validators/v.py": "import sys\nsys.exit(42)\n",
			"data/testdata.yaml": "grader_flags: ignore_sample\n", "data/secret/testdata.yaml": c.group,
		}), icpc.Options{})
		got := shapes(spec)[1]
		got.Name, got.Cases = "", nil
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if !strings.Contains(notes(b), c.note) {
			t.Errorf("%s: notes %s", name, notes(b))
		}
	}
}

func TestGroupsOf2025(t *testing.T) {
	t.Parallel()
	b, spec, _ := load(t, sum().with(pkg{
		"problem.yaml":      "problem_format_version: 2025-09\nname: {en: Sum, sv: Summa}\ntype: [scoring]\nlimits: {time_limit: 0.5, memory: 512}\n",
		"data/secret/01.in": "-", "data/secret/01.ans": "-", "data/secret/02.in": "-", "data/secret/02.ans": "-",
		"data/secret/g1/test_group.yaml": "max_score: 40\nrequire_pass: sample\n", "data/secret/g1/1.in": "", "data/secret/g1/1.ans": "",
		"data/secret/g2/test_group.yaml": "max_score: 60\nscore_aggregation: sum\nrequire_pass: [sample, secret/g1]\noutput_validator_args: [float_tolerance, 1e-3]\n",
		"data/secret/g2/1.in":            "", "data/secret/g2/1.ans": "", "data/secret/g2/2.in": "", "data/secret/g2/2.ans": "",
	}), icpc.Options{})
	want := []shape{
		{Name: "sample", Points: "0", Score: "all", Cases: []string{"1"}, Stop: true},
		{Name: "g1", Points: "40", Score: "all", Cases: []string{"1"}, Stop: true, Requires: []string{"sample"}},
		{Name: "g2", Points: "60", Score: "sum", Cases: []string{"1", "2"}, Requires: []string{"sample", "g1"}},
	}
	if diff := cmp.Diff(want, shapes(spec)); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
	if spec.Limits.CPU != 500*time.Millisecond || spec.Limits.Memory != 512<<20 || spec.Tests[2].Compare.Mode != assignment.CompareFloat || len(b.Notes) != 0 {
		t.Errorf("limits %+v, compare %+v, notes %s", spec.Limits, spec.Tests[2].Compare, notes(b))
	}
}

func TestInteractiveAndMultiPass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meta, file string
		driver     bool
		command    string
		passes     int
		prepare    string
	}{
		"legacy interactive":  {"validation: custom interactive\n", "output_validators/judge/a.cpp", true, "$PREPARED/validator1", 0, "g++ -std=gnu++20 -O2 -I judge/validator1 -o $PREPARED/validator1 judge/validator1/a.cpp"},
		"DOMjudge multi-pass": {"validation: custom multi-pass\nlimits: {validation_passes: 26}\n", "output_validator/v.py", false, "python3 judge/validator1/v.py", 26, ""},
		"2025 both":           {"problem_format_version: 2025-09\ntype: [interactive, multi-pass]\n", "output_validator/v.py", true, "python3 judge/validator1/v.py", 2, ""},
		"2025 by directory":   {"problem_format_version: 2025-09\n", "output_validator/v.c", false, "$PREPARED/validator1", 0, "gcc -std=gnu17 -O2 -I judge/validator1 -o $PREPARED/validator1 judge/validator1/v.c -lm"},
		"with a build script": {"validation: custom\n", "output_validators/judge/run", false, "$PREPARED/validator1/run", 0, "cp -r judge/validator1 $PREPARED/validator1 && cd $PREPARED/validator1 && chmod -R u+x ."},
		"in Java":             {"validation: custom\n", "output_validators/Check.java", false, "java -cp $PREPARED/validator1 Check", 0, "mkdir -p $PREPARED/validator1 && javac -proc:none -d $PREPARED/validator1 judge/validator1/Check.java"},
	} {
		_, spec, _ := load(t, sum().with(pkg{"problem.yaml": "name: Sum\nvalidator_flags: a b\n" + c.meta, c.file: "x"}), icpc.Options{})
		test := spec.Tests[1]
		command := test.Checker
		if c.driver {
			command = test.Driver
		}
		prepare := ""
		if len(spec.Prepare) > 0 {
			prepare = spec.Prepare[0].Run.Shell
		}
		if strings.Join(command.Argv, " ") != c.command || test.Passes != c.passes || prepare != c.prepare || !slices.Equal(test.Flags, []string{"a", "b"}) {
			t.Errorf("%s: %v, passes %d, prepare %q, flags %v", name, command.Argv, test.Passes, prepare, test.Flags)
		}
	}
}

func TestFilesBesideACase(t *testing.T) {
	t.Parallel()
	b, spec, _ := load(t, sum().with(pkg{
		"problem.yaml":        "problem_format_version: 2025-09\nname: Sum\nlimits: {time_limit: 1}\n",
		"data/secret/01.yaml": "args: [-n, 3]\nhint: Zero\n", "data/secret/01.files/d/x.in": "extra", "data/secret/02.args": "-v\n",
	}), icpc.Options{})
	cases := spec.Tests[1].Cases
	if len(cases) != 2 || !slices.Equal(cases[0].Args, []string{"-n", "3"}) || cases[0].Hint != "Zero" || !slices.Equal(cases[0].Files, []string{"data/secret/01.files/d/x.in"}) || !slices.Equal(cases[1].Args, []string{"-v"}) || len(b.Notes) != 0 {
		t.Errorf("cases %+v, notes %s", cases, notes(b))
	}
}

func TestConstants(t *testing.T) {
	t.Parallel()
	b, _, _ := load(t, sum().with(pkg{
		"problem.yaml":                "problem_format_version: 2025-09\nname: Sum\nlimits: {time_limit: 1}\nconstants: {MAX: 100, MIN: {value: 1, WORD: one}}\n",
		"submissions/accepted/sum.py": "print({{MAX}}, {{MIN}}, '{{MIN.WORD}}', {{OTHER}})\n", "submissions/accepted/sum.c": "-", "data/secret/01.in": "{{MAX}}\n",
	}), icpc.Options{})
	if got := text(t, b, "solution/sum.py"); got != "print(100, 1, 'one', {{OTHER}})\n" {
		t.Errorf("submission %q", got)
	}
	if got := text(t, b, "data/secret/01.in"); got != "{{MAX}}\n" {
		t.Errorf("data %q: constants are not for data", got)
	}
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	_, spec, _ := load(t, sum().with(pkg{
		"problem.yaml":                 "problem_format_version: 2025-09\nname: Sum\nlimits: {time_limit: 1}\n",
		"submissions/submissions.yaml": "mixed:\n  permitted: [AC, WA, TLE]\n  required: [TLE]\n'mixed/{fine,good}.py':\n  permitted: [AC]\n",
		"submissions/mixed/slow.py":    "1", "submissions/mixed/good.py": "1", "submissions/mixed/slow.hs": "1", "submissions/brute_force/b.py": "1", "submissions/rejected/r.py": "1",
		"submissions/run_time_error/r.py": "1", "submissions/time_limit_exceeded/t/main.py": "1", "submissions/tagged/x.cpp": "// @EXPECTED_RESULTS@: WRONG-ANSWER, CORRECT\n", "submissions/untagged/x.cpp": "",
	}), icpc.Options{})
	got := map[string]string{}
	for _, s := range spec.Samples {
		words := ""
		for _, o := range s.Outcomes {
			words += " " + string(o)
		}
		score := s.Score.String()
		if s.AnyScore {
			score = "any"
		}
		got[s.Dir] = score + words
	}
	want := map[string]string{
		"samples/accepted-sum.py/": "1", "samples/wrong_answer-zero.py/": "0 failed output-limit",
		"samples/mixed-slow.py/": "0 failed output-limit time-limit", "samples/mixed-good.py/": "1", "samples/brute_force-b.py/": "0 time-limit crashed memory-limit disk-limit",
		"samples/rejected-r.py/": "0 failed output-limit time-limit crashed memory-limit disk-limit", "samples/run_time_error-r.py/": "0 crashed memory-limit disk-limit",
		"samples/time_limit_exceeded-t/": "0 time-limit", "samples/tagged-x.cpp/": "any failed output-limit passed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

func TestOmissionsAreNamed(t *testing.T) {
	t.Parallel()
	b, _, _ := load(t, sum().with(pkg{
		"problem.yaml":      "name: Sum\nlanguages: [c]\nvalidator_flags: fuzzy\nnovelty: 1\n",
		"data/secret/03.in": "1", "input_validators/v.py": "", "generators/g.py": "", "problem_statement/problem.en.tex": "x",
		"submissions/accepted/sum.hs": "main", "submissions/accepted/old.py": "#!/usr/bin/env python2\nprint 1", "submissions/untagged/x.c": "",
	}), icpc.Options{})
	want := `not carried over: data/secret/03.in: it has no answer (.ans); the case is left out
not carried over: generators: the data is taken as it stands
not carried over: input_validators: inputs are not validated
not carried over: problem.yaml: languages: every language of build: auto is accepted
not carried over: problem.yaml: novelty: the key is not known
not carried over: problem_statement: no statement in Markdown (problem.en.md); write handout: FILE.md to show one to students
not carried over: submissions/accepted/old.py: Python 2; it is not a sample
not carried over: submissions/accepted/sum.hs: build: auto knows no language of the ending .hs; it is not a sample
not carried over: submissions/untagged/x.c: nothing says what it must get; it is not a sample
not carried over: validator flags: fuzzy is unknown to the default validator`
	if diff := cmp.Diff(want, notes(b)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// TestPython2IsRecognized imports programs for Python 2 that do not name their version, and programs for both versions.
func TestPython2IsRecognized(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, text string
		old        bool
	}{
		"print statement of a string":   {"x.py", "print 'Hello'\n", true},
		"print statement of a variable": {"x.py", "for i in range(3):\n\tprint i\n", true},
		"input":                         {"x.py", "n = int(raw_input())\nprint(n)\n", true},
		"range":                         {"x.py", "for i in xrange(3): print(i)\n", true},
		"print function":                {"x.py", "print (1)\nprinted = 'print it'\n", false},
		"both versions":                 {"x.py", "try:\n    input = raw_input\nexcept NameError:\n    pass\nprint(input())\n", false},
		"own function":                  {"x.py", "def xrange(n): return range(n)\nfor i in xrange(3): print(i)\n", false},
		"own name":                      {"x.py", "raw_input = input\nprint(raw_input())\n", false},
		"names Python 3":                {"x.py", "#!/usr/bin/env python3\ns = '''\nprint it\n'''\n", false},
		"words of a docstring":          {"x.py", "def f():\n    \"\"\"Adds and\n    print the sum, like raw_input() did.\n    \"\"\"\n    return '''\nprint it\n'''\n", false},
		"words of a comment":            {"x.py", "# xrange(3) is range(3) now\nprint('#', \"it's raw_input()\")\n", false},
		"statement after a docstring":   {"x.py", "\"\"\"Adds.\"\"\"\nprint 'a # b'\n", true},
		"ending of Python 3":            {"x.py3", "s = '''\nprint it\n'''\n", false},
		"a module of the program":       {"x/read.py", "def read(): return raw_input()\n", true},
	} {
		files := pkg{"submissions/accepted/" + c.file: c.text}
		if path.Dir(c.file) != "." {
			files["submissions/accepted/x/main.py"] = "import read\n"
		}
		b, _, _ := load(t, sum().with(files), icpc.Options{})
		if old := strings.Contains(notes(b), "Python 2; it is not a sample"); old != c.old {
			t.Errorf("%s: Python 2: %v\n%s", name, old, notes(b))
		}
	}
}

func TestIncludesAreLockedAndLaidOver(t *testing.T) {
	t.Parallel()
	b, spec, _ := load(t, sum().with(pkg{"include/cpp/lib/grader.h": "int f();", "submissions/accepted/x.cpp": "#include <lib/grader.h>"}), icpc.Options{})
	if spec.Starter != "starter/" || !slices.Equal(spec.Files.Locked, []string{"lib/grader.h"}) || !b.Has("starter/lib/grader.h") || !b.Has("solution/lib/grader.h") || b.Has("samples/accepted-sum.py/lib/grader.h") {
		t.Errorf("starter %q, locked %v, files %v", spec.Starter, spec.Files.Locked, b.Names())
	}
	b, spec, _ = load(t, sum().with(pkg{"include/cpp/g.h": "", "include/python3/g.py": ""}), icpc.Options{})
	if spec.Starter != "" || !b.Has("samples/accepted-sum.py/g.py") || !strings.Contains(notes(b), "not carried over: include: files for several languages") {
		t.Errorf("starter %q, notes %s", spec.Starter, notes(b))
	}
}

func TestNoPackage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		p    pkg
		want string
	}{
		"nothing":                {pkg{"README": ""}, "this is not a problem package: problem.yaml cannot be read: file does not exist"},
		"another version":        {sum().with(pkg{"problem.yaml": "problem_format_version: 2031-01\n"}), `problem.yaml: problem_format_version "2031-01" is unknown; legacy, 2023-07-draft and 2025-09 are read`},
		"no data":                {pkg{"problem.yaml": "name: x\n"}, "data/sample and data/secret hold no case (.in beside .ans); generate the test data first"},
		"a missing validator":    {sum().with(pkg{"problem.yaml": "validation: custom\n"}), "the problem has an output validator of its own, and neither output_validator/ nor output_validators/ holds one; export the package with it, or import it with --default-validator where comparing with the answers is right"},
		"inputs without answers": {sum().with(pkg{"data/secret/01.ans": "-", "data/secret/02.ans": "-"}), "data/secret holds inputs and no answers (.ans); generate the answers first"},
		"an alias":               {sum().with(pkg{"problem.yaml": "name: &a x\nsource: *a\n"}), "problem.yaml:2: write the value out in place of the alias"},
		"a list":                 {sum().with(pkg{"problem.yaml": "- a\n"}), "problem.yaml: "},
		"a validator in Rust":    {sum().with(pkg{"problem.yaml": "validation: custom\n", "output_validators/v/main.rs": ""}), "the problem has an output validator of its own"},
	} {
		_, _, err := icpc.Import(c.p.fs(), "x", icpc.Options{})
		if err == nil || schema.CodeOf(err) != schema.CodeInvalid || !strings.HasPrefix(schema.MessageOf(err), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, spec, _ := load(t, sum().with(pkg{"problem.yaml": "validation: custom\nname: x\n"}), icpc.Options{DefaultValidator: true}); spec.Tests[0].Kind != assignment.KindCompare {
		t.Errorf("--default-validator does not work as its error says: %+v", spec.Tests[0])
	}
}

func TestTimeLimitOfTheSlowest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		meta          string
		slowest, want time.Duration
	}{
		{"name: x\n", 10 * time.Millisecond, time.Second},
		{"name: x\n", 290 * time.Millisecond, time.Second},
		{"name: x\n", 310 * time.Millisecond, 2 * time.Second},
		{"name: x\nlimits: {time_multiplier: 2}\n", 800 * time.Millisecond, 2 * time.Second},
		{"problem_format_version: 2025-09\nname: x\n", 510 * time.Millisecond, 2 * time.Second},
		{"problem_format_version: 2025-09\nname: x\nlimits: {time_resolution: 0.1, time_multipliers: {ac_to_time_limit: 3}}\n", 40 * time.Millisecond, 200 * time.Millisecond},
	} {
		_, _, timing := load(t, sum().with(pkg{"problem.yaml": c.meta, ".timelimit": "-"}), icpc.Options{})
		if got := timing.Limit(c.slowest); !timing.Missing || got != c.want {
			t.Errorf("%q: limit %s for %s, want %s", c.meta, got, c.slowest, c.want)
		}
	}
	for file, want := range map[pkgFile]time.Duration{
		{"domjudge-problem.ini", "timelimit='1.5'\n"}: 1500 * time.Millisecond,
		{".timelimit", "3\n"}:                         3 * time.Second,
	} {
		_, spec, timing := load(t, sum().with(pkg{".timelimit": "-", file.name: file.content}), icpc.Options{})
		if timing.Missing || spec.Limits.CPU != want {
			t.Errorf("%s: %s", file.name, spec.Limits.CPU)
		}
	}
}

type pkgFile struct{ name, content string }

// TestLinkOutOfTheValidatorIsRefused imports a validator that links to a file outside of the
// package. Without that file the validator cannot be compiled.
func TestLinkOutOfTheValidatorIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range sum().with(pkg{"problem.yaml": "validation: custom\n", "output_validators/v/v.cpp": "#include \"validate.h\"\n"}) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../../../headers/validate.h", filepath.Join(dir, "output_validators/v/validate.h")); err != nil {
		t.Fatal(err)
	}
	p, err := imports.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	if _, _, err := icpc.Import(p.FS, "x", icpc.Options{}); schema.MessageOf(err) != "output_validators/v/validate.h is a link that leads out of the package; copy the file in its place" {
		t.Errorf("%v", err)
	}
}
