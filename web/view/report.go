package view

import (
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Report is a submission's page without its frame. Live updates replace parts of it.
type Report struct {
	Path     string // of the page
	Name     string
	Heading  string
	Task     string // title
	TaskPath string
	Live     bool
	Job      int64
	Told     int64 // events that the page shows

	Mark    Mark
	Status  string // a sentence: the state or the result
	Advice  string // what the status means for the student
	Score   string // "17", "" if there is none; the score so far while live
	Max     string // set when the job has ended
	Hidden  string // hidden tests that are not in the score
	Done    int    // tests
	Total   int    // 0: unknown
	Earlier string

	Build   *Build
	Lines   []Line // of a build in progress
	paint   Paint  // of the next line
	Tests   []Test
	Groups  Groups // Tests as the list shows them
	opened  int    // number of Tests that are shown opened
	InTests bool   // some tests were judged inside the student's own process
	Failing bool   // the list shows only tests that did not pass
	Dropped []string

	Facts      []Fact
	Provenance []Fact
	Receipt    string
	TryOut     bool
}

// Line is one line of output.
type Line []Piece

// Build is a finished build.
type Build struct {
	Mark     Mark
	Message  string
	Output   string
	Pieces   []Piece // of Output, with colours and links to source lines
	Duration string
	Open     bool
}

// Subject is one submission as one member may see it.
type Subject struct {
	Submission schema.GradedSubmission
	Access     course.Access
	Title      string // of the assignment
	Zone       *time.Location
	Dated      bool            // Terms are known
	Terms      course.Terms    // of the owner when the submission was received
	Seen       Progress        // from the events of its latest job
	Place      schema.Place    // in the queue
	Total      int             // expected tests, 0: unknown
	Failing    bool            // list only the tests that did not pass
	Sources    map[string]bool // files of the submission that outputs mention
}

// NewReport returns the report of a submission for a member.
func NewReport(v *Subject) Report {
	sub := v.Submission
	r := Report{
		Path: "/" + sub.Name.String(), Name: sub.Name.String(), Heading: "Submission " + strconv.Itoa(sub.Name.Number),
		Task: v.Title, TaskPath: "/" + sub.Name.Course + "/" + sub.Name.Assignment, Job: sub.Job.ID, Told: v.Seen.Told,
		Receipt: sub.Receipt, TryOut: sub.TryOut, Failing: v.Failing, Facts: v.facts(),
	}
	if sub.Name.Owner != v.Access.Viewer.Login {
		r.Heading = sub.Name.Owner + ": submission " + strconv.Itoa(sub.Name.Number)
	}
	result, hidden := redacted(sub.Result, v.Access)
	if sub.Job.State.Ended() {
		r.showEnd(v, result, hidden)
		return r
	}
	r.Total = v.Total
	r.ShowProgress(v)
	if result != nil {
		r.Earlier = "It is being graded again. Before: " + strings.ToLower(MarkOfResult(result).Word) + ", " + scoreOf(result) + "."
	}
	return r
}

// ShowProgress fills in the state from the events so far.
func (r *Report) ShowProgress(v *Subject) {
	r.Live = true
	r.Lines, r.paint = nil, Paint{}
	for _, text := range v.Seen.Lines {
		r.AddLine(text)
	}
	r.showWork(v.Access.Viewer, v.Seen.Build, v.Seen.Tests)
	r.ShowStanding(&v.Seen, v.Place)
}

// AddLine adds a line of a build in progress. Its colours continue those of the previous line.
func (r *Report) AddLine(text string) Line {
	line := Line(r.paint.Pieces(text))
	r.Lines = append(r.Lines, line)
	return line
}

// ShowStanding fills in the state of the job, without its build and tests.
func (r *Report) ShowStanding(p *Progress, place schema.Place) {
	r.Mark = MarkOfJob(p.State, nil)
	r.Status = p.Words(place)
	r.Advice = "You may close this page: nothing stops. It updates by itself."
	r.Done, r.Score = len(p.Tests), ""
	if len(p.Tests) > 0 {
		r.Score = p.Earned.String()
	}
}

// showEnd fills in the result.
func (r *Report) showEnd(v *Subject, result *schema.Result, hidden schema.Hidden) {
	job := v.Submission.Job
	if job.State != schema.StateDone {
		result = nil
	}
	r.Mark = MarkOfJob(job.State, result)
	if result == nil {
		r.Status, r.Advice = noResultWords(job, v.Access)
		return
	}
	r.Status, r.Advice = resultWords(result)
	if scoreOf(result) != "" {
		r.Score, r.Max = result.Score.String(), result.MaxScore.String()
		r.Hidden = hiddenSentence(hidden)
	}
	r.Dropped = result.Dropped
	r.showWork(v.Access.Viewer, result.Build, result.Tests)
	r.linkSources(v.Sources)
	r.Facts = append(r.Facts, durations(job, result)...)
	r.Provenance = v.provenance(result)
}

func (r *Report) showWork(v course.Viewer, build *schema.BuildResult, tests []schema.TestResult) {
	r.Build = NewBuild(build)
	r.Tests, r.Groups, r.opened, r.Done = nil, Groups{}, 0, len(tests)
	for _, t := range tests {
		r.AddTest(NewTest(t, v))
	}
}

// linkSources turns the source lines in outputs into links.
func (r *Report) linkSources(known map[string]bool) {
	if len(known) == 0 {
		return
	}
	root := r.Path + "/-/files"
	if r.Build != nil {
		r.Build.Pieces = linkSources(r.Build.Pieces, root, known)
	}
	for i := range r.Tests {
		r.Tests[i].Pieces = linkSources(r.Tests[i].Pieces, root, known)
	}
	for _, g := range r.Groups.List {
		for i := range g.Tests {
			g.Tests[i].Pieces = linkSources(g.Tests[i].Pieces, root, known)
		}
	}
}

// maxOpen is the maximum number of failed tests that are shown opened: the first ones, which the
// student should look at next.
const maxOpen = 3

// AddTest adds a test and returns how the list changes.
func (r *Report) AddTest(t Test) Addition {
	if t.Open = t.Open && r.opened < maxOpen; t.Open {
		r.opened++
	}
	r.Tests = append(r.Tests, t)
	r.InTests = r.InTests || t.InProcess
	if r.Failing && !t.Failed() {
		return Addition{Test: &t}
	}
	return r.Groups.add(t)
}

// NewBuild returns a build for display, or nil if there was none.
func NewBuild(b *schema.BuildResult) *Build {
	if b == nil {
		return nil
	}
	return &Build{
		Mark: MarkOf(b.Outcome), Message: Sentence(b.Message), Output: b.Output, Pieces: new(Paint).Pieces(b.Output),
		Duration: Duration(b.Duration), Open: b.Outcome != schema.OutcomePassed,
	}
}

// Title returns the title of the page for the browser.
func (r *Report) Title() string {
	title := r.Mark.Word
	if r.Score != "" && !r.Live {
		title = r.Score + " / " + r.Max
	}
	return title + ": " + r.Name
}
