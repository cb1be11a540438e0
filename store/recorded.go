package store

import (
	"context"

	"github.com/grader/grader/schema"
)

// Marks returns the newest recorded submission and version.
func (s *SubmissionTables) Marks(ctx context.Context) (m schema.RecordMarks, err error) {
	return one(ctx, s.reader, scanMarks, `SELECT coalesce((SELECT max(id) FROM submissions), 0), coalesce((SELECT max(id) FROM versions), 0)`)
}

func scanMarks(r row) (m schema.RecordMarks, err error) {
	err = r.Scan(&m.Submission, &m.Version)
	return m, err
}

func scanRecorded(r row) (p schema.RecordedPush, err error) {
	err = r.Scan(&p.Intent, &p.Repository, &p.Name, &p.Pusher, &p.Commit, &p.Receipt, instant{&p.ReceivedAt})
	return p, err
}

// RecordedSince returns the pushes that were recorded after the marks, in their order:
// submissions, then versions of tests.
func (s *SubmissionTables) RecordedSince(ctx context.Context, m schema.RecordMarks) ([]schema.RecordedPush, error) {
	pushes, err := list(ctx, s.reader, scanRecorded, `SELECT s.intent_id, s.repository_id, c.code || '/' || a.name || '/' || s.owner || '/' || s.number, u.login,
			s.commit_hash, s.receipt, s.received_at
		FROM submissions s JOIN assignments a ON a.id = s.assignment_id JOIN courses c ON c.id = a.course_id JOIN users u ON u.id = s.pusher_id
		WHERE s.id > ? ORDER BY s.id`, m.Submission)
	if err != nil {
		return nil, err
	}
	versions, err := list(ctx, s.reader, scanRecorded, `SELECT v.intent_id, v.repository_id, c.code || '/' || a.name || '/tests/' || v.number, u.login,
			v.commit_hash, '', v.received_at
		FROM versions v JOIN assignments a ON a.id = v.assignment_id JOIN courses c ON c.id = a.course_id JOIN users u ON u.id = v.pusher_id
		WHERE v.id > ? ORDER BY v.id`, m.Version)
	return append(pushes, versions...), err
}

// PinnedPush is a recorded or open push. Verifying a backup compares it with the repositories.
type PinnedPush struct {
	Intent     string
	Repository int64
	Commit     string
	State      schema.IntentState
}

func scanPinned(r row) (p PinnedPush, err error) {
	err = r.Scan(&p.Intent, &p.Repository, &p.Commit, &p.State)
	return p, err
}

// PinnedPushes returns at most limit recorded or open pushes other than tries, sorted by intent,
// starting after an intent ("": from the first).
func (s *SubmissionTables) PinnedPushes(ctx context.Context, after string, limit int) ([]PinnedPush, error) {
	return list(ctx, s.reader, scanPinned, `SELECT id, repository_id, new_hash, state FROM intents
		WHERE id > ? AND state <> 'void' AND ref NOT LIKE 'refs/tries/%' ORDER BY id LIMIT ?`, after, limit)
}

// RepositoryPath returns the name of a repository: COURSE/ASSIGNMENT/OWNER,
// COURSE/ASSIGNMENT/tests or COURSE/course. CodeNotFound: unknown id.
func (s *SubmissionTables) RepositoryPath(ctx context.Context, id int64) (string, error) {
	path, err := one(ctx, s.reader, value[string], `SELECT c.code || coalesce('/' || a.name, '') || '/' || iif(r.owner = '', r.kind, r.owner)
		FROM repositories r JOIN courses c ON c.id = r.course_id LEFT JOIN assignments a ON a.id = r.assignment_id WHERE r.id = ?`, id)
	return path, missing(err, "there is no repository %d", id)
}
