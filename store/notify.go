package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// endedJob holds the facts about an ended job that notices need.
type endedJob struct {
	kind       schema.JobKind
	state      schema.State
	outcome    schema.Outcome // "" without a result
	queued     time.Time
	version    int64 // id of the version
	number     int   // number of the version
	active     bool  // whether the version is active
	course     int64
	assignment int64
	name       schema.SubmissionName
}

func scanEndedJob(r row) (j endedJob, err error) {
	n := &j.name
	err = r.Scan(&j.kind, &j.state, &j.outcome, instant{&j.queued}, &j.version, &j.number, &j.active, &j.course, &j.assignment, &n.Course, &n.Assignment, &n.Owner, &n.Number)
	return j, err
}

// notifyEnded sends notices about an ended job: to its owners if the verdict took long, and to the
// staff if tests fail.
func (t *tx) notifyEnded(ctx context.Context, now time.Time, job int64) error {
	ended, err := list(ctx, t, scanEndedJob, `SELECT j.kind, j.state, coalesce(b.outcome, ''), j.queued_at, v.id, v.number, v.state = 'active', j.course_id, a.id, c.code, a.name, s.owner, s.number
		FROM jobs j JOIN submissions s ON s.id = j.submission_id JOIN versions v ON v.id = j.version_id
		JOIN assignments a ON a.id = s.assignment_id JOIN courses c ON c.id = a.course_id LEFT JOIN summaries b ON b.job_id = j.id
		WHERE j.id = ? AND j.kind = 'grade' AND j.state IN ('done', 'failed')`, job)
	if err != nil {
		return err
	}
	for _, j := range ended {
		if err := notifyVerdict(ctx, t, now, j); err != nil {
			return err
		}
		if err := t.notifyFailing(ctx, now, j); err != nil {
			return err
		}
	}
	return nil
}

func notifyVerdict(ctx context.Context, t *tx, now time.Time, j endedJob) error {
	if !course.LongVerdict(j.queued, now) {
		return nil
	}
	owners, _, err := ownersOf(ctx, t, j.assignment, j.name.Owner)
	if err != nil {
		return err
	}
	return t.notify(ctx, now, owners, j.name.String(), schema.Notice{Topic: schema.NoticeVerdict, Submission: j.name, Waited: now.Sub(j.queued)})
}

// notifyFailing notifies the staff, once for each version, that the active tests fail on the work
// of several owners, because of the tests or the machines.
func (t *tx) notifyFailing(ctx context.Context, now time.Time, j endedJob) error {
	if !j.active || j.state != schema.StateFailed && j.outcome != schema.OutcomeGraderError {
		return nil
	}
	owners, err := one(ctx, t, value[int], `SELECT count(DISTINCT owner) FROM (
			SELECT s.owner FROM summaries b INDEXED BY summaries_broken CROSS JOIN jobs j ON j.id = b.job_id JOIN submissions s ON s.id = j.submission_id
			WHERE b.outcome = 'grader-error' AND j.version_id = ?1 AND j.kind = 'grade'
			UNION ALL SELECT s.owner FROM jobs j INDEXED BY jobs_failed JOIN submissions s ON s.id = j.submission_id
			WHERE j.state = 'failed' AND j.course_id = ?2 AND j.version_id = ?1 AND j.kind = 'grade')`, j.version, j.course)
	if err != nil || owners < course.ManyOwners {
		return err
	}
	return notifyTests(ctx, t, now, j.version, true)
}

// testsOf identifies a version of tests.
type testsOf struct {
	course  int64
	path    string // COURSE/ASSIGNMENT
	version int
}

func scanTestsOf(r row) (is testsOf, err error) {
	err = r.Scan(&is.course, &is.path, &is.version)
	return is, err
}

// notifyTests notifies the staff of a course that a version of tests is broken. It does so once
// for a failed gate, and once for failures on submissions.
func notifyTests(ctx context.Context, t *tx, now time.Time, version int64, failing bool) error {
	why := "gate"
	if failing {
		why = "submissions"
	}
	first, err := t.mark(ctx, now, schema.NoticeTests, strconv.FormatInt(version, 10)+"/"+why)
	if err != nil || !first {
		return err
	}
	is, err := one(ctx, t, scanTestsOf, `SELECT c.id, c.code || '/' || a.name, v.number FROM versions v JOIN assignments a ON a.id = v.assignment_id JOIN courses c ON c.id = a.course_id WHERE v.id = ?`, version)
	if err != nil {
		return err
	}
	staff, err := recipients(ctx, t, is.course, false, func(_ schema.Course, role schema.Role) bool {
		return course.GetsTestNotices(course.Viewer{Role: role})
	})
	if err != nil {
		return err
	}
	return t.notify(ctx, now, staff, is.path+"/"+strconv.Itoa(is.version)+"/"+why, schema.Notice{Topic: schema.NoticeTests, Assignment: is.path, Version: is.version, Failing: failing})
}

// notifyRegraded notifies the owners of work that a regrade changed the score that they see.
func notifyRegraded(ctx context.Context, t *tx, now time.Time, assignment int64, owner string, before, after schema.Grade) error {
	if !course.ScoreChanged(before, after) {
		return nil
	}
	return notifyOwners(ctx, t, now, assignment, owner, schema.Notice{Topic: schema.NoticeRegraded, Owner: owner})
}

// notifyOwners sends a notice to the owners of work for an assignment.
func notifyOwners(ctx context.Context, t *tx, now time.Time, assignment int64, owner string, n schema.Notice) error {
	path, err := one(ctx, t, value[string], `SELECT c.code || '/' || a.name FROM assignments a JOIN courses c ON c.id = a.course_id WHERE a.id = ?`, assignment)
	if err != nil {
		return err
	}
	owners, _, err := ownersOf(ctx, t, assignment, owner)
	if err != nil {
		return err
	}
	n.Assignment = path
	about := path + "/" + owner
	if n.Extension != 0 {
		about += "/" + strconv.FormatInt(n.Extension, 10)
	}
	return t.notify(ctx, now, owners, about, n)
}

// NotePools notifies people about pools that began to fail: administrators, and the staff of the
// courses that use the flavour. After a pool works again, its next failure causes a new notice.
func (s *NoticeTables) NotePools(ctx context.Context, news schema.PoolNews) error {
	told, err := list(ctx, s.reader, value[string], `SELECT mark FROM notice_marks WHERE topic = 'pool' ORDER BY mark`)
	if err != nil {
		return err
	}
	var fresh, over []string
	for flavour := range news.Failing {
		if !slices.Contains(told, flavour) {
			fresh = append(fresh, flavour)
		}
	}
	for _, flavour := range told {
		if _, fails := news.Failing[flavour]; !fails && !slices.Contains(news.Unsure, flavour) {
			over = append(over, flavour)
		}
	}
	if len(fresh)+len(over) == 0 {
		return nil
	}
	now := s.clock()
	return s.write(ctx, "note pools", func(t *tx) error {
		for _, flavour := range over {
			if _, err := t.exec(ctx, `DELETE FROM notice_marks WHERE topic = 'pool' AND mark = ?`, flavour); err != nil {
				return err
			}
		}
		for _, flavour := range fresh {
			if err := notifyPool(ctx, t, now, flavour, news.Failing[flavour]); err != nil {
				return err
			}
		}
		return nil
	})
}

// PoolFails reports whether people were notified that a flavour's pool fails and the pool has not
// recovered.
func (s *NoticeTables) PoolFails(ctx context.Context, flavour string) (bool, error) {
	return one(ctx, s.reader, value[bool], `SELECT EXISTS (SELECT 1 FROM notice_marks WHERE topic = 'pool' AND mark = ?)`, flavour)
}

func notifyPool(ctx context.Context, t *tx, now time.Time, flavour, why string) error {
	first, err := t.mark(ctx, now, schema.NoticePool, flavour)
	if err != nil || !first {
		return err
	}
	people, err := recipients(ctx, t, 0, course.GetsPoolNotices(schema.User{Admin: true}, nil, flavour), func(c schema.Course, role schema.Role) bool {
		return course.GetsPoolNotices(schema.User{}, []schema.Enrolment{{Course: c, Role: role}}, flavour)
	})
	if err != nil {
		return err
	}
	return t.notify(ctx, now, people, flavour, schema.Notice{Topic: schema.NoticePool, Flavour: flavour, Why: why})
}

// roleIn is a role in a course.
type roleIn struct {
	Course int64       `json:"course"`
	Role   schema.Role `json:"role"`
}

func scanFlavours(r row) (c schema.Course, err error) {
	err = r.Scan(&c.ID, &c.Flavour, decoded{&c.OtherFlavours})
	return c, err
}

// recipients returns the logins of people with the roles that a rule selects, in one course, or in all
// for course 0. With admins it also returns the administrators. The rule sees each role once for
// each course and not each person, because this runs in a transaction that others wait for. Its
// courses have no more than their flavours.
func recipients(ctx context.Context, t *tx, courseID int64, admins bool, gets func(schema.Course, schema.Role) bool) ([]string, error) {
	courses, err := list(ctx, t, scanFlavours, `SELECT id, flavour, other_flavours FROM courses WHERE ?1 = 0 OR id = ?1`, courseID)
	if err != nil {
		return nil, err
	}
	var selected []roleIn
	for _, c := range courses {
		for _, role := range []schema.Role{schema.RoleStudent, schema.RoleTA, schema.RoleInstructor} {
			if gets(c, role) {
				selected = append(selected, roleIn{c.ID, role})
			}
		}
	}
	pairs, err := encode(selected)
	if err != nil {
		return nil, err
	}
	return list(ctx, t, value[string], `SELECT u.login FROM json_each(?1) p
			CROSS JOIN enrolments e ON e.course_id = json_extract(p.value, '$.course') AND e.role = json_extract(p.value, '$.role') JOIN users u ON u.id = e.user_id
		UNION SELECT login FROM users WHERE ?2 AND admin = 1`, pairs, admins)
}
