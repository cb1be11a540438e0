package gitd

import (
	"context"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// comment adds a comment to a submission.
func (s *staffCommands) comment(ctx context.Context, c *staffCall) error {
	name, err := schema.ParseSubmissionName(c.args[0])
	if err != nil {
		return err
	}
	n := classroom.NewComment{Submission: name, File: c.text("file"), Text: c.text("text")}
	if n.Line, err = c.number("line"); err != nil {
		return err
	}
	made, err := s.Classroom.Comments.Add(ctx, c.actor, n)
	if err != nil {
		return err
	}
	return c.reply.Commented(publicComments(made)[0])
}

// comments lists the comments on a submission, or removes one.
func (s *staffCommands) comments(ctx context.Context, c *staffCall) error {
	name, err := schema.ParseSubmissionName(c.args[0])
	if err != nil {
		return err
	}
	if c.is("remove") {
		id, err := c.number("remove")
		if err != nil {
			return err
		}
		removed, err := s.Classroom.Comments.Remove(ctx, c.actor, name, int64(id))
		if err != nil {
			return err
		}
		name.Number = removed.Number
		return c.reply.CommentRemoved(removed, name)
	}
	all, err := s.Classroom.Comments.On(ctx, c.actor, name)
	if err != nil {
		return err
	}
	return c.reply.Comments(publicComments(all))
}

func publicComments(c classroom.Commented) []tables.Comment {
	return tables.PublicComments(c.Seen.Submission.Name, c.Comments, c.Seen.Member.Course.Location())
}

// showComments writes the comments of staff on a submission.
func (s *studentCommands) showComments(ctx context.Context, sess *session, name schema.SubmissionName) {
	all, err := s.Classroom.Comments.On(ctx, sess.actor(), name)
	if err != nil {
		s.logInternal("read comments", err)
		return
	}
	zone := all.Seen.Member.Course.Location()
	for _, c := range all.Comments {
		head := "comment by " + c.By
		if place := c.Place(); place != "" {
			head += " on " + place
		}
		lines := transcript.Wrap(schema.Sanitize(head)+", "+c.MadeAt.In(zone).Format("2006-01-02 15:04")+":", transcript.Width)
		for line := range strings.Lines(schema.Sanitize(c.Text)) {
			for _, part := range transcript.Wrap(line, transcript.Width-2) {
				lines = append(lines, "  "+part)
			}
		}
		_ = sess.printer(sess.out).Lines(lines) // ignored: the client may be gone
	}
}
