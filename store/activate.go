package store

import (
	"context"
	"encoding/json"

	"github.com/grader/grader/schema"
)

func scanTestsVersion(r row) (v schema.TestsVersion, err error) {
	var verdict schema.GateVerdict
	err = r.Scan(&v.Number, &v.State, &v.Commit, &v.By, instant{&v.ReceivedAt}, decoded{&verdict})
	v.Skipped, v.Score, v.MaxScore = verdict.Skipped, json.Number("0"), json.Number("0")
	if verdict.Runs > 0 {
		v.Score, v.MaxScore = verdict.Score.Number(), verdict.Max.Number()
	}
	return v, err
}

// TestsVersions returns the versions of an assignment's tests, newest first, at most limit.
func (s *CourseTables) TestsVersions(ctx context.Context, assignment int64, limit int) ([]schema.TestsVersion, error) {
	return list(ctx, s.reader, scanTestsVersion, `SELECT v.number, v.state, v.commit_hash, u.login, v.received_at, g.body
		FROM versions v JOIN users u ON u.id = v.pusher_id LEFT JOIN gate_verdicts g ON g.version_id = v.id
		WHERE v.assignment_id = ? ORDER BY v.number DESC LIMIT ?`, assignment, limit)
}

// ActivateVersion makes a version of an assignment's tests active again, unless may refuses the
// change. Number 0 is the newest retired version before the active one. If the due time, the
// late policy or the rule that selects the counting submission changes, ActivateVersion
// recomputes the grades of the whole course. CodeNotFound: unknown version.
func (s *CourseTables) ActivateVersion(ctx context.Context, by schema.Actor, a schema.Assignment, number int, may func(active, next schema.Version) error) (done schema.ActivatedTests, err error) {
	now := s.clock()
	err = s.write(ctx, "activate version", func(t *tx) error {
		active, err := one(ctx, t, scanVersion, `SELECT * FROM version_rows WHERE assignment_id = ? AND state = 'active'`, a.ID)
		if err != nil {
			return missing(err, "%s has no active version of its tests", a.Path())
		}
		next, err := one(ctx, t, scanVersion, `SELECT * FROM version_rows
			WHERE assignment_id = ?1 AND (number = ?2 OR ?2 = 0 AND number < ?3 AND state = 'retired') ORDER BY number DESC LIMIT 1`, a.ID, number, active.Number)
		switch {
		case err != nil && number == 0:
			return missing(err, "%s has no version of its tests before version %d that was active", a.Path(), active.Number)
		case err != nil:
			return missing(err, "%s has no version %d of its tests", a.Path(), number)
		}
		if err := may(active, next); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE versions SET state = 'retired' WHERE id = ?`, active.ID); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE versions SET state = 'active' WHERE id = ?`, next.ID); err != nil {
			return err
		}
		done = schema.ActivatedTests{Path: a.Path(), Before: active.Number, After: next.Number}
		if done.Grades, err = s.replaced(ctx, t, a.Course.ID, active, next, now); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "tests.activate", Course: a.Course.Code, Subject: a.Path(),
			Before: versionName(active.Number), After: versionName(next.Number)})
	})
	return done, err
}
