package api

import (
	"strconv"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
)

// newComment is a comment to add to a submission.
type newComment struct {
	Text string `json:"text"`           // plain text
	File string `json:"file,omitempty"` // of the submission; the whole submission if absent
	Line int    `json:"line,omitempty"` // of the file, from 1; the whole file if absent
}

func (a *API) commentRoutes() []route {
	return []route{
		list(atSubmission+"/comments", "listComments", "What staff said about a submission", listComments, func(c tables.Comment) string { return strconv.FormatInt(c.ID, 10) }),
		send("POST", atSubmission+"/comments", "addComment", "Comment on a submission, a file or a line; for staff", addComment),
		act("DELETE", atSubmission+"/comments/{id}", "removeComment", "Remove a comment; for its author and instructors", removeComment),
	}
}

func listComments(c *call) ([]tables.Comment, error) {
	name, err := c.name()
	if err != nil {
		return nil, err
	}
	said, err := c.Classroom.Comments.On(c.ctx(), c.by, name)
	if err != nil {
		return nil, err
	}
	return publicComments(said), nil
}

func addComment(c *call, n newComment) (tables.Comment, error) {
	name, err := c.name()
	if err != nil {
		return tables.Comment{}, err
	}
	said, err := c.Classroom.Comments.Add(c.ctx(), c.by, classroom.NewComment{Submission: name, File: n.File, Line: n.Line, Text: n.Text})
	if err != nil {
		return tables.Comment{}, err
	}
	return publicComments(said)[0], nil
}

func removeComment(c *call) (none, error) {
	name, err := c.name()
	if err != nil {
		return none{}, err
	}
	id, err := c.id()
	if err != nil {
		return none{}, err
	}
	_, err = c.Classroom.Comments.Remove(c.ctx(), c.by, name, id)
	return none{}, err
}

func publicComments(said classroom.Commented) []tables.Comment {
	return tables.PublicComments(said.Seen.Submission.Name, said.Comments, said.Seen.Member.Course.Location())
}
