package view

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sergi/go-diff/diffmatchpatch"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Tests lists the versions and the files of an assignment's tests, with the forms that
// change them.
type Tests struct {
	Frame
	Path     string // of the page
	Task     string // COURSE/ASSIGNMENT
	May      bool   // the viewer may change them
	Base     string // commit that is shown, "" for none
	Files    []TestsFile
	Versions Listing
	Families []string // tests to which a case can be added
	Form     Form
}

// TestsFile is one file of a tests repository.
type TestsFile struct{ Path, Size string }

// NewTests lists versions.
func NewTests(path string, versions []schema.TestsVersion, now time.Time, zone *time.Location) Tests {
	page := Tests{Path: path, Versions: Listing{
		Caption: "Versions", Heads: []string{"Version", "State", "Solution", "By", "Received"}, Empty: "Nothing was pushed yet.",
	}}
	for _, v := range versions {
		state := VersionWord(v.State)
		if v.Skipped {
			state += ", although its gate failed"
		}
		score := ""
		if v.MaxScore != "" {
			score = v.Score.String() + " / " + v.MaxScore.String()
		}
		page.Versions.Rows = append(page.Versions.Rows, ListRow{Cells: []ListCell{
			Link("Version "+strconv.Itoa(v.Number), path+"/versions/"+strconv.Itoa(v.Number)), Text(state), Text(score), Text(v.By), When(At(v.ReceivedAt, now, zone)),
		}})
	}
	return page
}

// VersionWord names the state of a version of tests.
func VersionWord(s schema.VersionState) string {
	switch s {
	case schema.VersionCandidate:
		return "being checked"
	case schema.VersionActive:
		return "active"
	case schema.VersionRejected:
		return "rejected by its gate"
	case schema.VersionRetired:
		return "replaced"
	}
	return string(s)
}

// PathLink is the address of a file below root.
func PathLink(root, path string) string { return root + (&url.URL{Path: path}).EscapedPath() }

// Link leads to a file of the repository.
func (t Tests) Link(path string) string { return PathLink(t.Path+"/files/", path) }

// TestsEdit is the form in which one file is edited.
type TestsEdit struct {
	Frame
	Path     string // of the tests
	Name     string // of the file
	Base     string // commit that is shown
	Text     string
	Nonce    string // of the editor's styles
	Closed   string // why its text cannot be edited
	Exists   bool
	May      bool
	Checked  bool // it was checked and has no mistakes
	Problems []Problem
}

// Action is where the form is sent to.
func (t TestsEdit) Action() string { return PathLink(t.Path+"/files/", t.Name) }

// Problem is one mistake that the parser found.
type Problem struct {
	Where string // "assignment.yaml, line 12, column 5"
	Says  string
}

// NewProblems words the parser's mistakes.
func NewProblems(all []assignment.Problem) []Problem {
	var problems []Problem
	for _, p := range all {
		where := p.File
		if p.Line > 0 {
			where = fmt.Sprintf("%s, line %d, column %d", p.File, p.Line, p.Column)
		}
		problems = append(problems, Problem{Where: where, Says: p.Message})
	}
	return problems
}

// NewAssignment is the form that makes an assignment.
type NewAssignment struct {
	Frame
	Path      string
	Zone      string
	Languages []Language
	Form      Form
}

// Language is one that an assignment can begin with.
type Language struct{ Name, Word string }

// NewLanguages words the languages of the starters.
func NewLanguages(names []string) []Language {
	var all []Language
	for _, name := range names {
		all = append(all, Language{Name: name, Word: languageWord(name)})
	}
	return all
}

func languageWord(name string) string {
	switch name {
	case "c", "java", "python", "go":
		return strings.ToUpper(name[:1]) + name[1:]
	case "cpp":
		return "C++"
	case "javascript":
		return "JavaScript"
	}
	return name
}

// Version is one version of the tests.
type Version struct {
	Frame
	Path        string
	Task        string
	Number      int
	State       string
	Mark        Mark
	Commit      string
	Received    Moment
	Parts       []GatePart
	Reasons     []string // why the gate did not pass
	Solution    string   // score of the solution
	Samples     Listing
	MayActivate bool
	Before      int // number of the version that it is compared with, 0 for none
	Changes     []FileChange
	More        int // files that differ and are not shown; 0 or less: none
}

// GatePart is one job of a gate.
type GatePart struct {
	Name  string
	Mark  Mark
	Says  string
	Tests []GateTest // of the solution that did not pass
}

// GateTest is a test that the solution did not pass.
type GateTest struct {
	Name, Message, Output string
}

// NewVersion makes the page of a version without its differences.
func NewVersion(path string, g schema.Gate, now time.Time, zone *time.Location) Version {
	v := Version{
		Path: path, Number: g.Version.Number, State: VersionWord(g.Version.State), Mark: versionMark(g), Commit: ShortCommit(g.Version.Commit), Received: At(g.Version.ReceivedAt, now, zone),
		Samples: Listing{Caption: "Samples", Heads: []string{"Directory", "Expected", "Scored", ""}},
	}
	for i, j := range g.Jobs {
		v.Parts = append(v.Parts, newGatePart(i, j))
	}
	if g.Verdict == nil {
		return v
	}
	for _, reason := range g.Verdict.Reasons {
		v.Reasons = append(v.Reasons, schema.Sanitize(reason))
	}
	v.Solution = g.Verdict.Score.String() + " / " + g.Verdict.Max.String()
	for _, sample := range g.Verdict.Samples {
		expected, got := sample.Compared()
		says := "as expected"
		if sample.Fault() != "" {
			says = "not as expected"
		}
		v.Samples.Rows = append(v.Samples.Rows, ListRow{Cells: []ListCell{Text(sample.Dir), Text(expected), Text(got), Text(says)}})
	}
	return v
}

// versionMark says the state of a version.
func versionMark(g schema.Gate) Mark {
	switch {
	case g.Version.State == schema.VersionActive:
		return Mark{Word: "Active", Tone: "good", Shape: "tick"}
	case g.Version.State == schema.VersionRetired:
		return Mark{Word: "Replaced", Tone: "calm", Shape: "dash"}
	case g.Version.State == schema.VersionRejected:
		return Mark{Word: "Rejected", Tone: "bad", Shape: "cross"}
	case g.Failed():
		return Mark{Word: "Not decided", Tone: "odd", Shape: "triangle"}
	}
	return Mark{Word: "Being checked", Tone: "busy", Shape: "spin"}
}

// newGatePart shows a job of a gate.
func newGatePart(i int, j schema.GateJob) GatePart {
	p := GatePart{Name: "The gate"}
	switch {
	case j.Part.Run > 0:
		p.Name = fmt.Sprintf("Run %d of the solution", j.Part.Run)
	case j.Part.Starter:
		p.Name = "The starter"
	case len(j.Part.Samples) > 0:
		p.Name = "Samples " + strings.Join(j.Part.Samples, ", ")
	}
	switch {
	case j.Job.State == schema.StateFailed || j.Job.State == schema.StateCancelled:
		p.Mark, p.Says = Mark{Word: "Failed", Tone: "odd", Shape: "triangle"}, Sentence(schema.Sanitize(j.Job.Reason))
	case j.Job.State == schema.StateQueued:
		p.Mark = Mark{Word: "Waiting", Tone: "busy", Shape: "clock"}
	case !j.Job.State.Ended():
		p.Mark = Mark{Word: "Running", Tone: "busy", Shape: "spin"}
	case j.Result != nil && j.Result.Gate != nil && j.Result.Gate.Passed:
		p.Mark = Mark{Word: "Passed", Tone: "good", Shape: "tick"}
	default:
		p.Mark = Mark{Word: "Did not pass", Tone: "bad", Shape: "cross"}
	}
	if j.Result == nil || i > 0 {
		return p
	}
	for _, t := range j.Result.Tests {
		if t.Outcome != schema.OutcomePassed && !t.Unpinned {
			p.Tests = append(p.Tests, GateTest{Name: t.Name, Message: schema.Sanitize(t.Message), Output: schema.Plain(t.Output)})
		}
	}
	if b := j.Result.Build; b != nil && b.Outcome != schema.OutcomePassed {
		p.Tests = append(p.Tests, GateTest{Name: "build", Message: schema.Sanitize(b.Message), Output: schema.Plain(b.Output)})
	}
	return p
}

// FileChange is what two versions of a file differ in.
type FileChange struct {
	Path           string
	Added, Removed bool
	Closed         string // why no lines are shown
	Lines          []ChangedLine
}

// ChangedLine is one line of a difference.
type ChangedLine struct {
	Sign string // "+", "-", " ", or "…" where lines are left out
	Text string
}

// contextLines is how many lines that are the same stand around a difference.
const contextLines = 3

// CompareLines compares two texts line by line.
func CompareLines(old, text string) []ChangedLine {
	m := diffmatchpatch.New()
	m.DiffTimeout = time.Second / 5
	a, b, lines := m.DiffLinesToChars(old, text)
	var all []ChangedLine
	for _, d := range m.DiffCharsToLines(m.DiffMain(a, b, false), lines) {
		sign := map[diffmatchpatch.Operation]string{diffmatchpatch.DiffDelete: "-", diffmatchpatch.DiffInsert: "+", diffmatchpatch.DiffEqual: " "}[d.Type]
		for line := range strings.Lines(d.Text) {
			all = append(all, ChangedLine{Sign: sign, Text: strings.TrimSuffix(line, "\n")})
		}
	}
	return withoutFar(all)
}

// withoutFar leaves out lines that are the same and far from any that differ.
func withoutFar(all []ChangedLine) []ChangedLine {
	near := make([]bool, len(all))
	for i, line := range all {
		if line.Sign == " " {
			continue
		}
		for k := max(0, i-contextLines); k <= min(len(all)-1, i+contextLines); k++ {
			near[k] = true
		}
	}
	var kept []ChangedLine
	for i, line := range all {
		if near[i] {
			kept = append(kept, line)
		} else if i == 0 || near[i-1] {
			kept = append(kept, ChangedLine{Sign: "…"})
		}
	}
	return kept
}
