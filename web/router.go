package web

import (
	"net/http"

	"github.com/grader/grader/schema"
)

// answer is a handler that returns its error; site.fail turns it into a page.
type answer func(w http.ResponseWriter, r *http.Request) error

// personal is an answer to a signed-in user.
type personal func(w http.ResponseWriter, r *http.Request, user schema.User) error

// router registers the routes of a site. The patterns are the metrics' closed set of labels.
type router struct {
	site     *site
	mux      *http.ServeMux
	patterns []string
}

// open registers a page for everybody.
func (r *router) open(pattern string, h answer) {
	r.limited(pattern, smallBody, h)
}

// limited registers a page whose requests have at most so many bytes.
func (r *router) limited(pattern string, most int64, h answer) {
	r.handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(w, req.Body, most)
		known, err := r.site.withSession(req)
		if err == nil {
			err = h(w, known)
		}
		if err != nil {
			r.site.fail(w, req, err)
		}
	}))
}

// handle registers what answers a pattern, and notes the pattern.
func (r *router) handle(pattern string, h http.Handler) {
	r.patterns = append(r.patterns, pattern)
	r.mux.Handle(pattern, r.site.meters.measured(pattern, h))
}

// member registers a page for a signed-in user. To others every such path
// looks the same, whether or not there is anything behind it.
func (r *router) member(pattern string, h personal) {
	r.open(pattern, func(w http.ResponseWriter, req *http.Request) error {
		user, err := r.site.user(req)
		if err != nil {
			return err
		}
		return h(w, req, user)
	})
}

// form registers what a form of a signed-in user is sent to.
func (r *router) form(pattern string, h personal) {
	r.limited(pattern, formBody, r.parsed(formBody, h))
}

// sizedForm registers what a form with long texts is sent to.
func (r *router) sizedForm(pattern string, most int64, h personal) {
	r.limited(pattern, most, r.parsed(most, h))
}

// fileForm registers what a form with files is sent to.
func (r *router) fileForm(pattern string, most int64, h personal) {
	r.limited(pattern, most, r.parsed(most, h))
}

// parsed reads the form once it is known who sent it.
func (r *router) parsed(most int64, h personal) answer {
	return func(w http.ResponseWriter, req *http.Request) error {
		user, err := r.site.user(req)
		if err != nil {
			return err
		}
		if err := readForm(w, req, most); err != nil {
			return err
		}
		if req.MultipartForm != nil {
			defer func() { _ = req.MultipartForm.RemoveAll() }() // what is left is the system's to remove
		}
		return h(w, req, user)
	}
}
