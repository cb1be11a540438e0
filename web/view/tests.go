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

// Tests is the page of the versions and files of an assignment's tests, with the forms that change
// them.
type Tests struct {
	Frame
	Path     string // of the page
	Task     string // COURSE/ASSIGNMENT
	May      bool   // the viewer may change them
	Base     string // commit of the files, "" for none
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

// VersionWord returns the word for the state of a version of the tests.
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

// PathLink returns the path of a file below root.
func PathLink(root, path string) string { return root + (&url.URL{Path: path}).EscapedPath() }

// Link returns the path of the page of a file.
func (t Tests) Link(path string) string { return PathLink(t.Path+"/files/", path) }

// TestsEdit is the page with the form that edits one file.
type TestsEdit struct {
	Frame
	Path     string // of the tests
	Name     string // of the file
	Base     string // commit of the text
	Text     string
	Nonce    string // of the editor's styles
	Closed   string // why the text cannot be edited, "" if it can
	Exists   bool
	May      bool
	Checked  bool // it was checked and has no mistakes
	Problems []Problem
}

// Action returns the path to which the form is sent.
func (t TestsEdit) Action() string { return PathLink(t.Path+"/files/", t.Name) }

// Problem is one mistake that the parser found.
type Problem struct {
	Where string // "assignment.yaml, line 12, column 5"
	Says  string
}

// NewProblems returns the parser's mistakes for display.
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

// NewAssignment is the page with the form that creates an assignment.
type NewAssignment struct {
	Frame
	Path      string
	Zone      string
	Languages []Language
	Form      Form
}

// Language is a language for which there are starter files.
type Language struct{ Name, Word string }

// NewLanguages returns the languages of the starter files for display.
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

// Version is the page of one version of the tests.
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
	Before      int // number of the version it is compared with, 0 for none
	Changes     []FileChange
	More        int // changed files that are not shown; none if not positive
}

// GatePart is one job of a gate.
type GatePart struct {
	Name  string
	Mark  Mark
	Says  string
	Tests []GateTest // tests that the solution did not pass
}

// GateTest is a test that the solution did not pass.
type GateTest struct {
	Name, Message, Output string
}

// NewVersion returns the page of a version without its changes.
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

// versionMark returns the mark of a version's state.
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

// newGatePart returns a job of a gate for display.
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

// FileChange holds the differences between two versions of a file.
type FileChange struct {
	Path           string
	Added, Removed bool
	Closed         string // why no lines are shown
	Lines          []ChangedLine
}

// ChangedLine is one line of a comparison.
type ChangedLine struct {
	Sign string // "+", "-", " ", or "…" for omitted lines
	Text string
}

// contextLines is the number of equal lines that are shown around a difference.
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

// withoutFar replaces equal lines that are far from any difference with "…".
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
