package web

import (
	"net/http"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
)

// uploadCommit is the message of the commit that an upload becomes.
const uploadCommit = "Hand in by upload"

// upload hands in the files of a form, as one commit that is pushed.
func (s *studentPages) upload(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, t, err := s.taskOf(r, user)
	if err != nil {
		return err
	}
	if s.Uploads == nil {
		return errNowhere()
	}
	var is schema.Uploaded
	files, err := uploadedFiles(r, t)
	if err == nil {
		is, err = s.Uploads.Upload(r.Context(), m.Actor, schema.Upload{
			Path: t.Path(), Files: files, Replace: r.PostFormValue("replace") != "", Late: r.PostFormValue("late") != "",
			Name: user.DisplayName(), Email: user.Email, Message: uploadCommit, At: s.now(),
		})
	}
	if err != nil {
		page, failed := s.newAssignmentPage(r.Context(), t, m)
		if failed != nil {
			return failed
		}
		return s.renderForm(w, r, "assignment", &page.Frame, &page, err)
	}
	http.Redirect(w, r, "/"+is.Submission.String(), http.StatusSeeOther)
	return nil
}

// uploadedFiles reads the files that somebody hands in.
func uploadedFiles(r *http.Request, t task) ([]schema.UploadFile, error) {
	files, err := intake.Form(r.MultipartForm)
	if err != nil {
		return nil, err
	}
	return files.Work(t.Required())
}

// formFiles reads files for a tests repository.
func formFiles(r *http.Request) ([]schema.UploadFile, error) {
	files, err := intake.Form(r.MultipartForm)
	if err != nil {
		return nil, err
	}
	return files.Tests()
}
