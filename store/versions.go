package store

import (
	"cmp"
	"context"

	"github.com/grader/grader/schema"
)

func scanVersion(r row) (v schema.Version, err error) {
	err = r.Scan(&v.ID, &v.AssignmentID, &v.Number, &v.RepositoryID, &v.Commit, &v.Tree, &v.Source, &v.State,
		decoded{&v.Pins}, &v.PusherID, instant{&v.ReceivedAt})
	return v, err
}

// RecordCandidate closes the intent of a tests push. It creates the next candidate version and
// the jobs of its gate, and returns the first job. Like RecordSubmission, it returns the same
// result for the same intent.
func (s *CourseTables) RecordCandidate(ctx context.Context, p schema.Push, source []byte) (v schema.Version, j schema.Job, err error) {
	err = s.write(ctx, "record candidate", func(t *tx) error {
		in, settled, err := t.findIntent(ctx, p.Intent.ID)
		if err != nil {
			return err
		}
		if !settled {
			if err := s.candidate(ctx, t, in, p, source); err != nil {
				return err
			}
		}
		v, err = one(ctx, t, scanVersion, `SELECT * FROM version_rows WHERE id = (SELECT id FROM versions WHERE intent_id = ?)`, in.ID)
		if err != nil {
			return missing(err, "the push %s became no version", in.ID)
		}
		jobs, err := gateJobs(ctx, t, v.ID)
		if err == nil {
			j = jobs[0].Job
		}
		return err
	})
	return v, j, err
}

func (s *CourseTables) candidate(ctx context.Context, t *tx, in schema.Intent, p schema.Push, source []byte) error {
	to, err := t.target(ctx, in)
	if err != nil {
		return err
	}
	limits, err := encode(p.Limits)
	if err != nil {
		return err
	}
	id, err := one(ctx, t, value[int64], `INSERT INTO versions
			(assignment_id, number, repository_id, intent_id, commit_hash, tree_hash, source, flavour, state, pins, pusher_id, received_at, limits)
		VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM versions WHERE assignment_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, 'candidate', '{}', ?8, ?9, ?10)
		RETURNING id`,
		to.assignment, in.RepositoryID, in.ID, in.New, p.Tree, source, p.Flavour, in.PusherID, micros(in.ReceivedAt), limits)
	if err != nil {
		return err
	}
	err = t.addGate(ctx, schema.Job{Kind: schema.JobGate, VersionID: id, CourseID: to.course,
		Owner: to.login, Lane: schema.LaneGate, Flavour: p.Flavour, QueuedAt: s.clock()}, p.Gate)
	if err != nil {
		return err
	}
	if err := s.auditCandidate(ctx, t, in, to, id); err != nil {
		return err
	}
	return t.closeIntent(ctx, in.ID)
}

// auditCandidate records who pushed a version of the tests, through any channel.
func (s *CourseTables) auditCandidate(ctx context.Context, t *tx, in schema.Intent, to target, version int64) error {
	v, err := one(ctx, t, scanCandidate, `SELECT c.code, a.name, v.number FROM versions v
		JOIN assignments a ON a.id = v.assignment_id JOIN courses c ON c.id = a.course_id WHERE v.id = ?`, version)
	if err != nil {
		return err
	}
	e := s.entry("tests.push", v.course+"/"+v.name)
	e.Course, e.Before, e.After, e.Detail = v.course, versionName(v.number-1), versionName(v.number), "commit "+in.New
	return t.audit(ctx, schema.Actor{User: schema.User{Login: to.login}, Channel: cmp.Or(in.Channel, schema.ChannelSSH)}, e)
}

// candidate is a version with its assignment.
type candidate struct {
	course, name string
	number       int
}

func scanCandidate(r row) (c candidate, err error) {
	err = r.Scan(&c.course, &c.name, &c.number)
	return c, err
}

// VersionByCommit returns the newest version of that commit.
func (s *CourseTables) VersionByCommit(ctx context.Context, assignment int64, commit string) (schema.Version, error) {
	v, err := one(ctx, s.reader, scanVersion, `SELECT * FROM version_rows
		WHERE assignment_id = ? AND commit_hash = ? ORDER BY number DESC LIMIT 1`, assignment, commit)
	return v, missing(err, "there is no version of commit %s", commit)
}

// Version returns a version by id.
func (s *CourseTables) Version(ctx context.Context, id int64) (schema.Version, error) {
	return versionByID(ctx, s.reader, id)
}

func versionByID(ctx context.Context, q querier, id int64) (schema.Version, error) {
	v, err := one(ctx, q, scanVersion, `SELECT * FROM version_rows WHERE id = ?`, id)
	return v, missing(err, "there is no version %d", id)
}

// VersionByNumber returns a version of an assignment; number 0 is the newest.
func (s *CourseTables) VersionByNumber(ctx context.Context, assignment int64, number int) (schema.Version, error) {
	v, err := one(ctx, s.reader, scanVersion, `SELECT * FROM version_rows
		WHERE assignment_id = ?1 AND (?2 = 0 OR number = ?2) ORDER BY number DESC LIMIT 1`, assignment, number)
	return v, missing(err, "there is no version %d", number)
}

// Versions returns an assignment's versions, newest first, at most limit.
func (s *CourseTables) Versions(ctx context.Context, assignment int64, limit int) ([]schema.Version, error) {
	return list(ctx, s.reader, scanVersion, `SELECT * FROM version_rows WHERE assignment_id = ? ORDER BY number DESC LIMIT ?`, assignment, limit)
}

// judge activates or rejects a candidate. A passing candidate that is older than the active
// version is retired at once; the newer version stays active.
func (t *tx) judge(ctx context.Context, version int64, gate schema.GateVerdict) error {
	if !gate.Activates() {
		_, err := t.exec(ctx, `UPDATE versions SET state = 'rejected' WHERE id = ? AND state = 'candidate'`, version)
		return err
	}
	pins, err := encode(gate.Pins)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `UPDATE versions SET state = 'retired' WHERE state = 'active'
		AND (assignment_id, 1) = (SELECT assignment_id, number > versions.number FROM versions c WHERE c.id = ? AND c.state = 'candidate')`, version); err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE versions SET pins = ?, state = CASE
			WHEN EXISTS (SELECT 1 FROM versions a WHERE a.assignment_id = versions.assignment_id AND a.state = 'active') THEN 'retired'
			ELSE 'active' END
		WHERE id = ? AND state = 'candidate'`, pins, version)
	return err
}
