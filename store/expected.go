package store

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Task is an assignment that students can push to, with the due dates of its students.
type Task struct {
	Course     schema.Course
	Assignment string
	Version    int64            // the active version
	Flavour    string           // the flavour that its jobs run on
	Dues       []schema.DueDate // due dates of the course's students, without names, unordered
	Broken     error            // why the due dates could not be read, or nil

	id     int64
	source []byte // assignment.yaml of the active version
}

func scanTask(r row) (t Task, err error) {
	c := &t.Course
	err = r.Scan(&c.ID, &c.Code, &c.Title, zone{&c.Zone}, &c.Flavour, decoded{&c.OtherFlavours}, instant{&c.CreatedAt}, decoded{&c.Settings}, &t.id, &t.Assignment, &t.Version, &t.Flavour, &t.source)
	return t, err
}

// Tasks returns every assignment with an active version, by course and name. Its due dates
// include the students' extensions, the offsets of sections and outages.
func (s *QueueTables) Tasks(ctx context.Context) ([]Task, error) {
	tasks, err := list(ctx, s.reader, scanTask, `SELECT c.id, c.code, c.title, c.zone, c.flavour, c.other_flavours, c.created_at, c.settings, a.id, a.name, v.id, v.flavour, v.source
		FROM versions v JOIN assignments a ON a.id = v.assignment_id JOIN courses c ON c.id = a.course_id
		WHERE v.state = 'active' ORDER BY c.code, a.name`)
	for i := range tasks {
		if err == nil {
			err = s.addDues(ctx, &tasks[i])
		}
	}
	return tasks, err
}

// addDues counts a task's students by their due moment.
func (s *QueueTables) addDues(ctx context.Context, t *Task) error {
	h := history{course: t.Course.ID, zone: t.Course.Location()}
	spec, err := s.specs.Parse(t.Version, t.source, assignment.Context{Zone: h.zone})
	if err != nil {
		t.Broken = err
		return nil
	}
	if spec.Due.IsZero() {
		return nil
	}
	students, err := list(ctx, s.reader, value[string], `SELECT u.login FROM enrolments e JOIN users u ON u.id = e.user_id
		WHERE e.course_id = ? AND e.role = 'student' AND e.dropped = 0`, t.Course.ID)
	if err != nil {
		return err
	}
	extended, err := list(ctx, s.reader, scanExtension, `SELECT assignment_id, owner, due_at, days, by_us, until_at, made_at FROM extensions WHERE assignment_id = ? AND ended_at = 0`, t.id)
	if err != nil {
		return err
	}
	later, err := offsets(ctx, s.reader, t.Course.ID, t.Course.Settings)
	if err != nil {
		return err
	}
	if h.outages, err = list(ctx, s.reader, scanOutage, `SELECT start_at, length_us FROM outages WHERE course_id = ? AND ended_at = 0 ORDER BY start_at, id`, t.Course.ID); err != nil {
		return err
	}
	h.extensions = grouped(extended)
	t.Dues = h.dues(spec, t.id, students, later)
	return nil
}

// dues counts students by their due date. At is the end of the minute that is due.
func (h history) dues(spec *assignment.Spec, id int64, students []string, later map[string]schema.DueOffset) []schema.DueDate {
	own := h.schedule(spec, nil).Due()
	counts := make(map[time.Time]int)
	for _, login := range students {
		due := own
		extensions := h.extended(work{id, login}, time.Time{})
		if offset := later[login]; len(extensions) > 0 || !offset.IsZero() {
			due = h.schedule(course.ForSection(spec, h.zone, offset), extensions).Due()
		}
		counts[due.UTC()]++
	}
	var dues []schema.DueDate
	for due, n := range counts {
		dues = append(dues, schema.DueDate{At: due.Add(time.Minute), Students: n})
	}
	return dues
}

// ActiveTests is the active tests version of an assignment.
type ActiveTests struct {
	Course, Assignment string
	Tests              schema.Tree
}

func scanActiveTests(r row) (t ActiveTests, err error) {
	err = r.Scan(&t.Course, &t.Assignment, &t.Tests.Repository, &t.Tests.Commit, &t.Tests.Tree)
	return t, err
}

// ActiveTests returns the active tests version of every assignment, by course and name.
func (s *QueueTables) ActiveTests(ctx context.Context) ([]ActiveTests, error) {
	return list(ctx, s.reader, scanActiveTests, `SELECT c.code, a.name, v.repository_id, v.commit_hash, v.tree_hash
		FROM versions v JOIN assignments a ON a.id = v.assignment_id JOIN courses c ON c.id = a.course_id
		WHERE v.state = 'active' ORDER BY c.code, a.name`)
}

// TestsRejected reports whether the gate rejected every tests version of a commit. It is false if there is none.
func (s *QueueTables) TestsRejected(ctx context.Context, tests schema.Tree) (bool, error) {
	return one(ctx, s.reader, value[bool], `SELECT count(*) > 0 AND sum(state <> 'rejected') = 0 FROM versions WHERE repository_id = ? AND commit_hash = ?`, tests.Repository, tests.Commit)
}
