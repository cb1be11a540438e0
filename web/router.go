package web

import (
	"io"
	"net/http"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
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
	r.limited(pattern, formBody, func(w http.ResponseWriter, req *http.Request) error {
		user, err := r.site.user(req)
		if err != nil {
			return err
		}
		return parsed(req, formBody, func() error { return r.site.once.answer(w, req, user, h) })
	})
}

// sizedForm registers what a form with long texts, a roster or a gradebook is sent to.
func (r *router) sizedForm(pattern string, most int64, h personal) {
	r.fileForm(pattern, most, func(w http.ResponseWriter, req *http.Request, user schema.User, _ *intake.Place) error {
		return h(w, req, user)
	})
}

// receiving is an answer to a signed-in user whose form has files.
type receiving func(w http.ResponseWriter, r *http.Request, user schema.User, place *intake.Place) error

// fileForm registers what a form with files to hand in is sent to.
func (r *router) fileForm(pattern string, most int64, h receiving) {
	r.limited(pattern, most, func(w http.ResponseWriter, req *http.Request) error {
		user, err := r.site.user(req)
		if err != nil {
			return err
		}
		extend(w, fileTimeout)
		place, err := r.site.room.Enter(user.ID, bodySize(req, most))
		if err != nil {
			_, _ = io.Copy(io.Discard, req.Body) // a browser shows no answer before it has sent everything
			return err
		}
		defer place.Leave()
		return parsed(req, most, func() error {
			return r.site.once.answer(w, req, user, func(w http.ResponseWriter, req *http.Request, user schema.User) error { return h(w, req, user, place) })
		})
	})
}

// bodySize is how many bytes the body of a request has, or most if it does not say.
func bodySize(r *http.Request, most int64) int64 {
	if r.ContentLength < 0 || r.ContentLength > most {
		return most
	}
	return r.ContentLength
}

// parsed answers a request once its form is read.
func parsed(r *http.Request, most int64, answer func() error) error {
	if err := readForm(r, most); err != nil {
		return err
	}
	if r.MultipartForm != nil {
		defer func() { _ = r.MultipartForm.RemoveAll() }() // what is left is the system's to remove
	}
	return answer()
}
