package assignment

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/grader/grader/schema"
)

// cases resolves a family's glob: it finds each input with its answer and sidecar.
func (l *loader) cases(r *reading, t *Test, o *object) error {
	at := o.get("cases")
	if !t.Family() {
		return nil
	}
	inputs := l.inputsOf(t.CaseGlob)
	if len(inputs) == 0 {
		r.fail(at, "cases %s matches no file of this repository; correct the pattern, as in io/*.in", quote(t.CaseGlob))
		return nil
	}
	base, _ := doublestar.SplitPattern(t.CaseGlob)
	names := map[string]string{}
	for _, input := range inputs {
		c, ok := l.pair(r, at, t, base, input)
		if !ok {
			continue
		}
		if other, twice := names[c.Name]; twice {
			r.fail(at, "cases %s and %s would both be named %s; rename one", quote(other), quote(input), quote(c.Name))
			continue
		}
		names[c.Name] = input
		if err := l.sidecar(r, &c); err != nil {
			return err
		}
		t.Cases = append(t.Cases, c)
	}
	r.casePoints(t, o)
	return nil
}

// inputsOf returns the files that match a family's pattern, without those in the .files directory
// of a case.
func (l *loader) inputsOf(glob string) []string {
	if strings.Contains(glob, filesEnding) {
		return l.matching(glob)
	}
	return slices.DeleteFunc(l.matching(glob), func(name string) bool { return strings.Contains(path.Dir(name)+"/", filesEnding+"/") })
}

// filesEnding is the suffix of the directory with the files for a case's program.
const filesEnding = ".files"

// FilesDir returns the directory of the files that the program of a case finds in its working
// directory, with a slash at its end: "io/03.files/" for "io/03.in".
func (c Case) FilesDir() string {
	return strings.TrimSuffix(c.Input, path.Ext(c.Input)) + filesEnding + "/"
}

// pair finds the answer of an input.
func (l *loader) pair(r *reading, at *node, t *Test, base, input string) (Case, bool) {
	extension := path.Ext(input)
	stem := strings.TrimSuffix(input, extension)
	name := strings.TrimPrefix(strings.TrimPrefix(stem, base), "/")
	switch {
	case slices.Contains([]string{".out", ".ans", ".yaml"}, extension):
		r.fail(at, "cases %s matches %s, which is not an input; match the inputs only, as in io/*.in", quote(t.CaseGlob), quote(input))
		return Case{}, false
	case strings.Trim(path.Base(stem), ".") == "" || strings.IndexFunc(stem, unprintable) >= 0:
		r.fail(at, "cases: %s gives its case no name that can be shown; rename the file", quote(input))
		return Case{}, false
	}
	c := Case{Name: name, Input: input, Limits: t.Limits}
	c.Files = l.below(c.FilesDir())
	_, out := l.index[stem+".out"]
	_, ans := l.index[stem+".ans"]
	switch {
	case out && ans:
		r.fail(at, "cases: %s has two answers, %s and .ans; keep one", quote(input), quote(stem+".out"))
		return Case{}, false
	case out:
		c.Answer = stem + ".out"
	case ans:
		c.Answer = stem + ".ans"
	default:
		r.fail(at, "cases: %s has no answer beside it; add %s or %s", quote(input), quote(stem+".out"), quote(stem+".ans"))
		return Case{}, false
	}
	return c, true
}

// sidecar reads io/03.yaml if it exists beside io/03.in.
func (l *loader) sidecar(r *reading, c *Case) error {
	name := strings.TrimSuffix(c.Input, path.Ext(c.Input)) + ".yaml"
	if _, found := l.index[name]; !found || name == Filename {
		return nil
	}
	source, problem, err := l.source(name, maxSidecar)
	if err != nil {
		return err
	}
	if problem != nil {
		r.problems = append(r.problems, *problem)
		return nil
	}
	root, problems := readYAML(name, source, maxSidecar)
	d := decoder{file: name, problems: problems}
	if root != nil {
		d.sidecar(root, c, r.flavour)
	}
	r.problems = append(r.problems, explained(name, source, d.problems)...)
	return nil
}

func (d *decoder) sidecar(root *node, c *Case, flavour *schema.Flavour) {
	o := d.object(root, "a case", append([]string{"args", "points", "hint"}, limitKeys()...)...)
	c.Limits = d.limits(o, c.Limits, flavour)
	if n := o.get("args"); n != nil {
		c.Args = d.strings(n, "args", `["-n", "3"]`)
	}
	if n := o.get("points"); n != nil {
		if p, ok := d.points(n, "points"); ok {
			c.Points = &p
		}
	}
	if n := o.get("hint"); n != nil {
		c.Hint, _ = d.text(n, "hint")
	}
}

// casePoints checks the cases' own points against the test's points.
func (r *reading) casePoints(t *Test, o *object) {
	var own schema.Points
	some := 0
	for _, c := range t.Cases {
		if c.Points != nil {
			own = own.Add(*c.Points)
			some++
		}
	}
	if some == 0 || t.Points.Each != nil {
		return
	}
	all := some == len(t.Cases)
	switch {
	case t.Visible == schema.VisibleNever:
		r.fail(o.get("cases"), "cases have points of their own (%d of %d), and %s; leave their points out, or leave visible out", some, len(t.Cases), neverCounts)
	case !o.has("points") && all:
		t.Points.Total = own
	case !o.has("points"):
		r.fail(o.get("cases"), "%d of %d cases have points of their own; write points: {each: 1} for the others", some, len(t.Cases))
	case own.Cmp(t.Points.Total) > 0, all && !own.Equal(t.Points.Total):
		r.fail(o.get("points"), "points are %s, and the cases' own make %s; correct one of them", t.Points.Total, own)
	}
}
