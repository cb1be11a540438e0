package store

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// history holds all data that the grades of a course depend on.
type history struct {
	course      int64
	zone        *time.Location
	tokens      int                         // late days of each owner
	offsets     map[string]schema.DueOffset // delay of each owner's due time
	assignments []schema.Assignment
	outages     []outage
	published   publication
	candidates  map[work][]graded
	extensions  map[work][]granted
	adjustments map[work][]given
	graded      []work // works that already have a grade
	seats       seats
	only        map[work]bool // the works to compute; nil: all
}

// granted is an extension with the time when it was granted.
type granted struct {
	schema.Extension
	at time.Time
}

// given is an adjustment with the time when it was made.
type given struct {
	points schema.Points
	at     time.Time
}

// graded is a candidate with its points by visibility.
type graded struct {
	course.Candidate
	tally schema.Tally
}

// work identifies one owner's work for one assignment.
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

// readHistory reads the part that does not depend on the owner.
func readHistory(ctx context.Context, t *tx, courseID int64) (h history, err error) {
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

// loadWork reads the submissions, extensions and adjustments of some owners.
func loadWork(ctx context.Context, t *tx, h *history, names ...string) error {
	owners, err := encode(names)
	if err != nil {
		return err
	}
	candidates, err := list(ctx, t, scanCandidates(), `SELECT s.assignment_id, s.owner, s.number, s.received_at, s.tally, m.number IS NOT NULL
		FROM assignments a JOIN submissions s ON s.assignment_id = a.id
		LEFT JOIN marks m ON m.assignment_id = s.assignment_id AND m.owner = s.owner AND m.number = s.number
		WHERE a.course_id = ? AND s.owner IN (SELECT value FROM json_each(?)) AND s.tally IS NOT NULL`, h.course, owners)
	if err != nil {
		return err
	}
	extensions, err := list(ctx, t, scanExtension, `SELECT e.assignment_id, e.owner, e.due_at, e.days, e.by_us, e.until_at, e.made_at
		FROM assignments a JOIN extensions e ON e.assignment_id = a.id
		WHERE a.course_id = ? AND e.owner IN (SELECT value FROM json_each(?)) AND e.ended_at = 0`, h.course, owners)
	if err != nil {
		return err
	}
	adjustments, err := list(ctx, t, scanAdjustment, `SELECT j.assignment_id, j.owner, j.points, j.made_at
		FROM assignments a JOIN adjustments j ON j.assignment_id = a.id
		WHERE a.course_id = ? AND j.owner IN (SELECT value FROM json_each(?)) AND j.ended_at = 0`, h.course, owners)
	if err != nil {
		return err
	}
	h.graded, err = list(ctx, t, scanWork, `SELECT g.assignment_id, g.owner FROM assignments a JOIN grades g ON g.assignment_id = a.id
		WHERE a.course_id = ? AND g.owner IN (SELECT value FROM json_each(?))`, h.course, owners)
	h.candidates, h.extensions, h.adjustments = grouped(candidates), grouped(extensions), grouped(adjustments)
	return err
}

// loadAllWork reads the submissions, extensions and adjustments of everybody in the course.
func loadAllWork(ctx context.Context, t *tx, h *history) error {
	candidates, err := list(ctx, t, scanCandidates(), `SELECT s.assignment_id, s.owner, s.number, s.received_at, s.tally, m.number IS NOT NULL
		FROM assignments a JOIN submissions s ON s.assignment_id = a.id
		LEFT JOIN marks m ON m.assignment_id = s.assignment_id AND m.owner = s.owner AND m.number = s.number
		WHERE a.course_id = ? AND s.tally IS NOT NULL`, h.course)
	if err != nil {
		return err
	}
	extensions, err := list(ctx, t, scanExtension, `SELECT e.assignment_id, e.owner, e.due_at, e.days, e.by_us, e.until_at, e.made_at
		FROM assignments a JOIN extensions e ON e.assignment_id = a.id
		WHERE e.ended_at = 0 AND a.course_id = ?`, h.course)
	if err != nil {
		return err
	}
	adjustments, err := list(ctx, t, scanAdjustment, `SELECT j.assignment_id, j.owner, j.points, j.made_at
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

// scanCandidates returns a function that scans candidates. Many candidates have the same
// points, so it decodes each distinct tally once.
func scanCandidates() func(r row) (keyed[graded], error) {
	tallies := make(map[string]schema.Tally)
	return func(r row) (k keyed[graded], err error) {
		var text string
		c := &k.value
		if err := r.Scan(&k.work.assignment, &k.work.owner, &c.Number, instant{&c.Received}, &text, &c.Marked); err != nil {
			return k, err
		}
		tally, known := tallies[text]
		if !known {
			if err := (decoded{&tally}).Scan(text); err != nil {
				return k, err
			}
			tallies[text] = tally
		}
		c.tally = tally
		return k, nil
	}
}

func scanExtension(r row) (k keyed[granted], err error) {
	var by int64
	e := &k.value
	err = r.Scan(&k.work.assignment, &k.work.owner, instant{&e.Due}, &e.Days, &by, instant{&e.Until}, instant{&e.at})
	e.By = time.Duration(by) * time.Microsecond
	return k, err
}

func scanAdjustment(r row) (k keyed[given], err error) {
	err = r.Scan(&k.work.assignment, &k.work.owner, exact{&k.value.points}, instant{&k.value.at})
	return k, err
}

func scanOutage(r row) (o outage, err error) {
	var length int64
	err = r.Scan(instant{&o.start}, &length)
	o.length = time.Duration(length) * time.Microsecond
	return o, err
}

// works converts the history to the input of course.Ledger: all work, and everybody's late
// days. It leaves out an assignment if its active version can no longer be parsed; the
// grades then stay unchanged.
func (s *grading) works(h history, now time.Time) ([]course.Work, map[string]int) {
	owners := h.owners()
	bank := make(map[string]int)
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
			w := h.work(spec, a, owner, now)
			for _, login := range w.Members {
				bank[login] = h.tokens
			}
			works = append(works, w)
		}
	}
	return works, bank
}

// owners returns the owners that get a grade, by assignment: everybody with a submission, an
// adjustment or a grade, and everybody who left a team. It leaves out people who are in a
// team now.
func (h history) owners() map[int64]map[string]bool {
	owners := make(map[int64]map[string]bool)
	note := func(w work) {
		if h.only != nil && !h.only[w] || h.seats.now(w) != "" {
			return
		}
		if owners[w.assignment] == nil {
			owners[w.assignment] = make(map[string]bool)
		}
		owners[w.assignment][w.owner] = true
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
	for w, left := range h.seats.left {
		if len(left) > 0 {
			note(w)
		}
	}
	return owners
}

func (h history) work(spec *assignment.Spec, a schema.Assignment, owner string, now time.Time) course.Work {
	w := work{a.ID, owner}
	names, of := []string{owner}, course.Owner{Logins: []string{owner}}
	if team, is := h.seats.teams[w]; is {
		names, of.Logins = append(names, team.current...), team.members()
	}
	of.Schedule = h.latest(spec, a.ID, h.seats.linked(w))
	access := course.Access{Owner: h.published.to(of, a.ID), Now: now}
	made := course.Work{
		Assignment: a.Name, Owner: owner, Members: of.Logins, Counts: spec.Counts, Schedule: h.latest(spec, a.ID, names), Sees: &of.Schedule,
		Candidates: candidates(h.candidates[w], access), Adjustments: h.adjusted(w, time.Time{}),
	}
	left := h.seats.left[w]
	for i := len(left) - 1; i >= 0; i-- { // use the last team that had a submission
		if frozen := h.frozen(spec, left[i], access); len(frozen) > 0 {
			made.Candidates = course.AfterTeam(made.Candidates, frozen, left[i].Left)
			break
		}
	}
	return made
}

// latest returns an assignment's schedule with the latest times that sections and extensions
// give any of the owners.
func (h history) latest(spec *assignment.Spec, id int64, owners []string) course.Schedule {
	var offset schema.DueOffset
	var extensions []schema.Extension
	for _, owner := range owners {
		offset = course.LaterOffset(offset, h.offsets[owner])
		extensions = append(extensions, h.extended(work{id, owner}, time.Time{})...)
	}
	return h.schedule(course.ForSection(spec, h.zone, offset), extensions)
}

// frozen returns the submissions that a team had when a member left it, as that member sees
// them now. Their due time depends on the extensions of the members at that time, and on all
// of the leaver's own extensions.
func (h history) frozen(spec *assignment.Spec, seat schema.Seat, access course.Access) []course.Candidate {
	w := work{seat.Assignment, seat.Team}
	extensions := append(h.extended(w, seat.Left), h.extended(work{seat.Assignment, seat.Login}, time.Time{})...)
	offset := h.offsets[seat.Login]
	for _, login := range h.seats.teams[w].at(seat.Left) {
		offset = course.LaterOffset(offset, h.offsets[login])
		extensions = append(extensions, h.extended(work{seat.Assignment, login}, seat.Left)...)
	}
	team := &course.FormerTeam{Name: seat.Team, Schedule: h.schedule(course.ForSection(spec, h.zone, offset), extensions), Tokens: seat.Tokens, Adjustments: h.adjusted(w, seat.Left)}
	var frozen []course.Candidate
	for _, c := range candidates(h.candidates[w], access) {
		if c.Received.Before(seat.Left) {
			c.Team, c.Marked = team, c.Number == seat.Mark
			frozen = append(frozen, c)
		}
	}
	return frozen
}

// extended returns the extensions of an owner. If by is not zero, it returns only the
// extensions granted before by.
func (h history) extended(w work, by time.Time) []schema.Extension {
	var all []schema.Extension
	for _, e := range h.extensions[w] {
		if by.IsZero() || e.at.Before(by) {
			all = append(all, e.Extension)
		}
	}
	return all
}

// adjusted returns the sum of an owner's adjustments. If by is not zero, it adds only the
// adjustments made before by.
func (h history) adjusted(w work, by time.Time) (sum schema.Points) {
	for _, g := range h.adjustments[w] {
		if by.IsZero() || g.at.Before(by) {
			sum = sum.Add(g.points)
		}
	}
	return sum
}

// candidates returns the submissions that may count, as their owner sees them.
func candidates(all []graded, a course.Access) []course.Candidate {
	shown := make([]course.Candidate, 0, len(all))
	for _, g := range all {
		c := g.Candidate
		c.Score, c.MaxScore, c.Seen = g.tally.Score, g.tally.MaxScore, a.Seen(g.tally)
		shown = append(shown, c)
	}
	return shown
}

// schedule applies the outages to an owner's schedule.
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
