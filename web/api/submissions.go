package api

import (
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// atSubmission is the path of a submission.
const atSubmission = atTask + "/submissions/{owner}/{number}"

// Limits on reading a submission's files.
const (
	maxListed = 5000    // files
	maxFile   = 8 << 20 // bytes of one
)

// fileInfo is a file that was graded.
type fileInfo struct {
	Path string `json:"path"`
	Size int64  `json:"size"` // bytes
}

func (a *API) submissionRoutes() []route {
	return []route{
		get(atTask+"/submissions", "listSubmissions", "Submissions with their results, oldest first: the person's own or their team's, or for staff everybody's", listSubmissions,
			parameter{name: "owner", kind: "string", help: "only those of this person or team"},
			parameter{name: "after", kind: "string", help: "name of the submission that the page begins after"},
			parameter{name: "limit", kind: "integer", help: "submissions on a page, at most 100; 50 if absent"}),
		get(atSubmission, "getSubmission", "A submission with its result, as far as the person may see it", showSubmission),
		list(atSubmission+"/files", "listFiles", "The files that were graded", listFiles, func(f fileInfo) string { return f.Path }),
		file(atSubmission+"/files/{path...}", "getFile", "One file that was graded", "application/octet-stream", showFile),
		file(atSubmission+"/receipt", "getReceipt", "The signed receipt of a submission", "text/plain", showReceipt),
	}
}

func listSubmissions(c *call) ([]schema.PublicSubmission, error) {
	size := min(max(c.number("limit", 50), 1), 100)
	page := classroom.SubmissionPage{
		Assignment: c.path("course") + "/" + c.path("assignment"), Login: c.text("owner"), After: c.text("after"),
		Limit: size + 1, // the submission after the page shows that more follow
	}
	read := c.Classroom.Work.Submissions
	if page.Login == "" {
		m, err := c.member()
		if err != nil {
			return nil, err
		}
		if !m.Viewer().Staff() {
			read = c.Classroom.Work.OwnSubmissions
		}
	}
	all, err := read(c.ctx(), c.by, page)
	if err != nil {
		return nil, err
	}
	if len(all) > size {
		all = all[:size]
		c.follow("after", all[size-1].Name)
	}
	return all, nil
}

// name returns the name of the submission in the path.
func (c *call) name() (schema.SubmissionName, error) {
	text := strings.Join([]string{c.path("course"), c.path("assignment"), c.path("owner"), c.path("number")}, "/")
	name, err := schema.ParseSubmissionName(text)
	if err != nil || name.Owner == "" || name.Number == 0 {
		return name, schema.Errorf(schema.CodeNotFound, "there is no submission %s, or none that you may see", schema.Sanitize(text))
	}
	return name, nil
}

func showSubmission(c *call) (schema.PublicSubmission, error) {
	name, err := c.name()
	if err != nil {
		return schema.PublicSubmission{}, err
	}
	return c.Classroom.Work.Report(c.ctx(), c.by, name)
}

// seen returns the submission in the path.
func (c *call) seen() (classroom.Seen, error) {
	name, err := c.name()
	if err != nil {
		return classroom.Seen{}, err
	}
	return c.Classroom.Work.Submission(c.ctx(), c.by, name)
}

func listFiles(c *call) ([]fileInfo, error) {
	seen, err := c.seen()
	if err != nil {
		return nil, err
	}
	return c.list(seen.Submission.Repository, seen.Submission.Commit)
}

func showFile(c *call) (document, error) {
	seen, err := c.seen()
	if err != nil {
		return document{}, err
	}
	return c.read(seen.Submission.Repository, seen.Submission.Commit)
}

func showReceipt(c *call) (document, error) {
	name, err := c.name()
	if err != nil {
		return document{}, err
	}
	text, err := c.Classroom.Receipts.Text(c.ctx(), c.by, name)
	return document{media: "text/plain; charset=utf-8", data: []byte(text)}, err
}
