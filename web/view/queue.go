package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// Queue is the page of the queue: a person's own jobs and, for staff, the state of the runners.
type Queue struct {
	Frame
	Summary  string
	Mine     []QueueRow
	Staff    bool
	Lanes    Listing
	Pools    []Pool
	Runners  Listing
	Flavours []string // flavours to which an administrator may move waiting jobs; nil for others
	Form     Form
}

// QueueRow is one of the person's submissions whose job has not ended.
type QueueRow struct {
	Name, Path string
	Mark       Mark
	Status     string
}

// Pool describes the runners of one flavour.
type Pool struct {
	Flavour  string
	Facts    []Fact
	Reason   string // for the number of runners
	Failure  string // why the last start of a runner failed
	Failures []string

	Mode      schema.PoolMode
	Stopped   string // message for people whose jobs wait, "" if jobs start
	May       classroom.PoolRights
	Why       string // reason given for the mode, "" for none
	Warm, Max string // numbers that were set; "": those of the configuration
}

// Path returns the path to which the forms of a pool are sent.
func (p Pool) Path() string { return "/-/pools/" + p.Flavour }

// NewQueue returns the page. mine holds the person's submissions whose jobs have not ended.
func NewQueue(r classroom.QueueReport, mine []classroom.OwnWork, admin bool, now time.Time) Queue {
	q := Queue{Staff: r.Staff, Summary: waitingSummary(r.Waiting)}
	for _, sub := range mine {
		p := Progress{State: sub.Job.State}
		q.Mine = append(q.Mine, QueueRow{
			Name: sub.Name.String(), Path: "/" + sub.Name.String(), Mark: MarkOfJob(sub.Job.State, nil), Status: p.Words(sub.Place),
		})
	}
	if !r.Staff {
		return q
	}
	q.Lanes = Listing{Caption: "Waiting jobs", Heads: []string{"Flavour", "Lane", "Waiting"}, Empty: "Nothing waits."}
	for _, d := range r.Waiting {
		q.Lanes.Rows = append(q.Lanes.Rows, ListRow{Cells: []ListCell{Text(d.Flavour), Text(d.Lane.String()), Text(fmt.Sprint(d.Waiting))}})
	}
	for _, p := range r.Pools {
		pool := newPool(p, now)
		pool.May = r.May[p.Flavour.Name]
		q.Pools = append(q.Pools, pool)
		if admin {
			q.Flavours = append(q.Flavours, p.Flavour.Name)
		}
	}
	q.Runners = newRunners(r.Runners, now)
	return q
}

// Refill restores the values of a refused form to the forms of a flavour's pool.
func (q *Queue) Refill(flavour string, sent Form) {
	for i := range q.Pools {
		p := &q.Pools[i]
		if p.Flavour != flavour {
			continue
		}
		for field, value := range map[string]*string{"reason": &p.Why, "warm": &p.Warm, "max": &p.Max} {
			if text, ok := sent[field]; ok {
				*value = text
			}
		}
		if mode, ok := sent["mode"]; ok {
			p.Mode = schema.PoolMode(mode)
		}
	}
}

func waitingSummary(depths []schema.QueueDepth) string {
	of := make(map[string]int)
	var flavours []string
	for _, d := range depths {
		if of[d.Flavour] == 0 {
			flavours = append(flavours, d.Flavour)
		}
		of[d.Flavour] += d.Waiting
	}
	slices.Sort(flavours)
	var words []string
	for _, f := range flavours {
		words = append(words, fmt.Sprintf("%s for a runner of flavour %s", Count(of[f], "job"), f))
	}
	if len(words) == 0 {
		return "Nothing waits."
	}
	return "Waiting: " + strings.Join(words, ", ") + "."
}

func newPool(p schema.PoolState, now time.Time) Pool {
	pool := Pool{
		Mode: p.Control.Mode, Stopped: Sentence(p.Control.Words()), Why: p.Control.Reason, Warm: optional(p.Control.Warm), Max: optional(p.Control.Max),
		Flavour: p.Flavour.Name, Reason: Sentence(p.Reason), Failure: Sentence(p.Failure),
		Facts: []Fact{
			{Term: "Waiting", Value: fmt.Sprint(p.Waiting)}, {Term: "Busy", Value: fmt.Sprint(p.Busy)}, {Term: "Ready", Value: fmt.Sprint(p.Ready)},
			{Term: "Starting", Value: fmt.Sprint(p.Starting)}, {Term: "Wanted", Value: fmt.Sprintf("%d, of %d to %d", p.Wanted, p.Flavour.Warm, p.Flavour.Max)},
		},
	}
	for _, f := range p.Failures {
		words := Relative(f.Last, now) + ": " + f.Why
		if f.Times > 1 {
			words += fmt.Sprintf(" (%d times in a row)", f.Times)
		}
		pool.Failures = append(pool.Failures, words)
	}
	return pool
}

// optional formats a number for a form field. It returns "" for nil.
func optional(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func newRunners(all []schema.RunnerState, now time.Time) Listing {
	l := Listing{Caption: "Runners", Heads: []string{"Runner", "Flavour", "State", "Since", "Host", "Wall", "Job"}, Empty: "There are none."}
	for _, s := range all {
		job := ""
		if s.Job != 0 {
			job = fmt.Sprint(s.Job)
		}
		l.Rows = append(l.Rows, ListRow{Cells: []ListCell{
			Text(s.Runner.ID), Text(s.Runner.Flavour), Text(s.Phase), Text(Relative(s.Since, now)), Text(s.Runner.Host), Text(s.Runner.Wall), Text(job),
		}})
	}
	return l
}
