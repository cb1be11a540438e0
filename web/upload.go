package web

import (
	"net/http"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
)

// uploadCommit is the message of an upload's commit.
const uploadCommit = "Hand in by upload"

// upload pushes the files of a form as one commit.
func (s *studentPages) upload(w http.ResponseWriter, r *http.Request, user schema.User, place *intake.Place) error {
	m, t, err := s.taskOf(r, user)
	if err != nil {
		return err
	}
	if s.Uploads == nil {
		return errNowhere()
	}
	var is schema.Uploaded
	sent, err := place.Form(r.MultipartForm)
	var files []schema.UploadFile
	if err == nil {
		files, err = sent.Work(t.Required())
	}
	if err == nil {
		is, err = s.push(w, r, m.Actor, schema.Upload{
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

// push pushes an upload, which may take longer than rendering a page. s.Uploads is not nil.
func (s *site) push(w http.ResponseWriter, r *http.Request, by schema.Actor, u schema.Upload) (schema.Uploaded, error) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(pushTimeout)) // not every connection has deadlines
	return s.Uploads.Upload(r.Context(), by, u)
}
