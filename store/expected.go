package store

import (
	"context"

	"github.com/grader/grader/schema"
)

// Task is an assignment that students can push to, with how many there are.
type Task struct {
	Course     schema.Course
	Assignment string
	Version    int64  // the active one
	Flavour    string // that its jobs run on
	Source     []byte // assignment.yaml of the active version
	Students   int    // enrolled in the course
}

func scanTask(r row) (t Task, err error) {
	c := &t.Course
	err = r.Scan(&c.ID, &c.Code, &c.Title, zone{&c.Zone}, &c.Flavour, decoded{&c.OtherFlavours}, instant{&c.CreatedAt}, decoded{&c.Settings}, &t.Assignment, &t.Version, &t.Flavour, &t.Source, &t.Students)
	return t, err
}

// Tasks returns every assignment that has an active version, by course and name.
func (s *Store) Tasks(ctx context.Context) ([]Task, error) {
	return list(ctx, s.reader, scanTask, `SELECT c.id, c.code, c.title, c.zone, c.flavour, c.other_flavours, c.created_at, c.settings, a.name, v.id, v.flavour, v.source,
			(SELECT count(*) FROM enrolments n WHERE n.course_id = c.id AND n.role = 'student')
		FROM versions v JOIN assignments a ON a.id = v.assignment_id JOIN courses c ON c.id = a.course_id
		WHERE v.state = 'active' ORDER BY c.code, a.name`)
}
