package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// maxEarlier is the maximum number of gate jobs of the same tree that a gate is compared with.
const maxEarlier = 4 * schema.GateRuns

func scanGateJob(r row) (j schema.GateJob, err error) {
	var stored storedResult
	err = r.Scan(append([]any{&j.Version, decoded{&j.Part}, &stored}, jobColumns(&j.Job)...)...)
	j.Result = stored.orAdvice(func() string { return "push the tests again" })
	return j, err
}

// addGate queues the parts of a version's gate.
func (t *tx) addGate(ctx context.Context, j schema.Job, parts []schema.GatePart) error {
	if len(parts) == 0 {
		parts = []schema.GatePart{{}}
	}
	for n, part := range parts {
		if err := t.addGatePart(ctx, j, n, part); err != nil {
			return err
		}
	}
	return nil
}

// addGatePart queues one part of a gate.
func (t *tx) addGatePart(ctx context.Context, j schema.Job, n int, part schema.GatePart) error {
	body, err := encode(part)
	if err != nil {
		return err
	}
	id, err := t.addJob(ctx, j, false)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO gate_parts (job_id, version_id, part, body) VALUES (?, ?, ?, ?)`, id, j.VersionID, n, body)
	return err
}

// gateJobs returns the parts of a version's gate, in order, each with its latest job.
func gateJobs(ctx context.Context, q querier, version int64) ([]schema.GateJob, error) {
	return list(ctx, q, scanGateJob, `SELECT v.number, p.body, r.body, j.*
		FROM gate_parts p JOIN versions v ON v.id = p.version_id JOIN job_rows j ON j.id = p.job_id LEFT JOIN results r ON r.job_id = p.job_id
		WHERE p.version_id = ? AND p.job_id = (SELECT max(l.job_id) FROM gate_parts l WHERE l.version_id = p.version_id AND l.part = p.part)
		ORDER BY p.part`, version)
}

// earlierGates returns the finished parts of the gates of earlier versions with the same tree,
// newest first.
func earlierGates(ctx context.Context, q querier, version int64) ([]schema.GateJob, error) {
	return list(ctx, q, scanGateJob, `SELECT o.number, p.body, r.body, j.*
		FROM versions v JOIN versions o ON o.assignment_id = v.assignment_id AND o.tree_hash = v.tree_hash AND o.number < v.number
		JOIN gate_parts p ON p.version_id = o.id JOIN job_rows j ON j.id = p.job_id JOIN results r ON r.job_id = p.job_id
		WHERE v.id = ? ORDER BY p.job_id DESC LIMIT ?`, version, maxEarlier)
}

// closeGate activates or rejects a candidate once every part of its gate has a result. It does
// nothing while a result is missing or if a machine failed.
func (t *tx) closeGate(ctx context.Context, version int64, at time.Time) error {
	jobs, err := gateJobs(ctx, t, version)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Job.State != schema.StateDone || j.Result == nil {
			return nil
		}
	}
	earlier, err := earlierGates(ctx, t, version)
	if err != nil {
		return err
	}
	verdict := course.JudgeGate(jobs, earlier)
	push, err := one(ctx, t, scanGatePush, `SELECT i.options, i.channel, u.login, c.code, a.name, v.number, coalesce(n.number, 0)
		FROM versions v JOIN intents i ON i.id = v.intent_id JOIN users u ON u.id = v.pusher_id JOIN assignments a ON a.id = v.assignment_id
		JOIN courses c ON c.id = a.course_id LEFT JOIN versions n ON n.assignment_id = v.assignment_id AND n.state = 'active' WHERE v.id = ?`, version)
	if err != nil {
		return err
	}
	verdict.Before = push.active
	if !verdict.Passed && slices.Contains(push.options, schema.SkipGate) {
		verdict.Skipped = true
		if err := auditSkipped(ctx, t, push, verdict, at); err != nil {
			return err
		}
	}
	body, err := encode(verdict)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `INSERT INTO gate_verdicts (version_id, body) VALUES (?, ?) ON CONFLICT DO NOTHING`, version, body); err != nil {
		return err
	}
	if err := t.judge(ctx, version, verdict); err != nil || verdict.Activates() {
		return err
	}
	return notifyTests(ctx, t, at, version, false)
}

// gatePush is the push of a candidate.
type gatePush struct {
	options             []string
	channel             schema.Channel
	login, course, name string
	number, active      int // the candidate's number and the active version's
}

func scanGatePush(r row) (p gatePush, err error) {
	err = r.Scan(decoded{&p.options}, &p.channel, &p.login, &p.course, &p.name, &p.number, &p.active)
	return p, err
}

// auditSkipped records that a version becomes active although its gate failed.
func auditSkipped(ctx context.Context, t *tx, p gatePush, v schema.GateVerdict, at time.Time) error {
	by := schema.Actor{User: schema.User{Login: p.login}, Channel: p.channel}
	path := p.course + "/" + p.name
	return t.audit(ctx, by, schema.AuditEntry{At: at, Action: "tests.skip-gate", Course: p.course, Subject: path,
		Before: versionName(p.active), After: versionName(p.number), Detail: strings.Join(v.Reasons, "; ")})
}

// versionName returns the name of a version of tests for the audit log.
func versionName(number int) string {
	if number == 0 {
		return "no version"
	}
	return "version " + strconv.Itoa(number)
}

func scanVerdict(r row) (v schema.GateVerdict, err error) {
	err = r.Scan(decoded{&v})
	return v, err
}

// Gate returns a version with the parts of its gate, and the verdict if there is one.
func (s *QueueTables) Gate(ctx context.Context, version int64) (g schema.Gate, err error) {
	if g.Version, err = versionByID(ctx, s.reader, version); err != nil {
		return g, err
	}
	if g.Jobs, err = gateJobs(ctx, s.reader, version); err != nil {
		return g, err
	}
	verdict, err := one(ctx, s.reader, scanVerdict, `SELECT body FROM gate_verdicts WHERE version_id = ?`, version)
	if errors.Is(err, sql.ErrNoRows) {
		return g, nil
	}
	g.Verdict = &verdict
	return g, err
}

// RetryGate queues the parts of a gate that ended in a machine failure again, and returns
// the gate. If no part failed, nothing changes.
func (s *QueueTables) RetryGate(ctx context.Context, version int64, at time.Time) (schema.Gate, error) {
	err := s.write(ctx, "retry gate", func(t *tx) error {
		jobs, err := gateJobs(ctx, t, version)
		if err != nil {
			return err
		}
		for n, j := range jobs {
			if j.Job.State != schema.StateFailed && j.Job.State != schema.StateCancelled {
				continue
			}
			again := j.Job
			again.QueuedAt = at
			if err := t.addGatePart(ctx, again, n, j.Part); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return schema.Gate{}, err
	}
	return s.Gate(ctx, version)
}
