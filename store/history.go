package store

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// history is all that the grades of a course depend on.
type history struct {
	course      int64
	zone        *time.Location
	tokens      int                         // late days of each owner
	offsets     map[string]schema.DueOffset // how much later the work of an owner is due than the assignments say
	assignments []schema.Assignment
	outages     []outage
	published   publication
	candidates  map[work][]graded
	extensions  map[work][]schema.Extension
	adjustments map[work][]schema.Points
	graded      []work // those that have a grade already
}

// graded is a candidate with its points by visibility.
type graded struct {
	course.Candidate
	tally schema.Tally
}

// work names what one owner does for one assignment.
type work struct {
	assignment int64
	owner      string
}

func scanWork(r row) (w work, err error) {
	err = r.Scan(&w.assignment, &w.owner)
	return w, err
}

// outage is a time in which the course could not submit.
type outage struct {
	start  time.Time
	length time.Duration
}

// history reads what does not depend on the owner.
func (t *tx) history(ctx context.Context, courseID int64) (h history, err error) {
	h.course = courseID
	var zone string
	var settings schema.CourseSettings
	terms := func(r row) (bool, error) { return true, r.Scan(&zone, &h.tokens, decoded{&settings}) }
	if _, err = one(ctx, t, terms, `SELECT zone, late_tokens, settings FROM courses WHERE id = ?`, courseID); err != nil {
		return h, err
	}
	if h.offsets, err = offsets(ctx, t, courseID, settings); err != nil {
		return h, err
	}
	if h.published, err = publications(ctx, t, courseID, settings.Publish); err != nil {
		return h, err
	}
	if h.zone, err = time.LoadLocation(zone); err != nil {
		return h, err
	}
	if h.assignments, err = list(ctx, t, scanAssignment, `SELECT * FROM assignment_rows WHERE course_id = ? ORDER BY name`, courseID); err != nil {
		return h, err
	}
	h.outages, err = list(ctx, t, scanOutage, `SELECT start_at, length_us FROM outages WHERE course_id = ? AND ended_at = 0 ORDER BY start_at, id`, courseID)
	return h, err
}

// deedsOf reads what one owner did and was given.
func (t *tx) deedsOf(ctx context.Context, h *history, owner string) error {
	candidates, err := list(ctx, t, scanCandidate, `SELECT s.assignment_id, s.owner, s.number, s.received_at, s.tally, m.number IS NOT NULL
		FROM assignments a JOIN submissions s ON s.assignment_id = a.id
		LEFT JOIN marks m ON m.assignment_id = s.assignment_id AND m.owner = s.owner AND m.number = s.number
		WHERE a.course_id = ? AND s.owner = ? AND s.tally IS NOT NULL`, h.course, owner)
	if err != nil {
		return err
	}
	extensions, err := list(ctx, t, scanExtension, `SELECT e.assignment_id, e.owner, e.due_at, e.days, e.by_us, e.until_at
		FROM assignments a JOIN extensions e ON e.assignment_id = a.id
		WHERE a.course_id = ? AND e.owner = ? AND e.ended_at = 0`, h.course, owner)
	if err != nil {
		return err
	}
	adjustments, err := list(ctx, t, scanAdjustment, `SELECT j.assignment_id, j.owner, j.points
		FROM assignments a JOIN adjustments j ON j.assignment_id = a.id
		WHERE a.course_id = ? AND j.owner = ? AND j.ended_at = 0`, h.course, owner)
	if err != nil {
		return err
	}
	h.graded, err = list(ctx, t, scanWork, `SELECT g.assignment_id, g.owner FROM assignments a JOIN grades g ON g.assignment_id = a.id
		WHERE a.course_id = ? AND g.owner = ?`, h.course, owner)
	h.candidates, h.extensions, h.adjustments = grouped(candidates), grouped(extensions), grouped(adjustments)
	return err
}

// deedsOfAll reads what everybody in the course did and was given.
func (t *tx) deedsOfAll(ctx context.Context, h *history) error {
	candidates, err := list(ctx, t, scanCandidate, `SELECT s.assignment_id, s.owner, s.number, s.received_at, s.tally, m.number IS NOT NULL
		FROM assignments a JOIN submissions s ON s.assignment_id = a.id
		LEFT JOIN marks m ON m.assignment_id = s.assignment_id AND m.owner = s.owner AND m.number = s.number
		WHERE a.course_id = ? AND s.tally IS NOT NULL`, h.course)
	if err != nil {
		return err
	}
	extensions, err := list(ctx, t, scanExtension, `SELECT e.assignment_id, e.owner, e.due_at, e.days, e.by_us, e.until_at
		FROM assignments a JOIN extensions e ON e.assignment_id = a.id
		WHERE e.ended_at = 0 AND a.course_id = ?`, h.course)
	if err != nil {
		return err
	}
	adjustments, err := list(ctx, t, scanAdjustment, `SELECT j.assignment_id, j.owner, j.points
		FROM assignments a JOIN adjustments j ON j.assignment_id = a.id
		WHERE j.ended_at = 0 AND a.course_id = ?`, h.course)
	if err != nil {
		return err
	}
	h.graded, err = list(ctx, t, scanWork, `SELECT g.assignment_id, g.owner FROM assignments a JOIN grades g ON g.assignment_id = a.id
		WHERE a.course_id = ?`, h.course)
	h.candidates, h.extensions, h.adjustments = grouped(candidates), grouped(extensions), grouped(adjustments)
	return err
}

// keyed is a row that belongs to a work.
type keyed[T any] struct {
	work  work
	value T
}

// grouped collects rows by work, in their order.
func grouped[T any](rows []keyed[T]) map[work][]T {
	groups := make(map[work][]T)
	for _, r := range rows {
		groups[r.work] = append(groups[r.work], r.value)
	}
	return groups
}

func scanCandidate(r row) (k keyed[graded], err error) {
	c := &k.value
	err = r.Scan(&k.work.assignment, &k.work.owner, &c.Number, instant{&c.Received}, decoded{&c.tally}, &c.Marked)
	return k, err
}

func scanExtension(r row) (k keyed[schema.Extension], err error) {
	var by int64
	e := &k.value
	err = r.Scan(&k.work.assignment, &k.work.owner, instant{&e.Due}, &e.Days, &by, instant{&e.Until})
	e.By = time.Duration(by) * time.Microsecond
	return k, err
}

func scanAdjustment(r row) (k keyed[schema.Points], err error) {
	err = r.Scan(&k.work.assignment, &k.work.owner, exact{&k.value})
	return k, err
}

func scanOutage(r row) (o outage, err error) {
	var length int64
	err = r.Scan(instant{&o.start}, &length)
	o.length = time.Duration(length) * time.Microsecond
	return o, err
}

// works are the history as the ledger reads it, and everybody's late days. An
// assignment whose active version cannot be parsed any more is left out, and its
// grades stay as they are.
func (s *Store) works(h history, now time.Time) ([]course.Work, map[string]int) {
	owners := make(map[int64]map[string]bool)
	bank := make(map[string]int)
	note := func(w work) {
		if owners[w.assignment] == nil {
			owners[w.assignment] = make(map[string]bool)
		}
		owners[w.assignment][w.owner] = true
		bank[w.owner] = h.tokens
	}
	for w := range h.candidates {
		note(w)
	}
	for w := range h.adjustments {
		note(w)
	}
	for _, w := range h.graded {
		note(w)
	}
	var works []course.Work
	for _, a := range h.assignments {
		if a.Active == nil {
			continue
		}
		spec, err := s.spec(h, *a.Active)
		if err != nil {
			continue
		}
		for owner := range owners[a.ID] {
			works = append(works, h.work(spec, a, owner, now))
		}
	}
	return works, bank
}

func (h history) work(spec *assignment.Spec, a schema.Assignment, owner string, now time.Time) course.Work {
	w := work{a.ID, owner}
	var adjusted schema.Points
	for _, p := range h.adjustments[w] {
		adjusted = adjusted.Add(p)
	}
	of := course.Owner{Logins: []string{owner}, Schedule: h.schedule(course.ForSection(spec, h.zone, h.offsets[owner]), h.extensions[w])}
	of = h.published.to(of, a.ID, owner)
	return course.Work{
		Assignment: a.Name, Owner: owner, Members: of.Logins, Counts: spec.Counts,
		Schedule: of.Schedule, Candidates: candidates(h.candidates[w], course.Access{Owner: of, Now: now}), Adjustments: adjusted,
	}
}

// candidates are those that may count, as their owner sees them.
func candidates(all []graded, a course.Access) []course.Candidate {
	shown := make([]course.Candidate, 0, len(all))
	for _, g := range all {
		c := g.Candidate
		c.Score, c.MaxScore, c.Seen = g.tally.Score, g.tally.MaxScore, a.Seen(g.tally)
		shown = append(shown, c)
	}
	return shown
}

// schedule applies the outages that touched it to an owner's schedule.
func (h history) schedule(spec *assignment.Spec, extensions []schema.Extension) course.Schedule {
	var lengths []time.Duration
	schedule := course.ScheduleOf(spec, h.zone, extensions, nil)
	for _, o := range h.outages {
		if schedule.Touches(o.start, o.length) {
			lengths = append(lengths, o.length)
			schedule = course.ScheduleOf(spec, h.zone, extensions, lengths)
		}
	}
	return schedule
}
