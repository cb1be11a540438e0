package tables

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// Comment is the JSON form of a comment.
type Comment struct {
	ID         int64     `json:"id"`
	Submission string    `json:"submission"`
	By         string    `json:"by"`
	MadeAt     time.Time `json:"made_at"` // in the course's zone
	File       string    `json:"file,omitempty"`
	Line       int       `json:"line,omitempty"`
	Text       string    `json:"text"`
}

// PublicComments returns the comments on a submission.
func PublicComments(name schema.SubmissionName, all []schema.Comment, zone *time.Location) []Comment {
	public := make([]Comment, 0, len(all))
	for _, c := range all {
		public = append(public, Comment{c.ID, name.String(), c.By, c.MadeAt.In(zone), c.File, c.Line, c.Text})
	}
	return public
}

// Commented writes that a comment was added.
func (w Writer) Commented(c Comment) error {
	return w.Line(c, "comment %d on %s", c.ID, schema.Sanitize(c.about()))
}

// Comments writes the comments on a submission.
func (w Writer) Comments(all []Comment) error {
	return w.write(all, func(out io.Writer) {
		for _, c := range all {
			fmt.Fprintf(out, "%4d  %s  by %s, %s\n", c.ID, schema.Sanitize(c.about()), c.By, c.MadeAt.Format("2006-01-02 15:04"))
			for line := range strings.Lines(schema.Sanitize(c.Text)) {
				fmt.Fprintf(out, "      %s\n", strings.TrimSuffix(line, "\n"))
			}
		}
	})
}

// about describes the place of a comment.
func (c Comment) about() string {
	place := schema.Comment{File: c.File, Line: c.Line}.Place()
	if place == "" {
		return c.Submission
	}
	return c.Submission + " " + place
}

// CommentRemoved writes that a comment was removed.
func (w Writer) CommentRemoved(c schema.Comment, name schema.SubmissionName) error {
	return w.Line(map[string]int64{"removed": c.ID}, "comment %d on %s is removed", c.ID, name)
}
