package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func scanCourseVersion(r row) (v schema.CourseVersion, err error) {
	err = r.Scan(&v.ID, &v.CourseID, &v.Number, &v.Commit, &v.Tree, &v.Source, &v.Applied, &v.Pusher, instant{&v.ReceivedAt})
	return v, err
}

// PreviewCourse returns the grades that a course.yaml would change, by owner and assignment,
// without changing anything.
func (s *CourseTables) PreviewCourse(ctx context.Context, c schema.Course, file assignment.CourseFile) (changes []schema.GradeChange, err error) {
	err = s.write(ctx, "preview course.yaml", func(t *tx) error {
		if changes, err = s.applyCourse(ctx, t, c.ID, file, s.clock()); err != nil {
			return err
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return changes, err
}

// RecordCourse closes the intent of a push to a course's repository. It stores the next version
// of course.yaml, applies it and recomputes the grades in one transaction. file is nil if the
// source can no longer be parsed; then the source is stored but not applied. A second call for
// the same intent returns the same result.
func (s *CourseTables) RecordCourse(ctx context.Context, by schema.Actor, p schema.Push, source []byte, file *assignment.CourseFile) (v schema.CourseVersion, err error) {
	err = s.write(ctx, "record course.yaml", func(t *tx) error {
		in, settled, err := t.findIntent(ctx, p.Intent.ID)
		if err != nil {
			return err
		}
		if !settled {
			if err := s.configure(ctx, t, by, in, p, source, file); err != nil {
				return err
			}
		}
		v, err = one(ctx, t, scanCourseVersion, `SELECT v.id, v.course_id, v.number, v.commit_hash, v.tree_hash, v.source, v.applied, u.login, v.received_at
			FROM course_versions v JOIN users u ON u.id = v.pusher_id WHERE v.intent_id = ?`, in.ID)
		return missing(err, "the push %s became no version of course.yaml", in.ID)
	})
	return v, err
}

func (s *CourseTables) configure(ctx context.Context, t *tx, by schema.Actor, in schema.Intent, p schema.Push, source []byte, file *assignment.CourseFile) error {
	to, err := t.target(ctx, in)
	if err != nil {
		return err
	}
	number, err := one(ctx, t, value[int], `INSERT INTO course_versions (course_id, number, repository_id, intent_id, commit_hash, tree_hash, source, applied, pusher_id, received_at)
		VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM course_versions WHERE course_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING number`,
		to.course, in.RepositoryID, in.ID, in.New, p.Tree, source, file != nil, in.PusherID, micros(in.ReceivedAt))
	if err != nil {
		return err
	}
	if file != nil {
		applied := *file
		applied.Settings.Version = number
		if err := s.configured(ctx, t, by, to.course, applied); err != nil {
			return err
		}
	}
	return t.closeIntent(ctx, in.ID)
}

// configured applies a course.yaml and writes the changes to the audit log.
func (s *CourseTables) configured(ctx context.Context, t *tx, by schema.Actor, courseID int64, file assignment.CourseFile) error {
	now := s.clock()
	before, err := readCourseTerms(ctx, t, courseID)
	if err != nil {
		return err
	}
	grades, err := s.applyCourse(ctx, t, courseID, file, now)
	if err != nil {
		return err
	}
	after, err := readCourseTerms(ctx, t, courseID)
	if err != nil {
		return err
	}
	e := schema.AuditEntry{At: now, Action: "course.configure", Course: before.Code, Subject: before.Code,
		Before: versionWords(before.Settings.Version), After: versionWords(file.Settings.Version)}
	words := course.FileChanges(before.Course, after.Course, before.tokens, after.tokens)
	if len(grades) > 0 {
		words = append(words, "grades: "+strings.Join(course.GradeChangeLines(grades), ", "))
	}
	e.Detail = strings.Join(words, "; ")
	return t.audit(ctx, by, e)
}

func versionWords(number int) string {
	if number == 0 {
		return "no course.yaml"
	}
	return "course.yaml version " + strconv.Itoa(number)
}

// courseTerms is a course with its late days.
type courseTerms struct {
	schema.Course
	tokens int
}

func scanCourseTerms(r row) (c courseTerms, err error) {
	err = r.Scan(&c.ID, &c.Code, &c.Title, zone{&c.Zone}, &c.Flavour, decoded{&c.OtherFlavours}, instant{&c.CreatedAt}, decoded{&c.Settings}, &c.tokens)
	return c, err
}

func readCourseTerms(ctx context.Context, t *tx, courseID int64) (courseTerms, error) {
	return one(ctx, t, scanCourseTerms, `SELECT id, code, title, zone, flavour, other_flavours, created_at, settings, late_tokens FROM courses WHERE id = ?`, courseID)
}

// applyCourse stores the contents of a course.yaml. If they affect grades, it recomputes the
// grades of the whole course and returns the changed ones.
func (s *CourseTables) applyCourse(ctx context.Context, t *tx, courseID int64, file assignment.CourseFile, now time.Time) ([]schema.GradeChange, error) {
	was, err := readCourseTerms(ctx, t, courseID)
	if err != nil {
		return nil, err
	}
	is := was.with(file)
	others, err := encodeFlavours(is.OtherFlavours)
	if err != nil {
		return nil, err
	}
	settings, err := encode(is.Settings)
	if err != nil {
		return nil, err
	}
	if _, err := t.exec(ctx, `UPDATE courses SET title = ?, zone = ?, flavour = ?, other_flavours = ?, late_tokens = ?, settings = ? WHERE id = ?`,
		is.Title, is.Zone, is.Flavour, others, is.tokens, settings, courseID); err != nil {
		return nil, err
	}
	if was.Zone == is.Zone && was.tokens == is.tokens && was.Settings.Publish == is.Settings.Publish && sameOffsets(was.Settings.Sections, is.Settings.Sections) {
		return nil, nil
	}
	return s.changes(ctx, t, courseID, now)
}

// with returns the course with the values of a course.yaml.
func (c courseTerms) with(file assignment.CourseFile) courseTerms {
	c.Settings = file.Settings
	if c.Settings.Holds(assignment.KeyTitle) {
		c.Title = file.Title
	}
	if c.Settings.Holds(assignment.KeyTimezone) {
		c.Zone = file.Zone
	}
	if c.Settings.Holds(assignment.KeyFlavours) {
		c.Flavour, c.OtherFlavours = file.Flavour, file.Others
	} else if c.Settings.Holds(assignment.KeyDefault) {
		c.Flavour = file.Flavour
	}
	if c.Settings.Holds(assignment.KeyLateTokens) {
		c.tokens = file.LateTokens
	}
	return c
}

func sameOffsets(a, b map[string]schema.DueOffset) bool {
	for name := range a {
		if a[name] != b[name] {
			return false
		}
	}
	for name := range b {
		if a[name] != b[name] {
			return false
		}
	}
	return true
}

// CourseVersionByCommit returns the newest version of course.yaml of that commit.
func (s *CourseTables) CourseVersionByCommit(ctx context.Context, course int64, commit string) (schema.CourseVersion, error) {
	v, err := one(ctx, s.reader, scanCourseVersion, `SELECT v.id, v.course_id, v.number, v.commit_hash, v.tree_hash, v.source, v.applied, u.login, v.received_at
		FROM course_versions v JOIN users u ON u.id = v.pusher_id WHERE v.course_id = ? AND v.commit_hash = ? ORDER BY v.number DESC LIMIT 1`, course, commit)
	return v, missing(err, "there is no version of commit %s", commit)
}

// CourseVersions returns the versions of a course's course.yaml, newest first, at most
// limit.
func (s *CourseTables) CourseVersions(ctx context.Context, course int64, limit int) ([]schema.CourseVersion, error) {
	return list(ctx, s.reader, scanCourseVersion, `SELECT v.id, v.course_id, v.number, v.commit_hash, v.tree_hash, v.source, v.applied, u.login, v.received_at
		FROM course_versions v JOIN users u ON u.id = v.pusher_id WHERE v.course_id = ? ORDER BY v.number DESC LIMIT ?`, course, limit)
}
