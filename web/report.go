package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// report is a submission's page without its frame; live updates replace parts of it.
type report struct {
	Path     string // of the page
	Name     string
	Heading  string
	Task     string // title
	TaskPath string
	Live     bool
	Job      int64
	Told     int64 // events that the page holds

	Mark    mark
	Status  string // a sentence: where it stands, or what came of it
	Advice  string // what to make of it
	Score   string // "17", "" where there is none; while live, so far
	Max     string // once it has ended
	Hidden  string // what counts that is not shown
	Done    int    // tests
	Total   int    // 0: unknown
	Earlier string

	Build   *buildView
	Lines   []string // of a build under way
	Tests   []testView
	Groups  groups // of Tests, as the list shows them
	opened  int    // of Tests
	InTests bool   // some were judged inside the student's own process
	Failing bool   // the list shows only what did not pass
	Dropped []string

	Facts      []fact
	Provenance []fact
	Receipt    string
	TryOut     bool
}

// buildView is a finished build.
type buildView struct {
	Mark     mark
	Message  string
	Output   string
	Duration string
	Open     bool
}

// newReport makes the report of what a member sees.
func (s *Server) newReport(ctx context.Context, v *sight) report {
	sub := v.Sub
	r := report{
		Path: "/" + sub.Name.String(), Name: sub.Name.String(), Heading: "Submission " + strconv.Itoa(sub.Name.Number),
		Task: v.Task.Title(), TaskPath: "/" + v.Task.Path(), Job: sub.Job.ID, Told: v.Seen.Told,
		Receipt: sub.Receipt, TryOut: sub.TryOut, Failing: v.Failing,
	}
	if sub.Name.Owner != v.Actor.User.Login {
		r.Heading = sub.Name.Owner + ": submission " + strconv.Itoa(sub.Name.Number)
	}
	terms, err := s.Results.Terms(ctx, sub.Assignment, sub.Name.Owner, sub.ReceivedAt)
	if err != nil {
		s.logger().Error("terms cannot be read", "submission", sub.Name.String(), "error", err)
	}
	r.Facts = v.facts(terms)
	result, hidden := redacted(sub.Result, v.Viewer())
	if sub.Job.State.Ended() {
		r.showEnd(v, result, hidden)
		return r
	}
	r.Total = s.expectedTests(ctx, v)
	r.showProgress(v, s.place(v))
	if result != nil {
		r.Earlier = "It is being graded again. Before: " + strings.ToLower(markOfResult(result).Word) + ", " + scoreOf(result) + "."
	}
	return r
}

// showProgress fills in what the events say so far.
func (r *report) showProgress(v *sight, place schema.Place) {
	r.Live = true
	r.Lines = v.Seen.Lines
	r.showWork(v, v.Seen.Build, v.Seen.Tests)
	r.showStanding(&v.Seen, place)
}

// showStanding fills in where the job stands, without its build and tests.
func (r *report) showStanding(p *progress, place schema.Place) {
	r.Mark = markOfJob(p.State, nil)
	r.Status = p.words(place)
	r.Advice = "You may close this page: nothing stops. It updates by itself."
	r.Done, r.Score = len(p.Tests), ""
	if len(p.Tests) > 0 {
		r.Score = p.Earned.String()
	}
}

// showEnd fills in what came of it.
func (r *report) showEnd(v *sight, result *schema.Result, hidden schema.Hidden) {
	job := v.Sub.Job
	if job.State != schema.StateDone {
		result = nil
	}
	r.Mark = markOfJob(job.State, result)
	if result == nil {
		r.Status, r.Advice = noResultWords(job, v.Viewer())
		return
	}
	r.Status, r.Advice = resultWords(result)
	if scoreOf(result) != "" {
		r.Score, r.Max = result.Score.String(), result.MaxScore.String()
		r.Hidden = hiddenSentence(hidden)
	}
	r.Dropped = result.Dropped
	r.showWork(v, result.Build, result.Tests)
	r.Facts = append(r.Facts, durations(job, result)...)
	r.Provenance = provenance(v, result)
}

func (r *report) showWork(v *sight, build *schema.BuildResult, tests []schema.TestResult) {
	r.Build = newBuildView(build)
	r.Tests, r.Groups, r.opened, r.Done = nil, groups{}, 0, len(tests)
	for _, t := range tests {
		r.addTest(newTestView(t, v.Viewer()))
	}
}

// maxOpen is how many tests that did not pass are shown opened: the first ones are
// what to look at next.
const maxOpen = 3

// addTest adds a test, and says what that changes in the list.
func (r *report) addTest(t testView) addition {
	if t.Open = t.Open && r.opened < maxOpen; t.Open {
		r.opened++
	}
	r.Tests = append(r.Tests, t)
	r.InTests = r.InTests || t.InProcess
	if r.Failing && !t.Failed() {
		return addition{Test: &t}
	}
	return r.Groups.add(t)
}

func newBuildView(b *schema.BuildResult) *buildView {
	if b == nil {
		return nil
	}
	return &buildView{
		Mark: markOf(b.Outcome), Message: sentence(b.Message), Output: b.Output,
		Duration: humaneDuration(b.Duration), Open: b.Outcome != schema.OutcomePassed,
	}
}

// Title is what the browser shows of the page.
func (r *report) Title() string {
	title := r.Mark.Word
	if r.Score != "" && !r.Live {
		title = r.Score + " / " + r.Max
	}
	return title + ": " + r.Name
}

// place asks the scheduler where a waiting job stands.
func (s *Server) place(v *sight) schema.Place {
	if v.Seen.State != schema.StateQueued {
		return schema.Place{}
	}
	return s.Live.Place(v.Sub.Job.ID)
}
