package web

import (
	"strconv"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// facts are what is known of a submission from the start. terms are its owner's at the
// moment of receipt.
func (v *sight) facts(terms course.Terms) []fact {
	zone := v.Course.Location()
	facts := []fact{
		{Term: "Received", Time: precisely(v.Sub.ReceivedAt, zone)},
		{Term: "Commit", Value: v.Sub.Commit, Code: true},
	}
	if v.Task.Spec != nil {
		facts = append(facts, fact{Term: "On time?", Value: sentence(terms.Schedule.Words(v.Sub.ReceivedAt, terms.Tokens))})
	}
	if v.Sub.Login != v.Sub.Name.Owner {
		facts = append(facts, fact{Term: "Pushed by", Value: v.Sub.Login})
	}
	return facts
}

// durations are how long the parts of a finished job took.
func durations(j schema.Job, r *schema.Result) []fact {
	var facts []fact
	add := func(term string, from, to time.Time) {
		if !from.IsZero() && !to.IsZero() && !to.Before(from) {
			facts = append(facts, fact{Term: term, Value: humaneDuration(to.Sub(from))})
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

// provenance is everything that decided a result.
func provenance(v *sight, r *schema.Result) []fact {
	p := r.Provenance
	facts := []fact{
		{Term: "Submission", Value: p.Submission, Code: true},
		{Term: "Tests", Value: p.Tests, Code: true},
		{Term: "Runner", Value: p.Flavour},
		{Term: "Image", Value: p.Image, Code: true},
		{Term: "Wall", Value: p.Wall},
		{Term: "Grader", Value: p.Grader},
		{Term: "Attempt", Value: strconv.Itoa(p.Attempt)},
		{Term: "Queued", Time: v.clock(v.Sub.Job.QueuedAt)},
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

// clock is precisely, without the date where it is that of the submission.
func (v *sight) clock(t time.Time) moment {
	zone := v.Course.Location()
	m := precisely(t, zone)
	if t.In(zone).Format(time.DateOnly) == v.Sub.ReceivedAt.In(zone).Format(time.DateOnly) {
		m.Text = t.In(zone).Format("15:04:05.000 MST")
	}
	return m
}
