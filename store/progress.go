package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Progress returns the progress of owners in assignments of one course, in their order: owners[i] is the
// owner of work for of[i]. The number of queries does not depend on the number of assignments.
func (s *GradeTables) Progress(ctx context.Context, of []schema.Assignment, owners []string, now time.Time) ([]course.Progress, error) {
	if len(of) == 0 {
		return nil, nil
	}
	if err := s.UpdateDueGrades(ctx); err != nil {
		return nil, err
	}
	works := worksOf(of, owners)
	h, err := readTimes(ctx, s.reader, of[0].Course, works)
	if err != nil {
		return nil, err
	}
	terms, err := s.terms(ctx, s.reader, h, of, works, now)
	if err != nil {
		return nil, err
	}
	if err := h.readPublications(ctx, s.reader, of[0].Course, works); err != nil {
		return nil, err
	}
	pushes, err := countPushes(ctx, s.reader, works)
	if err != nil {
		return nil, err
	}
	regrades, err := lastRegrades(ctx, s.reader, works)
	if err != nil {
		return nil, err
	}
	all := make([]course.Progress, len(of))
	for i, a := range of {
		spec, err := s.activeSpec(a)
		if err != nil {
			return nil, err
		}
		all[i] = course.Progress{Owner: owners[i], Terms: terms[i], Pushes: pushes[i].all, Regrade: regrades[i]}
		all[i].Counting = h.owner(spec, work{a.ID, terms[i].Grade.Counting()})
	}
	return all, nil
}

// Owners returns the facts that decide how much each owner of some works may see. Of an assignment whose active
// version cannot be parsed it returns only the logins and the former members.
func (s *GradeTables) Owners(ctx context.Context, works []course.WorkOf) (map[course.WorkOf]course.Owner, error) {
	ids := make([]int64, len(works))
	for i, w := range works {
		ids[i] = w.Assignment
	}
	wanted, err := encode(ids)
	if err != nil {
		return nil, err
	}
	all, err := list(ctx, s.reader, scanAssignment, `SELECT * FROM assignment_rows WHERE id IN (SELECT value FROM json_each(?))`, wanted)
	if err != nil {
		return nil, err
	}
	assignments := make(map[int64]schema.Assignment, len(all))
	for _, a := range all {
		assignments[a.ID] = a
	}
	courses := make(map[int64][]work)
	for _, w := range works {
		a, known := assignments[w.Assignment]
		if !known {
			return nil, schema.Errorf(schema.CodeNotFound, "there is no assignment %d", w.Assignment)
		}
		courses[a.Course.ID] = append(courses[a.Course.ID], work{w.Assignment, w.Owner})
	}
	owners := make(map[course.WorkOf]course.Owner, len(works))
	for _, of := range courses {
		if err := s.ownersIn(ctx, assignments, of, owners); err != nil {
			return nil, err
		}
	}
	return owners, nil
}

// ownersIn adds the owners of works of one course.
func (s *GradeTables) ownersIn(ctx context.Context, assignments map[int64]schema.Assignment, works []work, owners map[course.WorkOf]course.Owner) error {
	in := assignments[works[0].assignment].Course
	h, err := readTimes(ctx, s.reader, in, works)
	if err != nil {
		return err
	}
	if err := h.readPublications(ctx, s.reader, in, works); err != nil {
		return err
	}
	for _, w := range works {
		of := h.people(w)
		spec, err := s.activeSpec(assignments[w.assignment])
		if err == nil {
			of = h.owner(spec, w)
		} else if !errors.As(err, new(*assignment.Invalid)) {
			return err
		}
		owners[course.WorkOf{Assignment: w.assignment, Owner: w.owner}] = of
	}
	return nil
}

func worksOf(of []schema.Assignment, owners []string) []work {
	works := make([]work, len(of))
	for i, a := range of {
		works[i] = work{a.ID, owners[i]}
	}
	return works
}

// encodeWorks encodes works for json_each, which returns the index of a work as its key.
func encodeWorks(works []work) (string, error) {
	all := make([][2]any, len(works))
	for i, w := range works {
		all[i] = [2]any{w.assignment, w.owner}
	}
	return encode(all)
}

// indexed is a value of the work with that index.
type indexed[T any] struct {
	at    int
	value T
}

// readTimes reads the part of a history that the times of some works of a course depend on: the teams,
// extensions, outages and sections.
func readTimes(ctx context.Context, q querier, c schema.Course, works []work) (h history, err error) {
	h = history{course: c.ID, zone: c.Location()}
	if h.seats, err = seatsOfWorks(ctx, q, works); err != nil {
		return h, err
	}
	ids, names := make([]int64, len(works)), make([]string, 0, len(works))
	for i, w := range works {
		ids[i] = w.assignment
		names = append(names, h.seats.linked(w)...)
	}
	slices.Sort(names)
	logins, err := encode(slices.Compact(names))
	if err != nil {
		return h, err
	}
	assignments, err := encode(ids)
	if err != nil {
		return h, err
	}
	extensions, err := list(ctx, q, scanExtension, `SELECT e.assignment_id, e.owner, e.due_at, e.days, e.by_us, e.until_at, e.made_at
		FROM json_each(?1) a CROSS JOIN json_each(?2) n CROSS JOIN extensions e ON e.assignment_id = a.value AND e.owner = n.value AND e.ended_at = 0
		ORDER BY e.id`, assignments, logins)
	if err != nil {
		return h, err
	}
	h.extensions = grouped(extensions)
	h.outages, err = list(ctx, q, scanOutage, `SELECT start_at, length_us FROM outages WHERE course_id = ? AND ended_at = 0 ORDER BY start_at, id`, c.ID)
	if err != nil || len(c.Settings.Sections) == 0 {
		return h, err
	}
	people, err := sectionsOf(ctx, q, c.ID, logins)
	h.offsets = make(map[string]schema.DueOffset)
	for login, section := range people {
		if o := course.OffsetOf(c.Settings.Sections, section); !o.IsZero() {
			h.offsets[login] = o
		}
	}
	return h, err
}

// sectionsOf returns the sections of some people, given as a JSON list of logins, by login.
func sectionsOf(ctx context.Context, q querier, courseID int64, logins string) (map[string]string, error) {
	people, err := list(ctx, q, scanSeated, `SELECT u.login, e.section FROM json_each(?2) n JOIN users u ON u.login = n.value JOIN enrolments e ON e.course_id = ?1 AND e.user_id = u.id`, courseID, logins)
	sections := make(map[string]string, len(people))
	for _, p := range people {
		sections[p.login] = p.section
	}
	return sections, err
}

// seatsOfWorks reads the current and former members of all teams that own one of the works, or that an owner
// is or was a member of.
func seatsOfWorks(ctx context.Context, q querier, works []work) (seats, error) {
	wanted, err := encodeWorks(works)
	if err != nil {
		return seats{}, err
	}
	all, err := list(ctx, q, scanSeat, `WITH mine (assignment, team) AS (
			SELECT m.assignment_id, m.team FROM json_each(?1) w CROSS JOIN seats m ON m.login = w.value ->> 1 AND m.assignment_id = w.value ->> 0
			UNION SELECT t.assignment_id, t.name FROM json_each(?1) w CROSS JOIN teams t ON t.assignment_id = w.value ->> 0 AND t.name = w.value ->> 1)
		SELECT mine.assignment, mine.team, coalesce(m.login, ''), coalesce(m.joined_at, 0), coalesce(m.left_at, 0), coalesce(m.tokens, 0), coalesce(m.mark, 0), e.user_id IS NOT NULL
		FROM mine JOIN assignments a ON a.id = mine.assignment LEFT JOIN seats m ON m.assignment_id = mine.assignment AND m.team = mine.team
			LEFT JOIN users u ON u.login = m.login LEFT JOIN enrolments e ON e.course_id = a.course_id AND e.user_id = u.id AND e.role = 'student' AND e.dropped = 0
		ORDER BY m.left_at, m.login`, wanted)
	if err != nil {
		return seats{}, err
	}
	empty := slices.DeleteFunc(slices.Clone(all), func(seat schema.Seat) bool { return seat.Login != "" })
	s := newSeats(slices.DeleteFunc(all, func(seat schema.Seat) bool { return seat.Login == "" }))
	for _, seat := range empty {
		s.teams[work{seat.Assignment, seat.Team}] = team{}
	}
	return s, nil
}

// pushTimes returns the schedule of an owner's pushes.
func (h history) pushTimes(spec *assignment.Spec, w work) course.Schedule {
	return h.latest(spec, w.assignment, append([]string{w.owner}, h.seats.teams[w].current...))
}

// owner returns the facts that decide how much an owner may see of their work.
func (h history) owner(spec *assignment.Spec, w work) course.Owner {
	of := h.people(w)
	of.Schedule = h.latest(spec, w.assignment, h.seats.linked(w))
	return h.published.to(of, w.assignment)
}

// people returns the logins of an owner: one person, or the members of a team who are students of the
// course. It also returns the former members, each with the last time they left.
func (h history) people(w work) course.Owner {
	in, is := h.seats.teams[w]
	if !is {
		return course.Owner{Logins: []string{w.owner}}
	}
	of := course.Owner{Left: make(map[string]time.Time)}
	for _, seat := range in.seats {
		switch {
		case !seat.Left.IsZero():
			of.Left[seat.Login] = seat.Left
		case seat.Student:
			of.Logins = append(of.Logins, seat.Login)
		}
	}
	return of
}

// readPublications reads the publications that concern the owners of some works, and the teams that owners
// have left.
func (h *history) readPublications(ctx context.Context, q querier, c schema.Course, works []work) error {
	p := publication{rule: c.Settings.Publish, sections: make(map[int64][]string)}
	wanted, err := encodeWorks(works)
	if err != nil {
		return err
	}
	all, err := list(ctx, q, scanPublished, `SELECT DISTINCT p.assignment_id, p.section FROM json_each(?) w CROSS JOIN publications p ON p.assignment_id = w.value ->> 0`, wanted)
	if err != nil {
		return err
	}
	for _, one := range all {
		p.sections[one.assignment] = append(p.sections[one.assignment], one.section)
	}
	if slices.ContainsFunc(all, func(one published) bool { return one.section != "" }) {
		var names []string
		for _, w := range works {
			names = append(names, h.seats.linked(w)...)
		}
		slices.Sort(names)
		logins, err := encode(slices.Compact(names))
		if err != nil {
			return err
		}
		if p.of, err = sectionsOf(ctx, q, c.ID, logins); err != nil {
			return err
		}
	}
	h.published = p
	return nil
}

// pushCount is the number of an owner's submissions to an assignment, and of those that are kept after the end.
type pushCount struct{ all, kept int }

func countPushes(ctx context.Context, q querier, works []work) ([]pushCount, error) {
	wanted, err := encodeWorks(works)
	if err != nil {
		return nil, err
	}
	rows, err := list(ctx, q, func(r row) (c indexed[pushCount], err error) {
		err = r.Scan(&c.at, &c.value.all, &c.value.kept)
		return c, err
	}, `SELECT w.key, count(*), sum(s.kept) FROM json_each(?) w CROSS JOIN submissions s ON s.assignment_id = w.value ->> 0 AND s.owner = w.value ->> 1
		GROUP BY w.key`, wanted)
	counts := make([]pushCount, len(works))
	for _, c := range rows {
		counts[c.at] = c.value
	}
	return counts, err
}

// lastRegrades returns the change of each work's grade by the latest applied set, or nil if no set changed it.
func lastRegrades(ctx context.Context, q querier, works []work) ([]*schema.RegradeNotice, error) {
	wanted, err := encodeWorks(works)
	if err != nil {
		return nil, err
	}
	rows, err := list(ctx, q, func(r row) (n indexed[schema.RegradeNotice], err error) {
		n.value, err = scanNotice(scanAfter{r, &n.at})
		return n, err
	}, `SELECT x.key, r.applied_at, r.before_final, r.after_final, r.before_seen, r.after_seen, coalesce(w.seen, 'null') <> 'null', v.number, g.reason
		FROM json_each(?) x CROSS JOIN regrades g ON g.assignment_id = x.value ->> 0 AND g.state = 'applied'
		CROSS JOIN regraded r ON r.regrade_id = g.id AND r.owner = x.value ->> 1 JOIN versions v ON v.id = g.version_id
		LEFT JOIN grades w ON w.assignment_id = g.assignment_id AND w.owner = r.owner
		WHERE r.applied_at > 0 AND (r.before_final <> r.after_final OR r.before_seen <> r.after_seen)
		ORDER BY r.applied_at DESC`, wanted)
	last := make([]*schema.RegradeNotice, len(works))
	for i := range rows {
		if n := &rows[i]; last[n.at] == nil {
			last[n.at] = &n.value
		}
	}
	return last, err
}

// scanAfter scans the first column of a row into a number, and the others into what it is given.
type scanAfter struct {
	row
	first *int
}

// Scan implements row.
func (s scanAfter) Scan(dest ...any) error { return s.row.Scan(append([]any{s.first}, dest...)...) }
