package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
	"github.com/grader/grader/web/view"
)

//go:embed templates
var templateFiles embed.FS

// pages holds the parsed templates, by page.
type pages struct{ byName map[string]*template.Template }

func loadPages(a *assets) (*pages, error) {
	funcs := template.FuncMap{"asset": a.path, "bytes": schema.Size, "duration": view.Duration, "once": onceInput}
	shared, err := template.New("").Funcs(funcs).ParseFS(templateFiles, "templates/shared/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	p := &pages{byName: map[string]*template.Template{}}
	for _, name := range []string{
		"welcome", "login", "sessions", "tokens", "notifications", "confirm-notices", "unsubscribe", "operations", "tests", "tests-edit", "new-assignment", "version", "publication", "teams", "course-file", "home", "course", "assignment", "owner", "submission", "grid",
		"extensions", "adjustments", "times", "regrades", "regrade", "roster", "imported", "audit", "ledger", "exports", "exported", "queue", "files", "file", "error",
	} {
		clone, err := shared.Clone()
		if err != nil {
			return nil, fmt.Errorf("copy templates: %w", err)
		}
		if p.byName[name], err = clone.ParseFS(templateFiles, "templates/"+name+".html"); err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
	}
	return p, nil
}

// execute renders one template of a page. The template escapes untrusted text. execute then removes
// control characters and characters that reorder text, for all pages in one place.
func (p *pages) execute(page, name string, data any) (string, error) {
	t, ok := p.byName[page]
	if !ok {
		return "", fmt.Errorf("render %s: no such page", page)
	}
	var buffer bytes.Buffer
	if err := t.ExecuteTemplate(&buffer, name, data); err != nil {
		return "", fmt.Errorf("render %s: %w", page, err)
	}
	return schema.Sanitize(buffer.String()), nil
}

// render writes a complete page, or returns an error before it writes anything.
func (s *site) render(w http.ResponseWriter, status int, page string, data any) error {
	html, err := s.templates.execute(page, "layout", data)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write([]byte(html)); err != nil {
		s.log.Debug("reader went away", "page", page, "error", err)
	}
	return nil
}

// newFrame makes the frame of a page; user is nil if nobody has signed in.
func (s *site) newFrame(title string, user *schema.User, crumbs ...view.Crumb) view.Frame {
	return view.Frame{Title: title, User: user, Crumbs: crumbs, Version: s.Version}
}

// fail writes the page of an error. Without a session that is the sign-in page. For pages that the
// user may not see, it is "no such page".
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	code := schema.CodeOf(err)
	if code == schema.CodeUnauthenticated {
		s.askToSignIn(w, r)
		return
	}
	if errors.Is(err, r.Context().Err()) && r.Context().Err() != nil {
		return // the client has disconnected
	}
	if errors.Is(err, intake.ErrBusy) {
		w.Header().Set("Retry-After", strconv.Itoa(int(intake.RetryAfter.Seconds())))
	}
	status := schema.HTTPStatus(err)
	if status >= http.StatusInternalServerError {
		s.log.Error("page failed", "route", r.Pattern, "code", code, "error", err, "cause", errors.Unwrap(err))
	}
	page := view.Error{
		Frame: s.newFrame(headingOf(status), nil), Status: status,
		Heading: headingOf(status), Message: view.Sentence(schema.MessageOf(err)),
	}
	if err := s.render(w, status, "error", page); err != nil {
		s.log.Error("error page failed", "error", err)
		http.Error(w, http.StatusText(status), status)
	}
}

// headingOf returns a short heading for a status.
func headingOf(status int) string {
	switch status {
	case http.StatusNotFound:
		return "Nothing to see here"
	case http.StatusForbidden:
		return "That was not allowed"
	case http.StatusUnprocessableEntity:
		return "That cannot be done"
	case http.StatusTooManyRequests:
		return "Too many tries"
	case http.StatusServiceUnavailable:
		return "Temporarily unavailable"
	}
	if status < http.StatusInternalServerError {
		return "Bad request"
	}
	return "Something went wrong"
}
