package view

import (
	"strconv"
	"time"

	"github.com/grader/grader/schema"
)

// facts returns the facts about a submission that are known before grading.
func (v *Subject) facts() []Fact {
	sub := v.Submission
	facts := []Fact{
		{Term: "Received", Time: Precisely(sub.ReceivedAt, v.Zone)},
		{Term: "Commit", Value: sub.Commit, Code: true},
	}
	if v.Dated {
		facts = append(facts, Fact{Term: "On time?", Value: Sentence(v.Terms.Schedule.Words(sub.ReceivedAt, v.Terms.Tokens))})
	}
	if sub.Login != sub.Name.Owner {
		facts = append(facts, Fact{Term: "Pushed by", Value: sub.Login})
	}
	return facts
}

// durations returns the durations of the parts of a finished job.
func durations(j schema.Job, r *schema.Result) []Fact {
	var facts []Fact
	add := func(term string, from, to time.Time) {
		if !from.IsZero() && !to.IsZero() && !to.Before(from) {
			facts = append(facts, Fact{Term: term, Value: Duration(to.Sub(from))})
		}
	}
	add("Waited", j.QueuedAt, r.StartedAt)
	if r.BuiltAt.IsZero() {
		add("Graded in", r.StartedAt, r.FinishedAt)
		return facts
	}
	add("Built in", r.StartedAt, r.BuiltAt)
	add("Tested in", r.BuiltAt, r.FinishedAt)
	return facts
}

// provenance returns everything that determined a result.
func (v *Subject) provenance(r *schema.Result) []Fact {
	p := r.Provenance
	facts := []Fact{
		{Term: "Submission", Value: p.Submission, Code: true},
		{Term: "Tests", Value: p.Tests, Code: true},
		{Term: "Runner", Value: p.Flavour},
		{Term: "Image", Value: p.Image, Code: true},
		{Term: "Wall", Value: p.Wall},
		{Term: "Grader", Value: p.Grader},
		{Term: "Attempt", Value: strconv.Itoa(p.Attempt)},
		{Term: "Queued", Time: v.clock(v.Submission.Job.QueuedAt)},
		{Term: "Started", Time: v.clock(r.StartedAt)},
		{Term: "Built", Time: v.clock(r.BuiltAt)},
		{Term: "Finished", Time: v.clock(r.FinishedAt)},
	}
	kept := facts[:0]
	for _, f := range facts {
		if f.Value != "" && f.Value != "0" || f.Time.ISO != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

// clock is like Precisely, but omits the date if it is that of the submission.
func (v *Subject) clock(t time.Time) Moment {
	m := Precisely(t, v.Zone)
	if t.In(v.Zone).Format(time.DateOnly) == v.Submission.ReceivedAt.In(v.Zone).Format(time.DateOnly) {
		m.Text = t.In(v.Zone).Format("15:04:05.000 MST")
	}
	return m
}
