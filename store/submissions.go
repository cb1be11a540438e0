package store

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// submissionDest returns the Scan destinations of the columns of submission_rows that
// describe a push.
func submissionDest(s *schema.Submission) []any {
	n := &s.Name
	return []any{&s.ID, &n.Course, &n.Assignment, &n.Owner, &n.Number, &s.Assignment, &s.PusherID, &s.Login,
		&s.Commit, &s.Tree, &s.Repository, &s.IntentID, &s.VersionID, &s.TryOut, &s.Kept, &s.Receipt, instant{&s.ReceivedAt}}
}

func scanSubmissionFacts(r row) (s schema.Submission, err error) {
	err = r.Scan(submissionDest(&s)...)
	return s, err
}

func scanSubmission(r row) (schema.GradedSubmission, error) {
	return scanStoredSubmission(r, storedResult{})
}

func scanStoredSubmission(r row, stored storedResult) (s schema.GradedSubmission, err error) {
	dest := append(submissionDest(&s.Submission), jobColumns(&s.Job)...)
	err = r.Scan(append(dest, &stored)...)
	s.Result = stored.orAdvice(func() string { return rerunAdvice(s.Name.String()) })
	return s, err
}

// scanSummaries returns a function that scans submissions with summaries of their results. Most tests of summaries
// are equal, because a summary has no names and texts, so it decodes each distinct test once.
func scanSummaries() func(r row) (schema.GradedSubmission, error) {
	tests := make(map[string]schema.TestResult)
	return func(r row) (schema.GradedSubmission, error) {
		return scanStoredSubmission(r, storedResult{tests: tests})
	}
}

// SubmissionFacts returns one submission without reading its result. Number 0 is the
// owner's latest.
func (s *SubmissionTables) SubmissionFacts(ctx context.Context, name schema.SubmissionName) (schema.Submission, error) {
	sub, err := one(ctx, s.reader, scanSubmissionFacts, `SELECT id, course_code, assignment_name, owner, number, assignment_id, pusher_id, login,
			commit_hash, tree_hash, repository_id, intent_id, version_id, try_out, kept, receipt, received_at
		FROM submission_rows
		WHERE course_code = ?1 AND assignment_name = ?2 AND owner = ?3 AND (?4 = 0 OR number = ?4)
		ORDER BY number DESC LIMIT 1`, name.Course, name.Assignment, name.Owner, name.Number)
	return sub, missing(err, "there is no submission %s", name)
}

// Submission returns one submission with its latest job and the result of its
// latest job that has one. Number 0 is the owner's latest.
func (s *SubmissionTables) Submission(ctx context.Context, name schema.SubmissionName) (schema.GradedSubmission, error) {
	sub, err := one(ctx, s.reader, scanSubmission, `SELECT * FROM submission_rows WHERE id = (
			SELECT s.id FROM courses c JOIN assignments a ON a.course_id = c.id JOIN submissions s ON s.assignment_id = a.id
			WHERE c.code = ?1 AND a.name = ?2 AND s.owner = ?3 AND (?4 = 0 OR s.number = ?4)
			ORDER BY s.number DESC LIMIT 1)`, name.Course, name.Assignment, name.Owner, name.Number)
	return sub, missing(err, "there is no submission %s", name)
}

// Counted returns the submissions that count for grades, by assignment and owner of the submission, with summaries
// of their results. It leaves out grades for which none counts.
func (s *SubmissionTables) Counted(ctx context.Context, grades ...schema.Grade) (map[course.WorkOf]schema.GradedSubmission, error) {
	var numbers [][3]any // assignment, owner, number
	for _, g := range grades {
		if g.Number > 0 {
			numbers = append(numbers, [3]any{g.AssignmentID, g.Counting(), g.Number})
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	wanted, err := encode(numbers)
	if err != nil {
		return nil, err
	}
	all, err := list(ctx, s.reader, scanSummaries(), `SELECT * FROM submission_summaries WHERE id IN (
			SELECT s.id FROM json_each(?) w CROSS JOIN submissions s ON s.assignment_id = w.value ->> 0 AND s.owner = w.value ->> 1 AND s.number = w.value ->> 2)`, wanted)
	if err != nil {
		return nil, err
	}
	if len(all) != len(numbers) {
		return nil, schema.Errorf(schema.CodeNotFound, "%d of %d submissions that count do not exist", len(numbers)-len(all), len(numbers))
	}
	counted := make(map[course.WorkOf]schema.GradedSubmission, len(all))
	for _, sub := range all {
		counted[course.WorkOf{Assignment: sub.Assignment, Owner: sub.Name.Owner}] = sub
	}
	return counted, nil
}

// SubmissionByCommit returns the owner's latest submission of a commit.
func (s *SubmissionTables) SubmissionByCommit(ctx context.Context, assignment int64, owner, commit string) (schema.GradedSubmission, error) {
	sub, err := one(ctx, s.reader, scanSubmission, `SELECT * FROM submission_rows
		WHERE assignment_id = ? AND owner = ? AND commit_hash = ? ORDER BY number DESC LIMIT 1`, assignment, owner, commit)
	return sub, missing(err, "there is no submission of commit %s", commit)
}

// Submissions returns at most limit submissions of an owner to an assignment, newest first,
// with summaries of their results.
func (s *SubmissionTables) Submissions(ctx context.Context, assignment int64, owner string, limit int) ([]schema.GradedSubmission, error) {
	return list(ctx, s.reader, scanSummaries(), `SELECT * FROM submission_summaries
		WHERE assignment_id = ? AND owner = ? ORDER BY number DESC LIMIT ?`, assignment, owner, limit)
}

// Recent returns the latest submissions of a user and of their teams, over all courses, newest
// first, with summaries of their results.
func (s *SubmissionTables) Recent(ctx context.Context, user int64, limit int) ([]schema.GradedSubmission, error) {
	// Each owner's index gives the latest without a sort, and only those of the result are read.
	return list(ctx, s.reader, scanSummaries(), `WITH own (owner, assignment) AS (
			SELECT login, 0 FROM users WHERE id = ?1
			UNION ALL SELECT m.team, m.assignment_id FROM users u JOIN seats m ON m.login = u.login WHERE u.id = ?1 AND m.left_at = 0)
		SELECT * FROM submission_summaries WHERE id IN (
			SELECT s.id FROM own CROSS JOIN submissions s ON s.id IN (
				SELECT l.id FROM submissions l WHERE l.owner = own.owner AND own.assignment IN (0, l.assignment_id) ORDER BY l.received_at DESC, l.id DESC LIMIT ?2)
			ORDER BY s.received_at DESC, s.id DESC LIMIT ?2)
		ORDER BY received_at DESC, id DESC`, user, limit)
}

// Unfinished returns the submissions of a user and of their teams with jobs that have not ended, over all courses,
// newest first.
func (s *SubmissionTables) Unfinished(ctx context.Context, user int64) ([]schema.GradedSubmission, error) {
	return list(ctx, s.reader, scanSummaries(), `WITH own (owner, assignment) AS (
			SELECT login, 0 FROM users WHERE id = ?1
			UNION ALL SELECT m.team, m.assignment_id FROM users u JOIN seats m ON m.login = u.login WHERE u.id = ?1 AND m.left_at = 0)
		SELECT * FROM submission_summaries WHERE id IN (
			SELECT s.id FROM own JOIN submissions s ON s.owner = own.owner AND own.assignment IN (0, s.assignment_id)
			JOIN jobs j ON j.id = s.job_id WHERE j.state IN ('queued', 'assigned', 'running'))
		ORDER BY received_at DESC, id DESC`, user)
}

// Pushes returns the number of an owner's submissions to an assignment.
func (s *SubmissionTables) Pushes(ctx context.Context, assignment int64, owner string) (int, error) {
	return one(ctx, s.reader, value[int], `SELECT count(*) FROM submissions WHERE assignment_id = ? AND owner = ?`, assignment, owner)
}

// Latest returns the latest submission of each owner for an assignment, newest first, at
// most limit, with summaries of their results.
func (s *SubmissionTables) Latest(ctx context.Context, assignment int64, limit int) ([]schema.GradedSubmission, error) {
	// The CTE finds the next owner in the index, without reading each owner's submissions.
	return list(ctx, s.reader, scanSummaries(), `WITH RECURSIVE owners (owner) AS (
			SELECT min(owner) FROM submissions WHERE assignment_id = ?1
			UNION ALL SELECT (SELECT min(owner) FROM submissions WHERE assignment_id = ?1 AND owner > last.owner) FROM owners last WHERE last.owner IS NOT NULL)
		SELECT * FROM submission_summaries WHERE id IN (
			SELECT s.id FROM owners CROSS JOIN submissions s INDEXED BY submissions_latest ON s.assignment_id = ?1 AND s.owner = owners.owner
				AND s.number = (SELECT max(number) FROM submissions WHERE assignment_id = ?1 AND owner = owners.owner)
			ORDER BY s.received_at DESC, s.id DESC LIMIT ?2)
		ORDER BY received_at DESC, id DESC`, assignment, limit)
}

// AllSubmissions returns at most limit submissions to an assignment with their jobs and whole
// results, oldest first, starting after a submission (0: from the beginning). If owners is
// nil, it returns submissions of every owner.
func (s *SubmissionTables) AllSubmissions(ctx context.Context, assignment int64, owners []string, after int64, limit int) ([]schema.GradedSubmission, error) {
	var only any // NULL: every owner
	if owners != nil {
		text, err := encode(owners)
		if err != nil {
			return nil, err
		}
		only = text
	}
	return list(ctx, s.reader, scanSubmission, `SELECT * FROM submission_rows WHERE id IN (
			SELECT id FROM submissions WHERE assignment_id = ?1 AND (?2 IS NULL OR owner IN (SELECT value FROM json_each(?2)))
				AND (?3 = 0 OR (received_at, id) > (SELECT received_at, id FROM submissions WHERE id = ?3))
			ORDER BY received_at, id LIMIT ?4)
		ORDER BY received_at, id`, assignment, only, after, limit)
}
