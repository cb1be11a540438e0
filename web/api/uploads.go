package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
)

// Media types of a body with files.
const (
	mediaForm = "multipart/form-data"
	mediaZip  = "application/zip"
)

// formMemory is how many bytes of a form are kept in memory. The rest is stored in a file.
const formMemory = 4 << 20

// uploadRoutes returns the routes that hand in files. The server pushes the files of each request
// as one commit of the person. The rules of a push apply.
func (a *API) uploadRoutes() []route {
	replace := parameter{name: "replace", kind: "boolean", help: "files that are not sent are removed"}
	return []route{
		upload(atTask+"/submissions", "handIn", "Hand in files, a folder or a zip, as a push does; the reply is the new submission", handIn,
			replace, parameter{name: "late", kind: "boolean", help: "being late is meant, as by git push -o late"}),
		upload(atTask+"/tests", "uploadTests", "Send files of the tests repository, which makes the next version and its gate; for instructors. The first upload makes the assignment", uploadTests,
			replace, parameter{name: "base", kind: "string", help: "the commit that these files were made from; 409 if it is no longer the newest"}),
	}
}

// upload returns a route that accepts files and replies with a T.
func upload[T any](path, id, summary string, f func(*call) (T, error), query ...parameter) route {
	r := act("POST", path, id, summary, f, query...)
	r.media, r.limit = []string{mediaForm, mediaZip}, intake.MaxBody
	return r
}

// files returns the files in the body, which is a form or a zip.
func (c *call) files() (intake.Files, error) {
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	switch {
	case err == nil && media == mediaForm:
		return c.formFiles()
	case err == nil && media == mediaZip:
		data, err := io.ReadAll(c.r.Body)
		if err != nil {
			return intake.Files{}, unreadable(err)
		}
		return c.place.Zip(data)
	}
	return intake.Files{}, schema.Errorf(schema.CodeInvalid, "send the files as %s in parts named files, or a zip as %s", mediaForm, mediaZip)
}

func (c *call) formFiles() (intake.Files, error) {
	if err := c.r.ParseMultipartForm(formMemory); err != nil {
		return intake.Files{}, unreadable(err)
	}
	defer func() { _ = c.r.MultipartForm.RemoveAll() }() // temporary files that remain are left to the system
	return c.place.Form(c.r.MultipartForm)
}

// unreadable returns the error for a body that is damaged or too large.
func unreadable(err error) error {
	if most := new(http.MaxBytesError); errors.As(err, &most) {
		return err
	}
	if many := intake.TooManyParts(err); many != nil {
		return many
	}
	return schema.Wrapf(schema.CodeInvalid, err, "the body cannot be read: it is incomplete or damaged")
}

// push pushes files to a repository as one commit of the person.
func (c *call) push(u schema.Upload) (schema.Uploaded, error) {
	if c.Uploads == nil {
		return schema.Uploaded{}, schema.Errorf(schema.CodeUnavailable, "this server receives files by git alone")
	}
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(operationTime)) // not every connection has deadlines
	if err := c.doubt(c.ctx()); err != nil {
		return schema.Uploaded{}, err
	}
	u.Name, u.Email, u.At = c.by.User.DisplayName(), c.by.User.Email, c.Clock()
	return c.Uploads.Upload(c.ctx(), c.by, u)
}

func handIn(c *call) (schema.PublicSubmission, error) {
	_, is, err := c.task()
	if err != nil {
		return schema.PublicSubmission{}, err
	}
	var files []schema.UploadFile
	sent, err := c.files()
	if err == nil {
		files, err = sent.Work(is.Required())
	}
	var became schema.Uploaded
	if err == nil {
		became, err = c.push(schema.Upload{Path: is.Path(), Files: files, Replace: c.is("replace"), Late: c.is("late"), Message: "Hand in over the API"})
	}
	if err != nil {
		return schema.PublicSubmission{}, err
	}
	return c.Classroom.Work.Report(c.ctx(), c.by, became.Submission)
}

func uploadTests(c *call) (schema.TestsVersion, error) {
	draft, err := c.draft()
	if err != nil {
		return schema.TestsVersion{}, err
	}
	var files []schema.UploadFile
	sent, err := c.files()
	if err == nil {
		files, err = sent.Tests()
	}
	var became schema.Uploaded
	if err == nil {
		became, err = c.push(schema.Upload{Path: draft.Path() + "/tests", Files: files, Base: c.text("base"), Replace: c.is("replace"), Message: "Upload " + schema.Count(len(files), "file")})
	}
	if err != nil {
		return schema.TestsVersion{}, err
	}
	return c.testsVersion(draft, became.Version)
}

// draft returns the tests repository in the path, if the person may change it. It may not exist
// yet.
func (c *call) draft() (classroom.Draft, error) {
	draft, err := c.Classroom.Drafts.Open(c.ctx(), c.by, c.path("course"), c.path("assignment"))
	if schema.CodeOf(err) == schema.CodeNotFound {
		return c.Classroom.Drafts.New(c.ctx(), c.by, c.path("course"), c.path("assignment"))
	}
	if err == nil {
		err = draft.MayEdit
	}
	return draft, err
}
