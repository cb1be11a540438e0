package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash"
	"html/template"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

const (
	onceField  = "once"           // form field with a new value each time that a page is rendered
	onceKept   = time.Hour        // how long a form is remembered
	oncePerson = 32               // how many forms of one person are remembered
	onceTime   = 10 * time.Minute // limit for the work of a form, which continues if its sender disconnects
)

// onceInput returns the hidden field that identifies a form that is sent twice.
func onceInput() template.HTML {
	return template.HTML(`<input type="hidden" name="` + onceField + `" value="` + rand.Text() + `">`) //nolint:gosec // of base32 digits
}

// once makes a form do its work only once if a browser sends it again because the connection broke
// before the reply. The second reply redirects to the same page as the first. A form with other
// content, or from a page that was loaded again, is a different form. Forms are remembered for an
// hour, in memory only.
type once struct {
	now  func() time.Time
	mu   sync.Mutex
	done map[int64][]*sentForm // by user, oldest first
}

// sentForm is a form whose work is in progress or done.
type sentForm struct {
	key   [sha256.Size]byte
	at    time.Time
	ended chan struct{}
	to    string // set before ended is closed; "": the form did not redirect
}

func newOnce(now func() time.Time) *once { return &once{now: now, done: make(map[int64][]*sentForm)} }

// answer replies to a form that has been parsed. The form's work continues if the sender
// disconnects, so that its result is recorded.
func (o *once) answer(w http.ResponseWriter, r *http.Request, user schema.User, h personal) error {
	if r.PostForm.Get(onceField) == "" {
		return h(w, r, user)
	}
	key, err := formKey(r)
	if err != nil {
		return err
	}
	for {
		form, first := o.begin(user.ID, key)
		if first {
			return o.run(form, w, r, user, h)
		}
		select {
		case <-form.ended:
		case <-r.Context().Done():
			return context.Cause(r.Context())
		}
		if form.to != "" {
			http.Redirect(w, r, form.to, http.StatusSeeOther)
			return nil
		}
	}
}

// run does the work of a form.
func (o *once) run(form *sentForm, w http.ResponseWriter, r *http.Request, user schema.User, h personal) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), onceTime)
	defer cancel()
	led := &redirected{ResponseWriter: w}
	defer func() { o.end(user.ID, form, led.to) }() // also after a panic
	return h(led, r.WithContext(ctx), user)
}

// begin returns the record of a form. first reports whether the form is new.
func (o *once) begin(user int64, key [sha256.Size]byte) (form *sentForm, first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range o.done[user] {
		if f.key == key {
			return f, false
		}
	}
	o.forget()
	form = &sentForm{key: key, at: o.now(), ended: make(chan struct{})}
	all := append(o.done[user], form)
	o.done[user] = all[max(0, len(all)-oncePerson):]
	return form, true
}

// forget removes the forms that are older than onceKept.
func (o *once) forget() {
	limit := o.now().Add(-onceKept)
	for user, all := range o.done {
		all = slices.DeleteFunc(all, func(f *sentForm) bool { return f.at.Before(limit) })
		if o.done[user] = all; len(all) == 0 {
			delete(o.done, user)
		}
	}
}

// end records where a form redirected. A form without a redirect is not remembered, so it may be sent
// again.
func (o *once) end(user int64, form *sentForm, to string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if form.to = to; to == "" {
		o.done[user] = slices.DeleteFunc(o.done[user], func(f *sentForm) bool { return f == form })
	}
	close(form.ended)
}

// formKey returns a hash of a form's address and content.
func formKey(r *http.Request) (key [sha256.Size]byte, err error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q\n%q\n", r.URL.Path, r.PostForm.Encode())
	if r.MultipartForm != nil {
		err = hashFiles(sum, r)
	}
	return [sha256.Size]byte(sum.Sum(nil)), err
}

// hashFiles adds the files of a form to a hash.
func hashFiles(sum hash.Hash, r *http.Request) error {
	for _, field := range slices.Sorted(maps.Keys(r.MultipartForm.File)) {
		for _, header := range r.MultipartForm.File[field] {
			fmt.Fprintf(sum, "%q %q %d\n", field, header.Header.Get("Content-Disposition"), header.Size)
			f, err := header.Open()
			if err != nil {
				return err
			}
			_, err = io.Copy(sum, f)
			f.Close()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// redirected is a response writer that records the target of a redirect.
type redirected struct {
	http.ResponseWriter
	to string
}

// WriteHeader implements http.ResponseWriter.
func (r *redirected) WriteHeader(status int) {
	if status == http.StatusSeeOther {
		r.to = r.Header().Get("Location")
	}
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap returns the original writer, which http.ResponseController needs.
func (r *redirected) Unwrap() http.ResponseWriter { return r.ResponseWriter }
