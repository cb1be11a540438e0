package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/grader/grader/schema"
)

func scanRepository(r row) (repo schema.Repository, err error) {
	err = r.Scan(&repo.ID, &repo.Kind, &repo.CourseID, &repo.AssignmentID, &repo.Owner)
	return repo, err
}

// EnsureRepository returns the repository row of that kind and owner and creates it if it does
// not exist; r.ID is ignored.
func (s *SubmissionTables) EnsureRepository(ctx context.Context, r schema.Repository) (schema.Repository, error) {
	found, err := findRepository(ctx, s.reader, r)
	if !errors.Is(err, sql.ErrNoRows) {
		return found, err
	}
	err = s.write(ctx, "ensure repository", func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO repositories (kind, course_id, assignment_id, owner) VALUES (?, ?, nullif(?, 0), ?) ON CONFLICT DO NOTHING`,
			r.Kind, r.CourseID, r.AssignmentID, r.Owner)
		if err != nil {
			return err
		}
		found, err = findRepository(ctx, t, r)
		return err
	})
	return found, err
}

// FindRepository is EnsureRepository without the creation. CodeNotFound: there is no such
// repository.
func (s *SubmissionTables) FindRepository(ctx context.Context, r schema.Repository) (schema.Repository, error) {
	found, err := findRepository(ctx, s.reader, r)
	return found, missing(err, "there is no such repository yet")
}

func findRepository(ctx context.Context, q querier, r schema.Repository) (schema.Repository, error) {
	return one(ctx, q, scanRepository, `SELECT id, kind, course_id, coalesce(assignment_id, 0), owner FROM repositories
		WHERE course_id = ? AND coalesce(assignment_id, 0) = ? AND kind = ? AND owner = ?`, r.CourseID, r.AssignmentID, r.Kind, r.Owner)
}

// Repository returns a repository by id.
func (s *SubmissionTables) Repository(ctx context.Context, id int64) (schema.Repository, error) {
	r, err := one(ctx, s.reader, scanRepository, `SELECT id, kind, course_id, coalesce(assignment_id, 0), owner FROM repositories WHERE id = ?`, id)
	return r, missing(err, "there is no repository %d", id)
}
