package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/grader/grader/schema"
)

func scanAssignment(r row) (a schema.Assignment, err error) {
	var v maybeVersion
	c := &a.Course
	err = r.Scan(&a.ID, &a.Name, instant{&a.CreatedAt}, &c.ID, &c.Code, &c.Title, zone{&c.Zone}, &c.Flavour, decoded{&c.OtherFlavours}, instant{&c.CreatedAt}, decoded{&c.Settings},
		&v.id, &v.number, &v.repository, &v.commit, &v.tree, &v.Source, &v.state, decoded{&v.Pins}, &v.pusher, &v.receivedAt)
	a.Active = v.version(a.ID)
	return a, err
}

// maybeVersion scans the active version of an assignment, which may be NULL.
type maybeVersion struct {
	schema.Version
	id, number, repository, pusher, receivedAt sql.NullInt64
	commit, tree, state                        sql.NullString
}

func (m *maybeVersion) version(assignment int64) *schema.Version {
	if !m.id.Valid {
		return nil
	}
	v := m.Version
	v.ID, v.AssignmentID, v.Number, v.RepositoryID = m.id.Int64, assignment, int(m.number.Int64), m.repository.Int64
	v.Commit, v.Tree, v.State = m.commit.String, m.tree.String, schema.VersionState(m.state.String)
	v.PusherID, v.ReceivedAt = m.pusher.Int64, time.UnixMicro(m.receivedAt.Int64).UTC()
	return &v
}

// Assignments returns a course's assignments with their active versions, by name.
func (s *CourseTables) Assignments(ctx context.Context, course int64) ([]schema.Assignment, error) {
	return list(ctx, s.reader, scanAssignment, `SELECT * FROM assignment_rows WHERE course_id = ? ORDER BY name`, course)
}

// Assignment returns one assignment with its active version.
func (s *CourseTables) Assignment(ctx context.Context, course, name string) (schema.Assignment, error) {
	a, err := one(ctx, s.reader, scanAssignment, `SELECT * FROM assignment_rows WHERE course_code = ? AND name = ?`, course, name)
	return a, missing(err, "there is no assignment %s/%s", course, name)
}

// EnsureAssignment returns the assignment and creates it if it does not exist.
func (s *CourseTables) EnsureAssignment(ctx context.Context, course int64, name string, at time.Time) (schema.Assignment, error) {
	if err := schema.OwnerName("assignment", name); err != nil {
		return schema.Assignment{}, err
	}
	a, err := s.assignmentOf(ctx, s.reader, course, name)
	if !errors.Is(err, sql.ErrNoRows) {
		return a, err
	}
	err = s.write(ctx, "ensure assignment", func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO assignments (course_id, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, course, name, micros(at))
		if err != nil {
			return err
		}
		a, err = s.assignmentOf(ctx, t, course, name)
		return err
	})
	return a, err
}

func (s *CourseTables) assignmentOf(ctx context.Context, q querier, course int64, name string) (schema.Assignment, error) {
	return one(ctx, q, scanAssignment, `SELECT * FROM assignment_rows WHERE course_id = ? AND name = ?`, course, name)
}
