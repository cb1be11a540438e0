package course

import (
	"cmp"
	"time"

	"github.com/grader/grader/schema"
)

// Report returns the redacted form of a submission for scripts; zone is the course's. Until the job
// is done, it has no score and no tests.
func Report(s schema.GradedSubmission, a Access, zone *time.Location) schema.PublicSubmission {
	p := schema.PublicSubmission{
		Name: s.Name.String(), Number: s.Name.Number, Owner: s.Name.Owner, Login: s.Login, Commit: s.Commit,
		ReceivedAt: s.ReceivedAt.In(zone).Truncate(time.Millisecond),
		State:      s.Job.State,
		Late:       schema.PublicLate{Deducted: schema.Points{}.Number()},
		Score:      schema.Points{}.Number(),
		MaxScore:   schema.Points{}.Number(),
		Tests:      []schema.PublicTest{},
		Receipt:    s.Receipt, TryOut: s.TryOut,
	}
	switch {
	case s.Job.State == schema.StateDone && s.Result != nil:
		p.Times = times(s.Job, reportResult(&p, *s.Result, a), zone)
	case s.Job.State == schema.StateFailed:
		p.Outcome, p.Blame, p.Message = schema.OutcomeInfrastructureError, schema.BlameInfrastructure, cmp.Or(Reason(s.Job, a), wordsFailed)
	case s.Job.State == schema.StateCancelled:
		p.Message = Reason(s.Job, a)
	}
	return p
}

// ReportTry returns the redacted form of a try for scripts.
func ReportTry(y schema.Try, a Access, zone *time.Location) schema.PublicTry {
	p := Report(schema.GradedSubmission{
		Submission: schema.Submission{Name: y.Work, Login: y.Login, Commit: y.Commit, ReceivedAt: y.ReceivedAt},
		Grading:    schema.Grading{Job: y.Job, Result: y.Result},
	}, a, zone)
	return schema.PublicTry{
		Number: y.Number, Owner: p.Owner, Login: p.Login, Commit: p.Commit, ReceivedAt: p.ReceivedAt, State: p.State,
		Outcome: p.Outcome, Blame: p.Blame, Message: p.Message, Score: p.Score, MaxScore: p.MaxScore, Hidden: p.Hidden,
	}
}

// reportResult fills in the visible part of a result and returns that part.
func reportResult(p *schema.PublicSubmission, full schema.Result, a Access) schema.Result {
	r, hidden := Redact(full, a)
	p.Outcome, p.Blame, p.Message = r.Outcome, r.Blame, schema.Sanitize(r.Message)
	p.Score, p.MaxScore = r.Score.Number(), r.MaxScore.Number()
	if b := r.Build; b != nil {
		build := reportBuild(*b)
		p.Build = &build
	}
	for _, t := range r.Tests {
		p.Tests = append(p.Tests, reportTest(t))
	}
	if hidden.Tests > 0 {
		p.Hidden = &hidden
	}
	for _, name := range r.Dropped {
		p.Dropped = append(p.Dropped, schema.Sanitize(name))
	}
	provenance := r.Provenance
	p.Provenance = &provenance
	return r
}

func reportBuild(b schema.BuildResult) schema.PublicBuild {
	return schema.PublicBuild{
		Outcome: b.Outcome, DurationMS: b.Duration.Milliseconds(),
		Message: schema.Sanitize(b.Message), Output: schema.Plain(b.Output),
	}
}

func times(j schema.Job, r schema.Result, zone *time.Location) *schema.PublicTimes {
	at := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.In(zone).Truncate(time.Millisecond)
	}
	return &schema.PublicTimes{QueuedAt: at(j.QueuedAt), StartedAt: at(r.StartedAt), BuiltAt: at(r.BuiltAt), FinishedAt: at(r.FinishedAt)}
}

func reportTest(t schema.TestResult) schema.PublicTest {
	p := schema.PublicTest{
		Name: schema.Sanitize(t.Name), Outcome: t.Outcome,
		Score: t.Score.Number(), MaxScore: t.MaxScore.Number(), Visible: t.Visible,
		CPUMS: t.CPU.Milliseconds(), WallMS: t.Wall.Milliseconds(), MemoryBytes: t.Memory,
		Output: schema.Plain(t.Output), Message: schema.Sanitize(t.Message), Hint: schema.Sanitize(t.Hint),
		Signal: schema.Sanitize(t.Signal), InProcess: t.InProcess, Unpinned: t.Unpinned,
		JudgeMessage: schema.Sanitize(t.JudgeMessage), Tampering: schema.Sanitize(t.Tampering),
	}
	if t.Outcome == schema.OutcomeCrashed && t.Signal == "" {
		status := t.ExitStatus
		p.ExitStatus = &status
	}
	return p
}
