// Package autolab reads labs of Autolab. It makes tests repositories that run them as Autolab does, in the sandbox.
//
// Facts: Autolab's guide for lab authors, and its parser of autoresults.
package autolab

import (
	"embed"
	"encoding/json"
	"io/fs"
	"math/big"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// ours holds the programs that replace those of Autolab.
//
//go:embed files
var ours embed.FS

const (
	// autograderDir is the directory of the lab in the tests repository.
	autograderDir = "lab/"
	// sampleDir is the directory of a sample made of the lab's src.
	sampleDir = "samples/src/"
	// maxText bounds the lab's description and its Makefile, in bytes.
	maxText = 1 << 20
	// defaultTimeout is the time limit of a lab that states none.
	defaultTimeout = 3 * time.Minute
	// longestTimeout is the longest time that an imported lab's make may take.
	longestTimeout = time.Hour
	// afterMake is the time that a test has, beside that of make, to prepare the run and to read the scores.
	afterMake = 10 * time.Second
	// coresOfMake is the number of cores that make may use for its whole time. Autolab limits no processor time, and the
	// format does.
	coresOfMake = 4
)

// handinPattern matches valid names of a handed-in file.
var handinPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`)

// Options are chosen by the caller.
type Options struct {
	Title  string // "": the lab's own
	Sample fs.FS  // a submission that must score full marks; nil: the lab's src, if that has the handin of the only problem
}

// lab holds the used fields of a lab's description. Its exported fields are lab.json, which the programs in files read.
type lab struct {
	Handin   string    `json:"handin"`
	Archive  string    `json:"archive,omitempty"` // format of a handin that is made of all pushed files: zip, tar or tgz
	Seconds  int64     `json:"seconds"`           // time limit of make
	Problems []problem `json:"problems"`

	title  string
	sum    *big.Rat // of the problems' points
	scored int      // number of the problems that are worth points
}

// problem is a part of the score.
type problem struct {
	Name string      `json:"name"`
	Max  json.Number `json:"max_score"`
}

// Import reads a lab: NAME.yml, autograde-Makefile and autograde.tar, at the top of fsys or in its only such directory.
// CodeInvalid: there is no lab.
func Import(fsys fs.FS, o Options) (*imports.Bundle, error) {
	b := &imports.Bundle{}
	fsys, _ = imports.Enter(fsys, "autograde-Makefile", "*.yml")
	l, err := describe(b, fsys)
	if err != nil {
		return nil, err
	}
	if err := copyLab(b, fsys, l); err != nil {
		return nil, err
	}
	if err := copySample(b, fsys, l, o.Sample); err != nil {
		return nil, err
	}
	if o.Title != "" {
		l.title = o.Title
	}
	assign(b, l)
	return b, nil
}

// describe reads NAME.yml.
func describe(b *imports.Bundle, fsys fs.FS) (lab, error) {
	names, err := fs.Glob(fsys, "*.yml")
	if err != nil {
		return lab{}, schema.Wrapf(schema.CodeInvalid, err, "the directory cannot be read")
	}
	for _, name := range names {
		text, err := imports.ReadText(fsys, name, maxText)
		if err != nil {
			return lab{}, err
		}
		m, err := imports.ParseLoose(name, text)
		if err != nil {
			return lab{}, err
		}
		if m.Map("general") != nil {
			return labOf(b, name, m)
		}
	}
	return lab{}, schema.Errorf(schema.CodeInvalid, "this is not a lab of Autolab: NAME.yml with the key general is missing at its top")
}

func labOf(b *imports.Bundle, file string, m imports.Loose) (lab, error) {
	general := m.Map("general")
	l := lab{Handin: general.Text("handin_filename"), title: general.Text("display_name"), sum: new(big.Rat)}
	if l.title == "" {
		l.title = strings.TrimSuffix(file, path.Ext(file))
	}
	if !handinPattern.MatchString(l.Handin) {
		return l, schema.Errorf(schema.CodeInvalid, "%s: handin_filename %q cannot be the name of a file; write one of letters, digits, dots, hyphens and underscores", file, schema.Excerpt(l.Handin, 100))
	}
	l.Archive = archiveOf(l.Handin)
	problems, _ := m["problems"].([]any)
	for _, each := range problems {
		p := looseOf(each)
		most, ok := p.Number("max_score")
		if !ok || most.Sign() < 0 || p.Text("name") == "" {
			return l, schema.Errorf(schema.CodeInvalid, "%s: each of problems needs a name and a max_score of 0 or more", file)
		}
		value, _ := most.Float64()
		text, err := json.Marshal(value)
		if err != nil {
			return l, schema.Wrapf(schema.CodeInvalid, err, "%s: max_score of %s is too large", file, schema.Excerpt(p.Text("name"), 100))
		}
		l.Problems = append(l.Problems, problem{Name: p.Text("name"), Max: json.Number(text)})
		l.sum.Add(l.sum, most)
		l.scored += most.Sign()
	}
	if l.sum.Sign() == 0 {
		return l, schema.Errorf(schema.CodeInvalid, "%s: its problems are worth nothing; give them a max_score", file)
	}
	return l, l.limit(b, file, m.Map("autograder"))
}

// archiveOf returns the format of a handin that is an archive, or "".
func archiveOf(handin string) string {
	formats := map[string]string{".tar": "tar", ".tar.gz": "tgz", ".tgz": "tgz", ".zip": "zip"}
	for end, format := range formats {
		if strings.HasSuffix(handin, end) {
			return format
		}
	}
	return ""
}

// looseOf returns an element of a list as a mapping.
func looseOf(v any) imports.Loose { return imports.Loose{"it": v}.Map("it") }

// limit reads the lab's time limit.
func (l *lab) limit(b *imports.Bundle, file string, autograder imports.Loose) error {
	l.Seconds = int64(defaultTimeout / time.Second)
	if !autograder.Has("autograde_timeout") {
		return nil
	}
	seconds, ok := autograder.Number("autograde_timeout")
	if !ok || seconds.Sign() <= 0 || !seconds.IsInt() || !seconds.Num().IsInt64() {
		return schema.Errorf(schema.CodeInvalid, "%s: autograde_timeout is not a number of seconds", file)
	}
	const most = int64(longestTimeout / time.Second)
	n := seconds.Num().Int64()
	if n > most {
		b.Note(imports.Changed, file, "a run may take %s; the lab says %d s", imports.Duration(longestTimeout), n)
	}
	l.Seconds = min(n, most)
	return nil
}

// copyLab copies the files that the lab's grading needs, and the programs that replace Autolab.
func copyLab(b *imports.Bundle, fsys fs.FS, l lab) error {
	makefile, err := imports.ReadText(fsys, "autograde-Makefile", maxText)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return schema.Errorf(schema.CodeInvalid, "autograde-Makefile is missing: the lab has no autograder")
	}
	if err != nil {
		return err
	}
	b.Write(autograderDir+"autograde-Makefile", []byte(strings.ReplaceAll(string(makefile), "\r\n", "\n")), false)
	if _, err := fs.Stat(fsys, "autograde.tar"); err == nil {
		b.Copy(autograderDir+"autograde.tar", fsys, "autograde.tar", false)
	} else {
		b.Note(imports.Lost, "autograde.tar", "the lab does not have it")
	}
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return schema.Wrapf(schema.CodeInvalid, err, "the lab's problems cannot be written")
	}
	b.Write(autograderDir+"lab.json", append(text, '\n'), false)
	for _, name := range []string{"run_autograder", "handin.py", "run_make.py", "scores.py"} {
		program, err := ours.ReadFile("files/" + name)
		if err != nil {
			return schema.Wrapf(schema.CodeInternal, err, "%s is missing in this program", name)
		}
		b.Write(autograderDir+name, program, name == "run_autograder")
	}
	return nil
}

// copySample copies the caller's solution, or the handin in src, where labs have it by convention. The handin in src is
// the solution if the lab has one problem. People may grade one of several problems, so that the handin does not score
// full marks; then it is a sample.
func copySample(b *imports.Bundle, fsys fs.FS, l lab, solution fs.FS) error {
	if solution != nil {
		return b.CopySolution(solution)
	}
	handin := "src/" + l.Handin
	if _, err := fs.Stat(fsys, handin); err != nil {
		return nil
	}
	if l.scored == 1 {
		b.CopyToSolution(l.Handin, fsys, handin, false)
		b.Note(imports.Changed, handin, "used as the solution, which must score full marks; --solution DIR names another")
		return nil
	}
	b.Copy(sampleDir+l.Handin, fsys, handin, false)
	least := new(big.Rat).Quo(l.sum, big.NewRat(100, 1))
	b.Assignment.Samples = []imports.Sample{{Dir: sampleDir, Score: imports.Range{Min: imports.NumberOf(least), Max: imports.NumberOf(l.sum)}}}
	b.Note(imports.Changed, handin, "used as a sample that must score some points; people may grade a problem, so it need not score full marks. Write the score that it must get in assignment.yaml. If the lab gives the points of all problems, import with --solution DIR")
	return nil
}

// assign fills in the assignment, which has one test: the lab.
func assign(b *imports.Bundle, l lab) {
	a := &b.Assignment
	a.Title = l.title
	if l.Archive == "" {
		a.Files = &imports.FileRules{Required: []string{l.Handin}}
	} else {
		b.Note(imports.Changed, l.Handin, "made of the pushed files; students push these instead of an archive")
	}
	forMake := time.Duration(l.Seconds) * time.Second
	a.Tests = []imports.Test{{
		Name: "lab", Gradescope: autograderDir, Points: imports.NumberOf(l.sum),
		Limits: imports.Limits{Time: imports.Duration(coresOfMake * forMake), Wall: imports.Duration(forMake + afterMake)},
	}}
	b.AllowJob(forMake + afterMake)
	b.Note(imports.Hint, "problems", "The last line that the lab prints sets the points. Grade problems that it does not name with `ssh … adjust`.")
	b.Note(imports.Hint, "", "such a lab runs the student's code in the same sandbox as its own: a student who tries can read its files and print its last line. For tests that must not be forged write cases, checkers or drivers")
	b.Note(imports.Hint, "autograde_timeout", "%slab.json has the seconds that make may take; to allow more, raise wall and time in assignment.yaml too", autograderDir)
	b.Note(imports.Lost, "autograde_image", "the runner image must have what the lab's image had, including make and python3")
	b.Note(imports.Lost, "scoreboard, hooks of NAME.rb, dates, handout, writeup", "they are not imported")
}
