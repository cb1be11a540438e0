package web

import (
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
	"github.com/grader/grader/web/view"
)

// Bounds of the bodies of forms, in bytes.
const (
	formBody = 64 << 10
	editBody = 4 << 20  // with a text to edit, whose characters take three bytes each
	fileBody = 16 << 20 // with a roster or a gradebook
)

// formMemory is how many bytes of a form are kept in memory. The rest is stored in a file.
const formMemory = 4 << 20

const (
	fileTimeout = 2 * time.Minute // until a large form has arrived
	pushTimeout = 5 * time.Minute // until the push of the form's files has ended
)

// extend sets longer deadlines for a request: arrive for its body, and writeTimeout more for the
// reply.
func extend(w http.ResponseWriter, arrive time.Duration) {
	control, now := http.NewResponseController(w), time.Now()
	// Not every connection has deadlines; some of the tests' have none.
	_ = control.SetReadDeadline(now.Add(arrive))
	_ = control.SetWriteDeadline(now.Add(arrive + writeTimeout))
}

// readForm parses a form of either encoding with a body of up to most bytes.
func readForm(r *http.Request, most int64) error {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(min(most, formMemory))
	} else {
		err = r.ParseForm()
	}
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return schema.Errorf(schema.CodeInvalid, "the form is larger than %s; send less at once", schema.Size(tooLong.Limit))
	case intake.TooManyParts(err) != nil:
		return intake.TooManyParts(err)
	case err != nil:
		return schema.Errorf(schema.CodeInvalid, "the form cannot be read; go back, reload the page and send it again")
	}
	return nil
}

// file returns the first file of a form's field, or nil if none was chosen.
func file(r *http.Request, field string) *multipart.FileHeader {
	if r.MultipartForm == nil || len(r.MultipartForm.File[field]) == 0 {
		return nil
	}
	return r.MultipartForm.File[field][0]
}

// done redirects from a completed form to the page that shows the change. what is a key of
// view.Notice that describes it.
func done(w http.ResponseWriter, r *http.Request, path, what string) error {
	http.Redirect(w, r, path+"?done="+url.QueryEscape(what), http.StatusSeeOther)
	return nil
}

// notice describes what the form that redirected here has done.
func notice(r *http.Request) string { return view.Notice(r.URL.Query().Get("done")) }

// formOf returns the values of a form. For a GET request it takes the named fields from the query,
// so that links can fill them in.
func formOf(r *http.Request, fields ...string) view.Form {
	form := view.Form{}
	for name := range r.PostForm {
		form[name] = r.PostForm.Get(name)
	}
	if r.Method == http.MethodGet {
		for _, name := range fields {
			form[name] = r.URL.Query().Get(name)
		}
	}
	return form
}

// renderForm renders a page with a form. It shows what the form has done, or why it failed. Other
// errors, such as a missing permission, are returned and get a page of their own.
func (s *site) renderForm(w http.ResponseWriter, r *http.Request, page string, f *view.Frame, data any, problem error) error {
	status := http.StatusOK
	switch schema.CodeOf(problem) {
	case "":
		f.Notice = notice(r)
	case schema.CodeInvalid, schema.CodeRefused, schema.CodeConflict, schema.CodeNotFound, schema.CodeLimit:
		status = schema.HTTPStatus(problem)
		f.Problem = view.Sentence(schema.MessageOf(problem))
	default:
		return problem
	}
	return s.render(w, status, page, data)
}

// idOf returns the id in the path.
func idOf(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, errNowhere()
	}
	return id, nil
}
