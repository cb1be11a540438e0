package store

import (
	"context"
	"encoding/json"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// staged is a submission of a set with its new result.
type staged struct {
	owner   string
	number  int
	tally   schema.Tally
	done    bool // has a result that the student is responsible for
	failed  bool // will never have a result
	changes []schema.CaseChange
	flaky   bool

	before, after schema.Points // finals after applying the set
	applied       bool
}

func scanStaged(r row) (g staged, err error) {
	err = r.Scan(&g.owner, &g.number, decoded{&g.tally}, &g.done, &g.failed, decoded{&g.changes}, &g.flaky, optional{&g.before}, optional{&g.after}, &g.applied)
	return g, err
}

// optional scans a column of points that may be empty, which means 0.
type optional struct{ p *schema.Points }

// Scan implements sql.Scanner.
func (o optional) Scan(src any) error {
	if src == "" {
		return nil
	}
	return exact(o).Scan(src)
}

// RegradedOwners returns the changes by a set for each of its owners, by login. For a set
// that has not been applied yet, it previews the new grades.
func (s *RegradeTables) RegradedOwners(ctx context.Context, set schema.Regrade) ([]schema.RegradedOwner, error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return nil, err
	}
	all, err := list(ctx, s.reader, scanStaged, `SELECT r.owner, s.number, r.tally, r.tally IS NOT NULL, r.tally IS NULL AND j.state IN ('done', 'cancelled', 'failed'),
			r.changes, r.flaky, r.before_final, r.after_final, r.applied_at > 0
		FROM regraded r JOIN submissions s ON s.id = r.submission_id JOIN jobs j ON j.id = r.job_id
		WHERE r.regrade_id = ? ORDER BY r.owner, s.number`, set.ID)
	if err != nil {
		return nil, err
	}
	p, err := s.preview(ctx, set, all)
	if err != nil {
		return nil, err
	}
	var owners []schema.RegradedOwner
	for i, g := range all {
		if i == 0 || all[i-1].owner != g.owner {
			owners = append(owners, p.owner(g))
		}
		o := &owners[len(owners)-1]
		o.Changes = append(o.Changes, g.changes...)
		o.Flaky, o.Failed = o.Flaky || g.flaky, o.Failed || g.failed
	}
	return owners, nil
}

// preview holds the grades that applying a set would give.
type preview struct {
	before map[string]schema.Grade
	after  map[string]schema.RegradedGrade
}

func (s *RegradeTables) preview(ctx context.Context, set schema.Regrade, all []staged) (p preview, err error) {
	a, err := one(ctx, s.reader, scanAssignment, `SELECT * FROM assignment_rows WHERE id = ?`, set.Assignment)
	if err != nil {
		return p, err
	}
	grades, err := list(ctx, s.reader, scanGrade, `SELECT g.assignment_id, a.name, g.owner, g.team, g.number, g.score, g.max_score, g.state, g.days, g.tokens, g.deducted, g.adjusted, g.final, g.seen, g.changed_at
		FROM grades g JOIN assignments a ON a.id = g.assignment_id WHERE g.assignment_id = ?`, set.Assignment)
	if err != nil {
		return p, err
	}
	p = preview{before: make(map[string]schema.Grade), after: make(map[string]schema.RegradedGrade)}
	for _, g := range grades {
		p.before[g.Owner] = g
	}
	if set.State == schema.RegradeApplied || set.State == schema.RegradeUndone || a.Active == nil {
		return p, nil
	}
	return p, s.project(ctx, a, all, p)
}

// project computes the grades of an assignment with the staged results instead of the current
// ones.
func (s *RegradeTables) project(ctx context.Context, a schema.Assignment, all []staged, p preview) error {
	zone := a.Course.Location()
	spec, err := s.specs.Parse(a.Active.ID, a.Active.Source, assignment.Context{Zone: zone})
	if err != nil {
		return err
	}
	instead := make(map[string]map[int]schema.Tally)
	for _, g := range all {
		if instead[g.owner] == nil {
			instead[g.owner] = make(map[int]schema.Tally)
		}
		if g.done {
			instead[g.owner][g.number] = g.tally
		}
	}
	works, err := s.worksOf(ctx, a, spec, instead)
	if err != nil {
		return err
	}
	spent, err := s.spentElsewhere(ctx, a)
	if err != nil {
		return err
	}
	for owner := range instead {
		w, ok := works[owner]
		if !ok {
			continue // the grade belongs to their team
		}
		standing := course.Stand(w, spent.left(w.Members))
		p.after[owner] = schema.RegradedGrade{Number: standing.Number, Final: standing.Final.Number(), Tokens: standing.Lateness.Tokens}
	}
	return nil
}

// worksOf collects everybody's work for one assignment, with other points for some submissions,
// by owner and number.
func (s *RegradeTables) worksOf(ctx context.Context, a schema.Assignment, spec *assignment.Spec, instead map[string]map[int]schema.Tally) (map[string]course.Work, error) {
	h := history{course: a.Course.ID, zone: a.Course.Location()}
	var err error
	if h.offsets, err = offsets(ctx, s.reader, a.Course.ID, a.Course.Settings); err != nil {
		return nil, err
	}
	if h.published, err = publications(ctx, s.reader, a.Course.ID, a.Course.Settings.Publish); err != nil {
		return nil, err
	}
	candidates, err := list(ctx, s.reader, scanCandidates(), `SELECT s.assignment_id, s.owner, s.number, s.received_at, s.tally, m.number IS NOT NULL
		FROM submissions s LEFT JOIN marks m ON m.assignment_id = s.assignment_id AND m.owner = s.owner AND m.number = s.number
		WHERE s.assignment_id = ? AND s.tally IS NOT NULL`, a.ID)
	if err != nil {
		return nil, err
	}
	extensions, err := list(ctx, s.reader, scanExtension, `SELECT assignment_id, owner, due_at, days, by_us, until_at, made_at FROM extensions WHERE assignment_id = ? AND ended_at = 0`, a.ID)
	if err != nil {
		return nil, err
	}
	adjustments, err := list(ctx, s.reader, scanAdjustment, `SELECT assignment_id, owner, points, made_at FROM adjustments WHERE assignment_id = ? AND ended_at = 0`, a.ID)
	if err != nil {
		return nil, err
	}
	h.outages, err = list(ctx, s.reader, scanOutage, `SELECT start_at, length_us FROM outages WHERE course_id = ? AND ended_at = 0 ORDER BY start_at, id`, a.Course.ID)
	if err != nil {
		return nil, err
	}
	all, err := seatsOf(ctx, s.reader, a.Course.ID)
	h.candidates, h.extensions, h.adjustments, h.seats = grouped(candidates), grouped(extensions), grouped(adjustments), newSeats(all)
	works := make(map[string]course.Work)
	for w, all := range h.candidates {
		for i, c := range all {
			if tally, ok := instead[w.owner][c.Number]; ok {
				all[i].tally = tally
			}
		}
	}
	for w := range h.candidates {
		if h.seats.now(w) == "" {
			works[w.owner] = h.work(spec, a, w.owner, s.clock())
		}
	}
	return works, err
}

// spending holds the late days of a course, and the number that each person spent on other
// assignments.
type spending struct {
	tokens int
	by     map[string]int
}

// left returns the number of late days that every one of the people has left.
func (s spending) left(logins []string) int {
	fewest := s.tokens
	for _, login := range logins {
		fewest = min(fewest, s.tokens-s.by[login])
	}
	return fewest
}

func (s *RegradeTables) spentElsewhere(ctx context.Context, a schema.Assignment) (spending, error) {
	tokens, err := one(ctx, s.reader, value[int], `SELECT late_tokens FROM courses WHERE id = ?`, a.Course.ID)
	if err != nil {
		return spending{}, err
	}
	grades, err := gradesOf(ctx, s.reader, a.Course.ID, "")
	if err != nil {
		return spending{}, err
	}
	all, err := seatsOf(ctx, s.reader, a.Course.ID)
	in := newSeats(all)
	by := make(map[string]int)
	for _, g := range grades {
		if g.AssignmentID == a.ID {
			continue
		}
		logins := []string{g.Owner}
		if of, is := in.teams[work{g.AssignmentID, g.Owner}]; is {
			logins = of.members()
		}
		for _, login := range logins {
			by[login] += g.Tokens
		}
	}
	return spending{tokens, by}, err
}

// owner returns the changes by the set for the owner of a submission.
func (p preview) owner(g staged) schema.RegradedOwner {
	before := p.before[g.owner]
	o := schema.RegradedOwner{Owner: g.owner, Before: schema.RegradedGrade{Number: before.Number, Final: before.Final.Number(), Tokens: before.Tokens}, Changes: []schema.CaseChange{}}
	after, projected := p.after[g.owner]
	switch {
	case projected:
		o.After = after
	case g.applied:
		o.After, o.Before.Final = o.Before, g.before.Number()
		o.After.Final = g.after.Number()
	default:
		o.After = o.Before
	}
	if o.After.Final == "" {
		o.After.Final = json.Number("0")
	}
	return o
}
