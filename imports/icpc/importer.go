// Package icpc turns problem packages of Kattis and ICPC contests into tests repositories. It reads the legacy format and
// the formats 2023-07 and 2025-09.
//
// Facts of the format: https://www.kattis.com/problem-package-format/.
package icpc

import (
	"io/fs"
	"math"
	"math/big"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema/assignment"
)

// Options are chosen by the caller.
type Options struct {
	TimeLimit time.Duration // CPU time of a case; 0: the package's
	Memory    int64         // bytes; 0: the package's
	// DefaultValidator compares the output with the answers even if the package names its own validator. It is for
	// packages that lack the validator's files.
	DefaultValidator bool
}

// Timing says how to compute the time limit from the slowest accepted submission, for a package that stores no limit.
type Timing struct {
	Missing    bool
	Multiplier float64
	Resolution time.Duration // 0: rounded to the nearest second, at least one
	Accepted   []string      // directories in the tests repository that hold the accepted submissions
}

// Limit returns the time limit if the slowest accepted submission needs that CPU time.
func (t Timing) Limit(slowest time.Duration) time.Duration {
	exact := time.Duration(float64(slowest) * t.Multiplier)
	if t.Resolution == 0 {
		return max(time.Second, (exact + 500*time.Millisecond).Truncate(time.Second))
	}
	return max(1, time.Duration(math.Ceil(float64(exact)/float64(t.Resolution)))) * t.Resolution
}

// importer is one import in progress.
type importer struct {
	fsys     fs.FS
	name     string
	options  Options
	bundle   *imports.Bundle
	problem  problem
	root     *group
	validate validator
	includes map[string][]include // by language
	names    map[string]bool      // of families

	unanswered int // inputs of data/secret that have no answer
}

// include is a file of include/ that is copied into the submissions of a language.
type include struct {
	imports.Entry
	rel string
}

// Import reads a problem package. CodeInvalid: it is not a package, or it lacks something that judging needs.
func Import(fsys fs.FS, name string, o Options) (*imports.Bundle, Timing, error) {
	i := &importer{fsys: fsys, name: name, options: o, bundle: &imports.Bundle{}, names: map[string]bool{}}
	for _, step := range []func() error{i.enter, i.readProblem, i.readGroups, i.readValidator, i.readIncludes} {
		if err := step(); err != nil {
			return nil, Timing{}, err
		}
	}
	families := i.plan()
	most := new(big.Rat)
	for _, f := range families {
		i.addTest(f)
		most.Add(most, f.points)
	}
	submissions, err := i.readSubmissions()
	if err != nil {
		return nil, Timing{}, err
	}
	accepted := i.copySubmissions(submissions, most)
	i.statement()
	i.leftOver()
	timing := i.heading(families)
	timing.Accepted = accepted
	return i.bundle, timing, nil
}

// enter enters the only directory of an archive that contains nothing else.
func (i *importer) enter() error {
	if i.exists("problem.yaml") {
		return nil
	}
	entries, err := fs.ReadDir(i.fsys, ".")
	if err != nil || len(entries) != 1 || !entries[0].IsDir() {
		return nil
	}
	i.name = entries[0].Name()
	i.fsys, err = fs.Sub(i.fsys, i.name)
	return err
}

// heading fills in everything except the tests.
func (i *importer) heading(families []family) Timing {
	p, a := i.problem, &i.bundle.Assignment
	a.Title, a.Build = p.title, "auto"
	a.Submissions = &imports.Submissions{MaxSize: imports.Size(p.code)}
	limit := p.timeLimit
	if i.options.TimeLimit > 0 {
		limit = i.options.TimeLimit
	}
	memory := p.memory
	if i.options.Memory > 0 {
		memory = i.options.Memory
	}
	a.Limits = &imports.Limits{Memory: imports.Size(memory), Output: imports.Size(p.output)}
	SetTimeLimit(i.bundle, limit)
	a.Prepare = i.validate.prepare
	return Timing{Missing: limit == 0, Multiplier: p.multiplier, Resolution: p.resolution}
}

// SetTimeLimit sets the time limit of every case. It also sets the job's limit if its cases may take longer than the
// default.
func SetTimeLimit(b *imports.Bundle, limit time.Duration) {
	if limit <= 0 {
		return
	}
	l := b.Assignment.Limits
	l.Time = imports.Duration(limit)
	cases := 0
	for _, name := range b.Names() {
		if strings.HasPrefix(name, "data/") && path.Ext(name) == ".in" {
			cases++
		}
	}
	parts := 1 + len(b.Assignment.Samples)/8
	l.Job = ""
	if longest := time.Duration(cases*parts) * limit; longest > assignment.DefaultJobLimit {
		l.Job = imports.Duration(min(longest, 12*time.Hour).Truncate(time.Minute))
	}
}

// addTest adds the test of a family with its cases.
func (i *importer) addTest(f family) {
	dir := "data/" + f.name
	names := caseNames(f)
	for n, c := range f.cases {
		i.copyCase(path.Join(dir, names[n]), c)
	}
	t := imports.Test{
		Name: f.name, Run: "$PROGRAM", Cases: dir + "/*.in", Points: imports.NumberOf(f.points),
		Score: f.score, Stop: f.stop, Requires: f.requires,
	}
	flags := imports.Words(append(append([]string{}, i.problem.flags...), f.flags...))
	switch {
	case i.problem.interactive:
		t.Driver, t.Flags = i.validate.command, &flags
	case i.problem.custom:
		t.Checker, t.Flags = i.validate.command, &flags
	default:
		t.Compare = i.compare(flags)
	}
	if i.problem.custom && i.problem.passes > 1 {
		t.Passes = i.problem.passes
	}
	switch {
	case i.problem.custom && f.scale != nil && f.scale.Sign() > 0:
		t.Scale = imports.NumberOf(f.scale)
	case i.problem.custom: // the score has no effect, so it may be any number
		t.Scale = "ignore"
	}
	i.bundle.Assignment.Tests = append(i.bundle.Assignment.Tests, t)
}

// copyCase copies a case's files.
func (i *importer) copyCase(name string, c testCase) {
	i.bundle.Copy(name+".in", i.fsys, c.stem+".in", false)
	if i.exists(c.stem + ".ans") {
		i.bundle.Copy(name+".ans", i.fsys, c.stem+".ans", false)
	} else {
		i.bundle.Write(name+".ans", nil, false)
	}
	for _, f := range c.files {
		i.bundle.Copy(name+".files/"+strings.TrimPrefix(f.Name, c.stem+".files/"), i.fsys, f.Name, f.Executable)
	}
	if len(c.args) == 0 && c.hint == "" {
		return
	}
	text, err := caseSidecar(c)
	if err != nil {
		i.bundle.Note(imports.Lost, c.stem, "arguments and hint: %s", err)
		return
	}
	i.bundle.Write(name+".yaml", text, false)
}

// constant matches `{{name}}` and `{{name.key}}`.
var constant = regexp.MustCompile(`\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\}\}`)

// copyCode copies a file of a program and replaces the constants of problem.yaml.
func (i *importer) copyCode(name string, f imports.Entry) {
	if len(i.problem.constants) == 0 {
		i.bundle.Copy(name, i.fsys, f.Name, f.Executable)
		return
	}
	text, err := imports.ReadText(i.fsys, f.Name, 1<<20)
	if err != nil || !constant.Match(text) {
		i.bundle.Copy(name, i.fsys, f.Name, f.Executable)
		return
	}
	filled := constant.ReplaceAllFunc(text, func(m []byte) []byte {
		if v, ok := i.constant(string(constant.FindSubmatch(m)[1])); ok {
			return []byte(v)
		}
		return m
	})
	i.bundle.Write(name, filled, f.Executable)
}

// constant returns the value of a constant. It is a scalar, or a mapping with `value` and other spellings.
func (i *importer) constant(name string) (string, bool) {
	key, spelling, _ := strings.Cut(name, ".")
	c := i.problem.constants
	if m := c.Map(key); m != nil {
		if spelling == "" {
			spelling = "value"
		}
		return m.Text(spelling), m.Has(spelling)
	}
	return c.Text(key), c.Has(key) && spelling == ""
}

// readIncludes reads which files are copied into submissions.
func (i *importer) readIncludes() error {
	files, err := i.listed("include")
	if err != nil {
		return err
	}
	i.includes = map[string][]include{}
	for _, f := range files {
		parts := strings.SplitN(f.Name, "/", 3)
		if len(parts) < 3 {
			continue
		}
		for _, language := range languagesOf(parts[1]) {
			i.includes[language] = append(i.includes[language], include{f, parts[2]})
		}
	}
	var languages []string
	for l := range i.includes {
		languages = append(languages, l)
	}
	switch {
	case len(languages) == 1:
		locked := &imports.FileRules{}
		for _, f := range i.includes[languages[0]] {
			i.copyCode("starter/"+f.rel, f.Entry)
			locked.Locked = append(locked.Locked, f.rel)
		}
		i.bundle.Assignment.Starter, i.bundle.Assignment.Files = "starter/", locked
	case len(languages) > 1:
		i.bundle.Note(imports.Lost, "include", "files for several languages cannot be laid over a push; the samples have them, and students must be given those of their language")
	}
	return nil
}

// languagesOf returns the languages of build: auto to which a directory of include/ applies.
func languagesOf(name string) []string {
	switch name {
	case "default":
		return []string{"c", "cpp", "java", "py", "go", "js"}
	case "python", "python3", "pypy3", "py":
		return []string{"py"}
	case "c", "cpp", "java", "go":
		return []string{name}
	case "javascript", "js":
		return []string{"js"}
	}
	return nil
}

// statement copies a statement in Markdown. It adds a note for other statements.
func (i *importer) statement() {
	for _, dir := range statementDirs() {
		for _, base := range []string{"problem.en.md", "problem.md"} {
			if name := path.Join(dir, base); i.exists(name) {
				i.bundle.Copy("handout.md", i.fsys, name, false)
				i.bundle.Assignment.Handout = "handout.md"
				return
			}
		}
	}
	for _, dir := range statementDirs() {
		if i.exists(dir) {
			i.bundle.Note(imports.Lost, dir, "no statement in Markdown (problem.en.md); write handout: FILE.md to show one to students")
		}
	}
}

// leftOver adds notes for directories that a tests repository cannot express.
func (i *importer) leftOver() {
	for name, what := range map[string]string{
		"input_validators": "inputs are not validated", "input_format_validators": "inputs are not validated", "answer_validators": "answers are not validated",
		"graders": "programs that grade groups are not run", "static_validator": "static validation is not done", "output_visualizer": "nothing is visualised",
		"input_visualizer": "nothing is visualised", "generators": "the data is taken as it stands", "attachments": "put files for students into starter/",
	} {
		if i.exists(name) {
			i.bundle.Note(imports.Lost, name, "%s", what)
		}
	}
}
