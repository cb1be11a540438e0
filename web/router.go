package web

import (
	"io"
	"net/http"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
)

// answer is a handler that returns its error. site.fail writes the error's page.
type answer func(w http.ResponseWriter, r *http.Request) error

// personal is a handler for a signed-in user.
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

// limited registers a page whose requests have a body of up to most bytes.
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

// handle registers a handler and records its pattern.
func (r *router) handle(pattern string, h http.Handler) {
	r.patterns = append(r.patterns, pattern)
	r.mux.Handle(pattern, r.site.meters.measured(pattern, h))
}

// member registers a page for a signed-in user. Other people get the same reply for every such
// path, whether or not it exists.
func (r *router) member(pattern string, h personal) {
	r.open(pattern, func(w http.ResponseWriter, req *http.Request) error {
		user, err := r.site.user(req)
		if err != nil {
			return err
		}
		return h(w, req, user)
	})
}

// form registers the handler of a form of a signed-in user.
func (r *router) form(pattern string, h personal) {
	r.limited(pattern, formBody, func(w http.ResponseWriter, req *http.Request) error {
		user, err := r.site.user(req)
		if err != nil {
			return err
		}
		return parsed(req, formBody, func() error { return r.site.once.answer(w, req, user, h) })
	})
}

// sizedForm registers the handler of a form with long texts, a roster or a gradebook.
func (r *router) sizedForm(pattern string, most int64, h personal) {
	r.fileForm(pattern, most, func(w http.ResponseWriter, req *http.Request, user schema.User, _ *intake.Place) error {
		return h(w, req, user)
	})
}

// receiving is a handler for a signed-in user whose form has files.
type receiving func(w http.ResponseWriter, r *http.Request, user schema.User, place *intake.Place) error

// fileForm registers the handler of a form with files to hand in.
func (r *router) fileForm(pattern string, most int64, h receiving) {
	r.limited(pattern, most, func(w http.ResponseWriter, req *http.Request) error {
		user, err := r.site.user(req)
		if err != nil {
			return err
		}
		extend(w, fileTimeout)
		place, err := r.site.room.Enter(user.ID, bodySize(req, most))
		if err != nil {
			_, _ = io.Copy(io.Discard, req.Body) // a browser shows no reply before it has sent everything
			return err
		}
		defer place.Leave()
		return parsed(req, most, func() error {
			return r.site.once.answer(w, req, user, func(w http.ResponseWriter, req *http.Request, user schema.User) error { return h(w, req, user, place) })
		})
	})
}

// bodySize returns the length of a request's body, or most if the length is unknown or larger.
func bodySize(r *http.Request, most int64) int64 {
	if r.ContentLength < 0 || r.ContentLength > most {
		return most
	}
	return r.ContentLength
}

// parsed parses the form of a request and calls answer.
func parsed(r *http.Request, most int64, answer func() error) error {
	if err := readForm(r, most); err != nil {
		return err
	}
	if r.MultipartForm != nil {
		defer func() { _ = r.MultipartForm.RemoveAll() }() // temporary files that remain are left to the system
	}
	return answer()
}
