package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

func scanGranted(r row) (g schema.GrantedExtension, err error) {
	var by int64
	err = r.Scan(&g.ID, &g.Owner, instant{&g.Due}, &g.Days, &by, instant{&g.Until}, &g.Reason, &g.GrantedBy, instant{&g.GrantedAt}, instant{&g.EndedAt})
	g.By = time.Duration(by) * time.Microsecond
	return g, err
}

// AddExtension grants an owner more time for an assignment. A member's extension applies to their
// team. The same transaction recomputes the owner's grades, queues the kept pushes that are no
// longer after the end, and notifies the owner or the team if their due time moves. The second
// result is the number of queued pushes.
func (s *GradeTables) AddExtension(ctx context.Context, by schema.Actor, a schema.Assignment, owner string, e schema.Extension, reason string) (granted schema.GrantedExtension, queued int, err error) {
	now := s.clock()
	err = s.write(ctx, "add extension", func(t *tx) error {
		pushes, err := ownerOf(ctx, t, a.ID, owner) // the team, if the owner is in one
		if err != nil {
			return err
		}
		_, before, err := s.scheduleOf(ctx, t, a, pushes)
		if err != nil {
			return err
		}
		granted, err = one(ctx, t, scanGranted, `INSERT INTO extensions (assignment_id, owner, due_at, days, by_us, until_at, reason, actor, made_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			RETURNING id, owner, due_at, days, by_us, until_at, reason, actor, made_at, ended_at`,
			a.ID, owner, micros(e.Due), e.Days, e.By.Microseconds(), micros(e.Until), reason, by.User.Login, micros(now))
		if err != nil {
			return err
		}
		if queued, err = s.recompute(ctx, t, a.Course.ID, owner, now); err != nil {
			return err
		}
		_, after, err := s.scheduleOf(ctx, t, a, pushes)
		if err != nil {
			return err
		}
		if !after.Due().Equal(before.Due()) {
			if err := notifyOwners(ctx, t, now, a.ID, pushes, schema.Notice{Topic: schema.NoticeExtension, Owner: pushes, Extension: granted.ID}); err != nil {
				return err
			}
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "extension.add", Course: a.Course.Code, Subject: a.Path() + "/" + owner, After: e.String(), Detail: reason})
	})
	return granted, queued, err
}

// EndExtension removes an extension and recomputes its owner's grades. CodeNotFound: the
// assignment has no such active extension.
func (s *GradeTables) EndExtension(ctx context.Context, by schema.Actor, a schema.Assignment, id int64) (ended schema.GrantedExtension, err error) {
	now := s.clock()
	err = s.write(ctx, "end extension", func(t *tx) error {
		ended, err = one(ctx, t, scanGranted, `UPDATE extensions SET ended_at = ? WHERE id = ? AND assignment_id = ? AND ended_at = 0
			RETURNING id, owner, due_at, days, by_us, until_at, reason, actor, made_at, ended_at`, micros(now), id, a.ID)
		if err != nil {
			return missing(err, "%s has no extension %d", a.Path(), id)
		}
		if _, err := s.recompute(ctx, t, a.Course.ID, ended.Owner, now); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "extension.end", Course: a.Course.Code, Subject: a.Path() + "/" + ended.Owner, Before: ended.String()})
	})
	return ended, err
}

// Extensions returns the active extensions of an assignment, by owner.
func (s *GradeTables) Extensions(ctx context.Context, assignment int64) ([]schema.GrantedExtension, error) {
	return list(ctx, s.reader, scanGranted, `SELECT id, owner, due_at, days, by_us, until_at, reason, actor, made_at, ended_at FROM extensions
		WHERE assignment_id = ? AND ended_at = 0 ORDER BY owner, id`, assignment)
}

func scanOutageRow(r row) (o schema.Outage, err error) {
	var length int64
	err = r.Scan(&o.ID, instant{&o.Start}, &length, &o.Reason, &o.By, instant{&o.MadeAt})
	o.Length = time.Duration(length) * time.Microsecond
	return o, err
}

// AddOutage records a time in which a course could not submit. The same transaction recomputes
// the grades of the whole course and queues the kept pushes that are no longer after the end.
// The second result is the number of queued pushes.
func (s *GradeTables) AddOutage(ctx context.Context, by schema.Actor, c schema.Course, o schema.Outage) (added schema.Outage, queued int, err error) {
	now := s.clock()
	err = s.write(ctx, "add outage", func(t *tx) error {
		added, err = one(ctx, t, scanOutageRow, `INSERT INTO outages (course_id, start_at, length_us, reason, actor, made_at) VALUES (?, ?, ?, ?, ?, ?)
			RETURNING id, start_at, length_us, reason, actor, made_at`, c.ID, micros(o.Start), o.Length.Microseconds(), o.Reason, by.User.Login, micros(now))
		if err != nil {
			return err
		}
		if queued, err = s.recompute(ctx, t, c.ID, "", now); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "outage.add", Course: c.Code, Subject: c.Code,
			After: o.Start.Format(time.RFC3339) + " for " + o.Length.String(), Detail: o.Reason})
	})
	return added, queued, err
}

// Outages returns the outages of a course, oldest first.
func (s *GradeTables) Outages(ctx context.Context, course int64) ([]schema.Outage, error) {
	return list(ctx, s.reader, scanOutageRow, `SELECT id, start_at, length_us, reason, actor, made_at FROM outages
		WHERE course_id = ? AND ended_at = 0 ORDER BY start_at, id`, course)
}

// LateTokens returns the number of late days of each student of a course.
func (s *GradeTables) LateTokens(ctx context.Context, course int64) (int, error) {
	return one(ctx, s.reader, value[int], `SELECT late_tokens FROM courses WHERE id = ?`, course)
}

// SetLateTokens sets the number of late days of each student of a course, and recomputes the
// grades of the whole course.
func (s *GradeTables) SetLateTokens(ctx context.Context, by schema.Actor, c schema.Course, tokens int) error {
	now := s.clock()
	return s.write(ctx, "set late days", func(t *tx) error {
		before, err := one(ctx, t, value[string], `SELECT late_tokens || '' FROM courses WHERE id = ?`, c.ID)
		if err != nil {
			return missing(err, "there is no course %q", c.Code)
		}
		if _, err := t.exec(ctx, `UPDATE courses SET late_tokens = ? WHERE id = ?`, tokens, c.ID); err != nil {
			return err
		}
		if err := s.updateCourseGrades(ctx, t, c.ID, now); err != nil {
			return err
		}
		after, err := one(ctx, t, value[string], `SELECT late_tokens || '' FROM courses WHERE id = ?`, c.ID)
		if err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "course.late-days", Course: c.Code, Subject: c.Code, Before: before, After: after})
	})
}
