package gitd

import (
	"cmp"
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// judgeCourse checks the pushed course.yaml. A file that would change grades needs the push option
// confirm.
func (s *receiver) judgeCourse(ctx context.Context, p *push, q repo.Quarantine, entries []repo.Entry) error {
	checked, err := s.Classroom.Files.Check(ctx, p.session.actor(), p.target.course.Code, s.pushedFiles(ctx, p, q, entries))
	if err != nil {
		return err
	}
	p.changes = checked.Changes
	unconfirmed := course.ConfirmChanges(checked.Changes, p.options.confirm)
	if unconfirmed == nil {
		return nil
	}
	no := refusal{refusalConfirm, "confirm", schema.MessageOf(unconfirmed) + ". If this is meant", []string{p.pushHead("-o", "confirm")}}
	return refusedPush{refusal: no, before: transcript.GradeChanges(checked.Changes)}
}

// recordCourse records a version of a pushed course.yaml and applies it.
func (s *resolver) recordCourse(ctx context.Context, row schema.Repository, p schema.Push) (*recorded, error) {
	source, err := s.Repos.ReadFile(ctx, row.ID, p.Intent.New, assignment.CourseFilename, maxSource)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", assignment.CourseFilename, err)
	}
	user, err := s.Accounts.User(ctx, p.Intent.PusherID)
	if err != nil {
		return nil, fmt.Errorf("find pusher: %w", err)
	}
	by := schema.Actor{User: user, Channel: cmp.Or(p.Intent.Channel, schema.ChannelSSH)}
	is := new(recorded)
	is.course, err = s.Classroom.Files.Record(ctx, by, p.Course, p, source)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", assignment.CourseFilename, err)
	}
	return is, nil
}

// followCourse shows the result of a push of course.yaml.
func (s *follower) followCourse(v viewing, version schema.CourseVersion, changes []schema.GradeChange) int {
	_ = v.out.Lines(transcript.CourseFile(version, changes)) // ignored: the client may be gone
	if !version.Applied {
		return 1
	}
	return 0
}

// logCourse lists the versions of a course.yaml, newest first.
func (s *studentCommands) logCourse(ctx context.Context, sess *session, code string) int {
	all, err := s.Classroom.Files.Versions(ctx, sess.actor(), code)
	if err != nil {
		return s.failed(sess, "log", err)
	}
	if len(all) == 0 {
		fmt.Fprintf(sess.out, "%s/course: nothing pushed\n", code)
		return 0
	}
	for _, v := range all {
		state := "applied"
		if !v.Applied {
			state = "could not be read"
		}
		fmt.Fprintf(sess.out, "%s/course/%d  %s  %s  %s  by %s\n", code, v.Number,
			v.ReceivedAt.UTC().Format("2006-01-02 15:04 UTC"), transcript.ShortCommit(v.Commit), state, v.Pusher)
	}
	return 0
}
