package classroom

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// CommentStore is the part of the store that the actions on comments use.
type CommentStore interface {
	// AddComment stores a comment on a submission. It reads only File, Line and Text of c.
	AddComment(ctx context.Context, by schema.Actor, sub schema.Submission, c schema.Comment) (schema.Comment, error)
	// RemoveComment removes a comment from a submission. CodeNotFound: the submission has no such
	// comment.
	RemoveComment(ctx context.Context, by schema.Actor, sub schema.Submission, id int64) (schema.Comment, error)
	// Comments returns the comments on a submission: first on the whole submission, then by file and
	// line.
	Comments(ctx context.Context, submission int64) ([]schema.Comment, error)
	// OwnerComments returns the comments on all submissions of an owner for an assignment,
	// by submission number.
	OwnerComments(ctx context.Context, assignment int64, owner string) ([]schema.Comment, error)
}

// Limits of a comment.
const (
	maxRemark = 10_000  // characters
	maxSource = 1 << 20 // bytes of a file with comments on its lines
)

// Comments implements the actions on comments by staff. The owners of a submission see its comments
// at once.
type Comments struct {
	store CommentStore
	work  *Work
	trees Trees
}

// NewComment describes a comment to add.
type NewComment struct {
	Submission schema.SubmissionName // without a number: the owner's latest
	File       string                // path in the submission; "" is the submission as a whole
	Line       int                   // line of the file, from 1; 0 means the whole file
	Text       string
}

// Commented is a submission with a comment.
type Commented struct {
	Seen     Seen
	Comments []schema.Comment
}

// Add adds a comment to a submission.
func (c *Comments) Add(ctx context.Context, by schema.Actor, n NewComment) (Commented, error) {
	seen, err := c.commentable(ctx, by, n.Submission)
	if err != nil {
		return Commented{}, err
	}
	comment := schema.Comment{File: n.File, Line: n.Line, Text: strings.TrimSpace(schema.Sanitize(n.Text))}
	switch {
	case comment.Text == "":
		return Commented{}, schema.Errorf(schema.CodeInvalid, "a comment needs a text")
	case utf8.RuneCountInString(comment.Text) > maxRemark:
		return Commented{}, schema.Errorf(schema.CodeInvalid, "a comment has at most %d characters", maxRemark)
	}
	if err := c.checkPlace(ctx, seen.Submission.Submission, comment); err != nil {
		return Commented{}, err
	}
	added, err := c.store.AddComment(ctx, by, seen.Submission.Submission, comment)
	return Commented{seen, []schema.Comment{added}}, err
}

// commentable returns a submission that the actor may comment on.
func (c *Comments) commentable(ctx context.Context, by schema.Actor, name schema.SubmissionName) (Seen, error) {
	if name.Owner == "" {
		return Seen{}, schema.Errorf(schema.CodeInvalid, "%q names no owner; use COURSE/ASSIGNMENT/OWNER/N", name)
	}
	seen, err := c.work.Submission(ctx, by, name)
	if err != nil {
		return seen, err
	}
	return seen, course.MayComment(seen.Member.Viewer().In(name.Assignment), name.Course, name.Owner)
}

// checkPlace returns an error if the submission does not have the file or the line of a comment.
func (c *Comments) checkPlace(ctx context.Context, sub schema.Submission, comment schema.Comment) error {
	switch {
	case comment.Line < 0:
		return schema.Errorf(schema.CodeInvalid, "line %d: lines count from 1", comment.Line)
	case comment.File == "" && comment.Line > 0:
		return schema.Errorf(schema.CodeInvalid, "line %d of which file? Name it, as in --file src/List.java --line %d", comment.Line, comment.Line)
	case comment.File == "":
		return nil
	case c.trees == nil:
		return schema.Errorf(schema.CodeUnavailable, "the files of %s cannot be read here", sub.Name)
	}
	data, err := c.trees.ReadFile(ctx, sub.Repository, sub.Commit, comment.File, maxSource)
	switch {
	case schema.CodeOf(err) == schema.CodeLimit && comment.Line == 0:
		return nil
	case schema.CodeOf(err) == schema.CodeLimit:
		return schema.Errorf(schema.CodeRefused, "%s is larger than %d MiB; comment on the file as a whole, without a line", comment.File, maxSource>>20)
	case schema.CodeOf(err) == schema.CodeNotFound:
		return schema.Errorf(schema.CodeNotFound, "%s has no file %q", sub.Name, schema.Sanitize(comment.File))
	case err != nil:
		return fmt.Errorf("read %s: %w", comment.File, err)
	}
	if lines := countLines(data); comment.Line > lines {
		return schema.Errorf(schema.CodeInvalid, "%s has %s; there is no line %d", comment.File, schema.Count(lines, "line"), comment.Line)
	}
	return nil
}

// countLines counts the lines of a file, including a last line without a newline.
func countLines(data []byte) int {
	n := bytes.Count(data, []byte("\n"))
	if len(data) > 0 && !bytes.HasSuffix(data, []byte("\n")) {
		n++
	}
	return n
}

// Remove removes a comment from a submission. Authors may remove their own, instructors any.
func (c *Comments) Remove(ctx context.Context, by schema.Actor, name schema.SubmissionName, id int64) (schema.Comment, error) {
	seen, err := c.commentable(ctx, by, name)
	if err != nil {
		return schema.Comment{}, err
	}
	all, err := c.store.Comments(ctx, seen.Submission.ID)
	if err != nil {
		return schema.Comment{}, fmt.Errorf("list comments: %w", err)
	}
	if i := slices.IndexFunc(all, func(is schema.Comment) bool { return is.ID == id }); i >= 0 {
		if err := course.MayRemoveComment(seen.Member.Viewer().In(name.Assignment), name.Course, name.Owner, all[i].By); err != nil {
			return schema.Comment{}, err
		}
	}
	return c.store.RemoveComment(ctx, by, seen.Submission.Submission, id)
}

// On returns the comments on a submission that the actor may see: first on the whole
// submission, then by file and line. A name without an owner means the actor's own.
func (c *Comments) On(ctx context.Context, by schema.Actor, name schema.SubmissionName) (Commented, error) {
	seen, err := c.work.Submission(ctx, by, name)
	if err != nil {
		return Commented{}, err
	}
	all, err := c.store.Comments(ctx, seen.Submission.ID)
	return Commented{seen, all}, err
}

// OnWork returns the comments on the submissions of an owner for an assignment that the
// viewer of access may see, by number.
func (c *Comments) OnWork(ctx context.Context, a course.Access, assignment schema.Assignment, owner string) (map[int][]schema.Comment, error) {
	if err := course.MaySee(a, schema.SubmissionName{Course: assignment.Course.Code, Assignment: assignment.Name, Owner: owner}); err != nil {
		return nil, err
	}
	all, err := c.store.OwnerComments(ctx, assignment.ID, owner)
	if err != nil {
		return nil, fmt.Errorf("list comments: %w", err)
	}
	by := make(map[int][]schema.Comment)
	for _, is := range all {
		by[is.Number] = append(by[is.Number], is)
	}
	return by, nil
}
