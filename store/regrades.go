package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/grader/grader/schema"
)

func scanRegrade(r row) (g schema.Regrade, err error) {
	err = r.Scan(&g.ID, &g.Assignment, &g.Path, &g.Version, &g.Which, &g.Reason, &g.By, instant{&g.MadeAt}, &g.State, instant{&g.EndedAt}, &g.Total, &g.Done, &g.Failed)
	if g.State == regradeOpen {
		g.State = schema.RegradeRunning
		if g.Done == g.Total {
			g.State = schema.RegradeStaged
		}
	}
	return g, err
}

// regradeOpen is the stored state of a set that is running or staged.
const regradeOpen schema.RegradeState = "open"

// Regrade returns a set.
func (s *RegradeTables) Regrade(ctx context.Context, id int64) (schema.Regrade, error) {
	return regrade(ctx, s.reader, id)
}

// RegradesOf returns the sets of an assignment, newest first.
func (s *RegradeTables) RegradesOf(ctx context.Context, assignment int64) ([]schema.Regrade, error) {
	return list(ctx, s.reader, scanRegrade, `SELECT g.id, g.assignment_id, c.code || '/' || a.name, v.number, g.which, g.reason, g.actor, g.made_at, g.state, g.ended_at,
			count(*), sum(j.state IN ('done', 'cancelled', 'failed')), sum(j.state IN ('done', 'cancelled', 'failed') AND r.tally IS NULL)
		FROM regrades g JOIN assignments a ON a.id = g.assignment_id JOIN courses c ON c.id = a.course_id JOIN versions v ON v.id = g.version_id
		JOIN regraded r ON r.regrade_id = g.id JOIN jobs j ON j.id = r.job_id
		WHERE g.assignment_id = ? GROUP BY g.id ORDER BY g.id DESC`, assignment)
}

func regrade(ctx context.Context, q querier, id int64) (schema.Regrade, error) {
	g, err := one(ctx, q, scanRegrade, `SELECT g.id, g.assignment_id, c.code || '/' || a.name, v.number, g.which, g.reason, g.actor, g.made_at, g.state, g.ended_at,
			count(*), sum(j.state IN ('done', 'cancelled', 'failed')), sum(j.state IN ('done', 'cancelled', 'failed') AND r.tally IS NULL)
		FROM regrades g JOIN assignments a ON a.id = g.assignment_id JOIN courses c ON c.id = a.course_id JOIN versions v ON v.id = g.version_id
		JOIN regraded r ON r.regrade_id = g.id JOIN jobs j ON j.id = r.job_id
		WHERE g.id = ? GROUP BY g.id`, id)
	return g, missing(err, "there is no regrade set %d", id)
}

// CreateRegrade creates a set and queues its jobs in the regrade lane. CodeConflict: the
// assignment has an open set. CodeNotFound: the assignment has no such version.
// CodeRefused: there are no submissions to grade again.
func (s *RegradeTables) CreateRegrade(ctx context.Context, by schema.Actor, n schema.NewRegrade) (set schema.Regrade, err error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return set, err
	}
	now := s.clock()
	err = s.write(ctx, "create regrade set", func(t *tx) error {
		v, err := regradeVersion(ctx, t, n)
		if err != nil {
			return err
		}
		id, err := one(ctx, t, value[int64], `INSERT INTO regrades (assignment_id, version_id, which, reason, actor, made_at, state) VALUES (?, ?, ?, ?, ?, ?, 'open') RETURNING id`,
			n.Assignment.ID, v.id, n.Which, n.Reason, by.User.Login, micros(now))
		if err != nil {
			return conflict(err, "%s has a regrade set that is neither applied nor discarded; finish it first", n.Assignment.Path())
		}
		subs, err := toRegrade(ctx, t, n)
		if err != nil {
			return err
		}
		for _, sub := range subs {
			job, err := t.addJob(ctx, schema.Job{Kind: schema.JobRegrade, Submission: sub.id, VersionID: v.id, CourseID: n.Assignment.Course.ID,
				Owner: sub.owner, Lane: schema.LaneRegrade, Flavour: v.flavour, QueuedAt: now}, false)
			if err != nil {
				return err
			}
			if _, err := t.exec(ctx, `INSERT INTO regraded (regrade_id, submission_id, job_id, owner) VALUES (?, ?, ?, ?)`, id, sub.id, job, sub.owner); err != nil {
				return err
			}
		}
		if len(subs) == 0 {
			return schema.Errorf(schema.CodeRefused, "%s has no graded submission that the set would grade again", n.Assignment.Path())
		}
		if set, err = regrade(ctx, t, id); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "regrade.create", Course: n.Assignment.Course.Code, Subject: n.Assignment.Path(), After: string(n.Which), Detail: n.Reason})
	})
	return set, err
}

func regradeVersion(ctx context.Context, t *tx, n schema.NewRegrade) (active, error) {
	v, err := one(ctx, t, scanActive, `SELECT id, flavour FROM versions WHERE assignment_id = ?1 AND state IN ('active', 'retired') AND (?2 = 0 AND state = 'active' OR number = ?2)`,
		n.Assignment.ID, n.Version)
	if n.Version == 0 {
		return v, missing(err, "%s has no active version of its tests", n.Assignment.Path())
	}
	return v, missing(err, "%s has no version %d of its tests that passed its gate", n.Assignment.Path(), n.Version)
}

// owned is a submission with its owner.
type owned struct {
	id    int64
	owner string
}

func scanOwned(r row) (o owned, err error) {
	err = r.Scan(&o.id, &o.owner)
	return o, err
}

// toRegrade returns the submissions of a new set, by owner and number.
func toRegrade(ctx context.Context, t *tx, n schema.NewRegrade) ([]owned, error) {
	var all []owned
	var err error
	switch n.Which {
	case schema.RegradeCounted:
		all, err = list(ctx, t, scanOwned, `SELECT DISTINCT s.id, s.owner FROM grades g JOIN submissions s ON s.assignment_id = g.assignment_id AND s.owner = iif(g.team = '', g.owner, g.team) AND s.number = g.number
			WHERE g.assignment_id = ? ORDER BY s.owner, s.id`, n.Assignment.ID)
	case schema.RegradeLatest:
		all, err = list(ctx, t, scanOwned, `SELECT s.id, s.owner FROM submissions s WHERE s.assignment_id = ? AND s.number = (
				SELECT max(m.number) FROM submissions m WHERE m.assignment_id = s.assignment_id AND m.owner = s.owner AND m.try_out = 0 AND m.kept = 0)
			ORDER BY s.owner`, n.Assignment.ID)
	default:
		all, err = list(ctx, t, scanOwned, `SELECT s.id, s.owner FROM submissions s WHERE s.assignment_id = ? AND s.try_out = 0 AND s.kept = 0 ORDER BY s.owner, s.number`, n.Assignment.ID)
	}
	if n.Owners == nil || err != nil {
		return all, err
	}
	var chosen []owned
	for _, o := range all {
		if n.Owners[o.owner] {
			chosen = append(chosen, o)
		}
	}
	return chosen, nil
}

// stage stores the result of a regrade's job in the set. The submission's own result and grade
// stay unchanged.
func stage(ctx context.Context, t *tx, j schema.Job, r schema.Result) error {
	if r.Blame != schema.BlameStudent {
		return nil
	}
	stored, err := one(ctx, t, scanStoredResult, `SELECT coalesce(r.body, '{}') FROM submissions s LEFT JOIN results r ON r.job_id = s.done_job_id WHERE s.id = ?`, j.Submission)
	if err != nil {
		return err
	}
	before := *stored.result // empty if it is damaged
	tally, err := encode(r.Tally())
	if err != nil {
		return err
	}
	all := r.Changes(before)
	changes, err := encode(all)
	if err != nil {
		return err
	}
	flaky := len(all) > 0 && before.Provenance.Tests != "" && before.Provenance.Tests == r.Provenance.Tests
	_, err = t.exec(ctx, `UPDATE regraded SET tally = ?, changes = ?, flaky = ? WHERE job_id = ?`, tally, changes, flaky, j.ID)
	return err
}

// DiscardRegrade marks a set that is not applied as discarded and cancels its waiting jobs.
func (s *RegradeTables) DiscardRegrade(ctx context.Context, by schema.Actor, set schema.Regrade) error {
	now := s.clock()
	return s.write(ctx, "discard regrade set", func(t *tx) error {
		before, err := moveRegrade(ctx, t, set.ID, "discarded", now, regradeOpen)
		if err != nil {
			return err
		}
		jobs, err := list(ctx, t, value[int64], `SELECT j.id FROM regraded r JOIN jobs j ON j.id = r.job_id WHERE r.regrade_id = ? AND j.state = 'queued'`, set.ID)
		if err != nil {
			return err
		}
		for _, job := range jobs {
			if err := t.cancel(ctx, job, "the regrade set was discarded", now); err != nil {
				return err
			}
		}
		return auditRegrade(ctx, t, by, set, "regrade.discard", before, "discarded", now)
	})
}

// moveRegrade moves a set from one of the given states to another, and returns the previous state.
func moveRegrade(ctx context.Context, t *tx, id int64, to schema.RegradeState, now time.Time, from ...schema.RegradeState) (schema.RegradeState, error) {
	is, err := one(ctx, t, value[schema.RegradeState], `SELECT state FROM regrades WHERE id = ?`, id)
	if err != nil {
		return is, missing(err, "there is no regrade set %d", id)
	}
	if slices.Contains(from, is) {
		_, err := t.exec(ctx, `UPDATE regrades SET state = ?, ended_at = ? WHERE id = ?`, to, micros(now), id)
		return is, conflict(err, "the assignment has another regrade set that is neither applied nor discarded; finish it first")
	}
	if is == regradeOpen {
		is = "not applied"
	}
	return is, schema.Errorf(schema.CodeRefused, "regrade set %d is %s", id, is)
}

func auditRegrade(ctx context.Context, t *tx, by schema.Actor, set schema.Regrade, action string, before, after schema.RegradeState, now time.Time) error {
	return t.audit(ctx, by, schema.AuditEntry{At: now, Action: action, Course: courseOf(set.Path), Subject: set.Path,
		Before: regradeWords(set.ID, before), After: regradeWords(set.ID, after), Detail: set.Reason})
}

// regradeWords describes a regrade set and its state for the audit log.
func regradeWords(id int64, state schema.RegradeState) string {
	return fmt.Sprintf("set %d %s", id, state)
}

func courseOf(path string) string {
	for i := range path {
		if path[i] == '/' {
			return path[:i]
		}
	}
	return path
}

// LastRegrade returns the change of an owner's grade by the latest applied set, or false if
// no set changed it.
func (s *RegradeTables) LastRegrade(ctx context.Context, assignment int64, owner string) (schema.RegradeNotice, bool, error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return schema.RegradeNotice{}, false, err
	}
	n, err := one(ctx, s.reader, scanNotice, `SELECT r.applied_at, r.before_final, r.after_final, r.before_seen, r.after_seen, coalesce(w.seen, 'null') <> 'null', v.number, g.reason
		FROM regrades g CROSS JOIN regraded r ON r.regrade_id = g.id AND r.owner = ?2 JOIN versions v ON v.id = g.version_id
		LEFT JOIN grades w ON w.assignment_id = g.assignment_id AND w.owner = r.owner
		WHERE g.assignment_id = ?1 AND g.state = 'applied' AND r.applied_at > 0 AND (r.before_final <> r.after_final OR r.before_seen <> r.after_seen)
		ORDER BY r.applied_at DESC LIMIT 1`, assignment, owner)
	if errors.Is(err, sql.ErrNoRows) {
		return n, false, nil
	}
	return n, err == nil, err
}

func scanNotice(r row) (n schema.RegradeNotice, err error) {
	var before, after string
	if err = r.Scan(instant{&n.At}, exact{&n.Before}, exact{&n.After}, &before, &after, &n.Hidden, &n.Version, &n.Reason); err != nil || before == "" || after == "" {
		return n, err
	}
	n.Seen = new(schema.SeenChange)
	return n, errors.Join(n.Seen.Before.UnmarshalText([]byte(before)), n.Seen.After.UnmarshalText([]byte(after)))
}
