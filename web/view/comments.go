package view

import (
	"fmt"
	"time"

	"github.com/grader/grader/schema"
)

// Comments holds the staff's comments on a submission or one of its files.
type Comments struct {
	Path string // to which new comments are sent
	File string // the file that they are about, "" for the whole submission
	May  bool   // the viewer may comment
	List []Comment
}

// Comment is one comment.
type Comment struct {
	ID        int64
	By, Text  string
	Place     string // "src/List.java:12", "" for the whole submission
	Link      string // link to the place, "" if there is none
	Line      int
	When      Moment
	MayRemove bool
	Remove    string // path to which a removal is sent
}

// NewComment returns a comment for display. path is that of the submission's page.
func NewComment(path string, c schema.Comment, now time.Time, zone *time.Location) Comment {
	shown := Comment{ID: c.ID, By: c.By, Text: schema.Sanitize(c.Text), Place: c.Place(), Line: c.Line, When: At(c.MadeAt, now, zone), Remove: fmt.Sprintf("%s/-/comments/%d/remove", path, c.ID)}
	if c.File != "" {
		shown.Link = PathLink(path+"/-/files/", c.File)
		if c.Line > 0 {
			shown.Link += fmt.Sprintf("#L%d", c.Line)
		}
	}
	return shown
}

// Whole returns the comments that belong to no line of the page.
func (c Comments) Whole() []Comment {
	if c.File == "" {
		return c.List
	}
	return c.On(0)
}

// On returns the comments on one line.
func (c Comments) On(line int) []Comment {
	var some []Comment
	for _, one := range c.List {
		if one.Line == line {
			some = append(some, one)
		}
	}
	return some
}
